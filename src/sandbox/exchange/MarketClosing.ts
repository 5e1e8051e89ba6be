/** An account's bets on a market whose result stands: booked bet by bet, the commission on their sum after them. */
import * as Settlement from "./Settlement.ts"
import type { Account } from "./Account.ts"
import type { Bet } from "./Bet.ts"
import type { ClearedOrder } from "./ClearedOrder.ts"
import type { MarketBets } from "./MarketBets.ts"

/** Books the account's bets on the closed market; what `listClearedOrders` will tell of them. */
export const settleMarket = (bets: MarketBets, account: Account, at: number): ReadonlyArray<ClearedOrder> => {
  const { market } = bets
  const { marketId } = market
  const definition = market.definition()
  const winners = market.runners.filter((runner) => runner.status === "WINNER").length
  let profit = 0
  const cleared = bets.of(account.options.accountId).map((bet): ClearedOrder => {
    const isWinner = market.runners[bets.runnerOf(bet)]!.status === "WINNER"
    const part = Settlement.wonPart(isWinner, winners, market.numberOfWinners)
    const earned = Settlement.profitOf(bet.terms.side, bet.fills, part)
    profit += earned
    if (bet.fills.length > 0) account.move(at, bet.terms.betId, "bet", marketId, earned)
    const ids = { marketId, eventId: definition.eventId!, eventTypeId: definition.eventTypeId! }
    return clearedOf(bet, ids, at, earned, isWinner)
  })
  const discount = definition.discountAllowed === true ? account.options.discountRate : 0
  const commission = Settlement.commissionOn(profit, definition.marketBaseRate!, discount)
  if (commission > 0) account.move(at, marketId, "commission", marketId, -commission)
  account.noteMarket(commission, profit)
  return cleared
}

/** What is told of a bet; of one in an open market as things stand. */
export const clearedOf = (
  bet: Bet,
  ids: Pick<ClearedOrder, "marketId" | "eventId" | "eventTypeId">,
  settledAt: number,
  profit: number,
  isWinner: boolean
): ClearedOrder => ({
  terms: { ...bet.terms, persistenceType: bet.persistenceType },
  ...ids,
  placedAt: bet.placedAt,
  settledAt,
  endedAt: Math.max(bet.cancelledAt ?? 0, bet.lapsedAt ?? 0, bet.voidedAt ?? 0) || settledAt,
  matchedAt: bet.matchedAt,
  sizeMatched: bet.sizeMatched,
  averagePrice: bet.averagePrice,
  priceReduced: bet.priceReduced,
  sizeLapsed: bet.lapsed,
  sizeCancelled: bet.cancelled,
  sizeVoided: bet.voided,
  profit,
  outcome: bet.fills.length === 0 ? null : isWinner === (bet.terms.side === "BACK") ? "WON" : "LOST"
})

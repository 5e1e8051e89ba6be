/** listMarketProfitAndLoss: what the matched bets on a market come to, by the runner that wins. */
import * as Money from "../../domain/Money.ts"
import type { Account } from "./Account.ts"
import type { MarketProfitAndLoss } from "./Answers.ts"
import { profitAndLossWeight, weigh } from "./DataWeight.ts"
import type { Floor } from "./Floor.ts"
import type { MarketBets } from "./MarketBets.ts"
import { answer, type Reply } from "./Reply.ts"
import { invalid, Request } from "./Request.ts"
import { commissionOn, profitOf, wonPart } from "./Settlement.ts"

export const listMarketProfitAndLoss = (
  floor: Floor,
  account: Account,
  params: unknown
): Reply<ReadonlyArray<MarketProfitAndLoss>> => {
  const request = new Request(params)
  const marketIds = request.texts("marketIds") ?? invalid("marketIds", "a list of market ids", null)
  weigh(profitAndLossWeight, marketIds.length)
  const includesBsp = request.flag("includeBspBets") === true
  const isNet = request.flag("netOfCommission") === true
  return answer(
    [...new Set(marketIds)].flatMap((marketId) => {
      const bets = floor.betsIn(marketId)
      if (bets !== undefined) return [ofMarket(bets, account, includesBsp, isNet)]
      return floor.races.find(marketId) === undefined ? [] : [{ marketId, profitAndLosses: [] }]
    })
  )
}

const ofMarket = (bets: MarketBets, account: Account, includesBsp: boolean, isNet: boolean): MarketProfitAndLoss => {
  const { market } = bets
  const own = bets.of(account.options.accountId).filter((bet) => bet.isLimit || includesBsp)
  const { discountRate } = account.options
  const { marketBaseRate } = market.definition()
  const shown = (pence: number) =>
    Money.toDecimal(isNet ? pence - commissionOn(pence, marketBaseRate!, discountRate) : pence)
  const isWin = market.numberOfWinners === 1
  /** In a win market the whole market's result if the runner wins; in others what the runner's own bets come to. */
  const sum = (runner: number, wins: boolean) =>
    own.reduce((total, bet) => {
      const isOwn = bets.runnerOf(bet) === runner
      if (!isWin && !isOwn) return total
      return total + profitOf(bet.terms.side, bet.fills, wonPart(isOwn && wins, 1, 1))
    }, 0)
  return {
    marketId: market.marketId,
    ...(isNet ? { commissionApplied: (marketBaseRate! * (100 - discountRate)) / 100 } : {}),
    profitAndLosses: market.runners.flatMap(({ entry, isActive }, i) =>
      isActive
        ? [
            {
              selectionId: entry.selectionId,
              ifWin: shown(sum(i, true)),
              ...(isWin ? {} : { ifLose: shown(sum(i, false)) })
            }
          ]
        : []
    )
  }
}

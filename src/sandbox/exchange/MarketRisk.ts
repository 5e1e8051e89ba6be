/** What accounts have at risk, market by market. */
import type { Pence } from "../../domain/Money.ts"
import { classic } from "../../domain/PriceLadder.ts"
import type { Bet, BetTerms } from "./Bet.ts"
import type { ExchangeMarket } from "./ExchangeMarket.ts"
import { type Stake, worstCase } from "./Exposure.ts"
import type { MarketBets } from "./MarketBets.ts"

const stakeOf = (bets: MarketBets, bet: Bet): Stake => ({
  runner: bets.runnerOf(bet),
  side: bet.terms.side,
  fills: bet.fills,
  unmatched: bet.isLimit ? bet.remaining : 0,
  price: bet.price,
  waiting: bet.isLimit ? 0 : bet.remaining
})

const stakeOfTerms = (market: ExchangeMarket, { orderType, selectionId, side, size, tick }: BetTerms): Stake => ({
  runner: market.runners.findIndex(({ entry }) => entry.selectionId === selectionId),
  side,
  fills: [],
  unmatched: orderType === "LIMIT" ? size : 0,
  price: tick < 0 ? 0 : classic[tick]!,
  waiting: orderType === "LIMIT" ? 0 : size
})

/** The account's worst result on the market, 0 or less, as if `more` bets stood there too. */
export const exposureOn = (
  market: ExchangeMarket,
  bets: MarketBets | undefined,
  accountId: number,
  more: ReadonlyArray<BetTerms> = []
): Pence => {
  const stakes = bets === undefined ? [] : bets.of(accountId).map((bet) => stakeOf(bets, bet))
  return worstCase(
    market.runners.map((runner) => runner.isActive),
    market.numberOfWinners,
    [...stakes, ...more.map((terms) => stakeOfTerms(market, terms))]
  )
}

/** Exposures as last worked out, until a bet of the account in the market changes. */
export class ExposureCache {
  private readonly known = new Map<MarketBets, Map<number, Pence>>()

  of(bets: MarketBets, accountId: number): Pence {
    let ofMarket = this.known.get(bets)
    if (ofMarket === undefined) this.known.set(bets, (ofMarket = new Map()))
    const known = ofMarket.get(accountId)
    if (known !== undefined) return known
    const exposure = exposureOn(bets.market, bets, accountId)
    ofMarket.set(accountId, exposure)
    return exposure
  }

  forget(bets: MarketBets, accountId: number): void {
    this.known.get(bets)?.delete(accountId)
  }

  drop(bets: MarketBets): void {
    this.known.delete(bets)
  }
}

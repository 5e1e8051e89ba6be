/**
 * The order stream's changes of one market: bets that changed since the last call, and the matched levels that did. Bets
 * that wait out the delay are not told of yet.
 */
import * as Money from "../../domain/Money.ts"
import { toDecimal } from "../../domain/PriceLadder.ts"
import type { PriceSize } from "../../market/MarketMessage.ts"
import type { Bet } from "./Bet.ts"
import { toUnmatchedOrder } from "./BetWire.ts"
import type { MarketBets } from "./MarketBets.ts"
import type { MatchedLevels, OrderMarketChange, OrderRunnerChange } from "./OrderMessage.ts"

/** Pence matched by price. */
type Levels = Map<number, number>

interface Sides {
  readonly BACK: Levels
  readonly LAY: Levels
}

const noSides = (): Sides => ({ BACK: new Map(), LAY: new Map() })

/** Matched levels of a runner by strategy, summed up under `null`. */
type Matched = Map<string | null, Sides>

const matchedOf = (bets: ReadonlyArray<Bet>): Matched => {
  const matched: Matched = new Map([[null, noSides()]])
  for (const { fills, terms } of bets) {
    for (const key of [null, terms.customerStrategyRef]) {
      if (fills.length > 0 && !matched.has(key)) matched.set(key, noSides())
      for (const { price, size } of fills) {
        const levels = matched.get(key)![terms.side]
        levels.set(price, (levels.get(price) ?? 0) + size)
      }
    }
  }
  return matched
}

const differences = (before: Levels | undefined, now: Levels | undefined): ReadonlyArray<PriceSize> => {
  const changed: Array<PriceSize> = []
  for (const [price, size] of now ?? []) {
    if (before?.get(price) !== size) changed.push([toDecimal(price), Money.toDecimal(size)])
  }
  for (const price of before?.keys() ?? []) if (now?.has(price) !== true) changed.push([toDecimal(price), 0])
  return changed
}

const changedSides = (before: Sides | undefined, now: Sides | undefined): MatchedLevels | null => {
  const mb = differences(before?.BACK, now?.BACK)
  const ml = differences(before?.LAY, now?.LAY)
  if (mb.length === 0 && ml.length === 0) return null
  return { ...(mb.length === 0 ? {} : { mb }), ...(ml.length === 0 ? {} : { ml }) }
}

const changedLevels = (before: Matched | undefined, now: Matched): Pick<OrderRunnerChange, "mb" | "ml" | "smc"> => {
  const smc: Record<string, MatchedLevels> = {}
  for (const key of new Set([...(before?.keys() ?? []), ...now.keys()])) {
    if (key === null) continue
    const sides = changedSides(before?.get(key), now.get(key))
    if (sides !== null) smc[key] = sides
  }
  return {
    ...changedSides(before?.get(null), now.get(null)),
    ...(Object.keys(smc).length === 0 ? {} : { smc })
  }
}

const bySelection = (bets: Iterable<Bet>) => Map.groupBy(bets, (bet) => bet.terms.selectionId)

/** An account's orders in a market as they stand: executable ones, and all that is matched. Null when there is neither. */
export const imageOf = (bets: MarketBets, accountId: number): OrderMarketChange | null => {
  const orc = [...bySelection(bets.of(accountId))].flatMap(([id, own]): ReadonlyArray<OrderRunnerChange> => {
    const uo = own.filter((bet) => bet.status === "EXECUTABLE").map(toUnmatchedOrder)
    const levels = changedLevels(undefined, matchedOf(own))
    if (uo.length === 0 && levels.mb === undefined && levels.ml === undefined) return []
    return [{ id, fullImage: true, ...(uo.length === 0 ? {} : { uo }), ...levels }]
  })
  return orc.length === 0 ? null : { id: bets.market.marketId, accountId, fullImage: true, orc }
}

export class OrderFeed {
  /** Bets that changed and have not been told of, by account. */
  private readonly changed = new Map<number, Set<Bet>>()
  private readonly told = new Map<string, Matched>()

  add(bet: Bet): void {
    const { accountId } = bet.terms
    const own = this.changed.get(accountId)
    if (own === undefined) this.changed.set(accountId, new Set([bet]))
    else own.add(bet)
  }

  /** What there is to tell each account; `closed`: the market is settled, and every account in it hears so. */
  take(bets: MarketBets, closed: boolean): ReadonlyArray<readonly [accountId: number, change: OrderMarketChange]> {
    const accounts = closed ? new Set([...this.changed.keys(), ...bets.accountIds]) : this.changed.keys()
    const changes = [...accounts].map((accountId) => {
      const orc = this.runnersOf(bets, accountId)
      const change: OrderMarketChange = {
        id: bets.market.marketId,
        accountId,
        ...(closed ? { closed: true } : {}),
        ...(orc.length === 0 ? {} : { orc })
      }
      return [accountId, change] as const
    })
    this.changed.clear()
    return changes
  }

  private runnersOf(bets: MarketBets, accountId: number): ReadonlyArray<OrderRunnerChange> {
    const changed = bySelection(this.changed.get(accountId) ?? [])
    const own = bySelection(bets.of(accountId))
    return [...changed].map(([id, some]) => {
      const key = `${accountId}/${id}`
      const matched = matchedOf(own.get(id) ?? [])
      const levels = changedLevels(this.told.get(key), matched)
      this.told.set(key, matched)
      return { id, uo: some.map(toUnmatchedOrder), ...levels }
    })
  }
}

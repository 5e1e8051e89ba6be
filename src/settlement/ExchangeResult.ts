/**
 * A market's bets as the exchange has settled them. Nothing is computed but each bet's part of the commission, which the
 * exchange charges on the account's whole market: so the figures are the exchange's own, to the penny. Pure.
 */
import * as Bet from "../domain/Bet.ts"
import type { BetId, StrategyId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import * as Commission from "./Commission.ts"

/** What the exchange has cleared of one order of the account. */
export interface ClearedLine {
  /** Ours, or null for an order of somebody else who uses the account. */
  readonly betId: BetId | null
  readonly betfairBetId: string
  /** Before commission; null where no part of it was settled: it was voided, or never matched. */
  readonly profit: Pence | null
  /** As the order ended. */
  readonly end: Bet.OrderState
}

export interface ExchangeResult {
  readonly lines: ReadonlyArray<ClearedLine>
  readonly commission: Pence
}

/** A key that no bet and no strategy of ours has. */
const somebodyElse = (line: ClearedLine) => `other ${line.betfairBetId}`

const partsOf = (
  { commission, lines }: ExchangeResult,
  bets: ReadonlyMap<BetId, Bet.Bet>
): ReadonlyMap<BetId, Pence> => {
  const profits = lines.map((line) => ({
    id: line.betId ?? (somebodyElse(line) as BetId),
    strategyId: (line.betId === null ? undefined : bets.get(line.betId)?.strategyId) ?? ("other" as StrategyId),
    profit: line.profit ?? 0
  }))
  return Commission.allocate(commission, profits)
}

/**
 * The bets as the exchange has them; the very same object where nothing changes. A bet that has no line stays as it is: the
 * exchange has not said anything of it.
 */
export const apply = (bets: ReadonlyArray<Bet.Bet>, result: ExchangeResult, at: number): ReadonlyArray<Bet.Bet> => {
  const parts = partsOf(result, new Map(bets.map((bet) => [bet.id, bet])))
  const lines = new Map(result.lines.flatMap((line) => (line.betId === null ? [] : [[line.betId, line]])))
  return bets.map((bet) => {
    const line = lines.get(bet.id)
    if (line === undefined) return bet
    const time = Math.max(at, bet.updatedAt)
    const ended = Bet.transition(bet, { _tag: "Updated", at: time, state: line.end })
    const commission = parts.get(bet.id) ?? 0
    if (line.profit !== null) {
      const { fills } = line.end
      return Bet.transition(ended, { _tag: "Settled", at: time, profit: line.profit, commission, fills })
    }
    // What was settled and is void now brought nothing after all.
    return ended.status === "settled"
      ? Bet.transition(ended, { _tag: "Settled", at: time, profit: 0, commission: 0, fills: [] })
      : ended
  })
}

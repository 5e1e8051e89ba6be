/**
 * What a closed market's definition says of each runner: how much of a stake on it wins, in the market's one leg or, in
 * an each-way market, in its two.
 *
 * Dead heats: where more runners win than places are paid, the exchange multiplies each winning stake by places over
 * winners, pays that part at full odds and counts the rest as lost (Betfair Exchange Rules, part B, "Dead heat rule").
 * Gotcha: in horse racing the reduction is due on the last places' dead-heaters alone, but a definition does not tell which
 * of a place market's winners those are. The general rule is used for all of them; it is exact in win markets.
 */
import type { RunnerKey } from "../domain/Identifiers.ts"
import type { MarketDefinition, RunnerDefinition } from "../domain/Market.ts"
import type { SettlementRules } from "./SettlementRules.ts"

/** One bet within a bet: part `won / of` of the stake wins, at odds less one divided by `divisor`. */
export interface Leg {
  readonly won: number
  readonly of: number
  readonly divisor: number
}

export interface RunnerResult {
  /** `void`: the market, or just this runner, has no result: stakes are returned as for a removed runner. */
  readonly outcome: "winner" | "placed" | "loser" | "removed" | "void"
  /** Empty when stakes are returned. Each leg stakes the bet's size, so an each-way stake counts twice. */
  readonly legs: ReadonlyArray<Leg>
}

/** `Void` returns all stakes: every runner was withdrawn, or nobody won. */
export type Result =
  | { readonly _tag: "Decided"; readonly runners: ReadonlyMap<RunnerKey, RunnerResult> }
  | { readonly _tag: "Void" }

export type MarketResult = Result | { readonly _tag: "Undecided"; readonly reason: UndecidedReason }

/** Why bets on the market stay open. */
export const undecidedReasons = {
  not_closed: "the market is not closed",
  not_in_definition: "line, range and handicap markets do not carry their result in the definition",
  no_each_way_divisor: "the each-way market has no divisor"
} as const
export type UndecidedReason = keyof typeof undecidedReasons

const stakesReturned: RunnerResult = { outcome: "void", legs: [] }

const undecided = (reason: UndecidedReason): MarketResult => ({ _tag: "Undecided", reason })

/** The market's result under the rules for dead heats, and for markets without a proper result. */
export const fromDefinition = (
  market: MarketDefinition,
  { deadHeats, outcomes }: Pick<SettlementRules, "deadHeats" | "outcomes">
): MarketResult => {
  if (market.status !== "CLOSED") return undecided("not_closed")
  const isTakenAsItStands = outcomes === "statuses" && market.bettingType !== "LINE"
  if (market.bettingType !== "ODDS" && !isTakenAsItStands) return undecided("not_in_definition")
  const isEachWay = market.marketType === "EACH_WAY"
  if (isEachWay && !(market.eachWayDivisor !== null && market.eachWayDivisor > 0)) {
    return undecided("no_each_way_divisor")
  }
  const winners = market.runners.filter(({ status }) => status === "WINNER").length
  const placed = market.runners.filter(({ status }) => status === "PLACED").length
  if (winners + placed === 0 && !isTakenAsItStands && !mayHaveNoWinner(market)) return { _tag: "Void" }

  const won = (places: number, claimants: number, divisor = 1): Leg =>
    places === 0 || claimants <= places || (deadHeats === "win_only" && market.numberOfWinners > 1)
      ? { won: 1, of: 1, divisor }
      : { won: places, of: claimants, divisor }
  const lost: Leg = { won: 0, of: 1, divisor: 1 }
  const paid = won(market.numberOfWinners, winners + placed, isEachWay ? market.eachWayDivisor! : 1)
  const first = won(1, winners)

  const resultOf = ({ status }: RunnerDefinition): RunnerResult => {
    switch (status) {
      case "WINNER":
        return { outcome: "winner", legs: isEachWay ? [first, paid] : [paid] }
      case "PLACED":
        return { outcome: "placed", legs: isEachWay ? [lost, paid] : [paid] }
      case "LOSER":
        return { outcome: "loser", legs: isEachWay ? [lost, lost] : [lost] }
      case "REMOVED":
      case "REMOVED_VACANT":
        return { outcome: "removed", legs: [] }
      case "ACTIVE":
      case "HIDDEN":
        return stakesReturned
    }
  }
  return { _tag: "Decided", runners: new Map(market.runners.map((runner) => [runner.key, resultOf(runner)])) }
}

/** Stakes on a runner the result does not name are returned. */
export const ofRunner = (result: Result, key: RunnerKey): RunnerResult =>
  (result._tag === "Decided" ? result.runners.get(key) : undefined) ?? stakesReturned

/** Markets of independent questions ("to score a hat-trick") pay any number of winners, none included. */
const mayHaveNoWinner = (market: MarketDefinition): boolean =>
  market.numberOfWinners === 0 && market.runners.some(({ status }) => status === "LOSER")

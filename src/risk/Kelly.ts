/**
 * How much to stake: the part of the bankroll that makes it grow fastest in the long run (J. L. Kelly, "A New
 * Interpretation of Information Rate", 1956), times a fraction of it, because the probability is itself a guess.
 *
 * `f = (b·p − q) / b` of the bankroll is put at risk, where `b` is what a pound at risk wins net of commission. A backer
 * risks the stake, wins `odds − 1` and does so with the runner's probability; a layer risks the liability
 * `(odds − 1) × stake`, wins the stake and does so when the runner loses.
 */
import { Result } from "effect"
import { type Denial, deny } from "../domain/Decision.ts"
import type { Pence } from "../domain/Money.ts"
import { liabilityOf } from "../domain/Order.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"

export interface Wager {
  readonly side: Side
  readonly price: Price
  /** That the runner wins (or is placed), in (0, 1). */
  readonly probability: number
  /** Fraction of the winnings that the exchange keeps, in [0, 1). */
  readonly commission: number
}

export interface SizeLimits {
  readonly kellyFraction: number
  readonly maxStake: Pence
  readonly maxLiability: Pence
  readonly minStake: Pence
}

export interface PositionSize {
  /** Backer's stake. */
  readonly stake: Pence
  /** What is lost at worst: the stake of a back, `(odds − 1) × stake` of a lay. */
  readonly liability: Pence
}

/** The wager's numbers as they are, or what is wrong with them. */
const refuse = ({ commission, price, probability }: Wager): Denial | null => {
  if (!(price > 100 && price < Infinity)) return deny("odds_out_of_range", price / 100, 1)
  if (!(probability > 0 && probability < 1)) return deny("probability_invalid", probability)
  if (!(commission >= 0 && commission < 1)) return deny("risk_unknown", commission)
  return null
}

/** The part of the bankroll to put at risk, above 0 and below 1; or why there is none. */
export const fraction = (wager: Wager): Result.Result<number, Denial> => {
  const refusal = refuse(wager)
  if (refusal !== null) return Result.fail(refusal)
  const { commission, price, probability, side } = wager
  const odds = (price - 100) / 100
  const gain = (1 - commission) * (side === "BACK" ? odds : 1 / odds)
  const success = side === "BACK" ? probability : 1 - probability
  const edge = gain * success - (1 - success)
  return edge > 0 ? Result.succeed(edge / gain) : Result.fail(deny("no_edge", edge, 0))
}

/** The position that puts at most `risk` pence at risk, within the limits of one bet; rounded down to whole pence. */
const within = (wager: Wager, risk: number, limits: SizeLimits): PositionSize => {
  const odds = wager.side === "BACK" ? 1 : (wager.price - 100) / 100
  const stake = Math.floor(Math.min(limits.maxStake, Math.min(risk, limits.maxLiability) / odds) + 1e-9)
  return { stake, liability: liabilityOf(wager.side, wager.price, stake) }
}

/** The position for this bankroll, or why there is no bet. */
export const positionSize = (
  wager: Wager,
  bankroll: Pence,
  limits: SizeLimits
): Result.Result<PositionSize, Denial> => {
  const kelly = fraction(wager)
  if (Result.isFailure(kelly)) return Result.fail(kelly.failure)
  const risk = kelly.success * limits.kellyFraction * bankroll
  if (Number.isNaN(risk)) return Result.fail(deny("risk_unknown"))
  const size = within(wager, Math.max(0, risk), limits)
  return size.stake > 0 && size.stake >= limits.minStake
    ? Result.succeed(size)
    : Result.fail(deny("size_below_minimum", size.stake, limits.minStake))
}

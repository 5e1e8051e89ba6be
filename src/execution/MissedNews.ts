/**
 * Whether a difference that a comparison has found is one to tell of. Most are none: the stream was connected anew, or was a
 * moment behind the answer, and says the same as soon as it can. What it had all the time to say and has not said is, and
 * so is what became of a bet that was told to be unknown. Every difference counts and is logged, told or not.
 */
import * as Bet from "../domain/Bet.ts"

/** What the stream has not said so long after it happened it has missed. */
const newsWithinMs = 30_000

/**
 * @param wasFollowed the stream was there, without a doubt, ever since the last comparison
 * @param now epoch milliseconds
 */
export const isMissed = (bet: Bet.Bet, state: Bet.OrderState, wasFollowed: boolean, now: number): boolean => {
  if (bet.status === "unknown") return true
  if (!wasFollowed) return false
  // The exchange dates matches; when a part was cancelled or lapsed it does not say.
  const isMatch = Bet.sizeMatched(state) > Bet.sizeMatched(bet)
  return !isMatch || Math.max(...state.fills.map(({ at }) => at)) <= now - newsWithinMs
}

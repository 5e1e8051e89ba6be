/** How long to wait before another link is tried. */
import type { StreamFailure } from "./StreamFailure.ts"

export const shortestMs = 500
/** A link that has held this long was a good one: after it the waits begin anew. */
export const longestMs = 30_000

/** Where the exchange counts, trying again at once makes it worse. */
const crowdedMs = 5000

/**
 * Doubles from half a second to half a minute, each between half and the whole of that, so that many clients cut off at one
 * time do not come back at one time. The first attempt after a refused session token or clock waits for nothing: the cause is
 * gone.
 *
 * @param failures attempts that have failed since a link has held
 * @param random in [0, 1)
 */
export const delayMs = (failure: StreamFailure, isFinal: boolean, failures: number, random: number): number => {
  if (isFinal) return longestMs
  const code = failure._tag === "StreamRefused" ? failure.errorCode : ""
  const isMended = code === "NO_SESSION" || code === "INVALID_SESSION_INFORMATION" || code === "INVALID_CLOCK"
  if (isMended && failures === 0) return 0
  const isCrowded = code === "MAX_CONNECTION_LIMIT_EXCEEDED" || code === "TOO_MANY_REQUESTS"
  const wholeMs = Math.min(longestMs, Math.max(isCrowded ? crowdedMs : 0, shortestMs * 2 ** Math.min(failures, 10)))
  return Math.round(wholeMs * (0.5 + random / 2))
}

/** How far a long command has come: one line on a terminal's stderr, rewritten in place, and nothing anywhere else. */
import { Clock, Effect, type Scope } from "effect"

const width = 30
const atMostEveryMs = 100

const line = (done: number): string => {
  const filled = Math.round(width * done)
  return `\r[${"#".repeat(filled)}${".".repeat(width - filled)}] ${Math.floor(done * 100)
    .toString()
    .padStart(3)} %`
}

/** Draws the bar anew each time it is run, if enough time has passed. The line is wiped when the scope closes. */
export const make = (
  progress: () => { readonly bytesRead: number; readonly bytesTotal: number }
): Effect.Effect<Effect.Effect<void>, never, Scope.Scope> => {
  const { stderr } = process
  if (!stderr.isTTY) return Effect.succeed(Effect.void)
  let drawnAt = -Infinity
  const draw = Effect.map(Clock.monotonicTimeNanos, (nanos) => {
    const now = Number(nanos) / 1e6
    if (now - drawnAt < atMostEveryMs) return
    drawnAt = now
    const { bytesRead, bytesTotal } = progress()
    stderr.write(line(bytesTotal > 0 ? Math.min(1, bytesRead / bytesTotal) : 0))
  })
  const wipe = Effect.sync(() => void stderr.write(`\r${" ".repeat(width + 8)}\r`))
  return Effect.as(
    Effect.addFinalizer(() => wipe),
    draw
  )
}

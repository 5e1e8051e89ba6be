/** How the process itself does: what it is, since when, how much memory it has, and how long its event loop is held up. */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { Clock, Effect } from "effect"
import manifest from "../../package.json" with { type: "json" }
import type { Mode } from "../domain/Mode.ts"
import * as Metrics from "../monitoring/Metrics.ts"

/** Milliseconds between two looks at the event loop. */
const resolution = 20

/** The longest delay since the last scrape: whoever looks begins a new one. */
const followEventLoop = Effect.gen(function* () {
  const delays = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const histogram = monitorEventLoopDelay({ resolution })
      histogram.enable()
      return histogram
    }),
    (histogram) => Effect.sync(() => void histogram.disable())
  )
  yield* Metrics.follow("event_loop_delay_seconds", {}, () => {
    const longest = delays.max / 1e6
    delays.reset()
    return longest
  })
})

/** Shows it until the scope closes. */
export const follow = Effect.fnUntraced(function* (mode: Mode) {
  const startedAt = yield* Clock.currentTimeMillis
  yield* Metrics.set("build_info", { version: manifest.version, node: process.version, mode }, 1)
  yield* Metrics.set("started_timestamp_seconds", {}, startedAt)
  yield* Metrics.follow("memory_bytes", { kind: "resident" }, () => process.memoryUsage.rss())
  yield* Metrics.follow("memory_bytes", { kind: "heap" }, () => process.memoryUsage().heapUsed)
  yield* followEventLoop
})

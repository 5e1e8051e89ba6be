/**
 * The bot of `bench:load`, in a process of its own: that of `bench:latency` with its HTTP, and cycles every second. Whenever it
 * is asked it tells what it measured since the last time.
 */
import { once } from "node:events"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { Effect, Layer, Redacted } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { Orchestrator } from "../../src/bot/Orchestrator.ts"
import { Tally } from "../../src/bot/Tally.ts"
import { BotServer } from "../../src/http/BotServer.ts"
import { type Assignment, bot, takeWindow, watchSockets, type Window } from "./LatencyBot.ts"

export interface Site {
  readonly url: string
  readonly token: string
}

export interface LoadWindow extends Window {
  readonly heapMib: number
  /** Milliseconds beyond the millisecond between two looks. */
  readonly loopDelay: { readonly p50: number; readonly p99: number; readonly most: number }
  readonly cycles: number
  /** Mean of the window's cycles, milliseconds. */
  readonly cycleMs: number
}

interface Cycles {
  readonly count: number
  readonly seconds: number
}

const valueOf = (metrics: string, name: string): number =>
  Number(new RegExp(`^clever_better_${name} (\\S+)$`, "m").exec(metrics)?.[1] ?? 0)

const cyclesSoFar = Effect.map(PrometheusMetrics.format(), (metrics): Cycles => ({
  count: valueOf(metrics, "cycle_duration_seconds_count"),
  seconds: valueOf(metrics, "cycle_duration_seconds_sum")
}))

const resolutionMs = 1

const serve = Effect.gen(function* () {
  const { activity } = yield* Tally
  const { address, newTokens } = yield* BotServer
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  delays.enable()
  const delayAt = (part: number) => Math.max(0, delays.percentile(part) / 1e6 - resolutionMs)
  let updates = activity.updates
  let cycles = yield* cyclesSoFar
  process.send!({ url: address()!, token: Redacted.value(newTokens!.read) } satisfies Site)

  return yield* Effect.forever(
    Effect.gen(function* () {
      yield* Effect.promise(() => once(process, "message"))
      const now = yield* cyclesSoFar
      const window: LoadWindow = {
        ...takeWindow(activity.updates - updates),
        heapMib: process.memoryUsage().heapUsed / 1024 / 1024,
        loopDelay: { p50: delayAt(50), p99: delayAt(99), most: Math.max(0, delays.max / 1e6 - resolutionMs) },
        cycles: now.count - cycles.count,
        cycleMs: (1000 * (now.seconds - cycles.seconds)) / Math.max(1, now.count - cycles.count)
      }
      updates = activity.updates
      cycles = now
      delays.reset()
      process.send!(window)
    })
  )
})

if (import.meta.main) {
  const [assignment] = (await once(process, "message")) as [Assignment]
  watchSockets(assignment.load, assignment.ports)
  const layer = BotServer.layer.pipe(
    Layer.provideMerge(
      bot(assignment, {
        http: { enabled: true, port: 0, directory: `${assignment.directory}/http` },
        trading: { strategy_evaluation_interval: 1 }
      })
    )
  )
  process.once("disconnect", () => process.exit())
  await Effect.raceFirst(
    serve,
    Effect.andThen(
      Orchestrator.use(({ run }) => run),
      Effect.never
    )
  ).pipe(Effect.provide(layer), Effect.runPromise)
}

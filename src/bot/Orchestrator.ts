/**
 * Runs the bot in real time: takes up what was open, then lets the feed, the loops and the reactions run under one scope
 * until it is told to stop or the feed ends. Stopping goes in steps, each bounded: no new bets, orders wound down, and only
 * then the loops end.
 */
import { Cause, Clock, Context, Duration, Effect, Exit, Layer, Stream } from "effect"
import { Settings } from "../config/Settings.ts"
import * as Bet from "../domain/Bet.ts"
import { Executor } from "../execution/Executor.ts"
import { MarketData, type MarketDataFailure } from "../market/MarketData.ts"
import type { MessageBatch } from "../market/MessageBatch.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import { DatabaseHealth } from "../persistence/DatabaseHealth.ts"
import { StorageFailure } from "../persistence/StorageFailure.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { TradingState } from "../risk/TradingState.ts"
import { ActiveStrategies } from "./ActiveStrategies.ts"
import { Feed } from "./Feed.ts"
import { Gauges } from "./Gauges.ts"
import { type Failure, forkLoop, forkReaction, type Loop } from "./Loop.ts"
import { Loops } from "./Loops.ts"
import { OpenBets } from "./OpenBets.ts"
import { Restart, type Restored } from "./Restart.ts"
import { TradingControl } from "./TradingControl.ts"

/** How a loop goes. Times are epoch milliseconds. */
export interface LoopStanding {
  readonly name: string
  readonly everyMs: number
  /** When a round last ended well; null before the first one. */
  readonly lastEndedAt: number | null
  /** Rounds that have failed since. */
  readonly failures: number
}

export interface OrchestratorStatus {
  readonly startedAt: number
  readonly restored: Restored | null
  readonly isStopping: boolean
  /** Empty until they run. */
  readonly loops: ReadonlyArray<LoopStanding>
}

export class Orchestrator extends Context.Service<
  Orchestrator,
  {
    /** Runs until it is interrupted or the feed has ended, and winds down in either case. */
    readonly run: Effect.Effect<void, StorageFailure | MarketDataFailure>
    readonly status: () => OrchestratorStatus
  }
>()("clever-better/bot/Orchestrator") {
  static readonly layer = Layer.effect(
    Orchestrator,
    Effect.suspend(() => make)
  )
}

const pulse = Duration.millis(250)

const make = Effect.gen(function* () {
  const { bot } = yield* Settings
  const data = yield* MarketData
  const executor = yield* Executor
  const risk = yield* RiskManager
  const breaker = yield* CircuitBreaker
  const trading = yield* TradingState
  const feed = yield* Feed
  const openBets = yield* OpenBets
  const strategies = yield* ActiveStrategies
  const notifier = yield* Notifier
  const database = yield* DatabaseHealth
  const restart = yield* Restart
  const gauges = yield* Gauges
  const control = yield* TradingControl
  const { loops, reactions } = yield* Loops
  const clock = yield* Clock.Clock
  const startedAt = clock.currentTimeMillisUnsafe()
  const standings = new Map<string, LoopStanding>()
  let restored: Restored | null = null
  let isStopping = false

  /** The loop, with each of its rounds noted. */
  const noted = (loop: Loop<StorageFailure>): Loop<StorageFailure> => {
    const { name } = loop
    const standing = { name, everyMs: Duration.toMillis(loop.every), lastEndedAt: null, failures: 0 }
    standings.set(name, standing)
    const ended = Effect.sync(
      () => void standings.set(name, { ...standing, lastEndedAt: clock.currentTimeMillisUnsafe() })
    )
    return { ...loop, run: Effect.andThen(loop.run, ended) }
  }

  const onFailure = ({ cause, name }: Failure) =>
    Effect.gen(function* () {
      const standing = standings.get(name)
      if (standing !== undefined) standings.set(name, { ...standing, failures: standing.failures + 1 })
      yield* Metrics.count("loop_failures_total", { loop: name })
      const failures = cause.reasons.filter(Cause.isFailReason).map(({ error }) => error)
      const ofStorage = failures.filter((error) => error instanceof StorageFailure)
      for (const { kind, operation } of ofStorage) yield* Metrics.count("database_failures_total", { operation, kind })
      // That the database is away is the guards' to tell, once; every loop would tell it again and again.
      const isOutage = ofStorage.some(({ kind }) => kind === "unavailable")
      if (!isOutage) yield* breaker.recordFailure(name, Cause.pretty(cause))
      yield* Effect.logError("A loop failed; it goes on", { loop: name }, cause)
    })

  const runFeed = Effect.fnUntraced(function* ({ markets }: Restored) {
    const woken = yield* Effect.forEach(reactions, (reaction) => forkReaction(reaction, onFailure))
    const wakeAll = Effect.sync(() => {
      for (const { wake } of woken) wake()
    })
    for (const loop of loops) yield* forkLoop(noted(loop), onFailure)
    // Not everything that sets off a reaction comes with a message: simulated orders also move while a market is quiet.
    yield* forkLoop({ name: "reactions", every: pulse, run: wakeAll }, onFailure)
    const receive = (batch: MessageBatch) =>
      Effect.andThen(
        Effect.sync(() => {
          for (let index = 0; index < batch.length; index++) feed.receiveFrom(batch, index)
        }),
        wakeAll
      )
    yield* Stream.runForEach(data.messages(markets), receive)
    for (const { pending, run } of reactions) if (pending()) yield* run
  })

  const hasOrders = () => [...openBets.all()].some((bet) => Bet.isExecutable(bet) && bet.status !== "unknown")

  /** Placements under way: the venue has not answered them. */
  const isPlacing = () => [...openBets.all()].some(({ status }) => status === "pending")

  const cancelAll = Effect.gen(function* () {
    const asked = yield* executor.cancelAll()
    if (asked > 0) yield* Effect.logInfo(`Cancelling the unmatched part of ${asked} orders`)
  })

  /**
   * Waits, while the loops still run, until placements under way are answered and, if so configured, no order can be matched
   * any more. The bound is a deadline and not a timeout, because a fiber that is being interrupted cannot interrupt its own
   * waiting.
   */
  const windDownOrders = Effect.gen(function* () {
    const deadline = (yield* Clock.currentTimeMillis) + Duration.toMillis(bot.shutdownTimeoutSeconds)
    const waitWhile = Effect.fnUntraced(function* (condition: () => boolean) {
      while (condition() && (yield* Clock.currentTimeMillis) < deadline) yield* Effect.sleep("100 millis")
    })
    const cancels = bot.onShutdown === "cancel"
    if (cancels) yield* cancelAll
    if (isPlacing()) {
      yield* waitWhile(isPlacing)
      if (cancels) yield* cancelAll
    }
    if (isPlacing()) yield* Effect.logWarning("Placements are left behind: they were not answered in time")
    if (!cancels) return
    yield* waitWhile(hasOrders)
    if (hasOrders()) yield* Effect.logWarning("Orders are left behind: they were not cancelled in time")
  })

  const windDown = Effect.fnUntraced(function* (exit: Exit.Exit<unknown, unknown>) {
    isStopping = true
    yield* risk.shutDown
    yield* windDownOrders
    yield* breaker.check
    yield* trading.check
    yield* notifier.notify({ _tag: "Stopped", reason: reasonOf(exit), openBets: openBets.count() })
  })

  /**
   * Writes what the loops would have written in their next round. Ends at the first write that fails. Who may be interrupted
   * while he asks somebody is so at once, and has nothing to write: the others still have.
   */
  const writeRest = Effect.forEach(
    [...reactions, ...loops.filter(({ writes }) => writes === true)],
    ({ run }: { readonly run: Effect.Effect<void, StorageFailure> }) =>
      Effect.catchCause(run, (cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.failCause(cause))),
    { discard: true }
  ).pipe(Effect.catchCause((cause) => Effect.logError("Not everything could be written before the end", cause)))

  const run = Effect.gen(function* () {
    breaker.onOpen((change) => notifier.notify({ _tag: "BreakerChanged", change }))
    restored = yield* restart.restore
    yield* control.follow
    // What was asked while no bot ran is in force before anything is placed.
    yield* control.check
    database.hurry()
    yield* notifier.notify({
      _tag: "Started",
      mode: executor.mode,
      feed: data.description,
      strategies: strategies.all().length
    })
    yield* gauges.follow
    yield* runFeed(restored).pipe(Effect.onExit((exit) => windDown(exit)))
  }).pipe(Effect.scoped, Effect.ensuring(writeRest))

  return Orchestrator.of({ run, status: () => ({ startedAt, restored, isStopping, loops: [...standings.values()] }) })
})

const reasonOf = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.isSuccess(exit) ? "the feed has ended" : Cause.hasInterruptsOnly(exit.cause) ? "as told" : "failed"

/**
 * Carries out what people ask of the running bot, by whichever way they ask: a command of another process, the halt file, or a
 * signal. A request that tightens is removed after it is in force, one that loosens before, so that a process that dies in
 * between has at worst halted twice.
 */
import { Context, Effect, Latch, Layer, Option, Result, type Scope } from "effect"
import { Settings } from "../config/Settings.ts"
import { explain } from "../domain/Decision.ts"
import { Executor } from "../execution/Executor.ts"
import { Reconciler } from "../execution/Reconciler.ts"
import { Notifier, type Notification } from "../monitoring/Notifier.ts"
import { AuditRepository } from "../persistence/AuditRepository.ts"
import { ControlFolder } from "../persistence/ControlFolder.ts"
import * as ControlRequests from "../persistence/ControlRequests.ts"
import type { ControlAction, ControlRequest, WaitingRequest } from "../persistence/ControlRequests.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { TradingStateRepository } from "../persistence/TradingStateRepository.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { type TradingChange, TradingState, type TradingStatus } from "../risk/TradingState.ts"
import * as HaltFile from "./HaltFile.ts"
import { OpenBets } from "./OpenBets.ts"

/** What has come of a request: done, with what there is to say of it, or why not. */
export interface Carried {
  readonly done: boolean
  readonly text: string
}

const done = (text: string): Carried => ({ done: true, text })
const notDone = (text: string): Carried => ({ done: false, text })

export class TradingControl extends Context.Service<
  TradingControl,
  {
    /**
     * Does what is asked, at once. What it fails with says that it is not known to be done: a halt is in force all the same,
     * a resumption is not.
     */
    readonly carryOut: (request: ControlRequest) => Effect.Effect<Carried, StorageFailure>
    /** Does what waits to be done, looks for the halt file, and writes what could not be written. */
    readonly check: Effect.Effect<void, StorageFailure>
    /** Halts on SIGUSR2 and tells of changes, until the scope closes. */
    readonly follow: Effect.Effect<void, never, Scope.Scope>
  }
>()("clever-better/bot/TradingControl") {
  static readonly layer = Layer.effect(
    TradingControl,
    Effect.suspend(() => make)
  )
}

const notificationOf = ({ to }: TradingChange): Notification => {
  switch (to.status) {
    case "Active":
      return { _tag: "Resumed", by: to.by }
    case "Reducing":
      return { _tag: "Reducing", by: to.by }
    case "Paused":
      return { _tag: "Paused", by: to.by }
    case "Halted":
      return { _tag: "Halted", reason: `${to.reason} (${to.by})` }
  }
}

/** Done before the request is removed; whatever loosens, or takes its time, is removed first. */
const tightens: ReadonlySet<ControlAction> = new Set(["pause", "reduce", "halt"])

const standing = ({ by, reason, status }: TradingStatus): Carried =>
  done(`trading is ${status.toLowerCase()}: ${reason} (${by})`)

const make = Effect.gen(function* () {
  const { bot } = yield* Settings
  const openBets = yield* OpenBets
  /** Where orders are real. */
  const reconciler = yield* Effect.serviceOption(Reconciler)
  const executor = yield* Executor
  const { mode } = executor
  const notifier = yield* Notifier
  const trading = yield* TradingState
  const breaker = yield* CircuitBreaker
  const audit = yield* AuditRepository
  const repository = yield* TradingStateRepository
  const folder = yield* ControlFolder

  const resetBreaker = Effect.fnUntraced(function* ({ by, reason }: ControlRequest) {
    const at = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
    yield* audit.append([{ mode, at, event: "breaker.reset", subject: "circuit_breaker", actor: by, data: { reason } }])
    yield* breaker.reset(`${reason} (${by})`)
    return done("the circuit breaker is closed")
  })

  const resume = ({ by, reason }: ControlRequest) =>
    Effect.suspend(() => {
      const halting = HaltFile.reasonIn(bot.haltFile)
      return halting === null
        ? Effect.map(trading.resume(reason, by), standing)
        : Effect.as(
            Effect.logWarning("Not resumed: remove the halt file first", { reason: halting, by }),
            notDone(`remove the halt file first: ${halting}`)
          )
    })

  const cancel = Effect.fnUntraced(function* ({ bet, by, reason }: ControlRequest) {
    const known = bet === undefined ? undefined : openBets.get(bet)
    if (known === undefined) return notDone(`${bet ?? "no bet"} is not open`)
    yield* Effect.logWarning("Cancelling a bet as asked", { bet_id: known.id, reason, by })
    const denial = yield* executor.cancelBet(known)
    return denial === null ? done("asked for 1 order to be cancelled") : notDone(explain(denial))
  })

  const cancelAll = Effect.fnUntraced(function* ({ by, reason }: ControlRequest) {
    const asked = yield* executor.cancelAll()
    yield* Effect.logWarning(`Cancelling the unmatched part of ${asked} orders as asked`, { reason, by })
    return done(`asked for ${asked} ${asked === 1 ? "order" : "orders"} to be cancelled`)
  })

  const reconcile = Option.match(reconciler, {
    onNone: () => Effect.succeed(notDone("paper orders have no exchange to be compared with")),
    onSome: (reconciler) =>
      Effect.match(reconciler.reconcile, {
        onFailure: ({ message }) => notDone(message),
        onSuccess: (differences) => done(`${differences} ${differences === 1 ? "difference" : "differences"} found`)
      })
  })

  const carryOut = (request: ControlRequest): Effect.Effect<Carried, StorageFailure> => {
    const { action, by, reason } = request
    switch (action) {
      case "pause":
        return Effect.map(trading.pause(reason, by), standing)
      case "reduce":
        return Effect.map(trading.reduce(reason, by), standing)
      case "halt":
        return Effect.map(trading.halt(reason, by), standing)
      case "resume":
        return resume(request)
      case "reset-breaker":
        return resetBreaker(request)
      case "cancel":
        return cancel(request)
      case "cancel-all":
        return cancelAll(request)
      case "reconcile":
        return reconcile
    }
  }

  const carryOutWaiting = (waiting: WaitingRequest): Effect.Effect<unknown, StorageFailure> => {
    const { id, remove, request } = waiting
    if (Result.isFailure(request)) {
      const halted = trading.halt(`the control request ${id} cannot be understood: ${request.failure}`, "bot")
      return Effect.andThen(halted, remove)
    }
    const carried = carryOut(request.success)
    return tightens.has(request.success.action) ? Effect.andThen(carried, remove) : Effect.andThen(remove, carried)
  }

  const carryOutAll = (waiting: ReadonlyArray<WaitingRequest>) =>
    Effect.forEach(waiting, carryOutWaiting, { discard: true })

  const checkHaltFile = Effect.suspend(() => {
    const reason = HaltFile.reasonIn(bot.haltFile)
    return reason === null ? Effect.void : trading.halt(reason, "halt file")
  })

  const checkFolder =
    folder === null ? Effect.void : Effect.flatMap(ControlRequests.waitingFiles(folder, mode), carryOutAll)

  /** That the database is away is the guards' to tell. Nothing is placed then, and the next look comes in a second. */
  const checkRows = ControlRequests.waitingRows(mode).pipe(
    Effect.provideService(TradingStateRepository, repository),
    Effect.flatMap(carryOutAll),
    Effect.catchIf(
      ({ kind }) => kind === "unavailable",
      () => Effect.void
    )
  )

  const onChange = Effect.fnUntraced(function* (change: TradingChange) {
    yield* notifier.notify(notificationOf(change))
    if (change.to.status !== "Halted" || bot.onHalt === "keep") return
    const asked = yield* executor.cancelAll()
    if (asked > 0) yield* Effect.logWarning(`Halted: cancelling the unmatched part of ${asked} orders`)
  })

  /** Halts within the signal's handler; a fiber says so and writes it. */
  const haltOnSignal = Effect.gen(function* () {
    const signalled = Latch.makeUnsafe(false)
    const onSignal = () => {
      trading.haltNow("the process was sent SIGUSR2", "signal")
      signalled.openUnsafe()
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => void process.on("SIGUSR2", onSignal)),
      () => Effect.sync(() => void process.off("SIGUSR2", onSignal))
    )
    yield* signalled.await.pipe(
      Effect.andThen(Effect.sync(() => signalled.closeUnsafe())),
      Effect.andThen(trading.check),
      Effect.forever,
      Effect.forkScoped
    )
  })

  return TradingControl.of({
    carryOut,
    // Without the database first: the file and the folder work while it is away.
    check: checkHaltFile.pipe(Effect.andThen(trading.check), Effect.andThen(checkFolder), Effect.andThen(checkRows)),
    follow: Effect.andThen(
      Effect.sync(() => trading.onChange(onChange)),
      haltOnSignal
    )
  })
})

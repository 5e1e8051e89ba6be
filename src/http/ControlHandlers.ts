/**
 * What the API does as it is told. Each call is kept in the audit table with who, why and from where. What tightens is done
 * first and kept after it; what loosens is not done unless it is kept.
 */
import { Clock, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ActiveStrategies, type StrategyChangeFailure } from "../bot/ActiveStrategies.ts"
import { TradingControl } from "../bot/TradingControl.ts"
import type { BetId, StrategyId } from "../domain/Identifiers.ts"
import { Executor } from "../execution/Executor.ts"
import { AuditRepository } from "../persistence/AuditRepository.ts"
import type { ControlAction } from "../persistence/ControlRequests.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { Caller } from "./Access.ts"
import { Api, NotDone, Unavailable, Unprocessable } from "./Api.ts"
import type { DoneAnswer } from "./wire/Answers.ts"

interface Why {
  readonly reason: string
  readonly by?: string | undefined
}

/** Whoever does not say who they are. */
const nameless = "api"

const unavailable = ({ message }: StorageFailure) => new Unavailable({ message })

const strategyFailed = (failure: StrategyChangeFailure) =>
  failure._tag === "StrategyRefused" ? new Unprocessable({ message: failure.message }) : unavailable(failure)

/** What must not be done unless it is kept: it lets bets pass that did not before. */
const loosening: ReadonlySet<ControlAction> = new Set(["resume", "reset-breaker"])

const noteOf = ({ by, reason }: Why) => `${reason} (${by ?? nameless})`

const changed = (text: string) => (): DoneAnswer => ({ text })

export const layer = HttpApiBuilder.group(
  Api,
  "control",
  Effect.fnUntraced(function* (handlers) {
    const clock = yield* Clock.Clock
    const { mode } = yield* Executor
    const control = yield* TradingControl
    const strategies = yield* ActiveStrategies
    const audit = yield* AuditRepository

    const keep = Effect.fnUntraced(function* (event: string, subject: string, why: Why, data: object = {}) {
      const { address } = yield* Caller
      const entry = {
        mode,
        at: clock.currentTimeMillisUnsafe(),
        event: `api.${event}`,
        subject,
        actor: why.by ?? nameless,
        data: { reason: why.reason, from: address, ...data }
      }
      yield* Effect.logInfo("Asked over HTTP", { event, subject, by: entry.actor, reason: why.reason, from: address })
      yield* audit.append([entry])
    })

    const keepAfter = (...kept: Parameters<typeof keep>) =>
      Effect.catch(keep(...kept), ({ message }) =>
        Effect.logError("What was asked over HTTP is done, and could not be kept", { event: kept[0], message })
      )

    const carryOut = Effect.fnUntraced(function* (action: ControlAction, why: Why, bet?: BetId) {
      const subject = bet ?? "trading"
      const request = { action, reason: why.reason, by: why.by ?? nameless, ...(bet === undefined ? {} : { bet }) }
      if (loosening.has(action)) yield* Effect.mapError(keep(action, subject, why), unavailable)
      const carried = yield* Effect.mapError(control.carryOut(request), unavailable)
      if (!loosening.has(action)) yield* keepAfter(action, subject, why, { result: carried.text })
      return yield* carried.done
        ? Effect.succeed<DoneAnswer>({ text: carried.text })
        : new NotDone({ message: carried.text })
      // What was begun is ended, though the caller hangs up.
    }, Effect.uninterruptible)

    const enable = (id: StrategyId, why: Why) =>
      keep("strategy.enable", id, why).pipe(
        Effect.andThen(strategies.enable(id, noteOf(why))),
        Effect.mapBoth({ onFailure: strategyFailed, onSuccess: changed(`${id} trades`) }),
        Effect.uninterruptible
      )

    const disable = (id: StrategyId, why: Why) =>
      strategies
        .disable(id, noteOf(why))
        .pipe(
          Effect.ensuring(keepAfter("strategy.disable", id, why)),
          Effect.mapBoth({ onFailure: strategyFailed, onSuccess: changed(`${id} is switched off`) }),
          Effect.uninterruptible
        )

    const set = (id: StrategyId, why: Why, parameters: Readonly<Record<string, unknown>>) =>
      keep("strategy.set", id, why, { parameters }).pipe(
        Effect.andThen(strategies.set(id, parameters)),
        Effect.mapBoth({ onFailure: strategyFailed, onSuccess: changed(`${id} has its new parameters`) }),
        Effect.uninterruptible
      )

    return handlers.handleAll({
      pause: ({ payload }) => carryOut("pause", payload),
      reduce: ({ payload }) => carryOut("reduce", payload),
      resume: ({ payload }) => carryOut("resume", payload),
      halt: ({ payload }) => carryOut("halt", payload),
      resetBreaker: ({ payload }) => carryOut("reset-breaker", payload),
      reconcile: ({ payload }) => carryOut("reconcile", payload),
      cancelAll: ({ payload }) => carryOut("cancel-all", payload),
      cancelBet: ({ params, payload }) => carryOut("cancel", payload, params.betId),
      enableStrategy: ({ params, payload }) => enable(params.id, payload),
      disableStrategy: ({ params, payload }) => disable(params.id, payload),
      setStrategy: ({ params, payload }) => set(params.id, payload, payload.parameters)
    })
  })
)

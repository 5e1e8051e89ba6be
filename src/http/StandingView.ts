/**
 * How everything stands that betting leans on, in one strip: the checks of readiness, and what else its owner looks at. All
 * of it is in memory: cheap enough for every second.
 */
import { Clock, Context, Effect, Layer, Option } from "effect"
import { Tally } from "../bot/Tally.ts"
import { Settings } from "../config/Settings.ts"
import { Executor } from "../execution/Executor.ts"
import { TransactionCount } from "../risk/TransactionCount.ts"
import { HealthView } from "./HealthView.ts"
import type { CheckAnswer } from "./wire/Answers.ts"
import type { StandingAnswer } from "./wire/StandingAnswer.ts"

export class StandingView extends Context.Service<
  StandingView,
  { readonly standings: Effect.Effect<ReadonlyArray<StandingAnswer>> }
>()("clever-better/http/StandingView") {
  static readonly layer = Layer.effect(
    StandingView,
    Effect.suspend(() => make)
  ).pipe(Layer.provide(HealthView.layer))
}

/** Of the hour's transactions: from here on it is worth a look. */
const manyOfLimit = 0.8

const ofCheck = ({ name, text, well }: CheckAnswer): StandingAnswer => ({ name, state: well ? "well" : "bad", text })

const make = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const { features, guards } = yield* Settings
  const { mode } = yield* Executor
  const health = yield* HealthView
  const { model } = yield* Tally
  const count = yield* Effect.serviceOption(TransactionCount)

  /** What only a bot with an account has, told of one without. */
  const absent = (name: string): StandingAnswer => ({ name, state: "none", text: `none in ${mode} mode` })

  const ofModel = (now: number): StandingAnswer => {
    const name = "model"
    if (!features.mlPredictionsEnabled) return { name, state: "none", text: "features.ml_predictions_enabled is false" }
    if (model.problem !== null) return { name, state: "bad", text: model.problem }
    if (model.lastAnswerAt === null) return { name, state: "none", text: "no strategy has asked for a prediction yet" }
    const seconds = ((now - model.lastAnswerAt) / 1000).toFixed(0)
    return { name, state: "well", text: `${model.answers} answers, the last ${seconds} s ago` }
  }

  const transactions = (): StandingAnswer => {
    const name = "transactions"
    const limit = guards.maxTransactionsPerHour
    return Option.match(count, {
      onNone: () => absent(name),
      onSome: ({ thisHour }) => {
        const used = thisHour()
        const state = used >= limit ? "bad" : used >= limit * manyOfLimit ? "warn" : "well"
        return { name, state, text: `${used} of ${limit} this hour` }
      }
    })
  }

  return StandingView.of({
    standings: Effect.gen(function* () {
      const { checks } = yield* health.ready
      const now = clock.currentTimeMillisUnsafe()
      const named = new Set(checks.map(({ name }) => name))
      const missing = ["session", "market stream", "order stream", "reconciliation", "clock"].filter(
        (name) => !named.has(name)
      )
      return [...checks.map(ofCheck), ...missing.map(absent), ofModel(now), transactions()]
    })
  })
})

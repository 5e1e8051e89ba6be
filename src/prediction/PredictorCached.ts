/**
 * A predictor that asks a question once: while the features of a race are the same and the answer is young, it is given
 * again, and whoever asks while the question is under way shares its answer.
 *
 * An answer is filed under its race, the version of the model that gave it, and the hash of all runners with their
 * features. Not under each runner alone, because a runner's chance depends on the whole field. When an answer names a new
 * version, what the one before said is not used again.
 */
import { Cache, Duration, Effect, Equal, Exit, Hash, Layer } from "effect"
import * as Metrics from "../monitoring/Metrics.ts"
import { type Answer, ModelClient } from "./ModelClient.ts"
import { Predictor } from "./Predictor.ts"
import * as Question from "./Question.ts"

export interface PredictorCachedOptions {
  /** How long an answer is used. */
  readonly timeToLive: Duration.Duration
  /** Answers that are kept. */
  readonly capacity: number
}

export const layer = (options: PredictorCachedOptions): Layer.Layer<Predictor, never, ModelClient> =>
  Layer.effect(Predictor, make(options))

/** A question to the model of one version; it carries what has to be asked if nobody has. */
class Key implements Equal.Equal {
  readonly question: Question.Question
  readonly version: string
  private readonly name: string

  constructor(question: Question.Question, version: string) {
    this.question = question
    this.version = version
    this.name = `${question.marketId} ${question.hash} ${version}`
  }

  [Equal.symbol](other: Equal.Equal): boolean {
    return other instanceof Key && other.name === this.name
  }

  [Hash.symbol](): number {
    return Hash.string(this.name)
  }
}

const nothing: Answer["predictions"] = new Map()

const make = Effect.fnUntraced(function* ({ capacity, timeToLive }: PredictorCachedOptions) {
  const client = yield* ModelClient
  let asked = 0
  let misses = 0
  const hits = () => asked - misses
  /** Of the last answer; empty before the first. */
  let version = ""

  const cache = yield* Cache.makeWith(
    (key: Key) =>
      Effect.suspend(() => {
        misses++
        return client.ask(key.question)
      }),
    // A failure is not remembered: the next round asks again.
    { capacity, timeToLive: (exit) => (Exit.isSuccess(exit) ? timeToLive : Duration.zero) }
  )

  /** An answer that was asked for from another version than gave it is filed under the one that gave it. */
  const file = (asked: Key, answer: Answer) =>
    Effect.suspend(() => {
      version = answer.modelVersion
      return Duration.isZero(timeToLive)
        ? Effect.void
        : Effect.andThen(Cache.invalidate(cache, asked), Cache.set(cache, new Key(asked.question, version), answer))
    })

  const predict = Effect.fnUntraced(function* (question: Question.Question) {
    const key = new Key(question, version)
    asked++
    const answer = yield* Cache.get(cache, key)
    if (answer.modelVersion !== key.version) yield* file(key, answer)
    return answer.predictions
  })

  yield* Metrics.follow("prediction_cache_hits_total", {}, hits)
  yield* Metrics.follow("prediction_cache_misses_total", {}, () => misses)
  yield* Metrics.follow("prediction_cache_hit_ratio", {}, () => (asked === 0 ? 0 : hits() / asked))
  const runSync = Effect.runSyncWith(yield* Effect.context<never>())
  yield* Metrics.follow("prediction_cache_races", {}, () => runSync(Cache.size(cache)))

  return Predictor.of({
    predict: (race) =>
      Effect.suspend(() => {
        const question = Question.of(race)
        return question === null ? Effect.succeed(nothing) : predict(question)
      })
  })
})

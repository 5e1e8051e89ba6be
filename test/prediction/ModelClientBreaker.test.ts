import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { TestClock } from "effect/testing"
import { type Answer, ModelClient } from "../../src/prediction/ModelClient.ts"
import * as ModelClientBreaker from "../../src/prediction/ModelClientBreaker.ts"
import { PredictionFailure } from "../../src/prediction/Predictor.ts"
import * as Question from "../../src/prediction/Question.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"

const { book, market, now } = new Scenario([2.5, 3.5, 5].map((back) => ({ back, lay: back + 0.05 })))
const question = Question.of({ book, market, at: now })!
const answer: Answer = { modelVersion: "v1", predictions: new Map() }

type Mood = PredictionFailure["kind"] | "well" | "slow" | "dying"

/** A service that is in a mood: what it does not answer in time it holds for half a second. */
class Service {
  mood: Mood = "well"
  readonly asked: Array<Question.Question> = []

  readonly layer = Layer.succeed(ModelClient, {
    ask: (question) =>
      Effect.suspend(() => {
        this.asked.push(question)
        const { mood } = this
        if (mood === "well") return Effect.succeed(answer)
        if (mood === "slow") return Effect.delay(Effect.succeed(answer), "1700 millis")
        if (mood === "dying") return Effect.die(new Error("a bug"))
        const failure = Effect.fail(
          new PredictionFailure({ marketId: question.marketId, kind: mood, message: `it was ${mood}` })
        )
        return mood === "late" ? Effect.delay(failure, "500 millis") : failure
      })
  })
}

type Ask = ModelClient["Service"]["ask"]

const guarding = <A, E>(test: (service: Service, ask: Ask) => Effect.Effect<A, E>) => {
  const service = new Service()
  return ModelClient.use(({ ask }) => test(service, ask)).pipe(
    Effect.provide(ModelClientBreaker.layer.pipe(Layer.provide(service.layer), Layer.provideMerge(Logger.layer([]))))
  )
}

/** How an answer is waited for: what becomes of it, and after how many milliseconds. */
const waited = Effect.fnUntraced(function* (ask: Ask, asked: Question.Question = question) {
  const asking = yield* Effect.forkChild(Effect.result(ask(asked)), { startImmediately: true })
  for (let ms = 0; ; ms += 100) {
    yield* Effect.yieldNow
    const exit = asking.pollUnsafe()
    if (exit !== undefined) {
      const result = yield* Fiber.join(asking)
      return [result._tag === "Success" ? "answered" : result.failure.message, ms] as const
    }
    yield* TestClock.adjust("100 millis")
  }
})

const open = Effect.fnUntraced(function* (service: Service, ask: Ask) {
  service.mood = "late"
  for (let n = 0; n < ModelClientBreaker.failuresAllowed; n++) yield* waited(ask)
})

const notAsked = "not asked until a trial is answered, after 3 failures in a row: it was late"

describe("ModelClientBreaker", () => {
  it.effect("lets nobody wait after three answers in a row that did not come", () =>
    guarding((service, ask) =>
      Effect.gen(function* () {
        service.mood = "late"
        for (let n = 0; n < 3; n++) expect(yield* waited(ask)).toEqual(["it was late", 500])
        for (let n = 0; n < 3; n++) expect(yield* waited(ask)).toEqual([notAsked, 0])
        expect(service.asked).toHaveLength(3)
      })
    )
  )

  it.effect("opens for a service that is away, and for failures under way at the same time", () =>
    guarding((service, ask) =>
      Effect.gen(function* () {
        service.mood = "unavailable"
        yield* Effect.forEach([1, 2, 3, 4], () => Effect.exit(ask(question)), { concurrency: "unbounded" })
        const asked = service.asked.length
        expect((yield* waited(ask))[0]).toContain("not asked")
        expect(service.asked).toHaveLength(asked)
      })
    )
  )

  it.effect("asks on after failures that answers come between, and after refusals and nonsense", () =>
    guarding((service, ask) =>
      Effect.gen(function* () {
        for (const mood of ["late", "late", "well", "late", "late", "refused", "late", "unusable", "late"] as const) {
          service.mood = mood
          yield* waited(ask)
        }
        for (let n = 0; n < 5; n++) {
          service.mood = "refused"
          expect(yield* waited(ask)).toEqual(["it was refused", 0])
        }
        expect(service.asked).toHaveLength(14)
      })
    )
  )

  it.effect("tries the service in the background, ever more seldom, with what was asked last", () =>
    guarding((service, ask) =>
      Effect.gen(function* () {
        yield* open(service, ask)
        service.mood = "unavailable"
        const other = { ...question, hash: "another" }
        yield* waited(ask, other)
        const trials: Array<number> = []
        for (let second = 1; second <= 100; second++) {
          const before = service.asked.length
          yield* TestClock.adjust("1 second")
          if (service.asked.length > before) trials.push(second)
        }
        expect(trials).toEqual([1, 3, 7, 15, 31, 61, 91])
        expect(service.asked.slice(3)).toEqual(trials.map(() => other))
      })
    )
  )

  it.effect("goes on trying whatever a trial comes to", () =>
    guarding((service, ask) =>
      Effect.gen(function* () {
        yield* open(service, ask)
        service.mood = "dying"
        yield* TestClock.adjust("1 second")
        service.mood = "well"
        yield* TestClock.adjust("2 seconds")
        expect(yield* waited(ask)).toEqual(["answered", 0])
      })
    )
  )

  it.effect("lets everybody ask once a trial was answered, and opens with the next failure", () =>
    guarding((service, ask) =>
      Effect.gen(function* () {
        yield* open(service, ask)
        service.mood = "well"
        yield* TestClock.adjust("1 second")
        service.mood = "late"
        expect(yield* waited(ask)).toEqual(["it was late", 500])
        expect((yield* waited(ask))[0]).toContain("not asked")
        // Twice as long as at first.
        service.mood = "well"
        yield* TestClock.adjust("1900 millis")
        expect((yield* waited(ask))[0]).toContain("not asked")
        yield* TestClock.adjust("100 millis")
        expect(yield* waited(ask)).toEqual(["answered", 0])
        // That was the end of it: three failures are allowed again.
        service.mood = "late"
        for (let n = 0; n < 3; n++) expect(yield* waited(ask)).toEqual(["it was late", 500])
        expect(yield* waited(ask)).toEqual([notAsked, 0])
      })
    )
  )

  it.effect("closes with an answer that was under way", () =>
    guarding((service, ask) =>
      Effect.gen(function* () {
        service.mood = "slow"
        const slow = yield* Effect.forkChild(ask(question), { startImmediately: true })
        yield* open(service, ask)
        service.mood = "well"
        expect((yield* waited(ask))[0]).toBe(notAsked)
        yield* TestClock.adjust("200 millis")
        expect(yield* Fiber.join(slow)).toBe(answer)
        expect(yield* waited(ask)).toEqual(["answered", 0])
        yield* TestClock.adjust("1 minute")
        expect(service.asked).toHaveLength(5)
      })
    )
  )

  it.effect("shows how it stands, and how many questions were not put", () =>
    guarding((service, ask) =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        const look = Effect.map(PrometheusMetrics.format(), (text) => {
          const state = /^clever_better_prediction_breaker_state (\d)$/m.exec(text)?.[1]
          const skipped = /^clever_better_prediction_requests_total\{outcome="not_asked"\} (\d+)$/m.exec(text)?.[1]
          seen.push(`${state} ${skipped ?? 0}`)
        })
        yield* look
        yield* open(service, ask)
        yield* waited(ask)
        yield* look
        service.mood = "well"
        yield* TestClock.adjust("1 second")
        yield* look
        yield* waited(ask)
        yield* look
        expect(seen).toEqual(["0 0", "2 1", "1 1", "0 1"])
      })
    ).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})

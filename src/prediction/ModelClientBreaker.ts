/**
 * A model client that is left alone while it does not answer. An answer that comes too late costs whoever waits for it the
 * whole deadline, and a bot that looks at every update asks again with each: after a few failures in a row nobody waits any
 * more. Questions then fail at once, and the service is tried in the background, where nobody waits, until it answers.
 * Effect's own `CircuitBreaker` makes the next caller its probe; here no caller may be.
 */
import { Effect, Exit, FiberHandle, Layer } from "effect"
import * as Metrics from "../monitoring/Metrics.ts"
import * as OnDemand from "../monitoring/OnDemand.ts"
import { type Answer, ModelClient } from "./ModelClient.ts"
import { PredictionFailure } from "./Predictor.ts"
import type { Question } from "./Question.ts"

/**
 * Closed: everybody asks. Open: nobody but the trials does. Half open: a trial was answered, so everybody asks, and the next
 * failure opens it again.
 */
type Phase = "closed" | "half_open" | "open"

const gauge: Readonly<Record<Phase, number>> = { closed: 0, half_open: 1, open: 2 }

/** Failures in a row by which it opens. */
export const failuresAllowed = 3
/** Before the first trial; each that fails doubles it. */
const firstPauseMs = 1000
const longestPauseMs = 30_000

/** Needs the client that it guards. */
export const layer: Layer.Layer<ModelClient, never, ModelClient> = Layer.effect(
  ModelClient,
  Effect.suspend(() => make)
)

/** A refusal or nonsense is an answer: it comes at once, and may be about one race alone. */
const isSilence = ({ kind }: PredictionFailure): boolean => kind === "unavailable" || kind === "late"

const make = Effect.gen(function* () {
  const client = yield* ModelClient
  const trying = yield* FiberHandle.make<void>()
  let phase: Phase = "closed"
  let failures = 0
  let pauseMs = firstPauseMs
  yield* Metrics.follow("prediction_breaker_state", {}, () => gauge[phase])

  const answered = Effect.suspend(() => {
    failures = 0
    pauseMs = firstPauseMs
    if (phase === "closed") return Effect.void
    phase = "closed"
    return Effect.andThen(FiberHandle.clear(trying), Effect.logInfo("The prediction service is asked again"))
  })

  const failed = (question: Question, { message }: PredictionFailure) =>
    Effect.suspend(() => {
      // What was under way when it opened says nothing new.
      if (phase === "open") return Effect.void
      failures++
      if (phase === "closed" && failures < failuresAllowed) return Effect.void
      if (phase === "half_open") pauseMs = longer(pauseMs)
      phase = "open"
      lastFailure = message
      newest = question
      return Effect.andThen(
        FiberHandle.run(trying, trials),
        Effect.logWarning("The prediction service is not asked until it answers a trial").pipe(
          Effect.annotateLogs({ failures, pause_ms: pauseMs, message })
        )
      )
    })

  let lastFailure = ""
  /** What was last asked: a trial asks the same. */
  let newest: Question

  const trials = Effect.gen(function* () {
    while (phase === "open") {
      yield* Effect.sleep(pauseMs)
      const trial = OnDemand.span("Predictor.trial", () => ({ market_id: newest.marketId }), { root: true })
      const exit = yield* Effect.exit(trial(client.ask(newest)))
      if (isAnswered(exit)) phase = "half_open"
      else pauseMs = longer(pauseMs)
    }
  })

  const ask = (question: Question) =>
    client.ask(question).pipe(
      Effect.tap(answered),
      Effect.tapError((failure) => (isSilence(failure) ? failed(question, failure) : answered))
    )

  const refuse = (question: Question) => {
    newest = question
    return Effect.andThen(
      Metrics.count("prediction_requests_total", { outcome: "not_asked" }),
      new PredictionFailure({
        marketId: question.marketId,
        kind: "unavailable",
        message: `not asked until a trial is answered, after ${failures} failures in a row: ${lastFailure}`
      })
    )
  }

  return ModelClient.of({
    ask: (question) => Effect.suspend(() => (phase === "open" ? refuse(question) : ask(question)))
  })
})

const longer = (pauseMs: number): number => Math.min(2 * pauseMs, longestPauseMs)

const isAnswered = (exit: Exit.Exit<Answer, PredictionFailure>): boolean =>
  Exit.match(exit, {
    onSuccess: () => true,
    onFailure: ({ reasons }) => reasons.every((reason) => reason._tag === "Fail" && !isSilence(reason.error))
  })

import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { runnerKey, SelectionId, StrategyId } from "../../src/domain/Identifiers.ts"
import type { PlaceSignal, Signal, StrategySignal } from "../../src/domain/Signal.ts"
import * as PredictionFilter from "../../src/prediction/PredictionFilter.ts"
import { type Prediction, Predictor } from "../../src/prediction/Predictor.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"

const race = new Scenario([1, 2, 3].map(() => ({ back: 3, lay: 3.05 })))
const needy = StrategyId.make("needy")

const prediction = (probability: number, change: Partial<Prediction> = {}): Prediction => ({
  probability,
  confidence: 0.8,
  modelVersion: "v1",
  ...change
})

/** Of runners 1, 2, … in turn. */
const predictions = (...of: ReadonlyArray<number | Prediction>): PredictionFilter.Predictions =>
  new Map(of.map((each, index) => [runnerKey(index + 1), typeof each === "number" ? prediction(each) : each]))

const usual = predictions(0.4, 0.35, 0.25)

const place = (change: Partial<PlaceSignal> = {}): PlaceSignal => ({
  _tag: "Place",
  selectionId: SelectionId.make(1),
  side: "BACK",
  order: { _tag: "LIMIT", price: 300 },
  sizing: { _tag: "KELLY" },
  probability: 0.5,
  confidence: 0.7,
  reason: "test",
  ...change
})

const wish = (signal: Signal, strategyId = needy): StrategySignal => ({
  strategyId,
  marketId: race.book.marketId,
  signal,
  at: race.now
})

const filter = (signal: Signal, change: Partial<PredictionFilter.Terms> = {}, strategyId = needy) =>
  PredictionFilter.filter([wish(signal, strategyId)], {
    market: race.market,
    predictions: usual,
    needsPrediction: (id) => id === needy,
    bet: () => undefined,
    minConfidence: 0,
    minExpectedValue: 0,
    commission: 0.05,
    ...change
  })

const denial = (signal: Signal, change: Partial<PredictionFilter.Terms> = {}) => {
  const { decisions, kept } = filter(signal, change)
  expect(kept).toEqual([])
  expect(decisions).toHaveLength(1)
  return decisions[0]
}

describe("PredictionFilter.filter", () => {
  it("gives a signal the model's probability", () => {
    expect(filter(place())).toMatchObject({ kept: [wish(place({ probability: 0.4 }))], decisions: [] })
  })

  it("says what each prediction did to a signal, and what it expects of it", () => {
    const judged = (signal: Signal, change: Partial<PredictionFilter.Terms> = {}) =>
      filter(signal, change).judgements.map(({ outcome, reason }) => [outcome, reason])
    expect(filter(place()).judgements).toEqual([
      {
        strategyId: needy,
        runner: runnerKey(1),
        side: "BACK",
        outcome: "repriced",
        reason: null,
        expectedValue: expect.closeTo(0.4 * 2 * 0.95 - 0.6, 12)
      }
    ])
    expect(judged(place({ probability: 0.4 }))).toEqual([["passed", null]])
    expect(judged(place({ selectionId: SelectionId.make(3) }))).toEqual([["blocked", "prediction_against"]])
    expect(
      judged(place(), { predictions: predictions(prediction(0.4, { confidence: 0.1 })), minConfidence: 0.5 })
    ).toEqual([["blocked", "confidence_too_low"]])
    expect(filter(place({ order: { _tag: "MARKET_ON_CLOSE" } })).judgements).toMatchObject([{ expectedValue: null }])
    expect(judged(place(), { predictions: null })).toEqual([])
    expect(filter(place(), {}, StrategyId.make("other")).judgements).toEqual([])
  })

  it("blocks a signal whose price has no value by the model, with the numbers", () => {
    const { denial: why, ...decision } = denial(place({ selectionId: SelectionId.make(3) }))!
    expect(decision).toEqual({
      at: race.now,
      strategyId: needy,
      marketId: race.book.marketId,
      runner: runnerKey(3),
      step: "prediction"
    })
    expect(why).toMatchObject({ reason: "prediction_against", limit: 0 })
    expect(why.value).toBeCloseTo(0.25 * 2 * 0.95 - 0.75, 12)
  })

  it("judges a lay by the other side of the probability", () => {
    expect(filter(place({ side: "LAY", selectionId: SelectionId.make(3) })).kept).toHaveLength(1)
    expect(denial(place({ side: "LAY" }))?.denial.reason).toBe("prediction_against")
  })

  it("asks for the least expected value net of commission", () => {
    expect(filter(place(), { minExpectedValue: 0.15 }).kept).toHaveLength(1)
    expect(denial(place(), { minExpectedValue: 0.17 })?.denial).toMatchObject({
      reason: "prediction_against",
      limit: 0.17
    })
    expect(filter(place(), { minExpectedValue: 0.17, commission: 0 }).kept).toHaveLength(1)
  })

  it.each([
    ["one is not a number", predictions(0.4, NaN, 0.25)],
    ["one is certain", predictions(1, 0.35, 0.25)],
    ["one is impossible", predictions(0.4, 0, 0.6)],
    ["one has no confidence", predictions(0.4, 0.35, prediction(0.25, { confidence: 0 }))],
    ["one has too much confidence", predictions(0.4, 0.35, prediction(0.25, { confidence: 1.5 }))],
    ["the model has no version", predictions(0.4, 0.35, prediction(0.25, { modelVersion: "" }))],
    ["they sum to too much", predictions(0.6, 0.35, 0.25)],
    ["they sum to too little", predictions(0.4, 0.2, 0.2)]
  ])("places nothing for a strategy that needs predictions when %s, and lets others be", (_, unusable) => {
    expect(denial(place(), { predictions: unusable })?.denial).toEqual({ reason: "prediction_unusable" })
    expect(filter(place(), { predictions: unusable }, StrategyId.make("other")).kept).toEqual([
      wish(place(), StrategyId.make("other"))
    ])
  })

  it.each([
    ["there are none", null],
    ["the model knows no runner", predictions()],
    ["the runner has none", new Map([...usual].slice(1))]
  ])("places nothing for a strategy that needs predictions when %s, and lets others be", (_, missing) => {
    expect(denial(place(), { predictions: missing })?.denial).toEqual({ reason: "prediction_missing" })
    expect(filter(place(), { predictions: missing }, StrategyId.make("other")).kept).toEqual([
      wish(place(), StrategyId.make("other"))
    ])
  })

  it("says that the service did not answer where it did not", () => {
    const terms = { predictions: null, lack: "prediction_unavailable" } as const
    expect(denial(place(), terms)?.denial).toEqual({ reason: "prediction_unavailable" })
  })

  it("accepts predictions of a part of the field", () => {
    expect(filter(place(), { predictions: predictions(0.4) }).kept).toHaveLength(1)
  })

  it("expects the probabilities of a place market to sum to its winners", () => {
    const market = { ...race.market, numberOfWinners: 2 }
    expect(filter(place(), { market, predictions: predictions(0.7, 0.7, 0.6) }).kept).toHaveLength(1)
    expect(denial(place(), { market })?.denial.reason).toBe("prediction_unusable")
  })

  it("drops signals below the least confidence, the strategy's or the model's", () => {
    const low = { reason: "confidence_too_low", limit: 0.75 }
    expect(denial(place(), { minConfidence: 0.75 })?.denial).toEqual({ ...low, value: 0.7 })
    const unsure = predictions(prediction(0.4, { confidence: 0.6 }), 0.35, 0.25)
    expect(denial(place({ confidence: 0.9 }), { minConfidence: 0.75, predictions: unsure })?.denial).toEqual({
      ...low,
      value: 0.6
    })
    expect(filter(place(), { minConfidence: 0.75 }, StrategyId.make("other")).kept).toEqual([])
    expect(denial(place({ confidence: NaN }))?.denial.reason).toBe("confidence_too_low")
  })

  it("needs a prediction, but no price, for an order at the starting price", () => {
    const signal = place({ order: { _tag: "MARKET_ON_CLOSE" }, selectionId: SelectionId.make(3) })
    expect(filter(signal).kept).toEqual([wish({ ...signal, probability: 0.25 })])
    expect(denial(signal, { predictions: null })?.denial.reason).toBe("prediction_missing")
  })

  it("never holds a cancellation back", () => {
    const cancel: Signal = { _tag: "Cancel", betId: race.bet(1, "BACK", 3, 2).id, reason: "" }
    expect(filter(cancel, { predictions: null, minConfidence: 1 }).kept).toEqual([wish(cancel)])
  })

  it("judges a replacement by its bet and the new price", () => {
    const bet = race.bet(1, "BACK", 3, 2)
    const replace = (price: number): Signal => ({ _tag: "Replace", betId: bet.id, price, reason: "" })
    const terms = { bet: () => bet }
    expect(filter(replace(300), terms).kept).toHaveLength(1)
    expect(denial(replace(240), terms)?.denial.reason).toBe("prediction_against")
    expect(denial(replace(300), { ...terms, predictions: null })?.denial.reason).toBe("prediction_missing")
    expect(denial(replace(300))?.denial.reason).toBe("bet_not_found")
  })
})

describe("Predictor.layerNone", () => {
  it.effect("has no opinion of any race", () =>
    Effect.gen(function* () {
      const predictor = yield* Predictor
      expect(yield* predictor.predict({ market: race.market, book: race.book, at: race.now })).toEqual(new Map())
    }).pipe(Effect.provide(Predictor.layerNone))
  )
})

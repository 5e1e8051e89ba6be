import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Spans } from "../monitoring/Spans.ts"
import { back, backer, strategy } from "../builders/strategies.ts"
import { allBets, anOpenRace, noon, pass, tell, TestBot, withBot } from "./TestBot.ts"

/** The traces of a test go to `Spans`, which the test can read. */
const telemetry = Layer.empty

const traced = <A, E, R>(test: Effect.Effect<A, E, R>) => Effect.provide(test, Spans.layer)

const ended = Effect.flatMap(Spans, ({ ended }) => ended)

const idOf = (span: ReadableSpan) => span.spanContext().spanId

const childrenOf = (spans: ReadonlyArray<ReadableSpan>, parent: ReadableSpan) =>
  spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === idOf(parent))

const named = (spans: ReadonlyArray<ReadableSpan>, name: string) => spans.filter((span) => span.name === name)

const steps = [
  "CircuitBreaker.check",
  "RiskManager.update",
  "RiskManager.limits",
  "Races.upcoming",
  "Strategies.evaluate",
  "Predictions.filter",
  "Signals.execute",
  "Outcomes.record"
]

describe("the trace of a trading cycle", () => {
  it.effect("begins at once and then each minute, each cycle a trace of its own", () =>
    withBot({ telemetry })(
      Effect.gen(function* () {
        yield* pass("130 seconds")
        const cycles = named(yield* ended, "TradingCycle")
        expect(cycles.map(({ startTime: [seconds] }) => seconds - noon / 1000)).toEqual([0, 60, 120])
        expect(cycles.map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined, undefined])
        expect(new Set(cycles.map((span) => span.spanContext().traceId)).size).toBe(3)
      })
    ).pipe(traced)
  )

  it.effect("has a child for each step, in their order", () =>
    withBot({ telemetry })(
      Effect.gen(function* () {
        const spans = yield* ended
        const [cycle] = named(spans, "TradingCycle")
        expect(childrenOf(spans, cycle!).map(({ name }) => name)).toEqual(steps)
      })
    ).pipe(traced)
  )

  it.effect("has a child for each bet, with the fields by which it is found in the logs", () =>
    withBot({ strategies: [backer()], telemetry })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("61 seconds")
        const [bet] = yield* allBets
        const spans = yield* ended
        const [execution] = named(spans, "Signals.execute").slice(-1)
        const [place, ...others] = childrenOf(spans, execution!)
        expect(others).toEqual([])
        expect(place).toMatchObject({
          name: "Place",
          attributes: {
            strategy_id: "backer",
            race_id: "1.1",
            runner_id: 1,
            signal_confidence: 0.8,
            side: "BACK",
            stake: 2,
            odds: 3,
            market_id: "1.1",
            bet_id: bet!.id,
            paper_trading: true,
            current_exposure: 2,
            daily_loss: 0,
            proposed_stake: 2,
            decision: "approved"
          }
        })
        expect(childrenOf(spans, place!).map(({ name }) => name)).toEqual(["Executor.executeSignal"])
      })
    ).pipe(traced)
  )

  it.effect("says of a refused signal why, with the numbers", () =>
    withBot({ strategies: [strategy("gambler", () => [back(1, 3, 11)])], telemetry })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("61 seconds")
        const [place] = named(yield* ended, "Place")
        expect(place!.attributes).toMatchObject({
          decision: "stake_above_limit",
          step: "risk",
          detail: "the stake is above the limit for a bet (pence): 1100, limit 1000",
          current_exposure: 0,
          proposed_stake: 11
        })
      })
    ).pipe(traced)
  )

  it.effect("tells the state of breaker and risk, money in decimals", () =>
    withBot({ strategies: [backer()], telemetry })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* pass("61 seconds")
        yield* tell(race.closes(2))
        yield* pass("60 seconds")
        const spans = yield* ended
        expect(named(spans, "CircuitBreaker.check").at(-1)!.attributes).toMatchObject({ state: "CLOSED" })
        expect(named(spans, "RiskManager.update").at(-1)!.attributes).toMatchObject({
          bankroll: 998,
          current_exposure: 0,
          daily_loss: 2
        })
        expect(named(spans, "RiskManager.limits").at(-1)!.attributes).toMatchObject({ decision: "within_limits" })
      })
    ).pipe(traced)
  )

  it.effect("is made for an update only when a strategy wants something", () => {
    const sniper = strategy("sniper", ({ book }) =>
      book.runners[0]!.availableToBack.price(0) === 400 ? [back(1, 4, 2)] : []
    )
    return withBot({
      strategies: [sniper],
      settings: "trading: { evaluation: on_update, min_evaluation_gap_ms: 0 }",
      telemetry
    })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* tell(race.quotes(1, { back: 3.5 }))
        expect(named(yield* ended, "TradingCycle").length).toBe(1)
        yield* tell(race.quotes(1, { back: 4 }))
        const spans = yield* ended
        const [, look] = named(spans, "TradingCycle")
        expect(childrenOf(spans, look!).map(({ name }) => name)).toEqual([
          "Predictions.filter",
          "Signals.execute",
          "Outcomes.record"
        ])
      })
    ).pipe(traced)
  })
})

const linesOf = (text: string) =>
  Effect.map(TestBot, ({ logs }) => logs.filter(({ message }) => message === text).map(({ fields }) => fields))

describe("the log of a bot", () => {
  it.effect("has the fields of a placement", () =>
    withBot({ strategies: [backer()] })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("61 seconds")
        const [bet] = yield* allBets
        expect(yield* linesOf("Bet sent to the simulated venue")).toEqual([
          {
            bet_id: bet!.id,
            betfair_bet_id: bet!.betfairBetId,
            market_id: "1.1",
            side: "BACK",
            odds: 3,
            stake: 2,
            paper_trading: true
          }
        ])
      })
    )
  )

  it.effect("has the fields of a settlement, once for each bet", () =>
    withBot({ strategies: [backer()] })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* pass("61 seconds")
        yield* tell(race.closes(1))
        yield* tell(race.closes(1))
        const [bet] = yield* allBets
        expect(yield* linesOf("Bet settled")).toEqual([
          {
            bet_id: bet!.id,
            betfair_bet_id: bet!.betfairBetId,
            market_id: "1.1",
            strategy_id: "backer",
            side: "BACK",
            odds: 3,
            stake: 2,
            matched: 2,
            profit: 4,
            commission: 0.2,
            paper_trading: true
          }
        ])
      })
    )
  )

  it.effect("has the fields of a change of the breaker", () =>
    withBot({ strategies: [backer()], settings: "bot: { max_consecutive_losses: 1 }" })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* pass("61 seconds")
        yield* tell(race.closes(2))
        expect(yield* linesOf("Circuit breaker")).toEqual([
          {
            old_state: "CLOSED",
            new_state: "OPEN",
            reason: "1 losing bets in a row",
            consecutive_losses: 1,
            drawdown: 0.002
          }
        ])
      })
    )
  )

  it.effect("has the fields of a strategy's performance", () =>
    withBot({ strategies: [backer()] })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* pass("61 seconds")
        yield* tell(race.closes(1))
        yield* pass("1 minute")
        expect(yield* linesOf("Performance")).toEqual([
          { strategy_id: "backer", total_pl: 3.8, win_rate: 1, roi: 1.9, total_bets: 1 }
        ])
      })
    )
  )
})

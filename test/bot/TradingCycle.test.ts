import { describe, expect, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { back, backer, lay, strategy } from "../builders/strategies.ts"
import { allBets, anOpenRace, denials, noon, pass, statuses, tell, withBot } from "./TestBot.ts"

/** When a strategy was asked, in milliseconds from noon. */
const watcher = () => {
  const looks: Array<number> = []
  return { looks, kind: strategy("watcher", ({ now }) => (looks.push(now - noon), [])) }
}

const onUpdate = (gapMs: number) => `trading: { evaluation: on_update, min_evaluation_gap_ms: ${gapMs} }`

describe("TradingCycle.run", () => {
  it.effect("asks the strategies each minute", () => {
    const { kind, looks } = watcher()
    return withBot({ strategies: [kind] })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* tell(race.quotes(1, { back: 3.05 }))
        yield* pass("185 seconds")
        expect(looks).toEqual([60_000, 120_000, 180_000])
      })
    )
  })

  it.effect("asks before the off within the window only", () => {
    const { kind, looks } = watcher()
    return withBot({ strategies: [kind], settings: "trading: { pre_race_window_minutes: 5 }" })(
      Effect.gen(function* () {
        yield* anOpenRace({ offAt: noon + 480_000 })
        yield* pass("8 minutes")
        expect(looks).toEqual([180_000, 240_000, 300_000, 360_000, 420_000])
      })
    )
  })

  it.effect("lays what is to be laid (G18)", () =>
    withBot({ strategies: [strategy("layer", () => [lay(2, 3.1, 2)])] })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("61 seconds")
        expect(yield* allBets).toMatchObject([
          { side: "LAY", selectionId: 2, status: "matched", fills: [{ price: 310 }] }
        ])
      })
    )
  )

  it.effect("bets on place markets (G18)", () =>
    withBot({ strategies: [backer()] })(
      Effect.gen(function* () {
        yield* anOpenRace({ marketType: "PLACE", numberOfWinners: 2 })
        yield* pass("61 seconds")
        expect(yield* statuses).toEqual(["matched"])
      })
    )
  )

  it.effect("does not bet a signal again while its bet waits, and records why", () =>
    withBot({ strategies: [strategy("patient", () => [back(1, 4, 2)])] })(
      Effect.gen(function* () {
        const { marketId } = yield* anOpenRace()
        yield* pass("190 seconds")
        expect(yield* statuses).toEqual(["placed"])
        expect(yield* denials(marketId)).toEqual(["risk: already_open"])
      })
    )
  )

  it.effect("does not bet a signal again after its bet is matched", () =>
    withBot({ strategies: [backer()] })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("190 seconds")
        expect(yield* statuses).toEqual(["matched"])
      })
    )
  )

  it.effect("does not bet a signal twice that a strategy gives twice at once", () =>
    withBot({ strategies: [strategy("stutterer", () => [back(1, 3, 2), back(1, 3, 2)])] })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("61 seconds")
        expect(yield* statuses).toEqual(["matched"])
      })
    )
  )

  it.effect("bets a signal again once its bet is cancelled", () =>
    withBot({
      strategies: [strategy("patient", () => [back(1, 4, 2)])],
      settings: "bot: { max_order_age_seconds: 20 }"
    })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("91 seconds")
        expect(yield* statuses).toEqual(["cancelled"])
        yield* pass("30 seconds")
        expect(yield* statuses).toEqual(["cancelled", "placed"])
      })
    )
  )

  it.effect("refuses what needs a prediction when there is none", () =>
    withBot({ strategies: [strategy("model", () => [back(1, 3, 2)], { needsPrediction: true })] })(
      Effect.gen(function* () {
        const { marketId } = yield* anOpenRace()
        yield* pass("70 seconds")
        expect(yield* allBets).toEqual([])
        expect(yield* denials(marketId)).toEqual(["prediction: prediction_missing"])
      })
    )
  )
})

describe("TradingCycle.look", () => {
  it.effect("asks with an update, before the next cycle", () => {
    const { kind, looks } = watcher()
    return withBot({ strategies: [kind], settings: onUpdate(0) })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* pass("10 seconds")
        looks.length = 0
        yield* tell(race.quotes(1, { back: 3.05 }))
        yield* pass("10 seconds")
        expect(looks).toEqual([10_003])
      })
    )
  })

  it.effect("asks once in the least gap, the last time after the last update", () => {
    const { kind, looks } = watcher()
    return withBot({ strategies: [kind], settings: onUpdate(1000) })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        const first = yield* Clock.currentTimeMillis
        for (let i = 0; i < 20; i++) {
          yield* tell(race.quotes(1, { back: 3 + i / 100 }))
          yield* pass("99 millis")
        }
        const last = yield* Clock.currentTimeMillis
        yield* pass("10 seconds")
        const gaps = looks.slice(1).map((at, i) => at - looks[i]!)
        expect(looks[0]! + noon).toBeLessThanOrEqual(first)
        expect(looks.at(-1)! + noon).toBeGreaterThanOrEqual(last - 100)
        expect(looks.length).toBe(3)
        for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(1000)
      })
    )
  })

  it.effect("keeps the gap of each market on its own", () => {
    const markets: Array<string> = []
    const kind = strategy("watcher", ({ market }) => (markets.push(market.marketId), []))
    return withBot({ strategies: [kind], settings: onUpdate(10_000) })(
      Effect.gen(function* () {
        const first = yield* anOpenRace()
        const second = yield* anOpenRace({ number: 2 })
        yield* tell(first.quotes(1, { back: 3.05 }), second.quotes(1, { back: 3.05 }))
        expect(markets).toEqual(["1.1", "1.2"])
      })
    )
  })

  it.effect("bets with the update that brought the price", () =>
    withBot({
      strategies: [
        strategy("sniper", ({ book }) => (book.runners[0]!.availableToBack.price(0) >= 400 ? [back(1, 4, 2)] : []))
      ],
      settings: onUpdate(0)
    })(
      Effect.gen(function* () {
        const race = yield* anOpenRace()
        yield* tell(race.quotes(1, { back: 4, lay: 4.1 }))
        yield* pass("1 second")
        expect(yield* allBets).toMatchObject([{ status: "matched", fills: [{ price: 400, size: 200 }] }])
      })
    )
  )
})

import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { backer, strategy } from "../builders/strategies.ts"
import { anOpenRace, aRace, noon, pass, statuses, tell, withBot } from "./TestBot.ts"

const waitForPrices = Duration.seconds(30)

/** When a strategy was asked for which market, in milliseconds from noon. */
const watcher = () => {
  const looks: Array<readonly [marketId: string, at: number]> = []
  return { looks, kind: strategy("watcher", ({ market, now }) => (looks.push([market.marketId, now - noon]), [])) }
}

describe("the first trading cycle", () => {
  it.effect("comes with the first prices, and bets on them", () =>
    withBot({ strategies: [backer()], waitForPrices })(
      Effect.gen(function* () {
        yield* pass("3 seconds")
        yield* anOpenRace()
        yield* pass("1 second")
        expect(yield* statuses).toEqual(["matched"])
      })
    )
  )

  it.effect("sees all races that come with them, and the next one a minute later", () => {
    const { kind, looks } = watcher()
    return withBot({ strategies: [kind], waitForPrices })(
      Effect.gen(function* () {
        yield* pass("3 seconds")
        const races = [yield* aRace(), yield* aRace({ number: 2 })]
        yield* tell(...races.map((race) => race.opens()))
        yield* pass("61 seconds")
        expect(looks).toEqual([
          ["1.1", 3050],
          ["1.2", 3050],
          ["1.1", 63_050],
          ["1.2", 63_050]
        ])
      })
    )
  })

  it.effect("waits for half a minute at most", () => {
    const { kind, looks } = watcher()
    return withBot({ strategies: [kind], waitForPrices })(
      Effect.gen(function* () {
        yield* pass("35 seconds")
        yield* anOpenRace()
        yield* pass("56 seconds")
        expect(looks).toEqual([["1.1", 90_000]])
      })
    )
  })

  it.effect("waits no longer than to the next one", () => {
    const { kind, looks } = watcher()
    const settings = "trading: { strategy_evaluation_interval: 2 }"
    return withBot({ strategies: [kind], settings, waitForPrices })(
      Effect.gen(function* () {
        yield* pass("5 seconds")
        yield* anOpenRace()
        yield* pass("2 seconds")
        expect(looks).toEqual([["1.1", 6000]])
      })
    )
  })
})

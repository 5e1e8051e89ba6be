import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { back, strategy } from "../builders/strategies.ts"
import { anOpenRace, breakerPhase, pass, statuses, withBot } from "./TestBot.ts"

/** Strategies that all want to bet in the same cycle. */
const crowd = Array.from({ length: 5 }, (_, n) => strategy(`backer_${n}`, () => [back(1, 3, 2)]))

describe("TradingCycle", () => {
  it.effect("does not take the bets that an outage keeps back for as many failures", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withBot({ strategies: crowd, database, settings: "bot: { max_failures: 3 }" })(
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("59 seconds")
          database.isDown = true
          yield* pass("20 seconds")
          expect(yield* breakerPhase).toBe("CLOSED")
          database.isDown = false
          yield* pass("70 seconds")
          expect(yield* breakerPhase).toBe("CLOSED")
          expect(yield* statuses).toEqual(crowd.map(() => "matched"))
        })
      )
    })
  )
})

/** The drill in short; `npm run drill:faults` is the long one. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { expectPassed } from "./expectPassed.ts"
import * as FaultDrill from "./FaultDrill.ts"
import * as Ground from "./Ground.ts"

describe("a bot that trades live", () => {
  it.live(
    "loses and doubles nothing among faults, and keeps its limit on the exchange's own account",
    () =>
      Effect.gen(function* () {
        const options = { minutes: 0.25, rate: 0.15, kills: false, seed: 6, isWhole: false, say: () => {} }
        const verdict = yield* FaultDrill.run(options)
        expectPassed(verdict)
        expect(verdict.figures["looks at it"]).toBeGreaterThan(0)
      }).pipe(Effect.provide(Ground.services)),
    600_000
  )
})

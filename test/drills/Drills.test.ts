/** The drills in short; `npm run drill:kill` and `npm run drill:faults` are the long ones. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as FaultDrill from "./FaultDrill.ts"
import * as Ground from "./Ground.ts"
import * as KillDrill from "./KillDrill.ts"
import { render, type Verdict } from "./Verdict.ts"

const say = () => {}

/** Its beginning says what is wrong. */
const passed = (verdict: Verdict) => {
  expect(verdict.passed ? "" : render(verdict)).toBe("")
}

describe("a bot that trades live", () => {
  it.live(
    "loses and doubles nothing when it is killed again and again",
    () =>
      Effect.gen(function* () {
        const verdict = yield* KillDrill.run({ times: 3, seed: 5, isWhole: false, say })
        passed(verdict)
      }).pipe(Effect.provide(Ground.services)),
    300_000
  )

  it.live(
    "loses and doubles nothing among faults, and keeps its limit on the exchange's own account",
    () =>
      Effect.gen(function* () {
        const options = { minutes: 0.25, rate: 0.15, kills: false, seed: 6, isWhole: false, say }
        const verdict = yield* FaultDrill.run(options)
        passed(verdict)
        expect(verdict.figures["looks at it"]).toBeGreaterThan(0)
      }).pipe(Effect.provide(Ground.services)),
    300_000
  )
})

/** The drill in short; `npm run drill:kill` is the long one. */
import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { expectPassed } from "./expectPassed.ts"
import * as Ground from "./Ground.ts"
import * as KillDrill from "./KillDrill.ts"

describe("a bot that trades live", () => {
  it.live(
    "loses and doubles nothing when it is killed again and again",
    () =>
      Effect.gen(function* () {
        expectPassed(yield* KillDrill.run({ times: 3, seed: 5, isWhole: false, say: () => {} }))
      }).pipe(Effect.provide(Ground.services)),
    600_000
  )
})

import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Bet from "../../src/domain/Bet.ts"
import { supersedes } from "../../src/persistence/BetRepository.ts"
import { bet, cancelled, matched, noon, placed, settled } from "./builders.ts"

const messages: ReadonlyArray<(at: number) => Bet.BetEvent> = [
  (at) => placed("9", at),
  (at) => matched(400, "9", at),
  (at) => matched(1000, "9", at),
  cancelled,
  (at) => settled(500, at),
  (at) => settled(-1000, at),
  (at) => ({ _tag: "Refused", at, code: "INVALID_ODDS" }),
  (at) => ({ _tag: "OutcomeUnknown", at, cause: "timeout" })
]

const Choice = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: messages.length - 1 }))

describe("supersedes", () => {
  it.prop("takes every step of a bet's life, and none back", { choices: Schema.Array(Choice) }, ({ choices }) => {
    let before = bet()
    choices.forEach((choice, index) => {
      const after = Bet.transition(before, messages[choice]!(noon + index + 1))
      if (after === before) return
      expect(supersedes(before, after)).toBe(true)
      expect(supersedes(after, before)).toBe(false)
      before = after
    })
  })
})

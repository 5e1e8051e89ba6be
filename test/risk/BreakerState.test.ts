import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as BreakerState from "../../src/risk/BreakerState.ts"
import { betId, noon } from "./Builders.ts"

const limits: BreakerState.BreakerLimits = {
  maxConsecutiveLosses: 5,
  maxDrawdown: 0.15,
  maxFailures: 3,
  failureWindowMs: 300_000,
  cooldownMs: 1_800_000,
  trials: 1,
  stopsTrading: true
}

const fresh = (bankroll = 100_000) => BreakerState.withBankroll(BreakerState.initial(noon), bankroll)

/** Results of bets 1, 2, …, one a second. */
const after = (nets: ReadonlyArray<number>, changes: Partial<BreakerState.BreakerLimits> = {}, bankroll = 100_000) => {
  let state = fresh(bankroll)
  let left = bankroll
  for (const [index, net] of nets.entries()) {
    left += net
    const at = noon + index * 1000
    const result = { betId: betId(index + 1), net, bankroll: left, at }
    state = BreakerState.recordBetResult(state, result, at, { ...limits, ...changes })
  }
  return state
}

describe("BreakerState.recordBetResult", () => {
  it("opens on the losses in a row, not before", () => {
    expect(after([-1, -1, -1, -1]).phase).toBe("CLOSED")
    expect(after([-1, -1, -1, -1, -1])).toMatchObject({ phase: "OPEN", reason: "5 losing bets in a row", trips: 1 })
  })

  it("begins the row anew with a win, and neither lengthens nor ends it with a bet that came to nothing", () => {
    expect(after([-1, -1, -1, -1, 1, -1, -1, -1, -1]).phase).toBe("CLOSED")
    expect(after([-1, -1, -1, -1, 0, -1]).phase).toBe("OPEN")
  })

  it("counts each settled bet once, however often it is told (G11)", () => {
    let state = fresh()
    for (let minute = 0; minute < 100; minute++) {
      const result = { betId: betId(1), net: -100, bankroll: 99_900, at: noon }
      state = BreakerState.recordBetResult(state, result, noon + minute * 60_000, limits)
    }
    expect(state).toMatchObject({ phase: "CLOSED", consecutiveLosses: 1 })
  })

  it("counts a whole month told again not at all, though it remembers a bounded number of bets (G11)", () => {
    const month = Array.from({ length: 4 * BreakerState.countedAtMost }, (_, index) => ({
      betId: betId(index),
      net: -1,
      bankroll: 100_000 - index,
      at: noon + index
    }))
    const tell = (state: BreakerState.BreakerState) =>
      month.reduce(
        (next, result) =>
          BreakerState.recordBetResult(next, result, noon, { ...limits, maxConsecutiveLosses: 1_000_000 }),
        state
      )
    const told = tell(fresh())
    expect(told.consecutiveLosses).toBe(month.length)
    expect(told.counted.length).toBe(BreakerState.countedAtMost)
    expect(tell(told)).toEqual(told)
  })

  it("counts every bet of a market, though they are settled at the same instant", () => {
    let state = fresh()
    const many = { ...limits, maxConsecutiveLosses: 1_000_000 }
    for (let id = 0; id < 1000; id++) {
      state = BreakerState.recordBetResult(state, { betId: betId(id), net: -1, bankroll: 99_000, at: noon }, noon, many)
    }
    expect(state.consecutiveLosses).toBe(1000)
  })

  it("sees the very first loss: the peak starts at the bankroll, not at 0 (G16)", () => {
    expect(after([-15_000])).toMatchObject({ phase: "OPEN", reason: "drawdown of 15.0 %" })
    expect(after([-14_999]).phase).toBe("CLOSED")
    const untold = BreakerState.initial(noon)
    const result = { betId: betId(1), net: -15_000, bankroll: 85_000, at: noon }
    expect(BreakerState.recordBetResult(untold, result, noon, limits)).toMatchObject({ phase: "OPEN", peak: 100_000 })
  })

  it("checks the drawdown after a win, too (G16)", () => {
    const fallen = { ...after([]), bankroll: 80_000 }
    const won = { betId: betId(1), net: 1000, bankroll: 81_000, at: noon }
    expect(BreakerState.recordBetResult(fallen, won, noon, limits).phase).toBe("OPEN")
  })

  it("measures from the highest bankroll", () => {
    expect(after([50_000, -22_499], { maxConsecutiveLosses: 100 }).phase).toBe("CLOSED")
    expect(after([50_000, -22_500], { maxConsecutiveLosses: 100 }).phase).toBe("OPEN")
  })

  it("sees a correction in the drawdown, but not as another loss", () => {
    const corrected = BreakerState.recordBetResult(
      after([1000]),
      { betId: betId(1), net: -20_000, bankroll: 80_000, at: noon + 5000 },
      noon + 5000,
      limits
    )
    expect(corrected).toMatchObject({ phase: "OPEN", consecutiveLosses: 0 })
  })
})

const fail = (state: BreakerState.BreakerState, at: number) => BreakerState.recordFailure(state, "executor", at, limits)

describe("BreakerState.recordFailure", () => {
  it("opens on failures in a row within the window, whatever their source (G17)", () => {
    const two = fail(fail(fresh(), noon), noon + 1000)
    expect(two.phase).toBe("CLOSED")
    expect(fail(two, noon + 299_999)).toMatchObject({ phase: "OPEN" })
    expect(fail(two, noon + 300_000).phase).toBe("CLOSED")
  })

  it("a success ends the row", () => {
    const two = fail(fail(fresh(), noon), noon + 1000)
    expect(fail(BreakerState.recordSuccess(two), noon + 2000).phase).toBe("CLOSED")
  })

  it("remembers no more failures than it needs", () => {
    let state = BreakerState.open(fresh(), "test", noon)
    for (let i = 0; i < 1000; i++) state = fail(state, noon + i)
    expect(state.failures.length).toBe(limits.maxFailures)
  })
})

describe("BreakerState half open", () => {
  const cooled = noon + 1_800_000
  const halfOpen = () => BreakerState.atTime(BreakerState.open(fresh(), "test", noon), cooled, limits)
  const result = (id: number, net: number) => ({ betId: betId(id), net, bankroll: 100_000 + net, at: cooled })

  it("comes after the cooldown, and looking does not hasten it", () => {
    const opened = BreakerState.open(fresh(), "test", noon)
    expect(BreakerState.atTime(opened, cooled - 1, limits)).toBe(opened)
    expect(halfOpen().phase).toBe("HALF_OPEN")
  })

  it("closes when a trial bet wins, not when one is placed (G12)", () => {
    const placed = BreakerState.takeTrial(halfOpen(), betId(1), limits)
    expect(placed.phase).toBe("HALF_OPEN")
    expect(BreakerState.recordBetResult(placed, result(1, 100), cooled, limits)).toMatchObject({
      phase: "CLOSED",
      consecutiveLosses: 0,
      trials: []
    })
  })

  it("does not close for an older bet that wins, nor for a success of the system", () => {
    expect(BreakerState.recordBetResult(halfOpen(), result(1, 100), cooled, limits).phase).toBe("HALF_OPEN")
    expect(BreakerState.recordSuccess(halfOpen()).phase).toBe("HALF_OPEN")
  })

  it("opens again on any loss, and on a single failure", () => {
    const placed = BreakerState.takeTrial(halfOpen(), betId(1), limits)
    expect(BreakerState.recordBetResult(placed, result(1, -1), cooled, limits).phase).toBe("OPEN")
    expect(BreakerState.recordBetResult(placed, result(2, -1), cooled, limits).phase).toBe("OPEN")
    expect(BreakerState.recordFailure(placed, "database", cooled, limits)).toMatchObject({
      phase: "OPEN",
      since: cooled
    })
  })

  it("gives a trial back that came to nothing", () => {
    const placed = BreakerState.takeTrial(halfOpen(), betId(1), limits)
    expect(BreakerState.takeTrial(placed, betId(2), limits)).toBe(placed)
    expect(BreakerState.recordBetResult(placed, result(1, 0), cooled, limits).trials).toEqual([])
    expect(BreakerState.giveBackTrial(placed, betId(1)).trials).toEqual([])
  })

  it("after closing measures drawdown anew, so that the old fall does not open it again", () => {
    const fallen = { ...halfOpen(), peak: 200_000 }
    const closed = BreakerState.recordBetResult(
      BreakerState.takeTrial(fallen, betId(1), limits),
      result(1, 100),
      cooled,
      limits
    )
    expect(closed).toMatchObject({ phase: "CLOSED", peak: 100_100 })
    expect(BreakerState.recordBetResult(closed, result(2, -1), cooled, limits).phase).toBe("CLOSED")
  })
})

describe("BreakerState properties", () => {
  const Step = Schema.Struct({
    action: Schema.Literals(["result", "failure", "success", "trial", "wait", "hand", "reset"]),
    id: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })),
    net: Schema.Int.check(Schema.isBetween({ minimum: -9000, maximum: 9000 }))
  })

  it.prop(
    "stays within its bounds, survives being written, and never shuts itself in",
    { steps: Schema.Array(Step) },
    ({ steps }) => {
      let state = fresh()
      let now = noon
      let bankroll = 100_000
      for (const { action, id, net } of steps) {
        now += 60_000
        const before = BreakerState.atTime(state, now, limits)
        if (action === "result") {
          bankroll += net
          state = BreakerState.recordBetResult(state, { betId: betId(id), net, bankroll, at: now }, now, limits)
        }
        if (action === "failure") state = BreakerState.recordFailure(state, "test", now, limits)
        if (action === "success") state = BreakerState.recordSuccess(state)
        if (action === "trial") state = BreakerState.takeTrial(before, betId(id), limits)
        if (action === "wait") now += limits.cooldownMs
        if (action === "hand") state = BreakerState.open(state, "hand", now, true)
        if (action === "reset") state = BreakerState.close(state, "hand", now)
        expect(state.trials.length).toBeLessThanOrEqual(limits.trials)
        expect(state.failures.length).toBeLessThanOrEqual(limits.maxFailures)
        expect(BreakerState.drawdown(state)).toBeGreaterThanOrEqual(0)
        if (before.phase === "OPEN" && action !== "reset") expect(state.phase).not.toBe("CLOSED")
        if (state.phase === "CLOSED") expect(state.consecutiveLosses).toBeLessThan(limits.maxConsecutiveLosses)
      }
      const kept = Schema.decodeUnknownSync(BreakerState.BreakerState)(
        JSON.parse(JSON.stringify(Schema.encodeSync(BreakerState.BreakerState)(state)))
      )
      expect(kept).toEqual(state)
      expect(BreakerState.atTime(state, now + limits.cooldownMs, limits).phase).not.toBe("OPEN")
    }
  )
})

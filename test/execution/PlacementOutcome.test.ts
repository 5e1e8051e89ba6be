import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Enum from "../../src/betfair/api/Enumerations.ts"
import type {
  PlaceExecutionReport,
  PlaceInstructionReport,
  ReplaceExecutionReport
} from "../../src/betfair/api/Orders.ts"
import type { Bet } from "../../src/domain/Bet.ts"
import { customerOrderRef } from "../../src/domain/Identifiers.ts"
import * as Outcome from "../../src/execution/PlacementOutcome.ts"
import { noon } from "../risk/Builders.ts"
import { liveBet } from "./LiveBuilders.ts"

const bet = liveBet()
const other = liveBet({ id: 2, runner: 2 })

const report = (of: Bet, changes: Partial<PlaceInstructionReport> = {}): PlaceInstructionReport => ({
  status: "SUCCESS",
  instruction: { selectionId: of.selectionId, customerOrderRef: customerOrderRef(of.id) },
  betId: "77",
  placedDate: "2026-07-01T11:00:00.000Z",
  averagePriceMatched: 0,
  sizeMatched: 0,
  orderStatus: "EXECUTABLE",
  ...changes
})

const answer = (
  instructionReports: ReadonlyArray<PlaceInstructionReport>,
  changes: Partial<PlaceExecutionReport> = {}
): PlaceExecutionReport => ({ status: "SUCCESS", instructionReports, ...changes })

const failed = (errorCode: string, changes: Partial<PlaceInstructionReport> = {}) => {
  const { betId: _, orderStatus: __, ...rest } = report(bet)
  return { ...rest, status: "FAILURE", errorCode, ...changes }
}

const nameless = (of: Bet, betId: string) => report(of, { betId, instruction: { selectionId: of.selectionId } })

const of = (told: PlaceExecutionReport, bets: ReadonlyArray<Bet> = [bet]) => Outcome.ofPlacement(bets, told, noon)

describe("PlacementOutcome.ofPlacement", () => {
  it("accepts with the exchange's id and what was matched at once", () => {
    const told = of(answer([report(bet, { sizeMatched: 0.5, averagePriceMatched: 3.05 })])).get(bet.id)
    expect(told).toMatchObject({
      _tag: "Updated",
      state: { betfairBetId: "77", fills: [{ price: 305, size: 50 }], sizeRemaining: 150, complete: false }
    })
  })

  it("accepts an asynchronous order without an id", () => {
    const { betId: _, ...rest } = report(bet, { orderStatus: "PENDING" })
    expect(of(answer([rest])).get(bet.id)).toMatchObject({ _tag: "Updated", state: { betfairBetId: null } })
  })

  it("takes the rest of a killed FILL_OR_KILL order for cancelled", () => {
    const killing = liveBet({
      order: { _tag: "LIMIT", price: 300, size: 200, persistence: "LAPSE", timeInForce: "FILL_OR_KILL" }
    })
    const told = of(answer([report(killing, { orderStatus: "EXECUTION_COMPLETE" })]), [killing]).get(killing.id)
    expect(told).toMatchObject({ state: { complete: true, sizeCancelled: 200, sizeRemaining: 0 } })
  })

  it("refuses with the exchange's code", () => {
    const told = answer([failed("INVALID_ODDS")], { status: "FAILURE", errorCode: "BET_ACTION_ERROR" })
    expect(of(told).get(bet.id)).toMatchObject({ _tag: "Refused", code: "INVALID_ODDS" })
    const whole = answer([], { status: "FAILURE", errorCode: "MARKET_SUSPENDED" })
    expect(of(whole).get(bet.id)).toMatchObject({ _tag: "Refused", code: "MARKET_SUSPENDED" })
  })

  it.each([
    ["the instruction timed out", answer([{ ...report(bet), status: "TIMEOUT" }])],
    ["the matcher did not answer", answer([failed("BET_IN_PROGRESS")], { status: "FAILURE" })],
    ["the whole timed out", answer([failed("INVALID_ODDS")], { status: "TIMEOUT" })],
    ["the whole timed out without a word", answer([], { status: "TIMEOUT" })],
    ["it was processed with errors and nothing is said", answer([], { status: "PROCESSED_WITH_ERRORS" })],
    ["the same request is known already", answer([], { status: "FAILURE", errorCode: "DUPLICATE_TRANSACTION" })],
    ["a success has no report of it", answer([report(other)])],
    ["a code nobody knows stands for the whole", answer([], { status: "FAILURE", errorCode: "NEW_CODE" })],
    ["a failure has an id", answer([failed("INVALID_ODDS", { betId: "5" })])],
    ["there are two answers", answer([report(bet), failed("INVALID_ODDS")])],
    ["the status is new", answer([{ ...report(bet), status: "PERHAPS" }])]
  ])("says unknown when %s", (_, told) => {
    expect(of(told).get(bet.id)).toMatchObject({ _tag: "OutcomeUnknown" })
  })

  it("matches answers by reference, not by their place", () => {
    const told = of(answer([report(other, { betId: "2" }), report(bet, { betId: "1" })]), [bet, other])
    expect([told.get(bet.id), told.get(other.id)]).toMatchObject([
      { state: { betfairBetId: "1" } },
      { state: { betfairBetId: "2" } }
    ])
  })

  it("matches answers without references only where there is no choice", () => {
    const told = of(answer([nameless(other, "2"), nameless(bet, "1")]), [bet, other])
    expect(told.get(bet.id)).toMatchObject({ state: { betfairBetId: "1" } })
    const twin = liveBet({ id: 3 })
    const twins = of(answer([nameless(bet, "1"), nameless(twin, "2")]), [bet, twin])
    expect([...twins.values()].map(({ _tag }) => _tag)).toEqual(["OutcomeUnknown", "OutcomeUnknown"])
  })

  it.prop(
    "never refuses what carries an id, nor accepts what is no success",
    {
      status: Schema.Literals([...Enum.ExecutionReportStatus, "NEW"]),
      own: Schema.Literals([...Enum.InstructionReportStatus, "NEW"]),
      code: Schema.Literals([...Enum.InstructionReportErrorCode, "NEW", ""]),
      whole: Schema.Literals([...Enum.ExecutionReportErrorCode, "NEW", ""]),
      id: Schema.Boolean
    },
    ({ code, id, own, status, whole }) => {
      const { betId: _, ...rest } = report(bet)
      const one = {
        ...rest,
        status: own,
        ...(code === "" ? {} : { errorCode: code }),
        ...(id ? { betId: "1" } : {})
      }
      const event = of(answer([one], { status, ...(whole === "" ? {} : { errorCode: whole }) })).get(bet.id)!
      if (id) expect(event._tag).not.toBe("Refused")
      if (own !== "SUCCESS") expect(event._tag).not.toBe("Updated")
      if (own === "TIMEOUT" || own === "NEW") expect(event._tag).toBe("OutcomeUnknown")
    }
  )
})

const cancel = (status: string, changes: object = {}) =>
  Outcome.ofCancellation("1", { status: "SUCCESS", instructionReports: [{ status, ...changes }] })

const replaced = (changes: object, whole: Partial<ReplaceExecutionReport> = {}): ReplaceExecutionReport => ({
  status: "SUCCESS",
  instructionReports: [{ status: "SUCCESS", ...changes }],
  ...whole
})

describe("PlacementOutcome.ofCancellation", () => {
  it("tells what was cancelled, what was not, and what is not known", () => {
    expect(cancel("SUCCESS", { sizeCancelled: 1.5 })).toEqual({ _tag: "Cancelled", sizeCancelled: 150 })
    expect(cancel("FAILURE", { errorCode: "BET_TAKEN_OR_LAPSED" })).toEqual({
      _tag: "NotCancelled",
      code: "BET_TAKEN_OR_LAPSED"
    })
    expect(cancel("TIMEOUT")._tag).toBe("Unknown")
    expect(cancel("SUCCESS")._tag).toBe("Unknown")
    expect(Outcome.ofCancellation("1", { status: "TIMEOUT" })._tag).toBe("Unknown")
  })
})

describe("PlacementOutcome.ofReplacement", () => {
  const next = liveBet({ id: 2 })
  const cancelled = { status: "SUCCESS", sizeCancelled: 1.2 }
  const instruction = { selectionId: 1 }

  it("gives the new order the size that was cancelled", () => {
    const placed = { ...report(next), instruction }
    const done = Outcome.ofReplacement(
      next,
      replaced({ cancelInstructionReport: cancelled, placeInstructionReport: placed }),
      noon
    )
    expect(done).toMatchObject({
      cancellation: { _tag: "Cancelled", sizeCancelled: 120 },
      event: { _tag: "Updated", state: { betfairBetId: "77", sizeRemaining: 120 } },
      isLost: false
    })
  })

  it("says that an order is lost which was cancelled and not placed again", () => {
    const failure = { status: "FAILURE", errorCode: "CANCELLED_NOT_PLACED", cancelInstructionReport: cancelled }
    const placeInstructionReport = { status: "FAILURE", errorCode: "INVALID_ODDS", instruction }
    for (const changes of [failure, { ...failure, placeInstructionReport }]) {
      expect(Outcome.ofReplacement(next, replaced(changes, { status: "FAILURE" }), noon)).toMatchObject({
        cancellation: { _tag: "Cancelled" },
        event: { _tag: "Refused", code: "CANCELLED_NOT_PLACED" },
        isLost: true
      })
    }
  })

  it("leaves the old order where it could not be cancelled", () => {
    const cancelInstructionReport = { status: "FAILURE", errorCode: "BET_TAKEN_OR_LAPSED" }
    const failure = { status: "FAILURE", errorCode: "BET_TAKEN_OR_LAPSED", cancelInstructionReport }
    expect(Outcome.ofReplacement(next, replaced(failure), noon)).toMatchObject({
      cancellation: { _tag: "NotCancelled" },
      event: { _tag: "Refused" },
      isLost: false
    })
  })

  it("is unknown for both where nothing clear is said", () => {
    for (const answer of [
      replaced({ status: "TIMEOUT" }),
      { status: "TIMEOUT" },
      { status: "FAILURE", errorCode: "DUPLICATE_TRANSACTION" },
      replaced({ status: "FAILURE", errorCode: "ERROR_IN_MATCHER", cancelInstructionReport: cancelled })
    ]) {
      expect(Outcome.ofReplacement(next, answer, noon)).toMatchObject({
        event: { _tag: "OutcomeUnknown" },
        isLost: false
      })
    }
  })
})

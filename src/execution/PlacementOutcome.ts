/**
 * What an answer of the exchange says of each bet that was sent: accepted, refused, or unknown. Unknown is whatever does not
 * clearly say one of the other two, because a bet that is taken for dead and is not may be lost or doubled. Pure.
 */
import type * as Betfair from "../betfair/api/Orders.ts"
import type { Bet, BetEvent } from "../domain/Bet.ts"
import type { BetId } from "../domain/Identifiers.ts"
import { customerOrderRef } from "../domain/Identifiers.ts"
import * as Money from "../domain/Money.ts"
import type { Pence } from "../domain/Money.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import { placedState } from "./BetfairOrders.ts"

/**
 * Codes of a whole request after which nothing of it can be live. Not among them: those that say that something went wrong
 * on the way, and DUPLICATE_TRANSACTION, which says that the same request is known already.
 */
const refusingCodes: ReadonlySet<string> = new Set([
  "INVALID_ACCOUNT_STATE",
  "INVALID_WALLET_STATUS",
  "INSUFFICIENT_FUNDS",
  "LOSS_LIMIT_EXCEEDED",
  "MARKET_SUSPENDED",
  "MARKET_NOT_OPEN_FOR_BETTING",
  "INVALID_ORDER",
  "INVALID_MARKET_ID",
  "PERMISSION_DENIED",
  "REJECTED_BY_REGULATOR",
  "NO_CHASING",
  "REGULATOR_IS_NOT_AVAILABLE",
  "TOO_MANY_INSTRUCTIONS",
  "INVALID_MARKET_VERSION",
  "EVENT_EXPOSURE_LIMIT_EXCEEDED",
  "EVENT_MATCHED_EXPOSURE_LIMIT_EXCEEDED",
  "EVENT_BLOCKED"
])

/** Codes of one instruction that leave open whether the matcher has it: it did not answer in time, or failed at it. */
const openCodes: ReadonlySet<string> = new Set(["BET_IN_PROGRESS", "ERROR_IN_MATCHER"])

/** The new order of a replacement was refused after the old one had been cancelled. */
export const cancelledNotPlaced = "CANCELLED_NOT_PLACED"

type SentBet = Pick<Bet, "id" | "order" | "createdAt" | "selectionId" | "handicap" | "side">

export const unknown = (at: number, cause: string): BetEvent => ({ _tag: "OutcomeUnknown", at, cause })
export const refused = (at: number, code: string): BetEvent => ({ _tag: "Refused", at, code })

interface Whole {
  readonly status: string
  readonly errorCode?: string
}

const without = ({ errorCode, status }: Whole, at: number): BetEvent =>
  status === "FAILURE" && errorCode !== undefined && refusingCodes.has(errorCode)
    ? refused(at, errorCode)
    : unknown(at, errorCode === undefined ? `${status}, and nothing said of this order` : `${status} ${errorCode}`)

const ofInstruction = (bet: SentBet, report: Betfair.PlaceInstructionReport, whole: Whole, at: number): BetEvent => {
  const { betId, errorCode, orderStatus, status } = report
  switch (status) {
    case "SUCCESS":
      return betId !== undefined || orderStatus === "PENDING"
        ? { _tag: "Updated", at, state: placedState(bet, report, at) }
        : unknown(at, "accepted without a bet id")
    case "FAILURE":
      if (betId !== undefined || whole.status === "TIMEOUT") return unknown(at, `FAILURE ${errorCode ?? ""}`.trimEnd())
      if (errorCode === undefined) return without(whole, at)
      return openCodes.has(errorCode) ? unknown(at, errorCode) : refused(at, errorCode)
    default:
      return unknown(at, status)
  }
}

const isSameOrder = (bet: SentBet, { instruction }: Betfair.PlaceInstructionReport): boolean => {
  const { handicap = 0, limitOnCloseOrder, limitOrder, orderType, selectionId, side } = instruction
  const price = limitOrder?.price ?? limitOnCloseOrder?.price
  return (
    selectionId === bet.selectionId &&
    handicap === bet.handicap &&
    (side === undefined || side === bet.side) &&
    (orderType === undefined || orderType === bet.order._tag) &&
    (price === undefined || bet.order._tag === "MARKET_ON_CLOSE" || price === PriceLadder.toDecimal(bet.order.price))
  )
}

/**
 * The reports of a bet: those that carry its reference, else the one without any reference that can be no other bet's. The
 * place in the list says nothing.
 */
const reportsOf = (
  bet: SentBet,
  bets: ReadonlyArray<SentBet>,
  reports: ReadonlyArray<Betfair.PlaceInstructionReport>
): ReadonlyArray<Betfair.PlaceInstructionReport> => {
  const ref = customerOrderRef(bet.id)
  const own = reports.filter(({ instruction }) => instruction.customerOrderRef === ref)
  if (own.length > 0) return own
  const nameless = reports.filter(
    (report) => report.instruction.customerOrderRef === undefined && isSameOrder(bet, report)
  )
  const [only] = nameless
  if (only === undefined || nameless.length > 1) return []
  return bets.filter((other) => isSameOrder(other, only)).length === 1 ? [only] : []
}

/** What becomes of each bet of one request. */
export const ofPlacement = (
  bets: ReadonlyArray<SentBet>,
  report: Betfair.PlaceExecutionReport,
  at: number
): ReadonlyMap<BetId, BetEvent> => {
  const reports = report.instructionReports ?? []
  return new Map(
    bets.map((bet) => {
      const events = reportsOf(bet, bets, reports).map((own) => ofInstruction(bet, own, report, at))
      const [first] = events
      if (first === undefined) return [bet.id, without(report, at)]
      return [bet.id, events.length === 1 ? first : unknown(at, "several answers to one order")]
    })
  )
}

/** What became of the wish to cancel an order's unmatched part. */
export type Cancellation =
  | { readonly _tag: "Cancelled"; readonly sizeCancelled: Pence }
  | { readonly _tag: "NotCancelled"; readonly code: string }
  | { readonly _tag: "Unknown"; readonly cause: string }

const cancellationOf = (report: Betfair.CancelInstructionReport): Cancellation => {
  const { errorCode, sizeCancelled, status } = report
  if (status === "SUCCESS" && sizeCancelled !== undefined) {
    return { _tag: "Cancelled", sizeCancelled: Money.fromDecimal(sizeCancelled) }
  }
  return status === "FAILURE" && errorCode !== undefined && !openCodes.has(errorCode)
    ? { _tag: "NotCancelled", code: errorCode }
    : { _tag: "Unknown", cause: [status, errorCode].filter((part) => part !== undefined).join(" ") }
}

/** @param betfairBetId of the only order that was to be cancelled */
export const ofCancellation = (betfairBetId: string, report: Betfair.CancelExecutionReport): Cancellation => {
  const reports = report.instructionReports ?? []
  const own = reports.find(({ instruction }) => instruction === undefined || instruction.betId === betfairBetId)
  if (own !== undefined) return cancellationOf(own)
  return report.status === "FAILURE" && report.errorCode !== undefined && refusingCodes.has(report.errorCode)
    ? { _tag: "NotCancelled", code: report.errorCode }
    : { _tag: "Unknown", cause: [report.status, report.errorCode].filter((part) => part !== undefined).join(" ") }
}

/** What became of a replacement: of the old order's unmatched part, and of the new order. */
export interface Replacement {
  readonly cancellation: Cancellation
  readonly event: BetEvent
  /** The old one is cancelled and the new one refused: nothing is waiting any more. */
  readonly isLost: boolean
}

const nothingCancelled = (code: string): Cancellation => ({ _tag: "NotCancelled", code })

/** @param bet the new order, as it was approved; the exchange gives it the size that it has cancelled */
export const ofReplacement = (bet: SentBet, report: Betfair.ReplaceExecutionReport, at: number): Replacement => {
  const [own, ...others] = report.instructionReports ?? []
  if (own === undefined || others.length > 0) {
    const event = without(report, at)
    return {
      event,
      isLost: false,
      cancellation:
        event._tag === "Refused" ? nothingCancelled(event.code) : { _tag: "Unknown", cause: `${report.status}` }
    }
  }
  const { cancelInstructionReport: cancel, errorCode, placeInstructionReport: place } = own
  const cancellation: Cancellation =
    cancel === undefined ? { _tag: "Unknown", cause: errorCode ?? own.status } : cancellationOf(cancel)
  if (cancellation._tag === "NotCancelled") {
    return { cancellation, event: refused(at, cancellation.code), isLost: false }
  }
  const isRefusal = errorCode === cancelledNotPlaced || place?.errorCode === cancelledNotPlaced
  if (isRefusal && place?.betId === undefined) {
    return { cancellation, event: refused(at, cancelledNotPlaced), isLost: true }
  }
  if (place === undefined) return { cancellation, event: unknown(at, errorCode ?? own.status), isLost: false }
  const size = sizeOfNew(cancellation, place)
  const sized = size === null || bet.order._tag !== "LIMIT" ? bet : { ...bet, order: { ...bet.order, size } }
  const event = ofInstruction(sized, place, report, at)
  return event._tag === "Refused" && cancellation._tag === "Cancelled"
    ? { cancellation, event: refused(at, `${cancelledNotPlaced}: ${event.code}`), isLost: true }
    : { cancellation, event, isLost: false }
}

const sizeOfNew = (cancellation: Cancellation, { instruction }: Betfair.PlaceInstructionReport): Pence | null => {
  const told = instruction.limitOrder?.size
  if (told !== undefined) return Money.fromDecimal(told)
  return cancellation._tag === "Cancelled" ? cancellation.sizeCancelled : null
}

/** Placing, cancelling, updating and replacing: what is sent and what comes back. */
import { Schema } from "effect"
import * as Enum from "./Enumerations.ts"
import * as Wire from "./Wire.ts"

export const MarketVersion = Schema.Struct({ version: Wire.maybe(Wire.integer) })
export type MarketVersion = typeof MarketVersion.Type

/** Size in the account's currency; exactly one of `size` and `betTargetSize` is given. */
export interface LimitOrder {
  readonly size?: number
  readonly price: number
  /** Not with `timeInForce`. */
  readonly persistenceType?: Enum.PersistenceType
  readonly timeInForce?: Enum.TimeInForce
  /** With FILL_OR_KILL: the least that must be matched, at the average price or better. */
  readonly minFillSize?: number
  readonly betTargetType?: Enum.BetTargetType
  readonly betTargetSize?: number
}

export interface LimitOnCloseOrder {
  /** BACK: the stake; LAY: the liability. */
  readonly liability: number
  readonly price: number
}

export interface MarketOnCloseOrder {
  /** BACK: the stake; LAY: the liability. */
  readonly liability: number
}

interface PlaceInstructionOf<T extends Enum.OrderType> {
  readonly orderType: T
  readonly selectionId: number
  readonly handicap?: number
  readonly side: Enum.Side
  /** At most 32 characters; found again as `customerOrderRef` and, on the stream, as `rfo`. Not de-duplicated. */
  readonly customerOrderRef?: string
}

export type PlaceInstruction =
  | (PlaceInstructionOf<"LIMIT"> & { readonly limitOrder: LimitOrder })
  | (PlaceInstructionOf<"LIMIT_ON_CLOSE"> & { readonly limitOnCloseOrder: LimitOnCloseOrder })
  | (PlaceInstructionOf<"MARKET_ON_CLOSE"> & { readonly marketOnCloseOrder: MarketOnCloseOrder })

export interface CancelInstruction {
  readonly betId: string
  /** How much of the unmatched part to cancel; all of it when absent. */
  readonly sizeReduction?: number
}

export interface UpdateInstruction {
  readonly betId: string
  readonly newPersistenceType: Enum.PersistenceType
}

export interface ReplaceInstruction {
  readonly betId: string
  readonly newPrice: number
}

/** A place instruction as a report repeats it. */
export const ReportedPlaceInstruction = Schema.Struct({
  orderType: Wire.maybe(Wire.oneOf(Enum.OrderType)),
  selectionId: Wire.integer,
  handicap: Wire.maybe(Wire.double),
  side: Wire.maybe(Wire.oneOf(Enum.Side)),
  limitOrder: Wire.maybe(
    Schema.Struct({
      size: Wire.maybe(Wire.double),
      price: Wire.maybe(Wire.double),
      persistenceType: Wire.maybe(Wire.oneOf(Enum.PersistenceType)),
      timeInForce: Wire.maybe(Wire.oneOf(Enum.TimeInForce)),
      minFillSize: Wire.maybe(Wire.double),
      betTargetType: Wire.maybe(Wire.oneOf(Enum.BetTargetType)),
      betTargetSize: Wire.maybe(Wire.double)
    })
  ),
  limitOnCloseOrder: Wire.maybe(Schema.Struct({ liability: Wire.maybe(Wire.double), price: Wire.maybe(Wire.double) })),
  marketOnCloseOrder: Wire.maybe(Schema.Struct({ liability: Wire.maybe(Wire.double) })),
  customerOrderRef: Wire.maybe(Schema.String)
})
export type ReportedPlaceInstruction = typeof ReportedPlaceInstruction.Type

/** A cancel instruction as a report repeats it. */
export const ReportedCancelInstruction = Schema.Struct({ betId: Wire.id, sizeReduction: Wire.maybe(Wire.double) })
export type ReportedCancelInstruction = typeof ReportedCancelInstruction.Type

/** An update instruction as a report repeats it. */
export const ReportedUpdateInstruction = Schema.Struct({
  betId: Wire.id,
  newPersistenceType: Wire.maybe(Wire.oneOf(Enum.PersistenceType))
})
export type ReportedUpdateInstruction = typeof ReportedUpdateInstruction.Type

/**
 * Gotcha: an asynchronous order that was taken has `orderStatus` PENDING and no `betId`. SUCCESS with a `sizeMatched` below
 * the size and `orderStatus` EXECUTION_COMPLETE is a FILL_OR_KILL order whose rest was cancelled.
 */
export const PlaceInstructionReport = Schema.Struct({
  status: Wire.oneOf(Enum.InstructionReportStatus),
  errorCode: Wire.maybe(Wire.oneOf(Enum.InstructionReportErrorCode)),
  orderStatus: Wire.maybe(Wire.oneOf(Enum.OrderStatus)),
  instruction: ReportedPlaceInstruction,
  betId: Wire.maybe(Wire.id),
  placedDate: Wire.maybe(Wire.dateTime),
  averagePriceMatched: Wire.maybe(Wire.double),
  sizeMatched: Wire.maybe(Wire.double)
})
export type PlaceInstructionReport = typeof PlaceInstructionReport.Type

export const PlaceExecutionReport = Schema.Struct({
  customerRef: Wire.maybe(Schema.String),
  status: Wire.oneOf(Enum.ExecutionReportStatus),
  errorCode: Wire.maybe(Wire.oneOf(Enum.ExecutionReportErrorCode)),
  marketId: Wire.maybe(Schema.String),
  instructionReports: Wire.list(PlaceInstructionReport)
})
export type PlaceExecutionReport = typeof PlaceExecutionReport.Type

/** `sizeCancelled` and `cancelledDate` are absent where nothing was cancelled. */
export const CancelInstructionReport = Schema.Struct({
  status: Wire.oneOf(Enum.InstructionReportStatus),
  errorCode: Wire.maybe(Wire.oneOf(Enum.InstructionReportErrorCode)),
  instruction: Wire.maybe(ReportedCancelInstruction),
  sizeCancelled: Wire.maybe(Wire.double),
  cancelledDate: Wire.maybe(Wire.dateTime)
})
export type CancelInstructionReport = typeof CancelInstructionReport.Type

export const CancelExecutionReport = Schema.Struct({
  customerRef: Wire.maybe(Schema.String),
  status: Wire.oneOf(Enum.ExecutionReportStatus),
  errorCode: Wire.maybe(Wire.oneOf(Enum.ExecutionReportErrorCode)),
  marketId: Wire.maybe(Schema.String),
  instructionReports: Wire.list(CancelInstructionReport)
})
export type CancelExecutionReport = typeof CancelExecutionReport.Type

export const UpdateInstructionReport = Schema.Struct({
  status: Wire.oneOf(Enum.InstructionReportStatus),
  errorCode: Wire.maybe(Wire.oneOf(Enum.InstructionReportErrorCode)),
  instruction: ReportedUpdateInstruction
})
export type UpdateInstructionReport = typeof UpdateInstructionReport.Type

export const UpdateExecutionReport = Schema.Struct({
  customerRef: Wire.maybe(Schema.String),
  status: Wire.oneOf(Enum.ExecutionReportStatus),
  errorCode: Wire.maybe(Wire.oneOf(Enum.ExecutionReportErrorCode)),
  marketId: Wire.maybe(Schema.String),
  instructionReports: Wire.list(UpdateInstructionReport)
})
export type UpdateExecutionReport = typeof UpdateExecutionReport.Type

/**
 * Gotcha: the cancellation stands though the new order is refused (CANCELLED_NOT_PLACED); the new order's size is what was
 * cancelled, which may be less than what was asked for.
 */
export const ReplaceInstructionReport = Schema.Struct({
  status: Wire.oneOf(Enum.InstructionReportStatus),
  errorCode: Wire.maybe(Wire.oneOf(Enum.InstructionReportErrorCode)),
  cancelInstructionReport: Wire.maybe(CancelInstructionReport),
  placeInstructionReport: Wire.maybe(PlaceInstructionReport)
})
export type ReplaceInstructionReport = typeof ReplaceInstructionReport.Type

export const ReplaceExecutionReport = Schema.Struct({
  customerRef: Wire.maybe(Schema.String),
  status: Wire.oneOf(Enum.ExecutionReportStatus),
  errorCode: Wire.maybe(Wire.oneOf(Enum.ExecutionReportErrorCode)),
  marketId: Wire.maybe(Schema.String),
  instructionReports: Wire.list(ReplaceInstructionReport)
})
export type ReplaceExecutionReport = typeof ReplaceExecutionReport.Type

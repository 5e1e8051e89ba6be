/**
 * Requests about orders whose answer does not tell what happened: how much of each is carried out, and the report that is
 * given instead of the true one.
 */
import { Predicate } from "effect"
import type { Fault } from "../faults/Fault.ts"
import type { OrderOperation } from "./KeptExchange.ts"

type Json = Readonly<Record<string, unknown>>

/** What is really asked of the exchange, step by step, and the report made of the steps' reports. */
export interface Altered {
  readonly steps: ReadonlyArray<{ readonly operation: OrderOperation; readonly params: unknown }>
  readonly report: (reports: ReadonlyArray<unknown>) => unknown
}

/** Undefined when no fault alters the request. A request that is no request is left to the exchange to refuse. */
export const alter = (
  operation: OrderOperation,
  params: unknown,
  faults: ReadonlyArray<Fault>
): Altered | undefined => {
  const fault = faults.find(({ action }) => action in alterations)
  if (fault === undefined || !isJson(params)) return undefined
  const instructions = params["instructions"]
  const request = { operation, params, instructions: Array.isArray(instructions) ? instructions.filter(isJson) : [] }
  return alterations[fault.action]?.(request, fault)
}

interface Request {
  readonly operation: OrderOperation
  readonly params: Json
  readonly instructions: ReadonlyArray<Json>
}

/** No transaction and no instruction is known to have failed: the exchange has not been heard of. */
const timeout = (request: Request, { executed = true }: Fault): Altered => ({
  steps: executed ? [request] : [],
  report: () => ({
    ...headOf(request),
    status: "TIMEOUT",
    instructionReports: request.instructions.map((instruction) => reportOn(request, instruction, "TIMEOUT"))
  })
})

/** The matcher has not answered in time: each instruction may or may not be carried out. */
const betInProgress = (request: Request, { executed = true }: Fault): Altered => ({
  steps: executed ? [request] : [],
  report: () => ({
    ...headOf(request),
    status: "FAILURE",
    errorCode: "BET_ACTION_ERROR",
    instructionReports: request.instructions.map((instruction) =>
      reportOn(request, instruction, "FAILURE", "BET_IN_PROGRESS")
    )
  })
})

/** All but the last instruction. Of a replacement that fails, the cancellation stands. */
const processedWithErrors = (request: Request): Altered => {
  const { instructions, operation, params } = request
  const last = instructions.at(-1)
  if (last === undefined) return { steps: [request], report: ([report]) => report }
  const others = instructions.slice(0, -1)
  const first = others.length === 0 ? [] : [{ operation, params: { ...params, instructions: others } }]
  const cancellation =
    operation === "replaceOrders"
      ? [
          {
            operation: "cancelOrders" as const,
            params: { marketId: params["marketId"], instructions: [{ betId: last["betId"] }] }
          }
        ]
      : []
  return {
    steps: [...first, ...cancellation],
    report: (reports) => {
      const done = first.length === 0 ? [] : instructionReportsOf(reports[0])
      const cancelled = cancellation.length === 0 ? undefined : instructionReportsOf(reports.at(-1))[0]
      return {
        ...headOf(request),
        status: "PROCESSED_WITH_ERRORS",
        errorCode: "PROCESSED_WITH_ERRORS",
        instructionReports: [
          ...done,
          cancelled === undefined
            ? reportOn(request, last, "FAILURE", "ERROR_IN_ORDER")
            : { status: "FAILURE", errorCode: "CANCELLED_NOT_PLACED", cancelInstructionReport: cancelled }
        ]
      }
    }
  }
}

const alterations: { readonly [A in Fault["action"]]?: (request: Request, fault: Fault) => Altered } = {
  timeout,
  "bet-in-progress": betInProgress,
  "processed-with-errors": processedWithErrors
}

/** What an application key with delayed prices is told: it may not bet. */
export const permissionDenied = (operation: OrderOperation, params: unknown): unknown => {
  const json = isJson(params) ? params : {}
  const instructions = json["instructions"]
  const request = {
    operation,
    params: json,
    instructions: Array.isArray(instructions) ? instructions.filter(isJson) : []
  }
  return {
    ...headOf(request),
    status: "FAILURE",
    errorCode: "PERMISSION_DENIED",
    instructionReports: request.instructions.map((one) => reportOn(request, one, "FAILURE", "ERROR_IN_ORDER"))
  }
}

const headOf = ({ params }: Request): Json => ({
  ...(typeof params["customerRef"] === "string" && { customerRef: params["customerRef"] }),
  ...(typeof params["marketId"] === "string" && { marketId: params["marketId"] })
})

const reportOn = ({ operation }: Request, instruction: Json, status: string, errorCode?: string): Json => {
  const report = { status, ...(errorCode !== undefined && { errorCode }) }
  if (operation !== "replaceOrders") return { ...report, instruction: asReported(instruction) }
  return { ...report, cancelInstructionReport: { ...report, instruction: { betId: instruction["betId"] } } }
}

/** Reports repeat numbers as numbers, in whatever way they were sent. */
const asReported = (instruction: Json): Json => ({
  ...instruction,
  ...(instruction["selectionId"] !== undefined && { selectionId: Number(instruction["selectionId"]) }),
  ...(instruction["handicap"] != null && { handicap: Number(instruction["handicap"]) })
})

const instructionReportsOf = (report: unknown): ReadonlyArray<unknown> =>
  isJson(report) && Array.isArray(report["instructionReports"]) ? report["instructionReports"] : []

const isJson = (value: unknown): value is Json => Predicate.isObject(value) && !Array.isArray(value)

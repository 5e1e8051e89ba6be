/** What an answer of the API says: the result, or which failure. Pure; whatever the bytes are, nothing is thrown. */
import { Result, Schema } from "effect"
import { APINGException } from "./api/Exceptions.ts"
import { AnswerUnreadable, ApiRefused } from "./BetfairError.ts"

/** A request whose answer is awaited. */
export interface Asked {
  readonly operation: string
  /** The id that the JSON-RPC request bore. */
  readonly id: number
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * Reads a JSON-RPC answer, or the fault by which REST and the gateway answer. The HTTP status counts only where the body says
 * nothing: Betfair sends errors with 200, 400 and 500.
 */
export const read =
  <A>(decode: (result: unknown) => Result.Result<A, Schema.SchemaError>) =>
  (asked: Asked, status: number, text: string): Result.Result<A, ApiRefused | AnswerUnreadable> => {
    const { operation } = asked
    const unreadable = (problem: string) => Result.fail(new AnswerUnreadable({ operation, status, problem }))
    const body = parse(text)
    if (body === undefined) return unreadable(`not JSON: ${excerpt(text)}`)
    if (!isFields(body)) return unreadable(`no JSON-RPC answer: ${excerpt(text)}`)
    const refused = refusal(operation, body, text)
    if (refused !== null) return Result.fail(refused)
    if (status < 200 || status > 299) return unreadable(`no error is named: ${excerpt(text)}`)
    if (body["id"] !== undefined && body["id"] !== asked.id) {
      return unreadable(`not the answer to request ${asked.id}: ${excerpt(text)}`)
    }
    if (!("result" in body)) return unreadable(`without a result: ${excerpt(text)}`)
    const result = decode(body["result"])
    return Result.isSuccess(result) ? Result.succeed(result.success) : unreadable(oneLine(result.failure.message))
  }

/** Undefined when the text is not JSON. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/**
 * The error of JSON-RPC, or REST's fault; null when it is neither. Gotcha: what cannot be told is shown as it stands in the
 * answer's text, because `String` throws for some JSON (`{"toString": 5}`, or brackets in ten thousand brackets).
 */
const refusal = (operation: string, body: Fields, text: string): ApiRefused | null => {
  const { error } = body
  if (error !== undefined && error !== null) {
    if (!isFields(error)) return new ApiRefused({ operation, errorCode: "UNNAMED", details: excerpt(text) })
    const code = typeof error["code"] === "number" ? String(error["code"]) : "UNNAMED"
    return refusedBy(operation, error["data"], error["message"], code)
  }
  if (typeof body["faultcode"] !== "string") return null
  return refusedBy(operation, body["detail"], body["faultstring"], body["faultcode"])
}

const decodeException = Schema.decodeUnknownResult(APINGException)

/** The exception names the error best, then the gateway's code in the message, then the code beside it. */
const refusedBy = (operation: string, data: unknown, message: unknown, code: string): ApiRefused => {
  const said = typeof message === "string" ? excerpt(message) : ""
  const exception = exceptionIn(data)
  if (exception !== null) {
    const { errorCode, errorDetails, requestUUID } = exception
    return new ApiRefused({
      operation,
      errorCode,
      details: excerpt(errorDetails ?? ""),
      ...(requestUUID === undefined ? {} : { requestUUID })
    })
  }
  const gateway = /\bDSC-\d{4}\b/.exec(said)?.[0]
  return new ApiRefused({ operation, errorCode: gateway ?? code, details: said })
}

/** It stands under its own name, which `exceptionname` tells. */
const exceptionIn = (data: unknown): APINGException | null => {
  if (!isFields(data)) return null
  for (const value of Object.values(data)) {
    if (!isFields(value)) continue
    const exception = decodeException(value)
    if (Result.isSuccess(exception)) return exception.success
  }
  return null
}

const excerptLength = 160

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim().slice(0, excerptLength)

/** The beginning of a text, printable and on one line. */
const excerpt = (text: string) => {
  // eslint-disable-next-line no-control-regex
  const start = oneLine(text.slice(0, 4 * excerptLength).replace(/[\u0000-\u001f\u007f]/g, " "))
  return start === "" ? "nothing" : start
}

/**
 * The two forms in which the API is spoken, JSON-RPC and REST: how a request is read and how an outcome is written. Pure;
 * the error bodies are those of Betfair, down to the numbers.
 *
 * Source: the API's interface descriptions (numbers of the exceptions) and recorded answers.
 */
import { randomUUID } from "node:crypto"
import { Predicate } from "effect"

/** The three services behind one server, by the first part of their paths. */
export type Service = "betting" | "account" | "heartbeat"

interface ServiceWords {
  /** What the methods of JSON-RPC begin with. */
  readonly interface: string
  readonly exception: string
  readonly prefix: string
  /** Error codes in the order of their numbers, from 1. */
  readonly codes: ReadonlyArray<string>
}

const services: Readonly<Record<Service, ServiceWords>> = {
  betting: {
    interface: "SportsAPING",
    exception: "APINGException",
    prefix: "ANGX",
    codes: [
      "TOO_MUCH_DATA",
      "INVALID_INPUT_DATA",
      "INVALID_SESSION_INFORMATION",
      "NO_APP_KEY",
      "NO_SESSION",
      "UNEXPECTED_ERROR",
      "INVALID_APP_KEY",
      "TOO_MANY_REQUESTS",
      "SERVICE_BUSY",
      "TIMEOUT_ERROR",
      "APP_KEY_CREATION_FAILED",
      "DUPLICATE_APP_NAME",
      "APP_CREATION_FAILED",
      "REQUEST_SIZE_EXCEEDS_LIMIT",
      "ACCESS_DENIED"
    ]
  },
  account: {
    interface: "AccountAPING",
    exception: "AccountAPINGException",
    prefix: "AANGX",
    codes: [
      "INVALID_INPUT_DATA",
      "INVALID_SESSION_INFORMATION",
      "UNEXPECTED_ERROR",
      "INVALID_APP_KEY",
      "SERVICE_BUSY",
      "TIMEOUT_ERROR",
      "DUPLICATE_APP_NAME",
      "APP_KEY_CREATION_FAILED",
      "APP_CREATION_FAILED",
      "NO_SESSION",
      "NO_APP_KEY",
      "SUBSCRIPTION_EXPIRED",
      "INVALID_SUBSCRIPTION_TOKEN",
      "TOO_MANY_REQUESTS"
    ]
  },
  heartbeat: {
    interface: "HeartbeatAPING",
    exception: "APINGException",
    prefix: "HBT",
    codes: [
      "INVALID_INPUT_DATA",
      "INVALID_SESSION_INFORMATION",
      "NO_APP_KEY",
      "NO_SESSION",
      "INVALID_APP_KEY",
      "UNEXPECTED_ERROR"
    ]
  }
}

/** What a call came to. */
export type Outcome =
  | { readonly _tag: "Done"; readonly result: unknown }
  /** An exception of the API, with one of its error codes. */
  | { readonly _tag: "Exception"; readonly code: string; readonly details: string }
  /** The request could not be read as a call of an operation. */
  | { readonly _tag: "Unreadable"; readonly reason: Unreadable }

export type Unreadable = "parse error" | "no such operation" | "invalid parameters" | "invalid request"

/** How each is told: the code of JSON-RPC 2.0, Betfair's own, and the HTTP status of the REST form. */
const unreadable: Readonly<Record<Unreadable, readonly [code: number, message: string, status: number]>> = {
  "parse error": [-32700, "DSC-0008", 400],
  "invalid request": [-32600, "DSC-0008", 400],
  "no such operation": [-32601, "DSC-0021", 404],
  "invalid parameters": [-32602, "DSC-0018", 400]
}

/** One call of an HTTP request. */
export interface Call {
  readonly operation: string
  readonly params: unknown
  /** Of JSON-RPC; null where there was none. */
  readonly id: string | number | null
  /** Set when there is nothing to carry out. */
  readonly problem?: Unreadable
}

/** The calls of a JSON-RPC body, and whether they came as a batch. More than `maximumBatch` are not read. */
export const readJsonRpc = (
  service: Service,
  body: unknown
): { readonly isBatch: boolean; readonly calls: ReadonlyArray<Call> } => {
  if (!Array.isArray(body)) return { isBatch: false, calls: [readCall(service, body)] }
  if (body.length === 0 || body.length > maximumBatch)
    return { isBatch: false, calls: [unreadableCall("invalid request")] }
  return { isBatch: true, calls: body.map((one) => readCall(service, one)) }
}

const maximumBatch = 100

export const unreadableCall = (problem: Unreadable): Call => ({ operation: "", params: undefined, id: null, problem })

const readCall = (service: Service, body: unknown): Call => {
  if (!Predicate.isObject(body)) return unreadableCall("invalid request")
  const { id: given, method, params } = body as Record<string, unknown>
  const id = typeof given === "string" || typeof given === "number" ? given : null
  const prefix = `${services[service].interface}/v1.0/`
  if (typeof method !== "string") return { ...unreadableCall("invalid request"), id }
  if (!method.startsWith(prefix)) return { ...unreadableCall("no such operation"), id }
  return { operation: method.slice(prefix.length), params: params ?? {}, id }
}

/** An answer of JSON-RPC; its HTTP status is always 200. */
export const writeJsonRpc = (service: Service, call: Call, outcome: Outcome): unknown => {
  if (outcome._tag === "Done") return { jsonrpc: "2.0", result: outcome.result, id: call.id }
  const error =
    outcome._tag === "Exception"
      ? { code: -32099, message: numberOf(service, outcome.code), data: exceptionOf(service, outcome) }
      : { code: unreadable[outcome.reason][0], message: unreadable[outcome.reason][1] }
  return { jsonrpc: "2.0", error, id: call.id }
}

/** An answer of the REST form, with its HTTP status. */
export const writeRest = (service: Service, outcome: Outcome): { readonly status: number; readonly body: unknown } => {
  if (outcome._tag === "Done") return { status: 200, body: outcome.result }
  if (outcome._tag === "Exception") {
    const status = outcome.code === "UNEXPECTED_ERROR" ? 500 : 400
    const faultcode = status === 500 ? "Server" : "Client"
    const detail = exceptionOf(service, outcome)
    return { status, body: { faultcode, faultstring: numberOf(service, outcome.code), detail } }
  }
  const [, faultstring, status] = unreadable[outcome.reason]
  return { status, body: { faultcode: "Client", faultstring, detail: {} } }
}

const exceptionOf = (service: Service, { code, details }: { readonly code: string; readonly details: string }) => {
  const { exception } = services[service]
  return {
    [exception]: { requestUUID: `sandbox-${randomUUID()}`, errorCode: code, errorDetails: details },
    exceptionname: exception
  }
}

/** Codes that the interface description does not list have no number of their own. */
const numberOf = (service: Service, code: string): string => {
  const { codes, prefix } = services[service]
  return `${prefix}-${String(codes.indexOf(code) + 1).padStart(4, "0")}`
}

/**
 * A rule that makes something go wrong: what to do, and which requests or lines of the stream to do it to. All the
 * conditions that are given have to hold. This is the JSON of the control port; `FaultText` is the command line's form.
 */
import { Predicate, Result, Schema, SchemaIssue } from "effect"
import * as Excerpt from "../../domain/Excerpt.ts"
import * as Operation from "./Operation.ts"

/** Actions on requests, each with what it needs besides. */
export const httpActions = [
  /** The connection is cut before anything is carried out. */
  "drop-request",
  /** Carried out, then the connection is cut instead of an answer. */
  "drop-response",
  /** Carried out `delayMs` later. */
  "delay-request",
  /** Carried out at once, answered `delayMs` later. */
  "delay-response",
  /** Carried out twice; the answer is the second one's, as from a proxy that tried again. */
  "double-request",
  /** The answer is written twice onto the connection. */
  "double-response",
  /** HTTP status `status` with a page of HTML; not carried out. */
  "http-error",
  /** The API's exception with error code `code`; not carried out. */
  "api-error",
  /** Orders: a report with status TIMEOUT; carried out unless `executed` is false. */
  "timeout",
  /** Orders: a report of which the last instruction failed, and only that one was not carried out. */
  "processed-with-errors",
  /** Orders: instructions reported BET_IN_PROGRESS; carried out unless `executed` is false. */
  "bet-in-progress",
  /** The session ends before the request is looked at. */
  "expire-session",
  /** A login is refused with status `code`. */
  "refuse-login"
] as const

/** Actions on lines that the stream's server is about to write. */
export const streamActions = [
  /** The connection is cut before the line. */
  "cut",
  /** Half of the line is written, then the connection is cut. */
  "half-line",
  /** The connection stays open and silent, for `delayMs` or for ever. */
  "stall",
  /** Some bytes of the line are changed. */
  "garble",
  /** The line is not written; the next one goes on as if it had been. */
  "skip",
  /** The line is written twice. */
  "double",
  /** The line, and all after it, come `delayMs` later. */
  "delay",
  /** Messages say `status: 503` for `delayMs`. */
  "unavailable"
] as const

export const actions = [...httpActions, ...streamActions]

const Milliseconds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 86_400_000 }))
const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000_000 }))

const Fields = Schema.Struct({
  action: Schema.Literals(actions),
  delayMs: Schema.optionalKey(Milliseconds),
  status: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 }))),
  code: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[A-Z_]{1,60}$/))),
  executed: Schema.optionalKey(Schema.Boolean),
  /** Without one: every request, or every line of the stream, that the action applies to. */
  operation: Schema.optionalKey(Schema.Literals([...Operation.http, ...Operation.stream])),
  account: Schema.optionalKey(Schema.String),
  /** What the request's path begins with. */
  path: Schema.optionalKey(Schema.String),
  /** Only the so-manieth of what the conditions above let through, counted from 1. */
  nth: Schema.optionalKey(Count),
  /** In (0, 1]; drawn from `seed`. */
  probability: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1))),
  seed: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 32 - 1 }))),
  /** Not before so much time has passed since the rule was set. */
  afterMs: Schema.optionalKey(Milliseconds),
  /** No longer than this, counted from `afterMs`. */
  forMs: Schema.optionalKey(Milliseconds),
  /** At most so often. */
  count: Schema.optionalKey(Count)
})
type Fields = typeof Fields.Type

const needsDelay: ReadonlyArray<string> = ["delay-request", "delay-response", "delay", "unavailable"]
const takesDelay: ReadonlyArray<string> = [...needsDelay, "stall"]
const ofOrders: ReadonlyArray<string> = ["timeout", "processed-with-errors", "bet-in-progress"]

/** What the fields, each good in itself, do not say together; undefined when all is well. */
const problemOf = (fault: Fields): string | undefined => {
  const { action, operation } = fault
  const applies = subjectsOf(action)
  if (operation !== undefined && !applies.includes(operation)) {
    return `operation: found ${operation}, expected for ${action} one of ${applies.join(", ")}`
  }
  if (needsDelay.includes(action) && fault.delayMs === undefined) return `delayMs: expected for ${action}`
  if (!takesDelay.includes(action) && fault.delayMs !== undefined) return `delayMs: not for ${action}`
  if ((action === "http-error") !== (fault.status !== undefined))
    return `status: expected for http-error, and only there`
  if ((action === "api-error" || action === "refuse-login") !== (fault.code !== undefined)) {
    return `code: expected for api-error and refuse-login, and only there`
  }
  if (fault.executed !== undefined && action !== "timeout" && action !== "bet-in-progress") {
    return `executed: only for timeout and bet-in-progress`
  }
  return undefined
}

export const Fault = Fields.check(Schema.makeFilter((fault: Fields) => problemOf(fault)))
export type Fault = typeof Fault.Type

const logins: ReadonlyArray<string> = ["certlogin", "login"]

/** The operations, or kinds of lines, that an action can be done to. */
export const subjectsOf = (action: Fault["action"]): ReadonlyArray<string> => {
  if (isStreamAction(action)) return Operation.stream
  if (ofOrders.includes(action)) return Operation.ordering
  if (action === "refuse-login") return logins
  return action === "api-error" || action === "expire-session"
    ? Operation.http.filter((operation) => !logins.includes(operation))
    : Operation.http
}

export const isStreamAction = (action: string): boolean => streamActions.some((known) => known === action)

const decode = Schema.decodeUnknownResult(Fault, { errors: "all", onExcessProperty: "error" })

/** Reads a rule from JSON; the failure names every field that is wrong, what was found and what was expected. */
export const fromJson = (value: unknown): Result.Result<Fault, string> =>
  Result.mapError(decode(value), ({ issue }) =>
    formatIssues(issue)
      .issues.map(({ message, path = [] }) => {
        const [field] = path.map((part) => String(Predicate.isObject(part) ? part.key : part))
        if (field === undefined) return message
        const found = Excerpt.of(Predicate.hasProperty(value, field) ? value[field] : undefined, 80)
        return `${field}: found ${found}, ${message.replace(/^Expected/, "expected")}`
      })
      .join("; ")
  )

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

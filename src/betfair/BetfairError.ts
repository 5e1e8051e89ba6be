/**
 * How a call to Betfair fails. Every failure is one of these, and `execution` says of each whether the exchange may have
 * done what it was asked: for an order that is the whole difference between "no bet" and "perhaps a bet".
 */
import { Schema } from "effect"

/** Betfair answered with an exception of its API, or a fault of the gateway before it. */
export class ApiRefused extends Schema.TaggedError<ApiRefused>()("ApiRefused", {
  operation: Schema.String,
  /** Of the exception such as TOO_MUCH_DATA, of the gateway such as DSC-0018, or the JSON-RPC code such as -32602. */
  errorCode: Schema.String,
  details: Schema.String,
  /** What Betfair's support asks for. */
  requestUUID: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    const details = this.details === "" ? "" : `: ${this.details}`
    const request = this.requestUUID === undefined ? "" : ` (request ${this.requestUUID})`
    return `${this.operation} was refused with ${this.errorCode}${details}${request}`
  }
}

/** No connection came about, so nothing has been sent. */
export class NotConnected extends Schema.TaggedError<NotConnected>()("NotConnected", {
  operation: Schema.String,
  host: Schema.String,
  /** Such as ECONNREFUSED, or why the server's certificate was not accepted. */
  problem: Schema.String
}) {
  override get message() {
    return `${this.operation} was not sent: no connection to ${this.host} (${this.problem})`
  }
}

/** Something has or may have been sent, and no answer came. */
export class AnswerLost extends Schema.TaggedError<AnswerLost>()("AnswerLost", {
  operation: Schema.String,
  kind: Schema.Literals(["TimedOut", "Disconnected"]),
  problem: Schema.String
}) {
  override get message() {
    return `${this.operation} has no answer: ${this.problem}`
  }
}

/** An answer came that is none of the API's: HTML, cut off, of another shape, or of another request. */
export class AnswerUnreadable extends Schema.TaggedError<AnswerUnreadable>()("AnswerUnreadable", {
  operation: Schema.String,
  /** Of HTTP. */
  status: Schema.Int,
  problem: Schema.String
}) {
  override get message() {
    return `${this.operation} was answered with something unreadable (HTTP ${this.status}): ${this.problem}`
  }
}

/** Our own budget for such calls is used up; nothing has been sent. */
export class BudgetSpent extends Schema.TaggedError<BudgetSpent>()("BudgetSpent", {
  operation: Schema.String,
  budget: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.operation} was not sent: ${this.problem} (budget ${this.budget})`
  }
}

/** The caller's last look forbade it; nothing has been sent. */
export class Withheld extends Schema.TaggedError<Withheld>()("Withheld", {
  operation: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `${this.operation} was not sent: ${this.reason}`
  }
}

/** The request breaks a rule of Betfair's that would change its meaning or have it refused; nothing has been sent. */
export class RequestInvalid extends Schema.TaggedError<RequestInvalid>()("RequestInvalid", {
  operation: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.operation} was not sent: ${this.problem}`
  }
}

/** There is no session, so nothing has been sent. */
export class LoginFailed extends Schema.TaggedError<LoginFailed>()("LoginFailed", {
  /** Betfair's `loginStatus`, or NO_ANSWER when none came. */
  status: Schema.String,
  problem: Schema.String,
  /** Epoch milliseconds of the next attempt; null when only the owner can help, and no further attempt is made. */
  retryAt: Schema.NullOr(Schema.Finite)
}) {
  override get message() {
    return `The login failed with ${this.status}${this.problem === "" ? "" : `: ${this.problem}`}`
  }
}

export type BetfairError =
  | ApiRefused
  | NotConnected
  | AnswerLost
  | AnswerUnreadable
  | BudgetSpent
  | Withheld
  | RequestInvalid
  | LoginFailed

/** `NotExecuted`: the exchange has certainly not done it. `Unknown`: it may have; ask before anything is sent again. */
export type Execution = "NotExecuted" | "Unknown"

/**
 * Whether the call that failed so may have been executed. Fails closed: what is not known to precede execution is
 * `Unknown`. The reason stands in the error's message.
 */
export const execution = (error: BetfairError): Execution => {
  switch (error._tag) {
    case "NotConnected":
    case "BudgetSpent":
    case "Withheld":
    case "RequestInvalid":
    case "LoginFailed":
      return "NotExecuted"
    case "AnswerLost":
    case "AnswerUnreadable":
      return "Unknown"
    case "ApiRefused":
      return beforeExecution.has(error.errorCode) ? "NotExecuted" : "Unknown"
  }
}

/** The session is not, or no longer, known to Betfair: log in again. */
export const isSessionGone = (error: BetfairError): boolean =>
  error._tag === "ApiRefused" && (error.errorCode === "INVALID_SESSION_INFORMATION" || error.errorCode === "NO_SESSION")

/**
 * Codes that say the request was turned away before it was acted on. Not among them: UNEXPECTED_ERROR, TIMEOUT_ERROR and
 * SERVICE_BUSY, which come from behind the point where an order may have been passed on, and codes that are new.
 *
 * Source: SportsAPING and AccountAPING specifications; DSC codes of Betfair's "Additional Information"; JSON-RPC 2.0, 5.1.
 */
const beforeExecution: ReadonlySet<string> = new Set([
  "TOO_MUCH_DATA",
  "INVALID_INPUT_DATA",
  "INVALID_SESSION_INFORMATION",
  "NO_APP_KEY",
  "NO_SESSION",
  "INVALID_APP_KEY",
  "TOO_MANY_REQUESTS",
  "REQUEST_SIZE_EXCEEDS_LIMIT",
  "ACCESS_DENIED",
  // Of the gateway: not deserialised, of the wrong class, not secure, incomplete, unknown method, unknown caller.
  "DSC-0008",
  "DSC-0009",
  "DSC-0015",
  "DSC-0018",
  "DSC-0021",
  "DSC-0024",
  "DSC-0034",
  "DSC-0035",
  "DSC-0036",
  "DSC-0037",
  "DSC-0038",
  // Of JSON-RPC: not JSON, no request, unknown method, wrong parameters.
  "-32700",
  "-32600",
  "-32601",
  "-32602"
])

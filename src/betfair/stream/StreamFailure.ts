/** How a stream fails, and what each of the exchange's error codes asks of us. */
import { Schema } from "effect"

/** The codes of the Exchange Stream API's status messages. */
export const errorCodes = [
  "NO_APP_KEY",
  "INVALID_APP_KEY",
  "NO_SESSION",
  "INVALID_SESSION_INFORMATION",
  "NOT_AUTHORIZED",
  "INVALID_INPUT",
  "INVALID_CLOCK",
  "UNEXPECTED_ERROR",
  "TIMEOUT",
  "SUBSCRIPTION_LIMIT_EXCEEDED",
  "INVALID_REQUEST",
  "CONNECTION_FAILED",
  "MAX_CONNECTION_LIMIT_EXCEEDED",
  "TOO_MANY_REQUESTS"
] as const
export type StreamErrorCode = (typeof errorCodes)[number]

/** The exchange said no. Codes that are not in the list are kept as they are. */
export class StreamRefused extends Schema.TaggedError<StreamRefused>()("StreamRefused", {
  errorCode: Schema.String,
  /** What was asked for. */
  request: Schema.String,
  message: Schema.String,
  connectionClosed: Schema.Boolean
}) {}

/** There is no link, or none any more. */
export class StreamBroken extends Schema.TaggedError<StreamBroken>()("StreamBroken", {
  kind: Schema.Literals([
    "UNREACHABLE",
    "UNVERIFIED",
    "CLOSED",
    "SILENT",
    "UNANSWERED",
    "GARBLED",
    "TOO_LONG",
    "NO_TOKEN"
  ]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export type StreamFailure = StreamRefused | StreamBroken

/**
 * What to do about a refusal:
 * - `token`: ask for another session token and connect again;
 * - `clock`: subscribe anew without the clocks, for an image;
 * - `wait`: the same again after a while;
 * - `give up`: waiting changes nothing, somebody must change the settings or the account.
 */
export type Remedy = "token" | "clock" | "wait" | "give up"

const remedies: Readonly<Record<StreamErrorCode, Remedy>> = {
  NO_APP_KEY: "give up",
  INVALID_APP_KEY: "give up",
  NO_SESSION: "token",
  INVALID_SESSION_INFORMATION: "token",
  NOT_AUTHORIZED: "give up",
  INVALID_INPUT: "give up",
  INVALID_CLOCK: "clock",
  UNEXPECTED_ERROR: "wait",
  TIMEOUT: "wait",
  SUBSCRIPTION_LIMIT_EXCEEDED: "give up",
  INVALID_REQUEST: "give up",
  CONNECTION_FAILED: "wait",
  MAX_CONNECTION_LIMIT_EXCEEDED: "wait",
  TOO_MANY_REQUESTS: "wait"
}

/** A code nobody knows may pass by itself. */
export const remedyOf = (errorCode: string): Remedy => remedies[errorCode as StreamErrorCode] ?? "wait"

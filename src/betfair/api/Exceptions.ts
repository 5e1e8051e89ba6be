/** How the API says no: the error of a JSON-RPC answer and the fault of a REST answer. */
import { Schema } from "effect"
import * as Enum from "./Enumerations.ts"
import * as Wire from "./Wire.ts"

/** The same shape serves `APINGException` and `AccountAPINGException`. */
export const APINGException = Schema.Struct({
  errorCode: Wire.oneOf([...Enum.APINGExceptionCode, ...Enum.AccountAPINGExceptionCode]),
  errorDetails: Wire.maybe(Schema.String),
  requestUUID: Wire.maybe(Schema.String)
})
export type APINGException = typeof APINGException.Type

const exceptions = {
  exceptionname: Wire.maybe(Schema.String),
  APINGException: Wire.maybe(APINGException),
  AccountAPINGException: Wire.maybe(APINGException)
}

/** `code` is -32099 for an exception of the API and another for a malformed request (such as -32602, DSC-0018). */
export const JsonRpcError = Schema.Struct({
  code: Wire.maybe(Wire.integer),
  message: Wire.maybe(Schema.String),
  data: Wire.maybe(Schema.Struct(exceptions))
})
export type JsonRpcError = typeof JsonRpcError.Type

/** The body of a REST answer that failed, with status 400 or 500. */
export const RestFault = Schema.Struct({
  faultcode: Schema.String,
  faultstring: Wire.maybe(Schema.String),
  detail: Wire.maybe(Schema.Struct(exceptions))
})
export type RestFault = typeof RestFault.Type

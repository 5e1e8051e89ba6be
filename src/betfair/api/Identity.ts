/** Answers of the identity hosts to login, keep-alive and logout. */
import { Schema } from "effect"
import * as Wire from "./Wire.ts"

/** Of `certlogin`; `loginStatus` is SUCCESS or the reason why not. */
export const CertLoginResponse = Schema.Struct({
  loginStatus: Schema.String,
  sessionToken: Wire.maybe(Schema.String)
})
export type CertLoginResponse = typeof CertLoginResponse.Type

/** Of `keepAlive` and `logout`; `error` is the empty text when `status` is SUCCESS. */
export const IdentityResponse = Schema.Struct({
  status: Wire.oneOf(["SUCCESS", "FAIL", "LOGIN_RESTRICTED"]),
  error: Wire.maybe(Schema.String),
  token: Wire.maybe(Schema.String),
  product: Wire.maybe(Schema.String)
})
export type IdentityResponse = typeof IdentityResponse.Type

/**
 * The identity service: what its four operations answer. Pure but for the sessions it is given.
 *
 * Source: recorded answers; certlogin has field names of its own.
 */
import type { Sessions } from "./Sessions.ts"

export const operations = ["certlogin", "login", "keepAlive", "logout"] as const
export type IdentityOperation = (typeof operations)[number]

export interface IdentityRequest {
  readonly operation: IdentityOperation
  readonly form: URLSearchParams
  /** Headers X-Application and X-Authentication. */
  readonly appKey: string | undefined
  readonly token: string | undefined
  readonly hasClientCertificate: boolean
  /** A fault that refuses logins, with the status it gives. */
  readonly refusal: string | undefined
}

export const isLogin = (operation: string): boolean => operation === "certlogin" || operation === "login"

export const answer = (sessions: Sessions, request: IdentityRequest, now: number): Readonly<Record<string, string>> => {
  const { appKey = "", operation, token = "" } = request
  if (isLogin(operation)) return loggedIn(request, login(sessions, request, now))
  if (appKey === "" || token === "") return identity("", appKey, "INPUT_VALIDATION_ERROR")
  const isKnown =
    operation === "keepAlive"
      ? sessions.keepAlive(token, now)
      : sessions.accountOf(token, now) !== undefined && sessions.logout(token)
  return identity(token, appKey, isKnown ? undefined : "NO_SESSION")
}

type Login = { readonly token: string } | { readonly refused: string }

const login = (sessions: Sessions, request: IdentityRequest, now: number): Login => {
  const { appKey = "", form, hasClientCertificate, operation, refusal } = request
  if (refusal !== undefined) return { refused: refusal }
  if (operation === "certlogin" && !hasClientCertificate) return { refused: "CERT_AUTH_REQUIRED" }
  const username = form.get("username") ?? ""
  const password = form.get("password") ?? ""
  if (appKey === "" || username === "" || password === "") return { refused: "INPUT_VALIDATION_ERROR" }
  return sessions.login(username, password, now)
}

const loggedIn = ({ appKey = "", operation }: IdentityRequest, login: Login): Readonly<Record<string, string>> => {
  if (operation === "certlogin") {
    return "token" in login ? { sessionToken: login.token, loginStatus: "SUCCESS" } : { loginStatus: login.refused }
  }
  return "token" in login ? identity(login.token, appKey, undefined) : identity("", appKey, login.refused)
}

const identity = (token: string, product: string, error: string | undefined) => ({
  token,
  product,
  status: error === undefined ? "SUCCESS" : "FAIL",
  error: error ?? ""
})

/** Login, keep-alive and logout as HTTP requests, and what their answers mean. */
import { Effect, Redacted, Result, Schema } from "effect"
import { HttpClientRequest } from "effect/http"
import * as Answers from "./Answers.ts"
import { CertLoginResponse, IdentityResponse } from "./api/Identity.ts"
import type { ClientOptions } from "./ClientOptions.ts"
import type { Connections } from "./Connections.ts"
import type { ServerClock } from "./ServerClock.ts"
import * as Transport from "./Transport.ts"

export interface IdentityFailure {
  /** Betfair's `loginStatus` or `error`, or NO_ANSWER when none came. */
  readonly status: string
  readonly problem: string
}

/** `Final`: only the owner can help. `Ban`: twenty minutes. `Passing`: try again soon. */
export type FailureKind = "Final" | "Ban" | "Passing"

/** What is not known to be final is tried again, with growing delays: an unattended bot must get back to its bets. */
export const kindOf = (status: string): FailureKind =>
  status === "TEMPORARY_BAN_TOO_MANY_REQUESTS" ? "Ban" : needsOwner.has(status) ? "Final" : "Passing"

/** Source: Betfair's page on the non-interactive login. */
const needsOwner: ReadonlySet<string> = new Set([
  "INVALID_USERNAME_OR_PASSWORD",
  "ACCOUNT_NOW_LOCKED",
  "ACCOUNT_ALREADY_LOCKED",
  "PENDING_AUTH",
  "TELBET_TERMS_CONDITIONS_NA",
  "DUPLICATE_CARDS",
  "SECURITY_QUESTION_WRONG_3X",
  "KYC_SUSPEND",
  "SUSPENDED",
  "CLOSED",
  "SELF_EXCLUDED",
  "NOT_AUTHORIZED_BY_REGULATOR_DK",
  "NOT_AUTHORIZED_BY_REGULATOR_IT",
  "SECURITY_RESTRICTED_LOCATION",
  "BETTING_RESTRICTED_LOCATION",
  "TRADING_MASTER",
  "TRADING_MASTER_SUSPENDED",
  "AGENT_CLIENT_MASTER",
  "AGENT_CLIENT_MASTER_SUSPENDED",
  "DANISH_AUTHORIZATION_REQUIRED",
  "SPAIN_MIGRATION_REQUIRED",
  "DENMARK_MIGRATION_REQUIRED",
  "SPANISH_TERMS_ACCEPTANCE_REQUIRED",
  "ITALIAN_CONTRACT_ACCEPTANCE_REQUIRED",
  "ITALIAN_PROFILING_ACCEPTANCE_REQUIRED",
  "INTERNATIONAL_TERMS_ACCEPTANCE_REQUIRED",
  "CERT_AUTH_REQUIRED",
  "CHANGE_PASSWORD_REQUIRED",
  "ACCOUNT_PENDING_PASSWORD_CHANGE",
  "PERSONAL_MESSAGE_REQUIRED",
  "EMAIL_LOGIN_NOT_ALLOWED",
  "MULTIPLE_USERS_WITH_SAME_CREDENTIAL",
  "STRONG_AUTH_CODE_REQUIRED",
  "ACTIONS_REQUIRED",
  "LIMITED_ACCESS",
  "INVALID_APP_KEY",
  "INPUT_VALIDATION_ERROR"
])

export const make = (options: ClientOptions, connections: Connections["Service"], clock: ServerClock["Service"]) => {
  const { endpoints, requestTimeout } = options

  /** The answer's text may hold a token, so no error repeats it. */
  const ask = <A>(
    operation: string,
    client: Connections["Service"]["login"],
    request: HttpClientRequest.HttpClientRequest,
    schema: Schema.Codec<A, unknown>
  ): Effect.Effect<A, IdentityFailure> =>
    Transport.send(client, operation, request.pipe(withHeaders(options)), requestTimeout).pipe(
      Effect.tap((answer) => clock.observe(answer)),
      Effect.mapError((error) => noAnswer(error.message)),
      Effect.flatMap(({ status, text }) => {
        const decoded = Schema.decodeUnknownResult(schema)(Answers.parse(text))
        return Result.isSuccess(decoded)
          ? Effect.succeed(decoded.success)
          : Effect.fail(noAnswer(`something unreadable with HTTP ${status}`))
      })
    )

  const withToken = (operation: "keepAlive" | "logout", token: Redacted.Redacted<string>) =>
    ask(
      operation,
      connections.plain,
      HttpClientRequest.post(`${endpoints.identity}${operation}`, {
        headers: { "X-Authentication": Redacted.value(token) }
      }),
      IdentityResponse
    ).pipe(
      Effect.flatMap(({ error, status }) =>
        status === "SUCCESS" ? Effect.void : Effect.fail({ status: error || status, problem: "" })
      )
    )

  return {
    login: ask(
      "certlogin",
      connections.login,
      HttpClientRequest.post(`${endpoints.login}certlogin`).pipe(
        HttpClientRequest.bodyUrlParams({ username: options.username, password: Redacted.value(options.password) })
      ),
      CertLoginResponse
    ).pipe(
      Effect.flatMap(({ loginStatus, sessionToken }) => {
        if (loginStatus !== "SUCCESS") return Effect.fail({ status: loginStatus, problem: "" })
        if (!sessionToken) return Effect.fail(noAnswer("success without a session token"))
        return Effect.succeed(Redacted.make(sessionToken, { label: "betfair session" }))
      })
    ),
    keepAlive: (token: Redacted.Redacted<string>) => withToken("keepAlive", token),
    logout: (token: Redacted.Redacted<string>) => withToken("logout", token)
  }
}

const noAnswer = (problem: string): IdentityFailure => ({ status: "NO_ANSWER", problem })

const withHeaders = ({ appKey }: ClientOptions) =>
  HttpClientRequest.setHeaders({
    Accept: "application/json",
    "Accept-Encoding": "gzip",
    "X-Application": Redacted.value(appKey)
  })

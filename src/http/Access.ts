/** What stands before every call of the API: the token, and an answer to what cannot be understood. */
import { Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"
import { performance } from "node:perf_hooks"
import { RateLimit } from "./RateLimit.ts"
import type * as Tokens from "./Tokens.ts"
import type { TokensInForce } from "./TokensInForce.ts"

/** There is no token, or not one of ours. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()(
  "Unauthorized",
  { message: Schema.String },
  { httpApiStatus: 401 }
) {}

/** The token may look, and not control. */
export class Forbidden extends Schema.TaggedError<Forbidden>()(
  "Forbidden",
  { message: Schema.String },
  { httpApiStatus: 403 }
) {}

/** Too many wrong tokens came from this address. */
export class TooManyAttempts extends Schema.TaggedError<TooManyAttempts>()(
  "TooManyAttempts",
  { message: Schema.String, retryAfterSeconds: Schema.Int },
  { httpApiStatus: 429 }
) {}

/** The request does not say what it has to. */
export class BadRequest extends Schema.TaggedError<BadRequest>()(
  "BadRequest",
  { message: Schema.String },
  { httpApiStatus: 400 }
) {}

/** Who calls, as far as that is known. */
export class Caller extends Context.Service<Caller, { readonly address: string; readonly scope: Tokens.Scope }>()(
  "clever-better/http/Caller"
) {}

export class ReadAccess extends HttpApiMiddleware.Service<ReadAccess, { provides: Caller }>()(
  "clever-better/http/ReadAccess",
  { security: { bearer: HttpApiSecurity.bearer }, error: [Unauthorized, TooManyAttempts] }
) {}

export class ControlAccess extends HttpApiMiddleware.Service<ControlAccess, { provides: Caller }>()(
  "clever-better/http/ControlAccess",
  { security: { bearer: HttpApiSecurity.bearer }, error: [Unauthorized, Forbidden, TooManyAttempts] }
) {}

export class PlainWords extends HttpApiMiddleware.Service<PlainWords>()("clever-better/http/PlainWords", {
  error: BadRequest
}) {}

/**
 * Wrong tokens a minute from one address. Whoever guesses has two to the 256 to try, so a right one is let in whatever was
 * tried before: pages with old tokens shut nobody out who has to halt the bot.
 */
const attemptsPerMinute = 30

/** The machine's own, whatever clock the bot lives by. */
export const monotonicMs = (): number => performance.now()

export const addressOf = ({ remoteAddress }: HttpServerRequest.HttpServerRequest): string =>
  Option.getOrElse(remoteAddress, () => "unknown")

const unauthorized = new Unauthorized({
  message: "expected the header Authorization: Bearer TOKEN with one of the bot's tokens (http.directory has them)"
})

const forbidden = new Forbidden({ message: "this token may look only: expected the control token" })

/** @param tokens the bot's own */
export const layer = (tokens: TokensInForce["Service"]) => {
  const attempts = new RateLimit(attemptsPerMinute)

  const caller = Effect.fnUntraced(function* (credential: Redacted.Redacted) {
    const address = addressOf(yield* HttpServerRequest.HttpServerRequest)
    const scope = tokens.scopeOf(Redacted.value(credential))
    if (scope !== null) return { address, scope }
    const retryAfterSeconds = attempts.take(address, monotonicMs())
    if (retryAfterSeconds > 0) {
      return yield* new TooManyAttempts({
        message: `too many wrong tokens: try again in ${retryAfterSeconds} s`,
        retryAfterSeconds
      })
    }
    return yield* unauthorized
  })

  return Layer.mergeAll(
    Layer.succeed(ReadAccess, {
      bearer: (handler, { credential }) =>
        Effect.flatMap(caller(credential), (who) => Effect.provideService(handler, Caller, who))
    }),
    Layer.succeed(ControlAccess, {
      bearer: (handler, { credential }) =>
        Effect.gen(function* () {
          const who = yield* caller(credential)
          if (who.scope !== "control") return yield* forbidden
          return yield* Effect.provideService(handler, Caller, who)
        })
    }),
    HttpApiMiddleware.layerSchemaErrorTransform(PlainWords, ({ cause, kind }) =>
      Effect.fail(new BadRequest({ message: `${kind.toLowerCase()}: ${cause.message}` }))
    )
  )
}

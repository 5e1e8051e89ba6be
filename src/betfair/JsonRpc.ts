/** One call of Betfair's API: token, budget, request, answer. This is the one place that decides what is sent twice. */
import { Context, Effect, Layer, Redacted, Ref, Result, Schema } from "effect"
import { HttpClientRequest } from "effect/http"
import * as Answers from "./Answers.ts"
import { type BetfairError, isSessionGone, Withheld } from "./BetfairError.ts"
import { type BudgetName, Budgets } from "./Budgets.ts"
import type { ClientOptions } from "./ClientOptions.ts"
import { Connections } from "./Connections.ts"
import { ServerClock } from "./ServerClock.ts"
import { Session, type SessionToken } from "./Session.ts"
import * as Transport from "./Transport.ts"

const services = {
  betting: { path: "betting/json-rpc/v1", prefix: "SportsAPING/v1.0/" },
  account: { path: "account/json-rpc/v1", prefix: "AccountAPING/v1.0/" },
  heartbeat: { path: "heartbeat/json-rpc/v1", prefix: "HeartbeatAPING/v1.0/" }
}

/** An operation and what is known of it beforehand. */
export interface Operation<A> {
  readonly service: keyof typeof services
  readonly name: string
  readonly budget: BudgetName
  /**
   * `Never`: whatever happens, the request is sent once. `AfterLogin`: once more when Betfair did not know the session, in
   * which case it has not been executed.
   */
  readonly resend: "Never" | "AfterLogin"
  readonly decode: (result: unknown) => Result.Result<A, Schema.SchemaError>
}

const nothingAgainst: LastLook = Effect.succeed(null)

/** Compiles the decoder of an operation once. */
export const operation = <A>(about: Omit<Operation<A>, "decode">, schema: Schema.Codec<A, unknown>): Operation<A> => ({
  ...about,
  decode: Schema.decodeUnknownResult(schema)
})

/** Asked when a call has its session and its place in the budget, and would be sent: why it must not be, or null. */
export type LastLook = Effect.Effect<string | null>

export interface CallOptions {
  /** What the call costs of its budget, one unless said otherwise. */
  readonly points?: number
  readonly lastLook?: LastLook | undefined
}

export class JsonRpc extends Context.Service<
  JsonRpc,
  {
    readonly call: <A>(operation: Operation<A>, params: object, options?: CallOptions) => Effect.Effect<A, BetfairError>
  }
>()("clever-better/betfair/JsonRpc") {
  static readonly layer = (options: ClientOptions) => Layer.effect(JsonRpc, make(options))
}

const make = Effect.fn("JsonRpc.make")(function* (options: ClientOptions) {
  const { plain } = yield* Connections
  const session = yield* Session
  const budgets = yield* Budgets
  const clock = yield* ServerClock
  const ids = yield* Ref.make(0)

  const send = Effect.fnUntraced(function* <A>(asked: Operation<A>, params: object, token: SessionToken) {
    const id = yield* Ref.updateAndGet(ids, (last) => last + 1)
    const { path, prefix } = services[asked.service]
    const body = JSON.stringify({ jsonrpc: "2.0", id, method: prefix + asked.name, params })
    const request = HttpClientRequest.post(options.endpoints.api + path, {
      headers: {
        Accept: "application/json",
        "Accept-Encoding": "gzip",
        "X-Application": Redacted.value(options.appKey),
        "X-Authentication": Redacted.value(token)
      }
    }).pipe(HttpClientRequest.bodyText(body, "application/json"))
    const answer = yield* Transport.send(plain, asked.name, request, options.requestTimeout)
    yield* clock.observe(answer)
    return yield* Effect.fromResult(
      Answers.read(asked.decode)({ operation: asked.name, id }, answer.status, answer.text)
    )
  })

  const once = <A>(
    asked: Operation<A>,
    params: object,
    { lastLook = nothingAgainst, points = 1 }: CallOptions
  ): Effect.Effect<A, BetfairError> =>
    Effect.gen(function* () {
      const token = yield* session.token
      const looked = Effect.gen(function* () {
        const reason = yield* lastLook
        if (reason !== null) return yield* new Withheld({ operation: asked.name, reason })
        return yield* send(asked, params, token)
      })
      return yield* looked.pipe(
        budgets.spend(asked.budget, asked.name, points),
        Effect.tapError((error) => (isSessionGone(error) ? session.refused(token) : Effect.void))
      )
    })

  return JsonRpc.of({
    call: (asked, params, options = {}) => {
      const first = once(asked, params, options)
      const call =
        asked.resend === "Never" ? first : Effect.catchIf(first, isSessionGone, () => once(asked, params, options))
      return Effect.withSpan(call, `Betfair.${asked.name}`, { kind: "client" })
    }
  })
})

/**
 * The way to the running bot, for commands of the same machine and user: its address and token are in the folder of its
 * HTTP. Null when no bot answers there; then a command goes to the database, or leaves word for the bot.
 */
import { Effect, Option, Redacted } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import type { SettingsValue } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import * as AddressFile from "../http/AddressFile.ts"
import { Api } from "../http/Api.ts"
import { instanceHeader } from "../http/Protection.ts"
import * as Tokens from "../http/Tokens.ts"

/** A bot that answers does so at once; one that is cancelling orders takes as long as the exchange. */
const patience = { probe: "3 seconds", call: "60 seconds" } as const

const client = ({ instance, url }: AddressFile.Address, token: Redacted.Redacted) =>
  HttpApiClient.make(Api, {
    baseUrl: url,
    transformClient: HttpClient.mapRequest((request) =>
      HttpClientRequest.setHeader(HttpClientRequest.bearerToken(request, token), instanceHeader, instance)
    )
  }).pipe(Effect.provide(FetchHttpClient.layer))

export type BotClient = Effect.Success<ReturnType<typeof client>>

/** The bot of the mode, if it runs and answers. */
export const find = Effect.fnUntraced(function* ({ http }: SettingsValue, mode: Mode) {
  const address = AddressFile.read(http.directory, mode)
  if (!http.enabled || address === null) return null
  const { control } = yield* Tokens.known(http)
  if (control === null) return null
  const bot = yield* client(address, control)
  const answer = yield* Effect.option(Effect.timeout(bot.live(), patience.probe))
  return Option.isSome(answer) && answer.value.instance === address.instance ? bot : null
})

/** A call with its bound. */
export const within = Effect.timeout(patience.call)

/** What the keys of `http` do, seen from outside of a bot in memory. */
import { Effect, Redacted } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import type { SettingsValue } from "../../../src/config/Settings.ts"
import { BotServer } from "../../../src/http/BotServer.ts"
import { listen, type Listener, send, temporary } from "../../http/Bot.ts"
import { act, type Acts, type Look } from "./Act.ts"
import { started } from "./SmallBot.ts"

/** A bot's HTTP with the settings of the act, but for what would collide with others on this machine. */
const served =
  (
    look: (server: BotServer["Service"], settings: SettingsValue["http"]) => Effect.Effect<unknown, unknown>,
    own: (directory: string, settings: SettingsValue["http"]) => Partial<SettingsValue["http"]> = (directory) => ({
      directory,
      port: 0
    })
  ): Look =>
  (settings, tree) =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const http = { ...settings.http, ...own(directory, settings.http) }
      const looked = Effect.flatMap(BotServer, (server) => look(server, http)).pipe(Effect.provide(BotServer.layer))
      return yield* started(looked as never)({ ...settings, http }, tree)
    })

const token = (text: string) => text.repeat(24)

const statusWith = (presented: string | null, path = "/api/status") =>
  served((server) => Effect.map(send(`${server.address()}${path}`, { token: presented }), ({ status }) => status))

const statuses = (times: number) =>
  served((server) =>
    Effect.map(
      Effect.forEach(Array.from({ length: times }), () => send(`${server.address()}/metrics`, {})),
      (answers) => answers.map(({ status }) => status)
    )
  )

/** What a listener to the event stream hears. */
const streamed = (heard: (listener: Listener) => Effect.Effect<unknown>) =>
  served((server) =>
    Effect.gen(function* () {
      const listener = yield* listen(`${server.address()}/api/events`, Redacted.value(server.newTokens!.read))
      const found = yield* heard(listener)
      yield* listener.close
      return found
    })
  )

export const httpActs: Acts = {
  "http.enabled": act(
    [true, false],
    [true, false],
    served((server) => Effect.succeed(server.address() !== null))
  ),
  "http.host": act(
    ["127.0.0.1", "127.0.0.2"],
    ["127.0.0.1", "127.0.0.2"],
    served((server) => Effect.succeed(new URL(server.address()!).hostname))
  ),
  "http.port": act(
    [18_431, 18_432],
    ["18431", "18432"],
    served(
      (server) => Effect.succeed(new URL(server.address()!).port),
      (directory) => ({ directory })
    )
  ),
  "http.directory": act(
    ["one", "two"],
    [["one"], ["two"]],
    served(
      (_, { directory }) => Effect.sync(() => fs.readdirSync(join(directory, ".."))),
      (directory, settings) => ({ port: 0, directory: join(directory, settings.directory) })
    )
  ),
  "http.read_token": act([token("a"), token("b")], [200, 401], statusWith(token("a"))),
  "http.control_token": act([token("a"), token("b")], [200, 401], statusWith(token("a"))),
  "http.requests_per_minute": act(
    [1, 2],
    [
      [200, 429],
      [200, 200]
    ],
    statuses(2)
  ),
  "http.max_body_bytes": act(
    [64, 128],
    [413, 401],
    served((server) =>
      Effect.map(
        send(`${server.address()}/api/control/halt`, { method: "POST", body: { reason: "x".repeat(80) } }),
        ({ status }) => status
      )
    )
  ),
  "http.max_event_streams": act(
    [0, 1],
    [503, 200],
    streamed(({ status }) => status)
  ),
  "http.event_interval_ms": act(
    [100, 60_000],
    [{ everyMs: 100 }, { everyMs: 60_000 }],
    streamed(({ until }) =>
      Effect.map(
        until((events) => events.length > 0),
        ([first]) => JSON.parse(first!.data)
      )
    )
  )
}

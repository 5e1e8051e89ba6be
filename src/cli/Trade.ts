/** What `run` does once the bot is put together: it says what is about to happen, and lets the bot trade. */
import { Console, Effect, Option, Redacted } from "effect"
import { ActiveStrategies } from "../bot/ActiveStrategies.ts"
import { Orchestrator } from "../bot/Orchestrator.ts"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import { Executor } from "../execution/Executor.ts"
import { BotServer } from "../http/BotServer.ts"
import { fileIn, type Tokens } from "../http/Tokens.ts"
import { MarketData } from "../market/MarketData.ts"
import { addressOf } from "../persistence/Database.ts"
import { InstanceLock } from "../persistence/InstanceLock.ts"
import * as StartScreen from "./StartScreen.ts"

const databaseOf = ({ directory, url }: SettingsValue["database"]): string => {
  if (url === null) return `embedded PostgreSQL in ${directory}`
  const { database, host, port } = addressOf(url)
  return `PostgreSQL at ${host}:${port}, database ${database}`
}

const httpOf = ({ enabled, host, port }: SettingsValue["http"], address: string | null): string =>
  address ?? (enabled ? `${host}:${port} is taken by another process: not served until it is free` : "not served")

/** Shown this once: who has them can look, or control. */
const tokensShown = ({ directory }: SettingsValue["http"], { control, read }: Tokens, address: string | null) =>
  [
    `Tokens were made for HTTP. They are shown this once; ${fileIn(directory)} keeps them, for you alone.`,
    `  to look     ${Redacted.value(read)}`,
    `  to control  ${Redacted.value(control)}`,
    ...(address === null ? [] : [`The dashboard at ${address} asks for one of them.`])
  ].join("\n")

/** Trades until told to stop, until the feed ends, or until another bot has taken over. */
export const trade = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const settings = yield* Settings
  const strategies = yield* ActiveStrategies
  const orchestrator = yield* Orchestrator
  const lock = yield* InstanceLock
  const server = yield* BotServer
  yield* Console.log(
    StartScreen.render({
      mode: (yield* Executor).mode,
      settings,
      settingsFile: Option.getOrNull(file),
      feed: (yield* MarketData).description,
      database: databaseOf(settings.database),
      http: httpOf(settings.http, server.address()),
      strategies: strategies.all(),
      refused: strategies.refused.map(({ message }) => message)
    })
  )
  if (server.newTokens !== null) yield* Console.log(tokensShown(settings.http, server.newTokens, server.address()))
  yield* Effect.raceFirst(orchestrator.run, lock.takenOver)
})

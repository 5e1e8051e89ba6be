/** What `run` does once the bot is put together: it says what is about to happen, and lets the bot trade. */
import { Console, Effect, Option } from "effect"
import { ActiveStrategies } from "../bot/ActiveStrategies.ts"
import { Orchestrator } from "../bot/Orchestrator.ts"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import { Executor } from "../execution/Executor.ts"
import { MarketData } from "../market/MarketData.ts"
import { addressOf } from "../persistence/Database.ts"
import { InstanceLock } from "../persistence/InstanceLock.ts"
import * as StartScreen from "./StartScreen.ts"

const databaseOf = ({ directory, url }: SettingsValue["database"]): string => {
  if (url === null) return `embedded PostgreSQL in ${directory}`
  const { database, host, port } = addressOf(url)
  return `PostgreSQL at ${host}:${port}, database ${database}`
}

/** Trades until told to stop, until the feed ends, or until another bot has taken over. */
export const trade = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const settings = yield* Settings
  const strategies = yield* ActiveStrategies
  const orchestrator = yield* Orchestrator
  const lock = yield* InstanceLock
  yield* Console.log(
    StartScreen.render({
      mode: (yield* Executor).mode,
      settings,
      settingsFile: Option.getOrNull(file),
      feed: (yield* MarketData).description,
      database: databaseOf(settings.database),
      strategies: strategies.all(),
      refused: strategies.refused.map(({ message }) => message)
    })
  )
  yield* Effect.raceFirst(orchestrator.run, lock.takenOver)
})

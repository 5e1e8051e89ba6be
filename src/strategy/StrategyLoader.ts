/**
 * The strategies that are to trade. They live in the database: the settings plant those it does not know yet, and from then on
 * the rows are what counts. One that cannot be set up is refused with the reason; the others trade.
 */
import { Duration, Effect, Equal } from "effect"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import { type StrategyRecord, StrategyRepository } from "../persistence/StrategyRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import type { Strategy, StrategyRefused } from "./Strategy.ts"
import { StrategyRegistry } from "./StrategyRegistry.ts"
import { SupervisedStrategies } from "./SupervisedStrategies.ts"

export interface Loaded {
  readonly strategies: ReadonlyArray<Strategy>
  readonly refused: ReadonlyArray<StrategyRefused>
}

/** Plants the settings' strategies and sets up every active one. */
export const load = Effect.fn("StrategyLoader.load")(function* (): Effect.fn.Return<
  Loaded,
  StorageFailure,
  Settings | StrategyRegistry | StrategyRepository
> {
  const { strategies: configured } = yield* Settings
  const repository = yield* StrategyRepository
  const registry = yield* StrategyRegistry
  const planted = configured.active.map((strategy): StrategyRecord => ({ ...strategy, note: null }))
  yield* repository.seed(planted)
  yield* warnOfUnused(planted, yield* repository.all)
  const [strategies, refused] = yield* Effect.partition(yield* repository.active, registry.configure)
  return { strategies, refused }
})

/**
 * The settings' own strategies and no others, whatever the database knows: for a replay. All of them must be right. They are
 * planted too, switched off, because bets that are kept name their strategy.
 */
export const loadConfigured = Effect.fn("StrategyLoader.loadConfigured")(function* (): Effect.fn.Return<
  Loaded,
  StorageFailure | StrategyRefused,
  Settings | StrategyRegistry | StrategyRepository
> {
  const { strategies: configured } = yield* Settings
  const repository = yield* StrategyRepository
  const registry = yield* StrategyRegistry
  const active = configured.active.filter(({ active }) => active)
  const strategies = yield* Effect.forEach(active, registry.configure)
  yield* repository.seed(active.map((strategy) => ({ ...strategy, active: false, note: "planted by a replay" })))
  return { strategies, refused: [] }
})

/** The strategies as one, under the limits of the settings. */
export const supervise = (
  strategies: ReadonlyArray<Strategy>,
  { bot, trading }: Pick<SettingsValue, "bot" | "trading">
): SupervisedStrategies =>
  new SupervisedStrategies(strategies, {
    maxFailures: bot.maxStrategyFailures,
    window: {
      from: Duration.toSeconds(trading.preRaceWindowMinutes),
      to: Duration.toSeconds(trading.minTimeToStartSeconds)
    }
  })

/** Whoever edits the settings of a strategy that is in the database already must hear that nothing came of it. */
const warnOfUnused = (planted: ReadonlyArray<StrategyRecord>, rows: ReadonlyArray<StrategyRecord>) =>
  Effect.forEach(
    planted.filter(({ id, kind, parameters }) => {
      const row = rows.find((row) => row.id === id)
      return row !== undefined && !(row.kind === kind && Equal.equals(row.parameters, parameters))
    }),
    ({ id }) =>
      Effect.logWarning(
        `strategy ${id}: the database has another kind or other parameters than the settings; those of the database are used`
      ),
    { discard: true }
  )

/**
 * The strategies that trade. A strategy that cannot be set up is told of and left out; one that keeps failing is switched off, in memory at once
 * and in its row as soon as the database takes it.
 */
import { Context, Effect, Layer, Semaphore } from "effect"
import { Settings } from "../config/Settings.ts"
import type { Bet } from "../domain/Bet.ts"
import type { MarketId, StrategyId } from "../domain/Identifiers.ts"
import * as Market from "../domain/Market.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { StrategySignal } from "../domain/Signal.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import { type StrategyRecord, StrategyRepository } from "../persistence/StrategyRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { type Strategy, StrategyRefused } from "../strategy/Strategy.ts"
import * as StrategyLoader from "../strategy/StrategyLoader.ts"
import { StrategyRegistry } from "../strategy/StrategyRegistry.ts"
import { moment, type StrategyFailure } from "../strategy/SupervisedStrategies.ts"

export type StrategyChangeFailure = StrategyRefused | StorageFailure

/** Failures that wait to be told: beyond it they are only counted. */
const maxUntold = 1000

export class ActiveStrategies extends Context.Service<
  ActiveStrategies,
  {
    /** Those that still trade. */
    readonly all: () => ReadonlyArray<Strategy>
    /** Those that could not be set up, with the reason. */
    readonly refused: ReadonlyArray<StrategyRefused>
    readonly get: (id: StrategyId) => Strategy | undefined
    /** True when some strategy wants to be asked about the market at this time. */
    readonly wants: (market: MarketDefinition, now: number) => boolean
    /** Asks all that want to be asked. What goes wrong in one is kept from the others. */
    readonly evaluate: (
      market: MarketDefinition,
      book: MarketBook,
      now: number,
      openBets: (marketId: MarketId, id: StrategyId) => ReadonlyArray<Bet>
    ) => ReadonlyArray<StrategySignal>
    readonly observe: (market: MarketDefinition, book: MarketBook, now: number) => void
    readonly replacementLost: (bet: Bet, code: string) => void
    readonly forget: (marketId: MarketId) => void
    /** Lets it trade from now on, with the parameters of its row. */
    readonly enable: (id: StrategyId, note: string) => Effect.Effect<void, StrategyChangeFailure>
    /** Asks it no more, whether or not the database takes it; its open bets are followed and settled all the same. */
    readonly disable: (id: StrategyId, note: string) => Effect.Effect<void, StrategyChangeFailure>
    /**
     * Sets parameters, the others staying as they are. A strategy that trades begins anew: it remembers nothing of the
     * markets it has seen.
     */
    readonly set: (id: StrategyId, changes: StrategyRecord["parameters"]) => Effect.Effect<void, StrategyChangeFailure>
    /** True when a strategy has failed and nobody has been told yet. */
    readonly hasFailures: () => boolean
    /** Logs what went wrong and writes down which strategies are switched off. */
    readonly tellFailures: Effect.Effect<void, StorageFailure>
  }
>()("clever-better/bot/ActiveStrategies") {
  /** Those of the database. */
  static readonly layer = Layer.effect(
    ActiveStrategies,
    Effect.suspend(() => Effect.flatMap(StrategyLoader.load(), make))
  )

  /** Those of the settings, as they stand there. */
  static readonly layerConfigured = Layer.effect(
    ActiveStrategies,
    Effect.suspend(() => Effect.flatMap(StrategyLoader.loadConfigured(), make))
  )
}

const make = Effect.fnUntraced(function* ({ refused, strategies }: StrategyLoader.Loaded) {
  const settings = yield* Settings
  const repository = yield* StrategyRepository
  const registry = yield* StrategyRegistry
  const notifier = yield* Notifier
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)
  for (const { id, message } of refused) yield* Effect.logError(message).pipe(Effect.annotateLogs({ strategy_id: id }))
  const supervised = StrategyLoader.supervise(strategies, settings)

  let failures: Array<StrategyFailure> = []
  const note = (more: ReadonlyArray<StrategyFailure>) => {
    if (more.length > 0 && failures.length < maxUntold) failures.push(...more)
  }

  const rowOf = Effect.fnUntraced(function* (id: StrategyId) {
    const rows = yield* repository.all
    const row = rows.find((one) => one.id === id)
    if (row !== undefined) return row
    const expected = `one of ${rows.map((one) => one.id).join(", ")}`
    return yield* new StrategyRefused({
      id,
      message: `there is no strategy ${id}; expected ${expected}`,
      problems: [{ parameter: "id", found: id, expected }]
    })
  })

  return ActiveStrategies.of({
    enable: (id, reason) =>
      oneAtATime(
        Effect.gen(function* () {
          const strategy = yield* registry.configure(yield* rowOf(id))
          yield* repository.setActive(id, true, reason)
          supervised.put(strategy)
        })
      ),
    disable: (id, reason) =>
      oneAtATime(
        Effect.gen(function* () {
          supervised.remove(id)
          yield* rowOf(id)
          yield* repository.setActive(id, false, reason)
        })
      ),
    set: (id, changes) =>
      oneAtATime(
        Effect.gen(function* () {
          const row = yield* rowOf(id)
          const parameters = { ...row.parameters, ...changes }
          const strategy = yield* registry.configure({ ...row, parameters })
          yield* repository.setParameters(id, parameters)
          if (supervised.active.some((one) => one.id === id)) supervised.put(strategy)
        })
      ),
    all: () => supervised.active,
    refused,
    get: (id) => supervised.get(id),
    wants: (market, now) => supervised.wants(market, Market.timeToStartMs(market, now) / 1000),
    evaluate: (market, book, now, openBets) => {
      const evaluation = supervised.evaluate(moment(market, book, now), openBets)
      note(evaluation.failures)
      return evaluation.signals
    },
    observe: (market, book, now) => note(supervised.observe(market, book, now)),
    replacementLost: (bet, code) => note(supervised.replacementLost(bet, code)),
    forget: (marketId) => note(supervised.forget(marketId)),
    hasFailures: () => failures.length > 0,
    tellFailures: Effect.gen(function* () {
      for (; failures.length > 0; failures = failures.slice(1)) {
        const { cause, disabled, during, failures: count, marketId, message, strategyId } = failures[0]!
        if (disabled) {
          const reason = `switched off after ${count} failures: ${message}`
          yield* repository.setActive(strategyId, false, reason)
          yield* notifier.notify({ _tag: "StrategyDisabled", strategyId, reason })
        }
        yield* Metrics.count("strategy_failures_total", { strategy_id: strategyId })
        yield* Effect.logWarning("A strategy failed").pipe(
          Effect.annotateLogs({ strategy_id: strategyId, market_id: marketId, during, message, failures: count, cause })
        )
      }
    })
  })
})

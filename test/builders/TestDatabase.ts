/**
 * A database in memory that outlives the bots of a test, and fails when the test says so: all of it, or single operations
 * by their names, such as `BetRepository.create`.
 */
import { Context, type Duration, Effect, Layer, type Scope } from "effect"
import { AuditRepository } from "../../src/persistence/AuditRepository.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { DatabaseHealth } from "../../src/persistence/DatabaseHealth.ts"
import { DecisionRepository } from "../../src/persistence/DecisionRepository.ts"
import { OddsRepository } from "../../src/persistence/OddsRepository.ts"
import { PerformanceRepository } from "../../src/persistence/PerformanceRepository.ts"
import { PredictionRepository } from "../../src/persistence/PredictionRepository.ts"
import { RaceRepository } from "../../src/persistence/RaceRepository.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { StorageFailure } from "../../src/persistence/StorageFailure.ts"
import { StrategyRepository } from "../../src/persistence/StrategyRepository.ts"
import { TradingStateRepository } from "../../src/persistence/TradingStateRepository.ts"

export class TestDatabase {
  /** Nothing answers. */
  isDown = false
  /** Operations that fail without having done anything, and how. */
  readonly failing = new Map<string, StorageFailure["kind"]>()
  /** Operations that are done, but whose answer is lost. */
  readonly unanswered = new Set<string>()
  /** Operations that are done at once, but whose answer takes its time. */
  readonly slow = new Map<string, Duration.Duration>()
  /** What was asked for, in order. */
  readonly calls: Array<string> = []
  readonly layer: Layer.Layer<Repositories.Repositories | DatabaseHealth>

  constructor(kept: Context.Context<Repositories.Repositories>) {
    const watched = <I extends Repositories.Repositories, S extends object>(tag: Context.Service<I, S>) =>
      Layer.succeed(tag, this.watch(tag.key.split("/").at(-1)!, Context.get(kept, tag)))
    this.layer = Layer.mergeAll(
      watched(AuditRepository),
      watched(BetRepository),
      watched(DecisionRepository),
      watched(OddsRepository),
      watched(PerformanceRepository),
      watched(PredictionRepository),
      watched(RaceRepository),
      watched(StrategyRepository),
      watched(TradingStateRepository),
      Layer.effect(
        DatabaseHealth,
        Effect.map(DatabaseHealth, (health) => this.watch("DatabaseHealth", health))
      ).pipe(Layer.provide(DatabaseHealth.layerMemory))
    )
  }

  static readonly make: Effect.Effect<TestDatabase, never, Scope.Scope> = Effect.map(
    Layer.build(Layer.fresh(Repositories.layerMemory)),
    (kept) => new TestDatabase(kept)
  )

  /** The service with every operation under our hand. */
  private watch<S extends object>(name: string, service: S): S {
    return new Proxy(service, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key)
        const operation = `${name}.${String(key)}`
        if (typeof member === "function") {
          return (...parameters: ReadonlyArray<unknown>) => this.guard(operation, member.apply(target, parameters))
        }
        return this.guard(operation, member)
      }
    })
  }

  private guard(operation: string, result: unknown): unknown {
    if (!Effect.isEffect(result)) return result
    const fail = (kind: StorageFailure["kind"]) =>
      Effect.fail(new StorageFailure({ operation, kind, message: `${operation} failed, as the test wanted` }))
    return Effect.suspend(() => {
      this.calls.push(operation)
      const kind = this.isDown ? "unavailable" : this.failing.get(operation)
      if (kind !== undefined) return fail(kind)
      const done = this.unanswered.has(operation) ? Effect.andThen(result, fail("unavailable")) : result
      const delay = this.slow.get(operation)
      return delay === undefined ? done : Effect.tap(done, () => Effect.sleep(delay))
    })
  }
}

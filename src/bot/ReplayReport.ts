/**
 * What a replay did, as numbers. The same recordings and settings give the same report but for the wall time. Money is
 * decimal here, because people and other programs read it.
 */
import { Context, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import { Executor } from "../execution/Executor.ts"
import * as Money from "../domain/Money.ts"
import type { RecordingProblemKind } from "../market/recording/RecordingProblem.ts"
import { Monitor } from "../monitoring/Monitor.ts"
import type { Performance } from "../monitoring/Performance.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import type { ReplayClock } from "./ReplayClock.ts"
import { Tally, type BetCounts } from "./Tally.ts"

export interface StrategyReport {
  readonly name: string
  readonly bets: number
  readonly wins: number
  readonly losses: number
  /** After commission. */
  readonly net: number
  /** Net result per matched stake; null without a matched stake. */
  readonly roi: number | null
}

export interface ReplayReport {
  readonly mode: string
  readonly profile: string
  /** The recordings that were read. */
  readonly recordings: ReadonlyArray<string>
  readonly markets: number
  readonly updates: number
  readonly wallSeconds: number
  readonly updatesPerSecond: number
  readonly bets: BetCounts
  /** Signals that did not become bets, by reason. */
  readonly denied: Readonly<Record<string, number>>
  readonly stakeMatched: number
  readonly profit: number
  readonly commission: number
  readonly net: number
  readonly breaker: { readonly state: string; readonly trips: number }
  readonly strategies: ReadonlyArray<StrategyReport>
  /** What could not be used, and why. */
  readonly skipped: ReadonlyArray<SkippedInput>
}

export interface SkippedInput {
  readonly file: string
  readonly line: number | null
  /** Its kind, from a closed list. */
  readonly problem: RecordingProblemKind
  readonly message: string
  readonly count: number
}

export class ReplayReporter extends Context.Service<
  ReplayReporter,
  {
    readonly report: (input: {
      readonly recordings: ReadonlyArray<string>
      readonly skipped: ReadonlyArray<SkippedInput>
      readonly wallSeconds: number
    }) => Effect.Effect<ReplayReport, StorageFailure>
  }
>()("clever-better/bot/ReplayReporter") {
  static readonly layer = (clock: ReplayClock) => Layer.effect(ReplayReporter, make(clock))
}

const make = Effect.fnUntraced(function* (clock: ReplayClock) {
  const { paper } = yield* Settings
  const { mode } = yield* Executor
  const monitor = yield* Monitor
  const breaker = yield* CircuitBreaker
  const tally = yield* Tally

  return ReplayReporter.of({
    report: Effect.fnUntraced(function* ({ recordings, skipped, wallSeconds }) {
      const performance = yield* monitor.updatePerformance
      const { phase, trips } = breaker.state(clock.currentTimeMillisUnsafe())
      const { markets, updates } = tally.activity
      return {
        mode,
        profile: paper.profile,
        recordings,
        markets,
        updates,
        wallSeconds: Math.round(wallSeconds * 1000) / 1000,
        updatesPerSecond: wallSeconds > 0 ? Math.round(updates / wallSeconds) : 0,
        bets: { ...tally.bets },
        denied: Object.fromEntries([...tally.denied].toSorted(([a], [b]) => (a < b ? -1 : 1))),
        stakeMatched: Money.toDecimal(tally.money.stakeMatched),
        profit: Money.toDecimal(tally.money.profit),
        commission: Money.toDecimal(tally.money.commission),
        net: Money.toDecimal(tally.net()),
        breaker: { state: phase, trips },
        strategies: performance.map(strategyReport),
        skipped
      }
    })
  })
})

const strategyReport = ({ bets, losses, net, roi, strategyId, wins }: Performance): StrategyReport => ({
  name: strategyId,
  bets,
  wins,
  losses,
  net: Money.toDecimal(net),
  roi: roi === null ? null : Math.round(roi * 10_000) / 10_000
})

/**
 * What `replay` is made of: the bot under the recording's clock, with the simulated venue, in memory or (to keep what it
 * does) in the database. It draws its random numbers from a fixed seed, so that it repeats.
 */
import { Clock, Effect, Layer, References } from "effect"
import { Replay } from "../bot/Replay.ts"
import * as ReplayClock from "../bot/ReplayClock.ts"
import { ReplayReporter } from "../bot/ReplayReport.ts"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import { Books } from "../market/Books.ts"
import type { OnBookProblem } from "../market/BookProblem.ts"
import * as RecordedFiles from "../market/RecordedFiles.ts"
import type { RecordedBatch } from "../market/recording/RecordedBatch.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import * as Telemetry from "../monitoring/Telemetry.ts"
import { DatabaseHealth } from "../persistence/DatabaseHealth.ts"
import { InstanceLock } from "../persistence/InstanceLock.ts"
import * as Repositories from "../persistence/Repositories.ts"
import { Predictor } from "../prediction/Predictor.ts"
import type { StrategyKind } from "../strategy/Strategy.ts"
import * as Registry from "../strategy/StrategyRegistry.ts"
import { StrategyRegistry } from "../strategy/StrategyRegistry.ts"
import * as BotLayer from "./BotLayer.ts"
import * as SimulatedVenue from "./SimulatedVenue.ts"

export interface ReplayOptions {
  /** Write to the database of the settings, in the `replay` mode; otherwise nothing is left behind. */
  readonly persist: boolean
  /** Where the user's strategy modules are looked for. */
  readonly folders: ReadonlyArray<string>
  /** The only kinds of strategy there are, in place of the built-in ones and those of the settings' modules. */
  readonly kinds?: ReadonlyArray<StrategyKind>
  /** Told of everything in the messages that the books could not use. */
  readonly onProblem: OnBookProblem
}

const inMemory = Layer.mergeAll(Repositories.layerMemory, DatabaseHealth.layerMemory, InstanceLock.layerAlone)

const registry = (folders: ReadonlyArray<string>, kinds: ReplayOptions["kinds"]) =>
  kinds === undefined
    ? StrategyRegistry.layer(folders)
    : Layer.effect(StrategyRegistry, Registry.make(kinds.map((kind) => ({ kind, source: "given in code" }))))

/** Odds that nobody keeps or looks at need not be taken: they would be most of what a replay leaves for the garbage collector. */
const withoutOdds = Layer.effect(
  Settings,
  Effect.map(Settings, (settings): SettingsValue => ({
    ...settings,
    odds: { ...settings.odds, persist: false },
    http: { ...settings.http, enabled: false }
  }))
)

/**
 * Recordings as a replay takes them, with whatever could not be read filed under file and line.
 *
 * @param workers how many threads unpack ahead: with any number the replay is the same
 */
export const open = (paths: ReadonlyArray<string>, workers = 0) =>
  Effect.map(RecordedFiles.open(paths, undefined, workers), (recordings) => {
    let batch: RecordedBatch | null = null
    let index = 0
    return {
      ...recordings,
      next: async () => (batch = await recordings.next()),
      applying: (at: number) => void (index = at),
      onProblem: RecordedFiles.reportBooks(recordings.problems, () => (batch === null ? null : { batch, index }))
    }
  })

export const drivers = Effect.all({ replay: Replay, reporter: ReplayReporter })

/** Needs settings. */
export const layer = ({ folders, kinds, onProblem, persist }: ReplayOptions) =>
  Layer.unwrap(
    Effect.map(Clock.Clock, (real) => {
      const clock = ReplayClock.make(real)
      return Layer.mergeAll(Replay.layer(clock), ReplayReporter.layer(clock)).pipe(
        Layer.provideMerge(BotLayer.layer("replay").pipe(Layer.provide(persist ? Layer.empty : withoutOdds))),
        Layer.provideMerge(SimulatedVenue.layer("replay")),
        Layer.provideMerge(
          Layer.mergeAll(
            Books.layerReporting(onProblem),
            registry(folders, kinds),
            Notifier.layerLog,
            Predictor.layerNone
          )
        ),
        Layer.provideMerge(persist ? BotLayer.database("replay") : inMemory),
        Layer.provideMerge(
          Layer.mergeAll(
            Layer.succeed(Clock.Clock, clock),
            Layer.succeed(References.MinimumLogLevel, "Error"),
            Telemetry.layerOff,
            Metrics.layerOff
          )
        )
      )
    })
  )

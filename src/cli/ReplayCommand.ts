/** `replay FILE…`: the bot over recorded markets in their own time, as fast as it goes. */
import { Clock, Console, Effect, Option, Random } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import { GivenCatalogues } from "../market/Catalogues.ts"
import { losesData } from "../market/recording/RecordingProblem.ts"
import { BadUsage, Ended, failed } from "./Exit.ts"
import { ConfigFile, json, printJson, strategyFolders } from "./Options.ts"
import * as ProgressLine from "./ProgressLine.ts"
import * as ReplayText from "./ReplayText.ts"
import * as StrategyChoice from "./StrategyChoice.ts"

const files = Argument.String("FILE").pipe(
  Argument.withDescription("Recordings, archives of them, or folders"),
  Argument.variadic({ min: 1 })
)

const profile = Flag.Literals("profile", ["default", "flumine"]).pipe(
  Flag.withDescription("Matching rules; without it those of the settings"),
  Flag.optional
)

const persist = Flag.Boolean("persist").pipe(
  Flag.withDescription("Keep races and bets in the database, apart from paper and live ones"),
  Flag.withDefault(false)
)

/** More would only wait for one another. */
const maximumWorkers = 64

const workers = Flag.Int("workers").pipe(
  Flag.withMetavar("N"),
  Flag.withDescription(
    "Threads that unpack recordings ahead, for folders of packed files; without it none. Results are the same"
  ),
  Flag.withDefault(0)
)

const workersOf = (count: number): Effect.Effect<number, BadUsage> =>
  count >= 0 && count <= maximumWorkers
    ? Effect.succeed(count)
    : Effect.fail(new BadUsage({ message: `--workers: found ${count}, expected 0 to ${maximumWorkers}` }))

const withProfile = (settings: SettingsValue, profile: Option.Option<SettingsValue["paper"]["profile"]>) =>
  Option.match(profile, {
    onNone: () => settings,
    onSome: (profile): SettingsValue => ({ ...settings, paper: { ...settings.paper, profile } })
  })

export const command = Command.make(
  "replay",
  { files, ...StrategyChoice.flags, profile, persist, workers, json },
  Effect.fn(function* ({ files, json, param, persist, profile, strategy, workers }) {
    const { file, settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const chosen = yield* StrategyChoice.apply(withProfile(settings, profile), strategy, param)
    const options = { persist, folders: strategyFolders(file), workers: yield* workersOf(workers) }
    const report = yield* replay(files, options).pipe(Effect.provideService(Settings, chosen), Effect.scoped)
    yield* json ? printJson(report) : Console.log(ReplayText.render(report))
    if (report.recordings.length === 0 && report.skipped.length === 0) {
      yield* Console.error("there are no recordings in it: market catalogues and empty folders have no prices")
    }
    if (report.recordings.length === 0 || report.skipped.some(({ problem }) => losesData(problem))) {
      return yield* new Ended({ code: failed })
    }
  })
).pipe(Command.withDescription("Run the bot over recordings in their own time"))

const replay = Effect.fnUntraced(function* (
  paths: ReadonlyArray<string>,
  options: { readonly persist: boolean; readonly folders: ReadonlyArray<string>; readonly workers: number }
) {
  const ReplayBot = yield* Effect.promise(() => import("../app/ReplayBot.ts"))
  const recordings = yield* ReplayBot.open(paths, options.workers)
  const bar = yield* ProgressLine.make(recordings.progress)
  // Only the ids of bets are drawn: what is kept stands beside the bets of earlier replays of the same recording.
  const seed = options.persist ? `replay ${yield* Clock.currentTimeNanos}` : "replay"
  return yield* Effect.gen(function* () {
    const { replay, reporter } = yield* ReplayBot.drivers
    const start = yield* Clock.monotonicTimeNanos
    yield* replay.run(recordings, bar)
    const wallSeconds = Number((yield* Clock.monotonicTimeNanos) - start) / 1e9
    const skipped = recordings.problems
      .list()
      .map(({ count, file, kind, line, message }) => ({ file, line, problem: kind, message, count }))
    return yield* reporter.report({ recordings: recordings.names, skipped, wallSeconds })
  }).pipe(
    Random.withSeed(seed),
    Effect.provide(ReplayBot.layer({ ...options, onProblem: recordings.onProblem })),
    Effect.provideService(GivenCatalogues, recordings.catalogues)
  )
})

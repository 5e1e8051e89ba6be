/** `run`: the bot, in real time, until it is told to stop. */
import { Console, Duration, Effect, Layer, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as LiveConfirmation from "../app/LiveConfirmation.ts"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import { losesData } from "../market/recording/RecordingProblem.ts"
import { BadUsage, Ended, failed, StartRefused } from "./Exit.ts"
import { ConfigFile, strategyFolders } from "./Options.ts"
import * as ProblemLine from "./ProblemLine.ts"

const files = Argument.String("FILE").pipe(
  Argument.withDescription("With --feed recorded: recordings, archives of them, or folders"),
  Argument.variadic({ min: 0 })
)

const flags = {
  feed: Flag.Literals("feed", ["sandbox", "recorded", "betfair"]).pipe(
    Flag.withDescription("Where prices come from; without it feed.source of the settings"),
    Flag.optional
  ),
  speed: Flag.Finite("speed").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription("With --feed recorded: how many times faster than recorded"),
    Flag.filter(
      (speed) => speed >= 0.01 && speed <= 100_000,
      () => "--speed: expected a number from 0.01 to 100000"
    ),
    Flag.optional
  ),
  stopAfter: Flag.String("for").pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription("Stop after this time, for instance 2m or 90s"),
    Flag.optional
  ),
  live: Flag.Boolean("live").pipe(
    Flag.withDescription("Trade with real money, if the settings allow it too"),
    Flag.withDefault(false)
  )
}

export const command = Command.make(
  "run",
  { files, ...flags },
  Effect.fn(function* ({ feed, files, live, speed, stopAfter }) {
    const { file, settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const limit = yield* Option.match(stopAfter, {
      onNone: () => Effect.succeed(Duration.infinity),
      onSome: durationOf
    })
    const isLive = LiveConfirmation.isWanted({ live, settings })
    if (isLive) yield* confirmed({ live, settings, feed, files })
    const chosen: SettingsValue = {
      ...settings,
      feed: {
        ...settings.feed,
        source: isLive
          ? "betfair"
          : Option.getOrElse(feed, () => (files.length > 0 ? "recorded" : settings.feed.source)),
        files: files.length > 0 ? files : settings.feed.files,
        speed: Option.getOrElse(speed, () => settings.feed.speed)
      }
    }
    const limited = <A, E, R>(bot: Effect.Effect<A, E, R>) =>
      bot.pipe(Effect.timeoutOption(limit), Effect.provideService(Settings, chosen), Effect.scoped)
    yield* isLive ? limited(runLive(file, chosen)) : limited(runOnPaper(file, chosen))
  })
).pipe(Command.withDescription("Run the bot: on paper against sandbox, recorded or real prices, or live"))

interface LiveWish extends LiveConfirmation.Wanted {
  readonly feed: Option.Option<string>
  readonly files: ReadonlyArray<string>
}

/** Real money goes by real prices only, and only when everything says so. */
const confirmed = Effect.fnUntraced(function* ({ feed, files, live, settings }: LiveWish) {
  const refusal = LiveConfirmation.refusal({ live, settings })
  if (refusal !== null) return yield* new StartRefused({ message: refusal })
  const asked = files.length > 0 ? Option.some("recorded") : feed
  if (Option.isSome(asked) && asked.value !== "betfair") {
    return yield* new BadUsage({ message: `--live: found --feed ${asked.value}, expected the real prices (betfair)` })
  }
})

/** `90s`, `2m`, `1h30m`, or Effect's own words: `2 minutes`. */
const durationOf = (text: string): Effect.Effect<Duration.Duration, BadUsage> => {
  const short = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(text)
  if (text !== "" && short !== null) {
    const [, hours = 0, minutes = 0, seconds = 0] = short
    return Effect.succeed(Duration.seconds(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)))
  }
  return Effect.fromOption(Duration.fromInput(text as Duration.Input)).pipe(
    Effect.mapError(() => new BadUsage({ message: `--for: found ${text}, expected a time such as 90s, 2m or 1h30m` }))
  )
}

const runLive = Effect.fnUntraced(function* (file: Option.Option<string>, { betfair }: SettingsValue) {
  const { trade } = yield* Effect.promise(() => import("./Trade.ts"))
  const LiveTrading = yield* Effect.promise(() => import("../app/LiveTrading.ts"))
  const bot = yield* LiveTrading.open(betfair, strategyFolders(file))
  yield* trade(file).pipe(Effect.provide(bot))
})

const runOnPaper = Effect.fnUntraced(function* (file: Option.Option<string>, settings: SettingsValue) {
  const { trade } = yield* Effect.promise(() => import("./Trade.ts"))
  const PaperBot = yield* Effect.promise(() => import("../app/PaperBot.ts"))
  const PaperFeed = yield* Effect.promise(() => import("../app/PaperFeed.ts"))
  const { layer, mode, problems } = yield* PaperFeed.open(settings)
  const bot = PaperBot.layer({ mode, folders: strategyFolders(file) })
  yield* trade(file).pipe(
    Effect.provide(bot.pipe(Layer.provideMerge(layer))),
    Effect.ensuring(
      Effect.suspend(() =>
        Effect.forEach(problems(), (problem) => Console.error(ProblemLine.render(problem)), { discard: true })
      )
    )
  )
  if (problems().some(({ kind }) => losesData(kind))) return yield* new Ended({ code: failed })
})

/**
 * Where `run` gets its prices from, by the settings, and the books they go into; and with them whose bets it makes and by
 * which clock it lives.
 */
import { Clock, Effect, Layer, Schema } from "effect"
import type { SettingsValue } from "../config/Settings.ts"
import { Books } from "../market/Books.ts"
import * as PacedRecording from "../market/PacedRecording.ts"
import * as RecordedFiles from "../market/RecordedFiles.ts"
import type { RecordingProblem } from "../market/recording/RecordingProblem.ts"

export class NoRecordings extends Schema.TaggedError<NoRecordings>()("NoRecordings", { message: Schema.String }) {}

/** What could not be read so far. */
const nothingToReport = (): ReadonlyArray<RecordingProblem> => []

const recorded = Effect.fnUntraced(function* (files: ReadonlyArray<string>, speed: number) {
  const recordings = yield* RecordedFiles.open(files)
  const { clock, layer, onBookProblem } = yield* PacedRecording.make(recordings, speed)
  return {
    mode: "replay" as const,
    layer: Layer.mergeAll(
      layer,
      Books.layerReporting(onBookProblem).pipe(Layer.provide(layer)),
      Layer.succeed(Clock.Clock, clock)
    ),
    problems: () => recordings.problems.list()
  }
})

/** Loaded when it is wanted: a recording needs none of it. */
const throughClient = Effect.fnUntraced(function* (
  settings: Pick<SettingsValue, "betfair" | "feed">,
  certificates?: string
) {
  const BetfairFeed = yield* Effect.promise(() => import("./BetfairFeed.ts"))
  const prices = yield* settings.feed.source === "betfair"
    ? BetfairFeed.open(settings)
    : BetfairFeed.openSandbox(settings, certificates)
  return {
    mode: "paper" as const,
    layer: Layer.merge(prices, Layer.succeed(Clock.Clock, yield* Clock.Clock)),
    problems: nothingToReport
  }
})

/**
 * The feed's Layer needs settings. Recordings, and the sandbox, are open while the scope is.
 *
 * @param certificates where the sandbox keeps its certificates, if not in the usual place
 */
export const open = Effect.fnUntraced(function* (
  settings: Pick<SettingsValue, "betfair" | "feed">,
  certificates?: string
) {
  const { files, source, speed } = settings.feed
  if (source !== "recorded") return yield* throughClient(settings, certificates)
  if (files.length > 0) return yield* recorded(files, speed)
  return yield* new NoRecordings({
    message: "recorded prices need files: `run --feed recorded FILE…`, or feed.files in the settings"
  })
})

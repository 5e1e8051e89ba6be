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
import * as GeneratedRaces from "../sandbox/GeneratedRaces.ts"

export class NoRecordings extends Schema.TaggedError<NoRecordings>()("NoRecordings", { message: Schema.String }) {}

const nothingToReport = (): ReadonlyArray<RecordingProblem> => []

const generated = Effect.map(Clock.Clock, (clock) => ({
  mode: "paper" as const,
  layer: Layer.mergeAll(GeneratedRaces.layer, Books.layer, Layer.succeed(Clock.Clock, clock)),
  /** What could not be read so far. */
  problems: nothingToReport
}))

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

/** The feed's Layer needs settings. Recordings are open while the scope is. */
export const open = Effect.fnUntraced(function* ({ files, source, speed }: SettingsValue["feed"]) {
  if (source === "generated") return yield* generated
  if (files.length > 0) return yield* recorded(files, speed)
  return yield* new NoRecordings({
    message: "recorded prices need files: `run --feed recorded FILE…`, or feed.files in the settings"
  })
})

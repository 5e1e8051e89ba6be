/**
 * What `probes` is made of: for each probe a replay bot of its own, with everything between the recording and the settled
 * bet, and one reading of the recording for all of them.
 */
import { Effect, Layer, Random } from "effect"
import type { Probe } from "../backtest/Probe.ts"
import * as ProbeRun from "../backtest/ProbeRun.ts"
import * as ProbeSettings from "../backtest/ProbeSettings.ts"
import { SharedReading } from "../backtest/SharedReading.ts"
import type { ReplaySource } from "../bot/Replay.ts"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import type { OnBookProblem } from "../market/BookProblem.ts"
import * as RecordedFiles from "../market/RecordedFiles.ts"
import type { RecordedBatch } from "../market/recording/RecordedBatch.ts"
import type { RecordingProblems } from "../market/recording/RecordingProblem.ts"
import type { SeparateRecording } from "../market/SeparateRecordings.ts"
import * as ReplayBot from "./ReplayBot.ts"

export interface ProbesOptions {
  readonly settings: SettingsValue
  readonly profile: ProbeSettings.ProfileName
  /** Takes what of the recording the books cannot use. */
  readonly problems: RecordingProblems
}

export interface Probed {
  readonly probe: Probe
  readonly markets: ReadonlyArray<ProbeRun.ProbedMarket>
}

const nobody: OnBookProblem = () => undefined

/** Each probe alone on the recording, side by side. */
export const run = (recording: SeparateRecording, probes: ReadonlyArray<Probe>, options: ProbesOptions) => {
  const { problems, profile, settings } = options
  let batch: RecordedBatch | null = null
  let index = 0
  const reading = new SharedReading(probes.length, async () => (batch = await recording.next()))
  const source: ReplaySource = { next: reading.next, applying: (at) => void (index = at) }
  // All bots have the same problems with the same messages: they are told once.
  const report = RecordedFiles.reportBooks(problems, () => (batch === null ? null : { batch, index }))
  return Effect.forEach(
    probes,
    (probe, place) =>
      ProbeRun.run(source).pipe(
        Effect.map((markets): Probed => ({ probe, markets })),
        Random.withSeed("replay"),
        Effect.provide(
          ReplayBot.layer({
            persist: false,
            folders: [],
            kinds: [probe.kind],
            onProblem: place === 0 ? report : nobody
          }).pipe(Layer.provide(Layer.succeed(Settings, ProbeSettings.of(settings, probe.kind.name, profile)))),
          { local: true }
        )
      ),
    { concurrency: "unbounded" }
  )
}

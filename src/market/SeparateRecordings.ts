/** Recordings one after the other, each as a feed of its own: for whoever compares what happened on each of them. */
import { Effect } from "effect"
import { RecordingFinder } from "./recording/RecordingFinder.ts"
import type { RecordedBatch } from "./recording/RecordedBatch.ts"
import { RecordingMerge } from "./recording/RecordingMerge.ts"
import type { RecordingProblems } from "./recording/RecordingProblem.ts"

export interface SeparateRecording {
  /** The file, or the member of an archive behind a `!`. */
  readonly name: string
  /** The next messages, null at the end. Never rejects: what could not be read is among the problems. */
  readonly next: () => Promise<RecordedBatch | null>
}

/** Calls `use` with each recording of the files, archives and folders, in the order found. It is open while `use` runs. */
export const forEach = <E, R>(
  paths: ReadonlyArray<string>,
  problems: RecordingProblems,
  use: (recording: SeparateRecording) => Effect.Effect<void, E, R>
): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    const finder = yield* Effect.acquireRelease(
      Effect.sync(() => new RecordingFinder(problems)),
      (finder) => Effect.promise(() => finder.close())
    )
    for (const path of paths) {
      const found = finder.find(path)
      yield* Effect.addFinalizer(() => Effect.promise(() => found.return()))
      for (;;) {
        const { done, value: cursor } = yield* Effect.promise(() => found.next())
        if (done === true) break
        const { name } = cursor.source
        const merge = new RecordingMerge()
        const isMarketData = yield* Effect.promise(() => merge.add(cursor))
        if (!isMarketData) problems.add(name, "NO_MESSAGES", null, "nothing in it is market data")
        else {
          yield* Effect.ensuring(
            use({ name, next: () => merge.next() }),
            Effect.promise(() => merge.close())
          )
        }
      }
    }
  }).pipe(Effect.scoped)

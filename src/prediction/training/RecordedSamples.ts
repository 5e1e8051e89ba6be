/** Win markets of recordings as samples, decided a while before the scheduled off. */
import { Effect } from "effect"
import { BookStore } from "../../market/BookStore.ts"
import * as RecordedFiles from "../../market/RecordedFiles.ts"
import * as Features from "../Features.ts"
import { DecisionTaker } from "./DecisionTaker.ts"
import type { Samples } from "./Samples.ts"

export interface RecordedSamples {
  readonly samples: Samples
  /** One line for each thing that could not be read. */
  readonly problems: ReadonlyArray<string>
}

/** How many of a live market's features there are to choose from: the market alone, its shape too, and all. */
export const choices: ReadonlyArray<number> = [1, 3, Features.names.length]

/** @param files recordings, archives of them, or folders */
export const read = (files: ReadonlyArray<string>, secondsBefore: number): Effect.Effect<RecordedSamples> =>
  Effect.gen(function* () {
    const recordings = yield* RecordedFiles.open(files)
    const store = new BookStore(undefined, recordings.catalogues.complete)
    const taker = new DecisionTaker(secondsBefore * 1000)
    for (;;) {
      const batch = yield* Effect.promise(recordings.next)
      if (batch === null) break
      for (let i = 0; i < batch.length; i++) {
        taker.passing(batch.publishTime(i))
        taker.applied(batch.applyTo(store, i))
      }
    }
    const samples: Samples = {
      segment: `recordings ${secondsBefore} s before the off`,
      features: Features.names,
      choices,
      races: taker.result(),
      leftOut: taker.leftOut
    }
    const problems = recordings.problems
      .list()
      .map(({ count, file, line, message }) => `${file}${line === null ? "" : `:${line}`}: ${message} (${count})`)
    return { samples, problems }
  }).pipe(Effect.scoped)

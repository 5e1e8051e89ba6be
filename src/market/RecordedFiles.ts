/**
 * Recorded markets as a feed. A replay opens them and pulls batches with `next`, a promise every few hundred messages and
 * nothing of Effect between; `layer` makes a `MarketData` of the same. Formats and tolerance: docs/RECORDINGS.md.
 */
import { Effect, Layer, type Scope, Stream } from "effect"
import type { OnBookProblem } from "./BookProblem.ts"
import { Catalogues, GivenCatalogues } from "./Catalogues.ts"
import { MarketData, MarketDataFailure } from "./MarketData.ts"
import { RecordingFinder } from "./recording/RecordingFinder.ts"
import type { RecordedBatch } from "./recording/RecordedBatch.ts"
import { RecordingMerge } from "./recording/RecordingMerge.ts"
import { describeBookProblem, RecordingProblems } from "./recording/RecordingProblem.ts"
import { Unpackers } from "./recording/Unpackers.ts"

export interface Recordings {
  /** The recordings that have messages, in the order found: files, or members of archives behind a `!`. */
  readonly names: ReadonlyArray<string>
  /** What market catalogues among the files tell of the markets: for the books to complete definitions from. */
  readonly catalogues: Catalogues
  /** The next messages by publish time, good until it is asked again; null at the end. Never rejects: what could not be read is in `problems`. */
  readonly next: () => Promise<RecordedBatch | null>
  /** Complete once `next` has answered null. */
  readonly problems: RecordingProblems
  /** Bytes on disk, as a measure of progress; members of packed archives are not counted exactly. */
  readonly progress: () => { readonly bytesRead: number; readonly bytesTotal: number }
}

/**
 * Files, archives and folders as one feed, each unreadable one a problem. Open while the scope is.
 *
 * @param workers how many threads unpack ahead what is packed; the feed is the same with any number
 */
export const open = (
  paths: ReadonlyArray<string>,
  catalogues = new Catalogues(),
  workers = 0
): Effect.Effect<Recordings, never, Scope.Scope> =>
  Effect.gen(function* () {
    const problems = new RecordingProblems()
    const unpackers = yield* Effect.acquireRelease(
      Effect.sync(() => (workers > 0 ? new Unpackers(workers) : null)),
      (unpackers) => Effect.promise(async () => unpackers?.close())
    )
    const finder = yield* Effect.acquireRelease(
      Effect.sync(() => new RecordingFinder(problems, catalogues, unpackers)),
      (finder) => Effect.promise(() => finder.close())
    )
    const merge = yield* Effect.acquireRelease(
      Effect.sync(() => new RecordingMerge()),
      (merge) => Effect.promise(() => merge.close())
    )
    const names = yield* Effect.promise(() => addAll(paths, finder, merge, problems))
    unpackers?.readAhead()
    return {
      names,
      catalogues,
      next: () => merge.next(),
      problems,
      progress: () => ({
        bytesRead: Math.min(merge.bytesRead, finder.totalBytes),
        bytesTotal: finder.totalBytes
      })
    }
  })

const addAll = async (
  paths: ReadonlyArray<string>,
  finder: RecordingFinder,
  merge: RecordingMerge,
  problems: RecordingProblems
): Promise<ReadonlyArray<string>> => {
  const names: Array<string> = []
  for await (const cursor of finder.findAll(paths)) {
    const { name } = cursor.source
    if (await merge.add(cursor)) names.push(name)
    else problems.add(name, "NO_MESSAGES", null, "nothing in it is market data")
  }
  return names
}

/**
 * For `BookStore`: files what a book cannot use under the file and line of the message being applied.
 *
 * @param current the batch and the index in it that is being applied
 */
export const reportBooks =
  (
    problems: RecordingProblems,
    current: () => { readonly batch: RecordedBatch; readonly index: number } | null
  ): OnBookProblem =>
  (kind, field, marketId, value) => {
    const at = current()
    problems.add(
      at === null ? "" : at.batch.fileOf(at.index),
      kind,
      at === null ? null : at.batch.lineOf(at.index),
      describeBookProblem(field, marketId, value)
    )
  }

async function* batches(recordings: Recordings): AsyncGenerator<RecordedBatch, void> {
  for (let batch = await recordings.next(); batch !== null; batch = await recordings.next()) yield batch
}

/**
 * Recorded files as the bot's feed, as fast as they are taken. Problems are logged when all is read; a feed without a single
 * message fails.
 */
export const layer = (paths: ReadonlyArray<string>): Layer.Layer<MarketData> => {
  const description = `recorded files: ${paths.join(", ")}`
  const catalogues = new Catalogues()
  const failure = (message: string, cause?: unknown) =>
    new MarketDataFailure({ source: description, message, ...(cause === undefined ? {} : { cause }) })
  const messages = Effect.gen(function* () {
    const recordings = yield* open(paths, catalogues)
    const report = Effect.suspend(() =>
      Effect.forEach(
        recordings.problems.list(),
        ({ count, file, kind, line, message }) =>
          Effect.logWarning(message).pipe(Effect.annotateLogs({ file, kind, line, count })),
        { discard: true }
      )
    )
    if (recordings.names.length === 0) {
      yield* report
      return yield* failure("there is no market data in it: `clever-better data verify` says why")
    }
    return Stream.fromAsyncIterable(batches(recordings), (cause) => failure("reading stopped", cause)).pipe(
      Stream.concat(Stream.fromEffectDrain(report))
    )
  })
  return Layer.merge(
    Layer.succeed(MarketData, { description, messages: () => Stream.unwrap(messages) }),
    Layer.succeed(GivenCatalogues, catalogues)
  )
}

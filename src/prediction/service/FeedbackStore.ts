/**
 * Results of backtests, kept as JSON lines in one file: a line is on the disk before its sender is told so. A result's id is
 * the hash of what it says, so the same result sent again is the same line.
 */
import { createHash } from "node:crypto"
import { join } from "node:path"
import { Clock, Effect, FileSystem, Schema, Semaphore } from "effect"
import * as Metrics from "../../monitoring/Metrics.ts"
import { Refusal } from "./Refusal.ts"

export const Feedback = Schema.Struct({
  strategyId: Schema.NonEmptyString,
  compositeScore: Schema.Finite,
  sharpeRatio: Schema.Finite,
  roi: Schema.Finite,
  maxDrawdown: Schema.Finite,
  winRate: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  profitFactor: Schema.Finite,
  totalBets: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  features: Schema.Record(Schema.String, Schema.Finite),
  method: Schema.String
})
export type Feedback = typeof Feedback.Type

const Line = Schema.fromJsonString(Schema.Struct({ id: Schema.String, at: Schema.Int, feedback: Feedback }))

/** The file of the results is not one, or cannot be read or written. */
export class FeedbackUnusable extends Schema.TaggedError<FeedbackUnusable>()("FeedbackUnusable", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export interface FeedbackStore {
  /** The result's id. */
  readonly submit: (feedback: Feedback) => Effect.Effect<string, Refusal>
  readonly byId: (id: string) => Feedback | undefined
  /** In the order in which they came. */
  readonly ofStrategy: (strategyId: string) => ReadonlyArray<Feedback>
}

/** Results that are kept, some hundred bytes each. */
const capacity = 100_000

/** @param directory made if it is not there */
export const make = Effect.fn("FeedbackStore.make")(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = join(directory, "feedback.jsonl")
  const unusable = (cause: { readonly message: string }) =>
    new FeedbackUnusable({ message: `${path} can't be used: ${cause.message}`, cause })
  const found = yield* Effect.gen(function* () {
    yield* fs.makeDirectory(directory, { recursive: true })
    const bytes = (yield* fs.exists(path)) ? yield* fs.readFile(path) : new Uint8Array()
    return yield* parse(path, bytes)
  }).pipe(Effect.mapError((cause) => (cause instanceof FeedbackUnusable ? cause : unusable(cause))))
  const byId = found.entries
  const byStrategy = new Map<string, Array<Feedback>>()
  const index = (feedback: Feedback) => {
    const known = byStrategy.get(feedback.strategyId)
    if (known === undefined) byStrategy.set(feedback.strategyId, [feedback])
    else known.push(feedback)
  }
  for (const feedback of byId.values()) index(feedback)

  /** Bytes of the whole lines: what is behind them was cut short, and nobody was told that it is kept. */
  let length = found.length

  const append = Effect.fnUntraced(function* (line: string) {
    const bytes = Buffer.from(line)
    if (yield* fs.exists(path)) yield* fs.truncate(path, length)
    const file = yield* fs.open(path, { flag: "a" })
    yield* file.writeAll(bytes)
    yield* file.sync
    length += bytes.length
  }, Effect.scoped)

  const submit = Effect.fnUntraced(function* (feedback: Feedback) {
    const id = idOf(feedback)
    if (byId.has(id)) return id
    if (byId.size >= capacity) {
      return yield* new Refusal({ code: "RESOURCE_EXHAUSTED", message: `${capacity} results are kept, and no more` })
    }
    const line = yield* Effect.orDie(Schema.encodeEffect(Line)({ id, at: yield* Clock.currentTimeMillis, feedback }))
    yield* Effect.mapError(
      append(`${line}\n`),
      ({ message }) => new Refusal({ code: "INTERNAL", message: `the result could not be kept: ${message}` })
    )
    byId.set(id, feedback)
    index(feedback)
    return id
  })

  const oneAtATime = yield* Semaphore.make(1)
  yield* Metrics.follow("service_feedback", {}, () => byId.size)
  const store: FeedbackStore = {
    submit: (feedback) => oneAtATime.withPermits(1)(Effect.uninterruptible(submit(feedback))),
    byId: (id) => byId.get(id),
    ofStrategy: (strategyId) => byStrategy.get(strategyId) ?? []
  }
  return store
})

/** The whole lines of the file, and how many bytes they take. */
const parse = Effect.fnUntraced(function* (path: string, bytes: Uint8Array) {
  const length = bytes.lastIndexOf(10) + 1
  const lines = Buffer.from(bytes.subarray(0, length)).toString("utf8").split("\n").slice(0, -1)
  const entries = new Map<string, Feedback>()
  for (const [at, line] of lines.entries()) {
    const { feedback, id } = yield* Effect.mapError(
      Schema.decodeEffect(Line)(line),
      ({ message }) => new FeedbackUnusable({ message: `${path}, line ${at + 1}: ${message}` })
    )
    entries.set(id, feedback)
  }
  return { entries, length }
})

const idOf = ({ features, ...numbers }: Feedback): string =>
  createHash("sha256")
    .update(JSON.stringify([Object.entries(numbers).toSorted(byName), Object.entries(features).toSorted(byName)]))
    .digest("hex")
    .slice(0, 32)

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) => (one < other ? -1 : 1)

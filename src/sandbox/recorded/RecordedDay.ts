/**
 * Recorded markets as a day that the exchange can be opened on: read whole, so that the exchange, which does no I/O, can
 * play them, and play them again after a restart. What is kept of a message is its text, a fraction of the size of objects.
 */
import { createHash } from "node:crypto"
import { Effect, Schema } from "effect"
import type { MarketId } from "../../domain/Identifiers.ts"
import type { MarketDefinition } from "../../domain/Market.ts"
import { decodeDefinition } from "../../market/DefinitionDecoder.ts"
import type { MarketChange } from "../../market/MarketMessage.ts"
import * as RecordedFiles from "../../market/RecordedFiles.ts"
import { Timeline } from "./Timeline.ts"

export interface RecordedChange {
  /** Milliseconds since the first message of all, as the timeline counts. */
  readonly at: number
  /** A `MarketChange` as JSON. */
  readonly text: string
}

export interface Recording {
  readonly marketId: MarketId
  /** All that any of its definitions names, in the order of their appearance. */
  readonly runners: ReadonlyArray<{ readonly selectionId: number; readonly name: string }>
  readonly changes: ReadonlyArray<RecordedChange>
  /** When it is first defined, as the timeline counts: nobody hears of the market before. */
  readonly opensAt: number
  /** Scheduled, by its first definition; epoch milliseconds as recorded. */
  readonly startsAt: number
}

export interface RecordedDay {
  readonly recordings: ReadonlyArray<Recording>
  readonly timeline: Timeline
  /** How many times faster than the clock the recordings are played. */
  readonly speed: number
  /** Of the timeline, what has been played when the exchange opens on a new book. */
  readonly skippedMs: number
  /** The same for the same recordings. */
  readonly digest: string
  /** Fills in what a definition leaves open, from catalogues among the files. */
  readonly complete: (definition: MarketDefinition) => MarketDefinition
}

/** Nothing in the files can be bet on. */
export class RecordingsUnusable extends Schema.TaggedError<RecordingsUnusable>()("RecordingsUnusable", {
  message: Schema.String
}) {}

/** Characters of messages, in all. */
const longestRecordings = 512 * 1024 * 1024

export interface Loaded {
  readonly day: RecordedDay
  /** One line for each market that is left out, and for whatever could not be read. */
  readonly problems: ReadonlyArray<string>
}

/**
 * Reads files, archives and folders (docs/RECORDINGS.md).
 *
 * @param beforeOffMs begins so long before the first scheduled off, in recorded time; without it with the first message
 */
export const load = Effect.fn("RecordedDay.load")(function* (
  paths: ReadonlyArray<string>,
  speed: number,
  beforeOffMs?: number
) {
  const files = yield* RecordedFiles.open(paths)
  const timeline = new Timeline()
  const messages = new Map<string, Array<RecordedChange>>()
  let length = 0
  for (let batch = yield* Effect.promise(files.next); batch !== null; batch = yield* Effect.promise(files.next)) {
    for (const { mc, pt } of batch.messages) {
      timeline.add(pt)
      for (const change of Array.isArray(mc) ? mc : []) {
        const id: unknown = change?.id
        if (typeof id !== "string") continue
        const text = JSON.stringify(change)
        length += text.length
        const known = messages.get(id)
        if (known === undefined) messages.set(id, [{ at: timeline.at(pt), text }])
        else known.push({ at: timeline.at(pt), text })
      }
    }
    if (length > longestRecordings) {
      const most = longestRecordings / 1024 / 1024
      return yield* new RecordingsUnusable({
        message: `the recordings hold more than ${most} MiB of messages: give fewer`
      })
    }
  }
  const problems = files.problems.list().map(({ file, message }) => `${file}: ${message}`)
  const recordings: Array<Recording> = []
  for (const [id, changes] of messages) {
    const read = recordingOf(id, changes)
    if (typeof read === "string") problems.push(`${id} is left out: ${read}`)
    else recordings.push(read)
  }
  if (recordings.length === 0) {
    return yield* new RecordingsUnusable({ message: ["there is no market to bet on", ...problems].join("\n  ") })
  }
  const { complete } = files.catalogues
  const firstOff = Math.min(...recordings.map(({ startsAt }) => timeline.at(startsAt)))
  const skippedMs = beforeOffMs === undefined ? 0 : Math.max(0, firstOff - beforeOffMs)
  const day: RecordedDay = { recordings, timeline, speed, skippedMs, digest: digestOf(recordings), complete }
  return { day, problems } satisfies Loaded
}, Effect.scoped)

/** The recording of a market, or why it cannot be bet on. */
const recordingOf = (id: string, changes: ReadonlyArray<RecordedChange>): Recording | string => {
  if (!/^\d+\.\d+$/.test(id)) return "its id is none"
  const marketId = id as MarketId
  const runners = new Map<number, string>()
  let first: { readonly opensAt: number; readonly startsAt: number } | null = null
  for (const { at, text } of changes) {
    if (!text.includes('"marketDefinition"')) continue
    const { marketDefinition } = JSON.parse(text) as MarketChange
    if (typeof marketDefinition !== "object" || marketDefinition === null || Array.isArray(marketDefinition)) continue
    const definition = decodeDefinition(marketId, marketDefinition, () => undefined)
    if (definition.bettingType !== "ODDS") return `its betting type is ${definition.bettingType}, not ODDS`
    if (definition.marketType === "EACH_WAY") return "it is an each-way market"
    if (definition.ladder !== "CLASSIC") return `its ladder is ${definition.ladder}, not CLASSIC`
    for (const { handicap, name, selectionId } of definition.runners) {
      if (handicap !== 0) return "its runners have handicaps"
      runners.set(selectionId, name ?? runners.get(selectionId) ?? `Runner ${selectionId}`)
    }
    first ??= { opensAt: at, startsAt: definition.marketTime }
  }
  if (first === null) return "no message defines it"
  return { marketId, runners: Array.from(runners, ([selectionId, name]) => ({ selectionId, name })), changes, ...first }
}

const digestOf = (recordings: ReadonlyArray<Recording>): string => {
  const hash = createHash("sha256")
  for (const { changes, marketId } of recordings) {
    hash.update(marketId)
    for (const { at, text } of changes) hash.update(`${at}${text}`)
  }
  return hash.digest("hex").slice(0, 16)
}

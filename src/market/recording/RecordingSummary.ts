/**
 * What a recording says of each of its markets: kind, time, result, and what is wrong with it. `data verify` prints it.
 */
import { Effect } from "effect"
import { greyhoundRacing, horseRacing, type MarketDefinition } from "../../domain/Market.ts"
import * as Money from "../../domain/Money.ts"
import { BookStore } from "../BookStore.ts"
import type { Catalogues } from "../Catalogues.ts"
import type { MarketCatalogue } from "../MarketCatalogue.ts"
import type { MarketBook } from "../MarketBook.ts"
import type { MarketChange, MarketMessage } from "../MarketMessage.ts"
import { toSize } from "../RunnerFeed.ts"
import type { RecordingCursor } from "./RecordingCursor.ts"
import { RecordingFinder } from "./RecordingFinder.ts"
import { describeBookProblem, type RecordingProblem, RecordingProblems } from "./RecordingProblem.ts"

export interface MarketSummary {
  readonly file: string
  /** Its path within an archive; null for a file that is none. */
  readonly member: string | null
  /** Null for a file in which there is no market. */
  readonly marketId: string | null
  /** The sport's name, or the exchange's id of one we do not know by name. */
  readonly eventType: string | null
  readonly marketType: string | null
  /** The course; of markets without one the event's name. */
  readonly venue: string | null
  /** Scheduled start, ISO 8601. */
  readonly marketTime: string | null
  /** As last defined, and so the next fields. */
  readonly status: string | null
  readonly numberOfWinners: number | null
  readonly winners: ReadonlyArray<number>
  /** Starting prices in decimal odds, of the runners that have one. */
  readonly bsp: Readonly<Record<string, number>>
  /** Runners that were withdrawn at any time, with the reduction factor in percent. */
  readonly removed: ReadonlyArray<{ readonly selectionId: number; readonly adjustmentFactor: number | null }>
  /** Changes of this market, of which a message may carry several markets'. */
  readonly messages: number
  /** Epoch milliseconds of the first message that says so. */
  readonly firstInPlay: number | null
  readonly closedAt: number | null
  /**
   * The volume told last, of the market or its runners together, whichever is more. Gotcha: purchased recordings tell a
   * runner's volume of the last update only, so there it says little.
   */
  readonly totalMatched: number
  /** The file's, and the market's own. */
  readonly problems: ReadonlyArray<Omit<RecordingProblem, "file">>
}

/** As named in the exchange's menu, in lower case. */
const sports: Readonly<Record<string, string>> = {
  "1": "football",
  "2": "tennis",
  "3": "golf",
  "4": "cricket",
  [horseRacing]: "horse racing",
  [greyhoundRacing]: "greyhound racing",
  "7522": "basketball"
}

class Tally {
  messages = 0
  firstInPlay: number | null = null
  closedAt: number | null = null
  readonly removed = new Map<number, number | null>()
  private definition: MarketDefinition | null = null
  private marketVolume = 0
  private readonly runnerVolumes = new Map<string, number>()

  /** Volumes are reset to nothing when a market closes: the last that is something counts. */
  count(change: MarketChange): void {
    this.messages++
    const volume = toSize(change.tv)
    if (volume > 0) this.marketVolume = volume
    if (!Array.isArray(change.rc)) return
    for (const runner of change.rc) {
      const volume = toSize(runner?.tv)
      if (volume > 0) this.runnerVolumes.set(`${runner.id} ${runner.hc ?? 0}`, volume)
    }
  }

  look(book: MarketBook): void {
    const { definition } = book
    if (definition === null || definition === this.definition) return
    this.definition = definition
    if (definition.inPlay) this.firstInPlay ??= book.publishTime
    if (definition.status === "CLOSED") this.closedAt ??= book.publishTime
    for (const runner of definition.runners) {
      if (runner.status === "REMOVED") this.removed.set(runner.selectionId, runner.adjustmentFactor)
    }
  }

  get totalMatched(): number {
    const runners = this.runnerVolumes.values().reduce((sum, volume) => sum + volume, 0)
    return Money.toDecimal(Math.max(this.marketVolume, runners))
  }
}

/**
 * Every market of every recording behind the paths, read one recording after the other. A path or file in which there is
 * none has an entry with its problems.
 */
export const summariseAll = (paths: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<MarketSummary>> =>
  Effect.acquireUseRelease(
    Effect.sync(() => new RecordingProblems()).pipe(
      Effect.map((problems) => ({ problems, finder: new RecordingFinder(problems) }))
    ),
    ({ finder, problems }) => Effect.promise(() => readAll(paths, finder, problems)),
    ({ finder }) => Effect.promise(() => finder.close())
  )

const readAll = async (
  paths: ReadonlyArray<string>,
  finder: RecordingFinder,
  problems: RecordingProblems
): Promise<ReadonlyArray<MarketSummary>> => {
  const found: Array<Described> = []
  const told = new Set<string>()
  for (const path of paths) {
    for await (const cursor of finder.find(path)) {
      told.add(cursor.source.name)
      found.push(...(await read(cursor, problems)))
    }
  }
  // Now that all are known: a catalogue may come after its market's recording.
  const summaries = found.map((describe) => describe(finder.catalogues))
  // What was met on the way to recordings: paths that do not exist, archives that could not be opened.
  const untold = Map.groupBy(
    problems.list().filter(({ file }) => !told.has(file)),
    ({ file }) => file
  )
  for (const [file, own] of untold) summaries.push(unreadable({ file, member: null }, own.map(withoutFile)))
  return summaries
}

const withoutFile = ({ count, kind, line, message }: RecordingProblem) => ({ kind, line, count, message })

/** A market that was read, or a file without any: all that is missing are the catalogues. */
type Described = (catalogues: Catalogues) => MarketSummary

/** Reads the recording to its end. Its markets in the order of their appearance, or one entry for a file without any. */
const read = async (cursor: RecordingCursor, problems: RecordingProblems): Promise<ReadonlyArray<Described>> => {
  const { name } = cursor.source
  const books = new BookStore((kind, field, marketId, value) =>
    cursor.report(kind, describeBookProblem(field, marketId, value))
  )
  const tallies = new Map<string, Tally>()
  const apply = (message: MarketMessage): void => {
    let change = 0
    const changes = message.mc ?? []
    for (const book of books.apply(message)) {
      let tally = tallies.get(book.marketId)
      if (tally === undefined) tallies.set(book.marketId, (tally = new Tally()))
      // Changes that cannot be used have no book.
      while (changes[change]?.id !== book.marketId) change++
      tally.count(changes[change++]!)
      tally.look(book)
    }
  }
  for (let isThere = await cursor.fill(true); isThere; isThere = cursor.advance() || (await cursor.fill(true))) {
    const { message } = cursor
    if (message !== null) apply(message)
  }
  if (tallies.size === 0) problems.add(name, "NO_MESSAGES", null, "nothing in it is market data")
  const shared = problems.of(name).map(withoutFile)
  if (tallies.size === 0) return [() => unreadable(cursor.source, shared)]
  return Array.from(books.all(), ({ definition, marketId }) => {
    const tally = tallies.get(marketId)!
    return (catalogues) => {
      const market = { marketId, definition: definition === null ? null : catalogues.complete(definition) }
      return summaryOf(cursor.source, market, catalogues.get(marketId), tally, shared)
    }
  })
}

type Place = Pick<MarketSummary, "file" | "member">

/** The entry of a file in which there is no market. */
const unreadable = ({ file, member }: Place, problems: MarketSummary["problems"]): MarketSummary => ({
  file,
  member,
  marketId: null,
  ...describeMarket(null, undefined),
  removed: [],
  messages: 0,
  firstInPlay: null,
  closedAt: null,
  totalMatched: 0,
  problems
})

const summaryOf = (
  { file, member }: Place,
  { definition, marketId }: Pick<MarketBook, "marketId" | "definition">,
  catalogue: MarketCatalogue | undefined,
  tally: Tally,
  shared: MarketSummary["problems"]
): MarketSummary => ({
  file,
  member,
  marketId,
  ...describeMarket(definition, catalogue),
  removed: Array.from(tally.removed, ([selectionId, adjustmentFactor]) => ({ selectionId, adjustmentFactor })),
  messages: tally.messages,
  firstInPlay: tally.firstInPlay,
  closedAt: tally.closedAt,
  totalMatched: tally.totalMatched,
  problems: [...shared, ...shortcomings(definition, tally)]
})

const describeKind = (known: MarketDefinition | MarketCatalogue | undefined) => ({
  eventType: sports[known?.eventTypeId ?? ""] ?? known?.eventTypeId ?? null,
  marketType: known?.marketType ?? null,
  venue: known?.venue ?? known?.eventName ?? null,
  marketTime: isoTime(known?.marketTime)
})

const isoTime = (time: number | null | undefined) =>
  time === undefined || time === null ? null : new Date(time).toISOString()

/** What kind of market it is and when, a catalogue tells too. */
const describeMarket = (definition: MarketDefinition | null, catalogue: MarketCatalogue | undefined) => ({
  ...describeKind(definition ?? catalogue),
  status: definition?.status ?? null,
  numberOfWinners: definition?.numberOfWinners ?? null,
  winners: (definition?.runners ?? [])
    .filter((runner) => runner.status === "WINNER")
    .map((runner): number => runner.selectionId),
  bsp: Object.fromEntries(
    (definition?.runners ?? []).flatMap(({ bsp, selectionId }) => (bsp === null ? [] : [[selectionId, bsp]]))
  ) as Record<string, number>
})

const one = (kind: RecordingProblem["kind"], message: string) => [{ kind, line: null, count: 1, message }]

const shortcomings = (definition: MarketDefinition | null, tally: Tally): MarketSummary["problems"] => {
  if (definition === null) return one("NO_DEFINITION", "no definition: its kind, time and result are unknown")
  if (tally.closedAt === null) return one("NOT_CLOSED", "ends before the market is closed")
  return []
}

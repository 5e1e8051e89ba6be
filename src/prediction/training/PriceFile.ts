/**
 * Reads price files: comma-separated, a line for each runner of a race, the lines of a race anywhere in the files. A line
 * that cannot be used is reported by file and line and takes its race with it, because a field that is not whole would be
 * another race.
 */
import { Effect, FileSystem, Option, Schema, Stream } from "effect"
import * as Csv from "effect/encoding/Csv"
import type { PastRace, PastRunner } from "./PastRace.ts"
import {
  layoutOf,
  missingColumns,
  type PriceLayout,
  readDay,
  readId,
  readNumber,
  readOdds,
  readResult,
  Unreadable
} from "./PriceLayout.ts"

/** The file cannot be read, or is none of the price files. */
export class PriceFileRefused extends Schema.TaggedError<PriceFileRefused>()("PriceFileRefused", {
  file: Schema.String,
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export interface LineProblem {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** What was found and what was expected. */
  readonly message: string
}

export interface PriceFiles {
  /** By day, then id. */
  readonly races: ReadonlyArray<PastRace>
  /** The first of them, `problemCount` all. */
  readonly problems: ReadonlyArray<LineProblem>
  readonly problemCount: number
  /** Lines that say of a runner what another line has said. */
  readonly doubled: number
}

/** More are counted only. */
const mostProblems = 100

interface OpenRace extends Omit<PastRace, "runners"> {
  readonly runners: Map<string, PastRunner | null>
  isBad: boolean
}

/** Reads all files, one after another; lines of one race may stand in several. */
export const read = Effect.fn("PriceFile.read")(function* (
  files: ReadonlyArray<string>
): Effect.fn.Return<PriceFiles, PriceFileRefused, FileSystem.FileSystem> {
  const reader = new PriceReader()
  yield* Effect.forEach(files, (file) => readOne(reader, file), { discard: true })
  return reader.result()
})

const readOne = Effect.fnUntraced(function* (reader: PriceReader, file: string) {
  const fs = yield* FileSystem.FileSystem
  let columns: Columns | null = null
  let line = 1
  yield* fs.stream(file).pipe(
    Stream.decodeText,
    Stream.pipeThroughChannel(Csv.decodeString()),
    Stream.runForEachArray((rows) => {
      for (const cells of rows) {
        if (columns === null) {
          const layout = layoutOf(cells)
          if (layout === undefined) return Effect.fail(notAPriceFile(file, cells))
          columns = new Columns(layout, cells)
        } else reader.add(columns, cells, file, line)
        // A quoted cell can go over several lines.
        line += 1 + cells.reduce((more, cell) => more + (cell.includes("\n") ? cell.split("\n").length - 1 : 0), 0)
      }
      return Effect.void
    }),
    Effect.catchTags({
      CsvError: (cause) =>
        Effect.fail(new PriceFileRefused({ file, message: `${file}:${cause.line}: ${cause.message}` })),
      PlatformError: (cause) => Effect.fail(new PriceFileRefused({ file, message: `${file} cannot be read`, cause }))
    })
  )
  if (columns === null) return yield* new PriceFileRefused({ file, message: `${file} is empty` })
})

const notAPriceFile = (file: string, header: ReadonlyArray<string>) =>
  new PriceFileRefused({
    file,
    message: `${file}:1: this is no price file: its header lacks ${missingColumns(header).join(", ")}`
  })

/** Where the columns of a layout stand in a file. */
class Columns {
  readonly layout: PriceLayout
  readonly width: number
  private readonly positions: ReadonlyMap<string, number>

  constructor(layout: PriceLayout, header: ReadonlyArray<string>) {
    this.layout = layout
    this.width = header.length
    this.positions = new Map(header.map((name, position) => [name, position]))
  }

  cell(cells: ReadonlyArray<string>, name: string | undefined): string {
    return name === undefined ? "" : (cells[this.positions.get(name)!] ?? "").trim()
  }
}

class PriceReader {
  private readonly races = new Map<string, OpenRace>()
  private readonly problems: Array<LineProblem> = []
  private problemCount = 0
  private doubled = 0

  add(columns: Columns, cells: ReadonlyArray<string>, file: string, line: number): void {
    if (cells.every((cell) => cell === "")) return
    const { layout } = columns
    const report = (message: string) => {
      this.problemCount += 1
      if (this.problems.length < mostProblems) this.problems.push({ file, line, message })
    }
    if (cells.length !== columns.width) return report(`found ${cells.length} cells, expected ${columns.width}`)
    let isWhole = true
    const value = <A>(name: string | undefined, read: (cell: string) => A | Unreadable, otherwise: A): A => {
      const cell = columns.cell(cells, name)
      const found = name === undefined ? otherwise : read(cell)
      if (!(found instanceof Unreadable)) return found
      isWhole = false
      report(`${name}: found ${JSON.stringify(cell)}, expected ${found.expected}`)
      return otherwise
    }
    const id = value(layout.marketId, readId, "")
    if (id === "") return
    const selectionId = value(layout.selectionId, readId, "")
    const day = value(layout.day, readDay, "")
    const hasWon = value(layout.result, readResult, null)
    const runner: PastRunner = {
      id: selectionId,
      number: value(layout.number, readNumber, null) ?? 0,
      hasWon: hasWon === true,
      back: value(layout.back, readOdds, null),
      lay: value(layout.lay, readOdds, null),
      bsp: value(layout.bsp, readOdds, null),
      last: value(layout.last, readOdds, null),
      average: value(layout.average, readOdds, null),
      placeBsp: value(layout.placeBsp, readOdds, null),
      lowestInPlay: value(layout.lowestInPlay, readOdds, null),
      rated: value(layout.rated, readOdds, null),
      earlySpeed: value(layout.earlySpeed, readNumber, null)
    }
    let race = this.races.get(id)
    if (race === undefined) {
      const track = columns.cell(cells, layout.track)
      const raceType = raceTypeOf(columns.cell(cells, layout.raceType), layout)
      race = { id, kind: layout.kind, day, track, raceType, runners: new Map(), isBad: false }
      this.races.set(id, race)
    }
    if (!isWhole) race.isBad = true
    else this.put(race, hasWon === null ? null : runner, selectionId, report)
  }

  private put(race: OpenRace, runner: PastRunner | null, id: string, report: (message: string) => void): void {
    const known = race.runners.get(id)
    if (known === undefined) race.runners.set(id, runner)
    else if (sameButPlace(known, runner)) {
      this.doubled += 1
      if (known !== null && runner !== null) race.runners.set(id, { ...known, placeBsp: onlyPlace(known, runner) })
    } else {
      race.isBad = true
      report(`runner ${id} of market ${race.id}: found twice with different results or prices`)
    }
  }

  result(): PriceFiles {
    const races = [...this.races.values()]
      .filter(({ isBad }) => !isBad)
      .map(({ day, id, kind, raceType, runners, track }): PastRace => ({
        id,
        kind,
        day,
        track,
        raceType,
        runners: [...runners.values()].filter((runner) => runner !== null)
      }))
      .toSorted((a, b) => compare(a.day, b.day) || compare(a.id, b.id))
    return { races, problems: this.problems, problemCount: this.problemCount, doubled: this.doubled }
  }
}

const withoutPlace = (runner: PastRunner | null) => JSON.stringify(runner && { ...runner, placeBsp: null })

const sameButPlace = (known: PastRunner | null, other: PastRunner | null): boolean =>
  withoutPlace(known) === withoutPlace(other)

/** A race is listed once for each of its place markets. Of one without prices nothing is learnt; two contradict each other. */
const onlyPlace = ({ placeBsp: known }: PastRunner, { placeBsp: other }: PastRunner): number | null =>
  known === null ? other : other === null || other === known ? known : null

/** `R10 366m Gr5` and `2m Nov Hcap Hrd` end with the kind of race. */
const raceTypeOf = (cell: string, { kind }: PriceLayout): string =>
  kind === "thoroughbreds" ? cell : Option.getOrElse(Option.fromUndefinedOr(cell.split(" ").at(-1)), () => "")

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

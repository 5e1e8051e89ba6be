/**
 * What the feed costs: `node test/bench/feed.ts FILE…`. Per file, five repetitions with median and spread: `JSON.parse` of
 * every line (the floor), reading with parsing and books, and for packed files the unpacking alone; then 200 markets in one
 * file against one market, with the peak memory of a process that does only that.
 */
import { execFileSync } from "node:child_process"
import { mkdtemp, open as openFile, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { BookStore } from "../../src/market/BookStore.ts"
import { openSource } from "../../src/market/recording/RecordingCursor.ts"
import { RecordingFinder } from "../../src/market/recording/RecordingFinder.ts"
import { RecordingProblems } from "../../src/market/recording/RecordingProblem.ts"
import { open } from "../../src/market/RecordedFiles.ts"

const repetitions = 5
const manyMarkets = 200

const say = (line: string) => process.stdout.write(`${line}\n`)

interface Figure {
  readonly median: number
  readonly least: number
  readonly most: number
}

const measure = async (work: () => Promise<unknown>): Promise<Figure> => {
  await work()
  const times: Array<number> = []
  for (let i = 0; i < repetitions; i++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return { median: times[repetitions >> 1]!, least: times[0]!, most: times.at(-1)! }
}

const sourcesOf = async (path: string) => {
  const finder = new RecordingFinder(new RecordingProblems())
  const sources = []
  for await (const cursor of finder.find(path)) sources.push(cursor.source)
  return { sources, close: () => finder.close() }
}

const unpack = async (
  sources: Awaited<ReturnType<typeof sourcesOf>>["sources"],
  onChunk: (chunk: Uint8Array) => void
) => {
  for (const source of sources) {
    for await (const chunk of openSource(
      source,
      () => undefined,
      () => undefined
    ))
      onChunk(chunk)
  }
}

const replay = (paths: ReadonlyArray<string>) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(open(paths), (recordings) =>
        Effect.promise(async () => {
          const books = new BookStore()
          let updates = 0
          for (let batch = await recordings.next(); batch !== null; batch = await recordings.next()) {
            for (const message of batch.messages) updates += books.apply(message).length
          }
          return updates
        })
      )
    )
  )

const print = (name: string, figure: Figure, lines: number, bytes: number, floor: Figure) => {
  const rate = (figure: number) => Math.round(lines / figure)
  say(
    `  ${name.padEnd(28)} ${figure.median.toFixed(1).padStart(8)} ms (${figure.least.toFixed(1)}–${figure.most.toFixed(1)})` +
      `  ${String(rate(figure.median)).padStart(5)}k lines/s  ${(bytes / figure.median / 1000).toFixed(0).padStart(4)} MB/s` +
      `  ${(floor.median / figure.median).toFixed(2)} of the floor`
  )
}

const benchFile = async (path: string): Promise<void> => {
  const { close, sources } = await sourcesOf(path)
  const chunks: Array<Uint8Array> = []
  let bytes = 0
  await unpack(sources, (chunk) => {
    chunks.push(chunk.slice())
    bytes += chunk.length
  })
  const lines = Buffer.concat(chunks)
    .toString("utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
  chunks.length = 0
  const floor = await measure(async () => {
    for (const line of lines) JSON.parse(line)
  })
  say(`${path}: ${lines.length} lines, ${(bytes / 1e6).toFixed(1)} MB`)
  print("JSON.parse (the floor)", floor, lines.length, bytes, floor)
  const messages = lines.map((line) => JSON.parse(line))
  const books = await measure(async () => {
    const store = new BookStore()
    for (const message of messages) store.apply(message)
  })
  print("books alone", books, lines.length, bytes, floor)
  messages.length = 0
  const count = lines.length
  lines.length = 0
  print("read, parse and books", await measure(() => replay([path])), count, bytes, floor)
  if (sources.some((source) => source.encodings.length > 0)) {
    print("unpacking alone", await measure(() => unpack(sources, () => undefined)), count, bytes, floor)
  }
  say(`  peak memory ${peakOf(path)} MiB`)
  await close()
}

/** The recording's first lines under many market ids, all at the same times: a file that the exchange could have sent. */
const multiply = async (path: string, folder: string) => {
  const { close, sources } = await sourcesOf(path)
  const chunks: Array<Uint8Array> = []
  await unpack(sources.slice(0, 1), (chunk) => chunks.push(chunk.slice()))
  await close()
  const lines = Buffer.concat(chunks).toString("utf8").trimEnd().split("\n")
  const marketId = /"id":\s*"(1\.\d+)"/.exec(lines[0]!)![1]!
  const one = join(folder, "one")
  const many = join(folder, "many")
  const kept = lines.slice(0, 3000)
  const write = async (name: string, ids: ReadonlyArray<string>) => {
    const file = await openFile(name, "w")
    for (const line of kept) await file.write(ids.map((id) => `${line.replaceAll(marketId, id)}\n`).join(""))
    await file.close()
  }
  const ids = Array.from({ length: manyMarkets }, (_, index) => `1.9${String(index).padStart(8, "0")}`)
  await write(many, ids)
  // As many lines of one market: the same file as often as there are markets.
  const file = await openFile(one, "w")
  for (let i = 0; i < 20; i++) await file.write(kept.map((line) => `${line}\n`).join(""))
  await file.close()
  return { one, oneLines: kept.length * 20, many, manyLines: kept.length * manyMarkets }
}

/** Mebibytes that a process needs at most which does nothing but replay the file. */
const peakOf = (path: string) =>
  Math.round(
    Number(execFileSync(process.execPath, [import.meta.filename, "--peak", path], { encoding: "utf8" })) / 1024
  )

const paths = process.argv.slice(2)
if (paths[0] === "--peak") {
  await replay(paths.slice(1))
  say(String(process.resourceUsage().maxRSS))
} else if (paths.length === 0) {
  process.stderr.write("usage: node test/bench/feed.ts FILE…\n")
  process.exitCode = 2
} else {
  const folder = await mkdtemp(join(tmpdir(), "clever-better-bench-"))
  try {
    for (const path of paths) await benchFile(path)
    const { many, manyLines, one, oneLines } = await multiply(paths[0]!, folder)
    const single = (await measure(() => replay([one]))).median / oneLines
    const several = (await measure(() => replay([many]))).median / manyLines
    say(`one market: ${(single * 1000).toFixed(2)} µs a line`)
    say(`${manyMarkets} markets in one file: ${(several * 1000).toFixed(2)} µs a line`)
    say(
      `ratio ${(several / single).toFixed(2)}; peak memory ${peakOf(many)} MiB for its ${(await stat(many)).size / 1e6} MB`
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

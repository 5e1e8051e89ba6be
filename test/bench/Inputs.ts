/**
 * What is measured: the recordings named on the command line, or else generated races, as plain files in a temporary
 * folder, so that unpacking is not measured along with the rest. From them, files of many markets and files of any size
 * are made as the exchange could have sent them: other market ids, other times.
 */
import { createReadStream, createWriteStream } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { createInterface } from "node:readline"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { RecordingFinder } from "../../src/market/recording/RecordingFinder.ts"
import { RecordingProblems } from "../../src/market/recording/RecordingProblem.ts"
import { openSource, type RecordingSource } from "../../src/market/recording/RecordingSource.ts"
import { messagesOf } from "../../src/sandbox/RaceDay.ts"

export interface Input {
  readonly name: string
  /** Plain lines. */
  readonly file: string
  /** Where it came from, if it is packed there. */
  readonly packed: RecordingSource | null
}

/** Gives the work a folder of its own and removes it afterwards. */
export const withFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "clever-better-bench-"))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Unpacks a recording as the bot does. */
export const unpack = (source: RecordingSource): AsyncGenerator<Uint8Array, void> =>
  openSource(
    source,
    () => undefined,
    () => undefined
  )

const write = (file: string, chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>) =>
  pipeline(Readable.from(chunks), createWriteStream(file))

const generatedDay = { seed: 7, intervalMs: 60_000 }
const firstGeneratedRace = 29_000_000
const generatedRaces = 12

function* generatedLines(): Generator<string, void> {
  for (let index = 0; index < generatedRaces; index++) {
    for (const message of messagesOf(generatedDay, firstGeneratedRace + index)) yield `${JSON.stringify(message)}\n`
  }
}

export const inputsOf = async (paths: ReadonlyArray<string>, folder: string): Promise<ReadonlyArray<Input>> => {
  if (paths.length === 0) {
    const file = join(folder, "generated")
    await write(file, generatedLines())
    return [{ name: `${generatedRaces} generated races`, file, packed: null }]
  }
  const inputs: Array<Input> = []
  const finder = new RecordingFinder(new RecordingProblems())
  for (const path of paths) {
    for await (const cursor of finder.find(path)) {
      const { source } = cursor
      await cursor.close()
      const isPlain = source.encodings.length === 0 && source.member === null
      const file = isPlain ? source.file : join(folder, `${inputs.length}-${basename(source.file)}`)
      if (!isPlain) await write(file, unpack(source))
      inputs.push({ name: source.name, file, packed: isPlain ? null : source })
    }
  }
  await finder.close()
  if (inputs.length === 0) throw new Error(`No recording was found in ${paths.join(", ")}`)
  return inputs
}

/** A recording's lines under other market ids and at another time. */
export class Template {
  private readonly lines: ReadonlyArray<string>
  /** From the first message to a second after the last. */
  readonly spanMs: number
  private readonly firstId: string

  constructor(lines: ReadonlyArray<string>) {
    this.lines = lines
    this.firstId = /"id":\s*"(1\.\d+)"/.exec(lines[0] ?? "")?.[1] ?? ""
    if (this.firstId === "") throw new Error("The first line of the recording names no market")
    this.spanMs = timeOf(lines.at(-1)!) - timeOf(lines[0]!) + 1000
  }

  get length(): number {
    return this.lines.length
  }

  *copy(ids: ReadonlyArray<string>, laterMs: number): Generator<string, void> {
    for (const line of this.lines) {
      const shifted = laterMs === 0 ? line : shift(line, laterMs)
      yield ids.map((id) => `${shifted.replaceAll(this.firstId, id)}\n`).join("")
    }
  }
}

const publishTime = /"pt":\s*(\d+)/
const instant = /"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g

const timeOf = (line: string): number => Number(publishTime.exec(line)?.[1])

const shift = (line: string, laterMs: number): string => {
  const later = line.replace(publishTime, (_, time: string) => `"pt":${Number(time) + laterMs}`)
  if (!later.includes('"marketDefinition"')) return later
  return later.replace(instant, (_, time: string) => `"${new Date(Date.parse(time) + laterMs).toISOString()}"`)
}

/** The messages of the recording's first market, at most so many. */
export const templateOf = async (file: string, maximumLines: number): Promise<Template> => {
  const lines: Array<string> = []
  let id = ""
  const reader = createInterface({ input: createReadStream(file), crlfDelay: Infinity })
  for await (const line of reader) {
    if (id === "") id = /"id":\s*"(1\.\d+)"/.exec(line)?.[1] ?? ""
    if (id !== "" && line.includes(`"${id}"`)) lines.push(line)
    if (lines.length === maximumLines) break
  }
  reader.close()
  return new Template(lines)
}

const idsOf = (count: number, from = 0): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => `1.9${String(from + index).padStart(8, "0")}`)

/** So many markets that are open at the same time. */
export const writeTogether = (file: string, template: Template, markets: number): Promise<void> =>
  write(file, template.copy(idsOf(markets), 0))

/** One market that goes through the same again and again. */
export const writeAgain = (file: string, template: Template, times: number): Promise<void> =>
  write(
    file,
    repeated(template, times, () => idsOf(1))
  )

/** A few markets at a time, one group after the other, until the file is so large. */
export const writeLarge = (file: string, template: Template, together: number, bytes: number): Promise<void> =>
  write(
    file,
    upTo(
      bytes,
      repeated(template, Infinity, (group) => idsOf(together, group * together))
    )
  )

function* repeated(template: Template, times: number, ids: (time: number) => ReadonlyArray<string>) {
  for (let time = 0; time < times; time++) yield* template.copy(ids(time), time * template.spanMs)
}

function* upTo(bytes: number, lines: Iterable<string>) {
  let written = 0
  for (const line of lines) {
    yield line
    written += line.length
    if (written >= bytes) return
  }
}

/** Small recordings and archives of them, made in memory. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { deflateRawSync } from "node:zlib"
import { pack } from "tar-stream"
import { afterAll } from "vitest"
import type { MarketMessage } from "../../../src/market/MarketMessage.ts"
import { RecordingFinder } from "../../../src/market/recording/RecordingFinder.ts"
import { RecordingProblems } from "../../../src/market/recording/RecordingProblem.ts"

/** Messages a second apart, of a price that goes round. */
export const recorded = (count: number, market = "1.100", start = 1_600_000_000_000, step = 1000): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `{"op":"mcm","pt":${start + i * step},"mc":[{"id":"${market}","rc":[{"id":7,"ltp":${(1.5 + (i % 90) / 100).toFixed(2)}}]}]}\n`
  ).join("")

export type Entries = Readonly<Record<string, string | Uint8Array>>

export const tarOf = async (entries: Entries): Promise<Buffer> => {
  const tar = pack()
  for (const [name, content] of Object.entries(entries)) tar.entry({ name }, Buffer.from(content))
  tar.finalize()
  const chunks: Array<Uint8Array> = []
  for await (const chunk of tar) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

export const zipOf = (entries: Entries, method: 0 | 8 = 8): Buffer => {
  const parts: Array<Buffer> = []
  const directory: Array<Buffer> = []
  let offset = 0
  for (const [name, content] of Object.entries(entries)) {
    const plain = Buffer.from(content)
    const data = method === 8 ? deflateRawSync(plain) : plain
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(20, 4)
    header.writeUInt16LE(method, 8)
    header.writeUInt32LE(data.length, 18)
    header.writeUInt32LE(plain.length, 22)
    header.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(20, 4)
    header.copy(entry, 6, 4, 30)
    entry.writeUInt32LE(offset, 42)
    directory.push(entry, Buffer.from(name))
    parts.push(header, Buffer.from(name), data)
    offset += 30 + name.length + data.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(directory.length / 2, 8)
  end.writeUInt16LE(directory.length / 2, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listing, end])
}

/** A folder of the test file's own, gone after it. */
export const temporaryFolder = (): {
  readonly path: string
  readonly write: (name: string, content: string | Uint8Array) => Promise<string>
} => {
  const path = mkdtempSync(join(tmpdir(), "clever-better-test-"))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return {
    path,
    write: async (name, content) => {
      await mkdir(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), content)
      return join(path, name)
    }
  }
}

export interface Read {
  readonly names: ReadonlyArray<string>
  readonly messages: ReadonlyArray<MarketMessage>
  readonly problems: RecordingProblems
  /** The kinds of problems met, sorted. */
  readonly kinds: ReadonlyArray<string>
}

/** Every message of every recording behind the path, one recording after the other. */
export const readAll = async (path: string): Promise<Read> => {
  const messages: Array<MarketMessage> = []
  const { names, problems } = await walk(path, (message) => void messages.push(message))
  return {
    names,
    messages,
    problems,
    kinds: problems
      .list()
      .map(({ kind }) => kind)
      .toSorted()
  }
}

/** Reads everything under the path and keeps no messages. */
export const walk = async (path: string, onMessage: (message: MarketMessage) => void) => {
  const problems = new RecordingProblems()
  const finder = new RecordingFinder(problems)
  const names: Array<string> = []
  for await (const cursor of finder.find(path)) {
    names.push(cursor.source.name)
    for (let isThere = await cursor.fill(false); isThere; isThere = cursor.advance() || (await cursor.fill(false))) {
      onMessage(cursor.message!)
    }
  }
  await finder.close()
  return { names, problems }
}

export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size)
}

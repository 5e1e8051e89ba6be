/**
 * From paths to recordings: folders are walked, archives are opened member by member, and packed bytes are unpacked as far
 * as it takes to see what they are. An archive inside compression (tar.gz, a zip in a deflated zip) cannot be read in any
 * order, so its unpacked bytes go to a temporary file first, which `close` removes. Market catalogues among the files are no
 * recordings; they are kept apart.
 */
import { createWriteStream } from "node:fs"
import { mkdtemp, readdir, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { Catalogues } from "../Catalogues.ts"
import type { ByteRange } from "./ByteRange.ts"
import { mayBeCatalogue, takeCatalogue } from "./CatalogueReader.ts"
import { decode, detect, type Encoding, headBytes } from "./Encoding.ts"
import { Foresight, foreseenCount } from "./Foresight.ts"
import { RecordingCursor } from "./RecordingCursor.ts"
import type { OnDamage, RecordingProblems } from "./RecordingProblem.ts"
import { fileSource, openSource, type RecordingSource } from "./RecordingSource.ts"
import { type ArchiveMember, tarMembers } from "./TarArchive.ts"
import type { Unpackers } from "./Unpackers.ts"
import { type ZipMember, zipMembers } from "./ZipArchive.ts"

/** Archives and compressions within each other, the file itself included. */
const maximumDepth = 6
/** What unpacked archives may take on disk, all together. */
const maximumSpoolBytes = 16 * 1024 * 1024 * 1024

/** Collects the first bytes, and gives them back in front of the rest. */
const peek = async (bytes: AsyncGenerator<Uint8Array, void>) => {
  const first: Array<Uint8Array> = []
  let length = 0
  while (length < headBytes) {
    const next = await bytes.next()
    if (next.done === true) break
    first.push(next.value)
    length += next.value.length
  }
  const head = Buffer.concat(first).subarray(0, headBytes)
  async function* all(): AsyncGenerator<Uint8Array, void> {
    try {
      for (let chunk = first.shift(); chunk !== undefined; chunk = first.shift()) yield chunk
      yield* bytes
    } finally {
      await bytes.return()
    }
  }
  return { head, bytes: all(), close: () => bytes.return() }
}

export class RecordingFinder {
  /** Bytes on disk of the files found so far, without catalogues. */
  totalBytes = 0
  /** Market catalogues among the files found so far. */
  readonly catalogues: Catalogues
  private readonly problems: RecordingProblems
  private readonly unpackers: Unpackers | null
  private readonly foresight: Foresight | null
  private readonly seen = new Set<string>()
  private folder: string | null = null
  private spooled = 0
  private spools = 0

  /** With `unpackers`, they unpack what is found. */
  constructor(problems: RecordingProblems, catalogues = new Catalogues(), unpackers: Unpackers | null = null) {
    this.problems = problems
    this.catalogues = catalogues
    this.unpackers = unpackers
    this.foresight = unpackers === null ? null : new Foresight(unpackers)
  }

  /** The recordings behind the paths, each standing before its first message. */
  async *findAll(paths: ReadonlyArray<string>): AsyncGenerator<RecordingCursor, void> {
    for (const [index, path] of paths.entries()) {
      const known = index === 0 ? 0 : index + foreseenCount
      for (const next of paths.slice(known, index + foreseenCount + 1)) this.foresight?.path(next)
      yield* this.find(path)
    }
  }

  /** The recordings behind one of them. */
  async *find(path: string): AsyncGenerator<RecordingCursor, void> {
    try {
      const found = await stat(path)
      if (found.isDirectory()) {
        const names = await readdir(path)
        yield* this.findAll(names.toSorted().map((name) => join(path, name)))
      } else if (found.isFile()) {
        // The same file named twice, or named and found in a folder, is one recording.
        const identity = `${found.dev}:${found.ino}`
        if (this.seen.has(identity)) return this.foresight?.take(fileSource(path, found.size))?.unpacked.close()
        this.seen.add(identity)
        this.totalBytes += found.size
        yield* this.open(fileSource(path, found.size), 1)
      }
    } catch (error) {
      this.problems.add(path, "UNREADABLE", null, error instanceof Error ? error.message : String(error))
    }
  }

  /** Removes what was unpacked to disk. */
  async close(): Promise<void> {
    if (this.folder !== null) await rm(this.folder, { recursive: true, force: true })
    this.folder = null
  }

  private async *open(origin: RecordingSource, depth: number): AsyncGenerator<RecordingCursor, void> {
    const encodings: Array<Encoding> = [...origin.encodings]
    const source: RecordingSource = { ...origin, encodings }
    const cursor = new RecordingCursor(source, this.problems, this.unpackers)
    const foreseen = depth < maximumDepth ? this.foresight?.take(origin) : undefined
    encodings.push(...(foreseen?.found ?? []))
    let opened = await peek(
      foreseen === undefined
        ? openSource(origin, cursor.onDamage, cursor.onRead)
        : cursor.openUnpacked(foreseen.unpacked)
    )
    for (let level = depth + encodings.length - origin.encodings.length; ; level++) {
      const format = detect(opened.head)
      if (format === "plain") {
        const bytes = mayBeCatalogue(opened.head)
          ? await takeCatalogue(source.name, opened.bytes, this.catalogues, this.problems)
          : opened.bytes
        if (bytes === null) {
          this.totalBytes -= cursor.bytesRead
          return
        }
        cursor.adopt(bytes)
        return yield cursor
      }
      if (level >= maximumDepth) {
        this.problems.add(source.name, "TOO_DEEP", null, `packed more than ${maximumDepth} times: left out`)
        return void (await opened.close())
      }
      switch (format) {
        case "gzip":
        case "bzip2":
        case "zstd":
          encodings.push({ _tag: format })
          opened = await peek(decode({ _tag: format }, opened.bytes, cursor.onDamage))
          break
        case "tar":
        case "zip": {
          const range = await this.locate(source, opened, cursor.onDamage)
          return yield* this.openMembers(format, source, range, cursor.onDamage, level)
        }
        case "xz":
        case "7z":
        case "rar":
          cursor.onDamage("UNSUPPORTED", `${format} is not read: unpack it first`)
          return void (await opened.close())
      }
    }
  }

  private async *openMembers(
    format: "tar" | "zip",
    archive: RecordingSource,
    range: ByteRange,
    onDamage: OnDamage,
    level: number
  ): AsyncGenerator<RecordingCursor, void> {
    const members = format === "tar" ? tarMembers(range, onDamage) : zipMembers(range, onDamage)
    const next: Array<RecordingSource> = []
    for await (const member of members) {
      const source = sourceOf(archive, member)
      if (level + 1 < maximumDepth) this.foresight?.source(source)
      next.push(source)
      if (next.length > foreseenCount) yield* this.open(next.shift()!, level + 1)
    }
    for (const source of next) yield* this.open(source, level + 1)
  }

  /** Where the archive lies on disk: in the file itself, or unpacked beside it. */
  private async locate(
    source: RecordingSource,
    opened: Awaited<ReturnType<typeof peek>>,
    onDamage: OnDamage
  ): Promise<ByteRange> {
    if (source.encodings.length === 0) {
      await opened.close()
      return source.range
    }
    this.folder ??= await mkdtemp(join(tmpdir(), "clever-better-"))
    const path = join(this.folder, String(this.spools++))
    await pipeline(Readable.from(this.bounded(opened.bytes, onDamage)), createWriteStream(path))
    return { path, start: 0, end: (await stat(path)).size }
  }

  private async *bounded(bytes: AsyncGenerator<Uint8Array, void>, onDamage: OnDamage) {
    for await (const chunk of bytes) {
      this.spooled += chunk.length
      if (this.spooled > maximumSpoolBytes) {
        return onDamage("UNSUPPORTED", `unpacks to more than ${maximumSpoolBytes} bytes: read up to there`)
      }
      yield chunk
    }
  }
}

const sourceOf = ({ file, member, name }: RecordingSource, found: ArchiveMember | ZipMember): RecordingSource => ({
  name: `${name}!${found.name}`,
  file,
  member: member === null ? found.name : `${member}!${found.name}`,
  range: found.range,
  encodings: "method" in found ? encodingsOf(found) : []
})

const encodingsOf = ({ method, size }: ZipMember): ReadonlyArray<Encoding> => {
  switch (method) {
    case "stored":
      return []
    case "deflate":
      return [{ _tag: "deflate" }]
    case "lzma":
      return [{ _tag: "lzma", size }]
  }
}

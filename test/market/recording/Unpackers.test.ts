import { createHash } from "node:crypto"
import { existsSync, readFileSync, rmSync, statSync } from "node:fs"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { describe, expect } from "vitest"
import * as RecordedFiles from "../../../src/market/RecordedFiles.ts"
import { openSource, type PackedBytes } from "../../../src/market/recording/RecordingSource.ts"
import { maximumAheadBytes, Unpackers } from "../../../src/market/recording/Unpackers.ts"
import { recorded, tarOf, temporaryFolder, zipOf } from "./Archives.ts"
import { bzip2Of200, bzip2Of2400 } from "./Packed.ts"

const folder = temporaryFolder()
const start = 1_600_000_000_000

/** Lines that share a digest: a difference is found as near as this. */
const digestedTogether = 500

/** Everything a replay could tell from the feed, in its order; the lines as digests, for there are hundreds of thousands. */
const feedOf = (paths: ReadonlyArray<string>, workers: number) =>
  Effect.flatMap(RecordedFiles.open(paths, undefined, workers), (recordings) =>
    Effect.promise(async () => {
      const digests: Array<string> = []
      let lines = 0
      let digest = createHash("sha1")
      for (let batch = await recordings.next(); batch !== null; batch = await recordings.next()) {
        batch.messages.forEach((message, i) => {
          digest.update(`${batch.fileOf(i)}:${batch.lineOf(i)} ${batch.publishTime(i)} ${JSON.stringify(message.mc)}\n`)
          if (++lines % digestedTogether > 0) return
          digests.push(digest.digest("hex"))
          digest = createHash("sha1")
        })
      }
      digests.push(digest.digest("hex"))
      return {
        names: recordings.names,
        digests,
        lines,
        problems: recordings.problems.list(),
        progress: recordings.progress()
      }
    })
  ).pipe(Effect.scoped)

const bzip2Stream = (copies: number) => Buffer.concat(Array.from({ length: copies }, () => bzip2Of2400))

/** Of several packings and sizes, whole and damaged, more than stay open while they wait. */
const writeSet = async (): Promise<string> => {
  const large = gzipSync(recorded(60_000, "1.200", start), { level: 1 })
  const corrupt = Buffer.from(large)
  corrupt.fill(0xff, 200_000, 200_400)
  const damagedBlock = bzip2Stream(40)
  damagedBlock.fill(0x55, 100_000, 100_100)
  await folder.write("set/a.gz", large)
  await folder.write("set/b.gz", corrupt)
  await folder.write("set/c.bz2", bzip2Stream(40).subarray(0, -1000))
  await folder.write("set/d.bz2", damagedBlock)
  await folder.write("set/e.zst", zstdCompressSync(Buffer.from(recorded(50_000, "1.201", start + 5))))
  await folder.write("set/f", `${recorded(5, "1.202")}not json\n${recorded(5, "1.202")}`)
  await folder.write("set/g.bz2", bzip2Of200)
  await folder.write("set/h.zip", zipOf({ one: recorded(40_000, "1.203"), two: recorded(10, "1.204") }))
  await folder.write("set/i.tar", await tarOf({ "one.bz2": bzip2Stream(30), "two.gz": large, "one.bz2 ": bzip2Of2400 }))
  await folder.write("set/j.tar.gz", gzipSync(await tarOf({ x: recorded(9, "1.205"), y: bzip2Stream(3) })))
  await folder.write("set/k", "[1, 2]\n")
  for (let i = 0; i < 40; i++) await folder.write(`set/small/${i}.bz2`, i % 3 === 0 ? bzip2Of2400 : bzip2Stream(4))
  return `${folder.path}/set`
}

const files = ["1.168136214.bz2", "1.168096552.bz2", "1.168133543.bz2"].map(
  (name) => `../shared/recordings/horses/advanced/${name}`
)

const large = (copies: number): Promise<string> => folder.write(`large/${copies}.bz2`, bzip2Stream(copies))

const packed = (path: string): PackedBytes => ({
  range: { path, start: 0, end: statSync(path).size },
  encodings: [{ _tag: "bzip2" }]
})

const lengthOf = async (bytes: AsyncIterable<Uint8Array>) => {
  let length = 0
  for await (const chunk of bytes) length += chunk.length
  return length
}

const plain = (path: string) =>
  openSource(
    packed(path),
    () => undefined,
    () => undefined
  )

const told = async (read: (onDamage: (kind: string, message: string) => void) => AsyncIterable<Uint8Array>) => {
  const problems: Array<string> = []
  await lengthOf(read((kind, message) => void problems.push(`${kind} ${message}`)))
  return problems
}

const workers = () => process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length

describe("Unpackers", () => {
  it.effect("leave the feed as it is without them, problems and all", () =>
    Effect.gen(function* () {
      const set = yield* Effect.promise(writeSet)
      const missing = `${folder.path}/missing`
      const paths = [`${set}/a.gz`, missing, set, `${set}/c.bz2`]
      const alone = yield* feedOf(paths, 0)
      expect(alone.problems.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(["UNREADABLE", "CORRUPT", "TRUNCATED", "NOT_JSON", "NO_MESSAGES"])
      )
      expect(yield* feedOf(paths, 1)).toEqual(alone)
      expect(yield* feedOf(paths, 2)).toEqual(alone)
    })
  )

  it.effect.skipIf(!files.every((file) => existsSync(file)))("leave recordings of the exchange as they are", () =>
    Effect.gen(function* () {
      const alone = yield* feedOf(files, 0)
      expect(alone.lines).toBeGreaterThan(1000)
      expect(yield* feedOf(files, 2)).toEqual(alone)
    })
  )

  it("unpack ahead no more than the bound and what is under way, however slow the reader is", async () => {
    const path = await large(200)
    const unpackers = new Unpackers(2)
    const opened = Array.from({ length: 12 }, () => unpackers.open(packed(path))!)
    const ends = opened.map((unpacked) =>
      unpacked.read(
        () => undefined,
        () => undefined
      )
    )
    unpackers.readAhead()
    const firsts = await Promise.all(ends.map((bytes) => bytes.next()))
    const rest = await Promise.all(ends.map(lengthOf))
    const expected = await lengthOf(plain(path))
    expect(rest.map((length, i) => length + (firsts[i]!.value as Uint8Array).length)).toEqual(ends.map(() => expected))
    expect(expected * 12).toBeGreaterThan(maximumAheadBytes * 2)
    expect(unpackers.mostAheadBytes).toBeLessThanOrEqual(maximumAheadBytes)
    await unpackers.close()
  })

  it("are done without when they die", async () => {
    const path = await large(300)
    const expected = await Array.fromAsync(plain(path))
    const unpackers = new Unpackers(2, new URL("./DyingWorker.ts", import.meta.url))
    const opened = [unpackers.open(packed(path))!, unpackers.open(packed(path))!, unpackers.open(packed(path))!]
    unpackers.readAhead()
    for (const unpacked of opened) {
      let read = 0
      const bytes = await Array.fromAsync(
        unpacked.read(
          () => undefined,
          (count) => (read += count)
        )
      )
      expect(Buffer.concat(bytes).equals(Buffer.concat(expected))).toBe(true)
      expect(read).toBe(statSync(path).size)
    }
    expect(unpackers.open(packed(path))).toBe(null)
    await unpackers.close()
  })

  it("are let go of when nobody reads on", async () => {
    const path = await large(400)
    const feed = Effect.flatMap(RecordedFiles.open([path], undefined, 2), (recordings) =>
      Effect.promise(async () => (await recordings.next())!.length)
    )
    const before = workers()
    expect(await Effect.runPromise(Effect.scoped(feed))).toBe(1024)
    expect(workers()).toBe(before)
  })

  it("tell what the main thread would, when a file is gone", async () => {
    const path = await large(300)
    const source = packed(path)
    const content = readFileSync(path)
    rmSync(path)
    const expected = await told((onDamage) => openSource(source, onDamage, () => undefined))
    const unpackers = new Unpackers(1)
    await folder.write("large/300.bz2", content)
    const unpacked = unpackers.open(source)!
    rmSync(path)
    expect(await told((onDamage) => unpacked.read(onDamage, () => undefined))).toEqual(expected)
    expect(expected).toHaveLength(2)
    await unpackers.close()
  })
})

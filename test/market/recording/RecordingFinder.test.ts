import { mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { inPieces, readAll, recorded, tarOf, temporaryFolder, zipOf } from "./Archives.ts"
import { bzip2Of200, bzip2Of2400, lzmaOf200, lzmaZipOf200 } from "./Packed.ts"
import { bunzip2 } from "../../../src/market/recording/Bzip2.ts"
import { unlzma } from "../../../src/market/recording/Lzma.ts"

const folder = temporaryFolder()
const plain = recorded(200)
const twoFiles = { "a/1.100": plain, "a/1.101": recorded(100, "1.101") }

const forms: ReadonlyArray<readonly [string, () => Promise<Uint8Array> | Uint8Array | string, number]> = [
  ["plain", () => plain, 200],
  ["gzip", () => gzipSync(plain), 200],
  ["gzip of two members", () => Buffer.concat([gzipSync(plain), gzipSync(plain)]), 400],
  ["bzip2", () => bzip2Of200, 200],
  ["bzip2 of several blocks", () => bzip2Of2400, 2400],
  ["bzip2 of two streams", () => Buffer.concat([bzip2Of200, bzip2Of2400]), 2600],
  ["zstd", () => zstdCompressSync(plain), 200],
  ["zstd of two frames", () => Buffer.concat([zstdCompressSync(plain), zstdCompressSync(plain)]), 400],
  ["zip, stored", () => zipOf({ "1.100": plain }, 0), 200],
  ["zip, deflated", () => zipOf({ "1.100": plain }), 200],
  ["zip, LZMA", () => lzmaZipOf200, 200],
  ["tar", () => tarOf(twoFiles), 300],
  ["tar of bzip2", () => tarOf({ "x.bz2": bzip2Of200, "y.bz2": bzip2Of2400 }), 2600],
  ["tar.gz", async () => gzipSync(await tarOf(twoFiles)), 300],
  ["tar.zst of zip", async () => zstdCompressSync(await tarOf({ "a.zip": zipOf(twoFiles), b: plain })), 500],
  ["zip of tar", async () => zipOf({ "a.tar": await tarOf(twoFiles) }), 300],
  ["gzip of gzip", () => gzipSync(gzipSync(plain)), 200],
  ["a tar with names beyond 100 characters", () => tarOf({ [`${"long/".repeat(40)}1.100`]: plain }), 200]
]

describe("RecordingFinder.find", () => {
  it.each(forms)("reads %s, whatever the file is called", async (name, content, count) => {
    const path = await folder.write(`forms/${name.replaceAll(/\W/g, "")}.`, await content())
    const read = await readAll(path)
    // What is twice in one file begins anew in the middle.
    expect(read.kinds).toEqual(/of two (members|streams|frames)/.test(name) ? ["TIME_BACKWARDS"] : [])
    expect(read.messages.length).toBe(count)
    expect(read.messages[0]).toEqual(JSON.parse(plain.split("\n")[0]!))
  })

  it("walks folders in the order of their names", async () => {
    for (const name of ["walk/b/2", "walk/a/1", "walk/c"]) await folder.write(name, plain)
    const { names } = await readAll(join(folder.path, "walk"))
    expect(names).toEqual(["walk/a/1", "walk/b/2", "walk/c"].map((name) => join(folder.path, name)))
  })

  it("names members behind the archive", async () => {
    const path = await folder.write("members.tar", await tarOf(twoFiles))
    expect((await readAll(path)).names).toEqual([`${path}!a/1.100`, `${path}!a/1.101`])
  })

  it("reads a file once though it is named twice", async () => {
    await folder.write("twice/1", plain)
    const path = join(folder.path, "twice")
    const { RecordingFinder } = await import("../../../src/market/recording/RecordingFinder.ts")
    const { RecordingProblems } = await import("../../../src/market/recording/RecordingProblem.ts")
    const finder = new RecordingFinder(new RecordingProblems())
    const found: Array<string> = []
    for (const each of [path, join(path, "1")])
      for await (const { source } of finder.find(each)) found.push(source.name)
    expect(found).toEqual([join(path, "1")])
  })

  it("reports a path that does not exist", async () => {
    expect((await readAll(join(folder.path, "nowhere"))).kinds).toEqual(["UNREADABLE"])
  })

  it("reports packing it has no decoder for", async () => {
    const path = await folder.write("a.xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 1, 2, 3]))
    expect((await readAll(path)).kinds).toEqual(["UNSUPPORTED"])
  })

  it("goes no deeper than six archives", async () => {
    let packed: Uint8Array = Buffer.from(plain)
    for (let i = 0; i < 7; i++) packed = gzipSync(packed)
    const { kinds, messages } = await readAll(await folder.write("deep", packed))
    expect([kinds, messages.length]).toEqual([["TOO_DEEP"], 0])
  })

  it("removes what it unpacked to disk", async () => {
    const before = process.env["TMPDIR"]
    const own = join(folder.path, "tmp")
    mkdirSync(own)
    process.env["TMPDIR"] = own
    try {
      const path = await folder.write("spool.tgz", gzipSync(await tarOf(twoFiles)))
      expect((await readAll(path)).messages.length).toBe(300)
      expect(readdirSync(own)).toEqual([])
    } finally {
      if (before === undefined) delete process.env["TMPDIR"]
      else process.env["TMPDIR"] = before
    }
  })
})

/** Places at which to cut or spoil `length` bytes, about forty of them. */
const places = (length: number): ReadonlyArray<number> =>
  Array.from({ length: 40 }, (_, i) => Math.floor((length * i) / 40)).filter(
    (at, i, all) => at > 0 && at !== all[i - 1]
  )

describe("damaged recordings", () => {
  it.each(forms)("uses what is left of %s wherever it is cut", async (name, content) => {
    const whole = Buffer.from(await content())
    const truth = (await readAll(await folder.write("whole", whole))).messages.map((message) => JSON.stringify(message))
    for (const at of places(whole.length)) {
      const { kinds, messages } = await readAll(await folder.write("cut", whole.subarray(0, at)))
      const isWhole = messages.length === truth.length
      // A cut between two members or lines leaves a shorter file without a fault.
      if (!isWhole && messages.length > 0 && kinds.length === 0) expect(name).toMatch(/plain|two|tar/)
      for (const message of messages) expect(truth).toContain(JSON.stringify(message))
    }
  })

  it.each(forms)("does not throw on %s with any byte spoiled", async (_, content) => {
    const whole = Buffer.from(await content())
    for (const at of places(whole.length)) {
      const spoiled = Buffer.from(whole)
      spoiled[at]! ^= 0x5a
      const read = await readAll(await folder.write("spoiled", spoiled))
      expect(read.messages.length).toBeLessThanOrEqual(2600)
    }
  })

  it("keeps the blocks of bzip2 around a damaged one", async () => {
    const joined = Buffer.concat([bzip2Of200, bzip2Of200, bzip2Of200])
    joined[bzip2Of200.length + 200]! ^= 0xff
    const { kinds, messages } = await readAll(await folder.write("damaged.bz2", joined))
    expect([kinds, messages.length]).toEqual([["CORRUPT", "TIME_BACKWARDS"], 400])
  })

  it("tells a truncated zip from a whole one and reads its members as they come", async () => {
    const zip = zipOf(twoFiles)
    const { kinds, messages } = await readAll(await folder.write("no-directory.zip", zip.subarray(0, zip.length - 30)))
    expect([kinds, messages.length]).toEqual([["TRUNCATED"], 300])
  })
})

const textOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const all: Array<Uint8Array> = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all).toString()
}

describe("bunzip2", () => {
  it.each([1, 7, 100, 4096, 1_000_000])("gives the same in pieces of %i bytes", async (size) => {
    const problems: Array<string> = []
    const text = await textOf(bunzip2(inPieces(bzip2Of2400, size), (kind) => problems.push(kind)))
    expect([text === recorded(2400), problems]).toEqual([true, []])
  })
})

describe("unlzma", () => {
  it.each([1, 7, 100, 1_000_000])(
    "gives the same in pieces of %i bytes, with or without a known size",
    async (size) => {
      const problems: Array<string> = []
      for (const length of [Infinity, plain.length]) {
        const text = await textOf(unlzma(inPieces(lzmaOf200, size), length, (kind) => problems.push(kind)))
        expect([text === plain, problems]).toEqual([true, []])
      }
    }
  )

  it("says that data is cut, after all that was whole", async () => {
    const problems: Array<string> = []
    const text = await textOf(unlzma(inPieces(lzmaOf200.subarray(0, 400), 50), Infinity, (kind) => problems.push(kind)))
    expect(problems).toEqual(["TRUNCATED"])
    expect(text.length).toBeGreaterThan(1000)
    expect(plain.startsWith(text)).toBe(true)
  })
})

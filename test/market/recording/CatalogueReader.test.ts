import { globSync } from "node:fs"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { Catalogues } from "../../../src/market/Catalogues.ts"
import { maximumCatalogueBytes } from "../../../src/market/recording/CatalogueReader.ts"
import { RecordingFinder } from "../../../src/market/recording/RecordingFinder.ts"
import { RecordingProblems } from "../../../src/market/recording/RecordingProblem.ts"
import { answer, entry } from "../Catalogue.ts"
import { marketId } from "../Messages.ts"
import { recorded, tarOf, temporaryFolder, zipOf } from "./Archives.ts"

const folder = temporaryFolder()
const rules = "r".repeat(9000)
const sorted = (fields: object) => Object.fromEntries(Object.entries(fields).toSorted())
const compact = JSON.stringify([entry()])

/** Catalogues and recordings behind a path, and what was wrong with them. */
const find = async (path: string) => {
  const problems = new RecordingProblems()
  const catalogues = new Catalogues()
  const finder = new RecordingFinder(problems, catalogues)
  const names: Array<string> = []
  let messages = 0
  for await (const cursor of finder.find(path)) {
    names.push(cursor.source.name)
    for (let isThere = await cursor.fill(false); isThere; isThere = cursor.advance() || (await cursor.fill(false))) {
      messages++
    }
  }
  await finder.close()
  const told = problems.list().map(({ count, file, kind, message }) => ({ count, file, kind, message }))
  return { catalogues, messages, names, problems: told, totalBytes: finder.totalBytes }
}

let files = 0
const findIn = async (content: string | Uint8Array) => {
  const path = await folder.write(`${files++}`, content)
  return { ...(await find(path)), path }
}

describe("a catalogue among the files", () => {
  it.each<readonly [string, () => Promise<string | Uint8Array> | string | Uint8Array]>([
    ["on one line", () => compact],
    ["with a last newline", () => `${compact}\n`],
    ["on many lines", () => JSON.stringify(answer([entry()]), null, 2)],
    ["an entry a line in an array", () => `[\n${JSON.stringify(entry())},\n${JSON.stringify(entry())}\n]`],
    ["one entry alone", () => JSON.stringify(entry())],
    ["with a byte order mark", () => `\ufeff${compact}`],
    ["with its keys sorted, long rules first", () => JSON.stringify([sorted(entry({ description: { rules } }))])],
    ["in gzip", () => gzipSync(compact)],
    ["in zstd", () => zstdCompressSync(compact)],
    ["in a zip", () => zipOf({ "a.json": compact })],
    ["in a tar.gz", async () => gzipSync(await tarOf({ "a.json": compact }))]
  ])("is taken in %s, and is no recording", async (_, content) => {
    const { catalogues, names, problems } = await findIn(await content())
    expect(problems).toEqual([])
    expect(names).toEqual([])
    expect(catalogues.get(marketId)?.venue).toBe("Ascot")
  })

  it("does not count as bytes to be read", async () => {
    await folder.write("both/1.100", recorded(10))
    await folder.write("both/1.100.json", compact)
    const { catalogues, messages, totalBytes } = await find(`${folder.path}/both`)
    expect([catalogues.size, messages, totalBytes]).toEqual([1, 10, recorded(10).length])
  })

  it("is reported once when it is cut, with file and what was found", async () => {
    const { catalogues, names, path, problems } = await findIn(compact.slice(0, 300))
    expect([catalogues.size, names]).toEqual([0, []])
    expect(problems).toEqual([
      {
        count: 1,
        file: path,
        kind: "CATALOGUE",
        message: `a market catalogue that is not JSON, ending in ${JSON.stringify(compact.slice(260, 300))}`
      }
    ])
  })

  it("is used as far as it can be read, its faults counted in one entry", async () => {
    const { catalogues, path, problems } = await findIn(
      JSON.stringify([{ marketName: "x" }, entry({ event: 7 }), { marketName: "y" }])
    )
    expect(catalogues.get(marketId)?.name).toBe("2m Hcap Hrd")
    expect(problems).toEqual([
      { count: 3, file: path, kind: "CATALOGUE", message: "marketId is missing: the entry is left out" }
    ])
  })

  it("is not read beyond a bound", async () => {
    const { catalogues, names, problems } = await findIn(
      gzipSync(JSON.stringify([entry({ rules: "r".repeat(maximumCatalogueBytes) })]))
    )
    expect([catalogues.size, names]).toEqual([0, []])
    expect(problems.map(({ kind }) => kind)).toEqual(["UNSUPPORTED"])
  })
})

describe("what only looks like a catalogue", () => {
  it("is read as a recording when messages follow it line by line", async () => {
    const { catalogues, messages, problems } = await findIn(`${JSON.stringify(entry())}\n${recorded(5000)}`)
    expect([catalogues.size, messages]).toEqual([0, 5000])
    expect(problems.map(({ kind }) => kind)).toEqual(["NOT_MARKET_DATA"])
  })

  it("is told as a recording without market data", async () => {
    const { messages, names, path, problems } = await findIn(JSON.stringify(answer([{ marketId, status: "OPEN" }])))
    expect([names, messages]).toEqual([[path], 0])
    expect(problems.map(({ kind }) => kind)).toEqual(["NOT_MARKET_DATA"])
  })
})

const beside = new URL("../../../../shared/api/api-response/", import.meta.url).pathname

describe.skipIf(globSync("*/*.json", { cwd: beside }).length === 0)("the folder of answers beside the project", () => {
  it("gives every catalogue in it without a fault of theirs", async () => {
    const { catalogues, problems } = await find(beside)
    expect(problems.filter(({ kind }) => kind === "CATALOGUE" || kind === "UNSUPPORTED")).toEqual([])
    expect(catalogues.size).toBe(195)
  })
})

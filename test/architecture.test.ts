/** Holds the rules of the house: who may import whom, and what no module may do. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const source = join(root, "src")

/** Folders from the ground up; a folder may import its own and lower rows, not its neighbours in the row. */
const rows: ReadonlyArray<ReadonlyArray<string>> = [
  ["domain"],
  ["config", "betfair"],
  ["market", "persistence"],
  ["monitoring"],
  ["strategy", "prediction", "risk", "execution", "settlement"],
  ["bot"],
  ["backtest", "http", "sandbox"],
  ["app"],
  ["cli"],
  ["main.ts"],
  ["launch.js"]
]

interface Module {
  readonly path: string
  readonly text: string
  readonly room: string
  readonly imports: ReadonlyArray<string>
}

const modules: ReadonlyArray<Module> = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(ts|js)$/.test(path) && !path.includes("generated"))
  .map((path) => {
    const text = readFileSync(join(source, path), "utf8")
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) =>
      relative(source, resolve(source, dirname(path), match[1]!))
    )
    return { path, text, imports, room: path.split("/")[0]! }
  })

const rowOf = (room: string) => rows.findIndex((row) => row.includes(room))

/** Code without comments and strings, so that prose may name what code must not do. */
const codeOf = (text: string) =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/.*$/gm, "$1")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')

const offenders = (wanted: (module: Module, code: string) => boolean) =>
  modules.filter((module) => wanted(module, codeOf(module.text))).map((module) => module.path)

describe("the house", () => {
  it("has no room without a place in the order", () => {
    expect(modules.filter(({ room }) => rowOf(room) < 0).map(({ path }) => path)).toEqual([])
  })

  it("imports downwards only, and no neighbour", () => {
    const wrong = modules.flatMap(({ imports, path, room }) =>
      imports
        .map((target) => target.split("/")[0]!)
        .filter((other) => other !== room && rowOf(other) >= rowOf(room))
        .map((other) => `${path} → ${other}`)
    )
    expect(wrong).toEqual([])
  })

  it("has no circle", () => {
    const byPath = new Map(modules.map((module) => [module.path, module]))
    const done = new Set<string>()
    const circles: Array<string> = []
    const visit = (path: string, trail: ReadonlyArray<string>) => {
      if (trail.includes(path)) return void circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "))
      if (done.has(path)) return
      for (const next of byPath.get(path)?.imports ?? []) visit(next, [...trail, path])
      done.add(path)
    }
    for (const { path } of modules) visit(path, [])
    expect(circles).toEqual([])
  })

  it("keeps modules within 300 lines", () => {
    expect(offenders(({ text }) => text.trimEnd().split("\n").length > 300)).toEqual([])
  })

  it("takes time from Clock, randomness from Random, and prints through the console service", () => {
    const forbidden = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bsetTimeout\b|\bsetInterval\b|\bconsole\./
    // A browser has no Clock service: the page keeps its timers in one module.
    const own = ["launch.js", "http/web/page/Clock.ts"]
    expect(offenders(({ path }, code) => !own.includes(path) && forbidden.test(code))).toEqual([])
  })

  it("has a page that imports nothing but itself: of everything else only types, which no browser loads", () => {
    const page = modules.filter(({ path }) => path.startsWith("http/web/page/"))
    const loading = /^import (?!type )[^;"]*?from "(?!\.\/)([^"]+)"/gm
    expect(page.length).toBeGreaterThan(10)
    expect(
      page.flatMap(({ path, text }) => [...text.matchAll(loading)].map(([, from]) => `${path} → ${from}`))
    ).toEqual([])
  })

  it("has a page that makes no markup of text, so that a runner's name stays a name", () => {
    const markup = /\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval)\b/
    expect(offenders(({ path }, code) => path.startsWith("http/web/page/") && markup.test(code))).toEqual([])
  })

  it("reads the environment in config/ only", () => {
    expect(offenders(({ room }, code) => room !== "config" && /\bprocess\.env\b/.test(code))).toEqual([])
  })

  it("does not cast types away", () => {
    expect(offenders((_, code) => /\bas any\b|@ts-ignore|@ts-expect-error/.test(code))).toEqual([])
  })

  it("runs effects at the entries only", () => {
    expect(offenders(({ room }, code) => room !== "main.ts" && /\bEffect\.runPromise\b/.test(code))).toEqual([])
  })

  it("writes SQL in persistence/ only", () => {
    const sql = /sql`|\bsql\.(unsafe|insert|update)\b/
    expect(offenders(({ room }, code) => room !== "persistence" && sql.test(code))).toEqual([])
  })

  it("speaks gRPC where predictions are asked for and served only", () => {
    const speakers = ["prediction/GrpcCall.ts", "prediction/PredictorGrpc.ts", "prediction/service/GrpcServer.ts"]
    expect(offenders(({ path, text }) => text.includes('from "@grpc/') && !speakers.includes(path))).toEqual([])
  })

  it("lets only the risk manager approve an order", () => {
    const approving = modules.filter(
      ({ path, text }) => path !== "domain/ApprovedOrder.ts" && /\bseal\b/.test(codeOf(text))
    )
    for (const { room } of approving) expect(room).toBe("risk")
  })

  it("has no file named after nothing", () => {
    expect(offenders(({ path }) => /(^|\/)(utils?|helpers?|common|types|services|index)\.ts$/i.test(path))).toEqual([])
  })
})

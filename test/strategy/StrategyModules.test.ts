import { NodeServices } from "@effect/platform-node"
import { describe, expect, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { simpleValue } from "../../src/strategy/SimpleValue.ts"
import type { StrategyKind } from "../../src/strategy/Strategy.ts"
import * as StrategyModules from "../../src/strategy/StrategyModules.ts"
import { builtIn, make } from "../../src/strategy/StrategyRegistry.ts"

const root = join(dirname(fileURLToPath(import.meta.url)), "../..")

/** A module's text that declares a strategy; `effect` is found because the folder lies within the project. */
const kind = (name: string, fields = "") => `{
  name: "${name}", description: "A strategy", parameters: Schema.Struct({}),
  traits: { inPlay: false, needsPrediction: false }, make: () => ({ evaluate: () => [] }), ${fields}
}`

const withSchema = (text: string) => `import { Schema } from "effect"\n${text}`

/** Writes the files into a folder of their own. */
const folder = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(join(root, ".scratch"), { recursive: true })
  const path = yield* fs.makeTempDirectoryScoped({ directory: join(root, ".scratch") })
  for (const [name, text] of Object.entries(files)) yield* fs.writeFileString(join(path, name), text)
  return path
})

const names = (kinds: ReadonlyArray<StrategyKind>) => kinds.map(({ name }) => name)

layer(NodeServices.layer)("StrategyModules.load", (it) => {
  it.effect("takes a default export, a list, and exports by name, and passes over all else", () =>
    Effect.gen(function* () {
      const path = yield* folder({
        "one.js": withSchema(`export default ${kind("one")}`),
        "list.ts": withSchema(`const name: string = "b"\nexport default [${kind("a")}, { ...${kind("x")}, name }]`),
        "named.mjs": withSchema(
          `export const limit = 3\nexport const help = () => 1\nexport const c = ${kind("c")}\nexport default c`
        )
      })
      const load = (module: string) => Effect.map(StrategyModules.load(module, [path]), names)
      expect(yield* load("one.js")).toEqual(["one"])
      expect(yield* load("./list.ts")).toEqual(["a", "b"])
      expect(yield* load(join(path, "named.mjs"))).toEqual(["c"])
    })
  )

  it.effect("looks for a path in each folder in turn", () =>
    Effect.gen(function* () {
      const [empty, full] = [
        yield* folder({}),
        yield* folder({ "mine.js": withSchema(`export default ${kind("mine")}`) })
      ]
      expect(names(yield* StrategyModules.load("./mine.js", [empty, full]))).toEqual(["mine"])
    })
  )

  it.effect("finds a package from a folder", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* folder({})
      const home = join(path, "node_modules/some-strategies")
      yield* fs.makeDirectory(home, { recursive: true })
      yield* fs.writeFileString(
        join(home, "package.json"),
        `{"name":"some-strategies","type":"module","main":"main.js"}`
      )
      yield* fs.writeFileString(join(home, "main.js"), withSchema(`export default ${kind("packaged")}`))
      expect(names(yield* StrategyModules.load("some-strategies", [path]))).toEqual(["packaged"])
    })
  )

  const refused: ReadonlyArray<readonly [string, string | null, RegExp]> = [
    ["a file that is not there", null, /no such file; looked for .*mine\.ts/],
    ["a syntax error", "export default {", /mine\.ts cannot be loaded/],
    ["a module that throws", `throw new Error("no licence")`, /no licence/],
    ["no strategy at all", "export const limit = 3", /it exports no strategy; expected an object \{ name/],
    ["a default export of another kind", "export default 42", /the export "default" is no strategy/],
    [
      "missing parts",
      withSchema(`const { make, traits, ...rest } = ${kind("x")}\nexport default rest`),
      /"traits".*"make"/
    ],
    [
      "a schema that is none",
      withSchema(`export default { ...${kind("x")}, parameters: {} }`),
      /a Schema of effect.*"parameters"/
    ],
    [
      "a bad name",
      withSchema(`export const mine = ${kind("My Strategy")}`),
      /the export "mine" is no strategy.*"name"/
    ],
    ["a wrong item of a list", withSchema(`export default [${kind("x")}, {}]`), /"default\[1\]"/],
    [
      "parameters without defaults",
      withSchema(`export default { ...${kind("x")}, parameters: Schema.Struct({ odds: Schema.Number }) }`),
      /every parameter needs a default.*odds/
    ]
  ]

  it.effect.each(refused)("refuses %s", ([, text, message]) =>
    Effect.gen(function* () {
      const path = yield* folder(text === null ? {} : { "mine.ts": text })
      const failure = yield* Effect.flip(StrategyModules.load("./mine.ts", [path]))
      expect(failure._tag).toBe("StrategyModuleRefused")
      expect(failure.message).toMatch(/^strategies\.modules: \.\/mine\.ts: /)
      expect(failure.message).toMatch(message)
    })
  )

  it.effect("refuses a package that is not installed", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(StrategyModules.load("no-such-strategies", [root]))
      expect(failure.message).toMatch(/no-such-strategies: no such package; looked from/)
    })
  )
})

describe("StrategyRegistry.make", () => {
  layer(NodeServices.layer)((it) => {
    it.effect("refuses two kinds of one name, and says where they come from", () =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(make([...builtIn, { kind: simpleValue, source: "./mine.ts" }]))
        expect(failure.message).toBe(
          "two strategies are called simple_value: one of built in, one of ./mine.ts; rename yours"
        )
      })
    )
  })
})

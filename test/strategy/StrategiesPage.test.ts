/** The example of docs/STRATEGIES.md, exactly as printed there, in a folder that knows nothing of this program. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const root = join(dirname(fileURLToPath(import.meta.url)), "../..")
const page = readFileSync(join(root, "docs/STRATEGIES.md"), "utf8")

/** The blocks whose first line is a comment with the name of a file. */
const files = [...page.matchAll(/^```\w+\n(?:\/\/|#) ([\w.]+)\n([\s\S]*?)^```$/gm)].map(([, name, text]) => ({
  name: name!,
  text: text!
}))

let folder = ""

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "clever-better-page-"))
  for (const { name, text } of files) writeFileSync(join(folder, name), text)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Of this test run nothing is handed on: under `NODE_TEST_CONTEXT` or vitest's own options the child would behave otherwise. */
const node = (...options: ReadonlyArray<string>) =>
  execFileSync(process.execPath, options, { cwd: folder, encoding: "utf8", env: { PATH: dirname(process.execPath) } })

describe("the example in docs/STRATEGIES.md", () => {
  it("is a module, its configuration and its test", () => {
    expect(files.map(({ name }) => name)).toEqual(["favourite.ts", "config.yaml", "favourite.test.ts"])
  })

  it("passes its own test", () => {
    const imports = join(root, "src/strategy/OwnImports.ts")
    const said = node("--import", imports, "--test", "--test-reporter", "tap", "favourite.test.ts")
    expect(said).toMatch(/^# pass 2$/m)
    expect(said).toMatch(/^# fail 0$/m)
  })

  it("is started as configured", () => {
    const strategies = JSON.parse(node(join(root, "test/strategy/loadConfigured.ts"), join(folder, "config.yaml")))
    expect(strategies).toEqual([
      {
        id: "short_favourites",
        kind: "favourite",
        traits: { inPlay: false, needsPrediction: false, window: { from: 180, to: 60 } },
        parameters: { maxOdds: 2.5, maxRunners: 12, stake: 200 }
      }
    ])
  })
})

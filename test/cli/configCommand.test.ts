import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import * as Yaml from "yaml"
import { jsonSchema, markdown } from "../../src/config/SettingsReference.ts"
import * as SettingsYaml from "../../src/config/SettingsYaml.ts"
import { run } from "./InProcess.ts"
import { launcher, start } from "./Process.ts"

let cwd: string

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "clever-better-"))
})

afterEach(() => rmSync(cwd, { recursive: true }))

const write = (text: string, file = "config/config.yaml") => {
  mkdirSync(join(cwd, "config"), { recursive: true })
  writeFileSync(join(cwd, file), text)
}

describe("clever-better config check", () => {
  it("finds the usual file fine", async () => {
    write("trading: { bankroll: 50 }")
    expect(await run(["config", "check"], { cwd })).toEqual({
      code: 0,
      stdout: "config/config.yaml: fine\n",
      stderr: ""
    })
  })

  it("says that there is no file, and that this is no fault", async () => {
    expect(await run(["config", "check"], { cwd })).toEqual({
      code: 0,
      stdout: "no config/config.yaml: every key has its default\n",
      stderr: ""
    })
  })

  it("lists the problems on stderr, without a stack, and exits 2", async () => {
    write("trading:\n  max_stake: 1\n  min_odds: 0\n")
    expect(await run(["config", "check"], { cwd })).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "config/config.yaml:2: trading.max_stake: unknown key; did you mean max_stake_per_bet?\n" +
        "config/config.yaml:3: trading.min_odds: found 0, expected a number from 1.01 to 1000\n"
    })
  })

  it.each([
    ["before", ["--config", "mine.yaml", "config", "check"]],
    ["after", ["config", "check", "--config", "mine.yaml"]]
  ])("takes --config %s the command", async (_, argv) => {
    write("nonsense: 1", "mine.yaml")
    const { code, stderr } = await run(argv, { cwd })
    expect(code).toBe(2)
    expect(stderr).toBe("mine.yaml:1: nonsense: unknown key\n")
  })

  it("prints the problems as JSON and exits 2", async () => {
    write("trading: { min_odds: 0 }")
    const { code, stderr, stdout } = await run(["config", "check", "--json"], { cwd })
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" })
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      file: "config/config.yaml",
      problems: [{ kind: "value", path: "trading.min_odds", line: 1, found: "0" }]
    })
  })

  it("prints that all is fine as JSON", async () => {
    const { stdout } = await run(["config", "check", "--json"], { cwd })
    expect(JSON.parse(stdout)).toEqual({ valid: true, file: null, problems: [] })
  })
})

describe("clever-better config show", () => {
  const variables = { DATABASE_URL: "postgres://user:hunter2@host/name" }

  it("prints the settings in force as a settings file, without secrets", async () => {
    write("trading: { max_stake_per_bet: 3.5 }")
    const { code, stdout } = await run(["config", "show"], { cwd, variables })
    expect(code).toBe(0)
    expect(stdout).toContain("  max_stake_per_bet: 3.50\n")
    expect(Yaml.parse(stdout)).toMatchObject({ database: { url: "<redacted>" }, bot: { max_failures: 10 } })
    expect(stdout).not.toContain("hunter2")
  })

  it("prints them as JSON", async () => {
    const { stdout } = await run(["config", "show", "--json"], { cwd, variables })
    expect(JSON.parse(stdout)).toMatchObject({ database: { url: "<redacted>" }, trading: { max_stake_per_bet: 10 } })
  })

  it("exits 2 when there are none", async () => {
    write("- a list")
    expect((await run(["config", "show"], { cwd })).code).toBe(2)
  })
})

describe("clever-better config, for the documents,", () => {
  it("prints the JSON Schema", async () => {
    expect(JSON.parse((await run(["config", "schema"], { cwd })).stdout)).toEqual(jsonSchema())
  })

  it("prints the example file to the byte", async () => {
    expect((await run(["config", "example"], { cwd })).stdout).toBe(SettingsYaml.example())
  })

  it("prints the reference to the byte", async () => {
    expect((await run(["config", "reference"], { cwd })).stdout).toBe(markdown())
  })
})

describe("clever-better, used wrongly,", () => {
  it.each([
    ["an unknown command", ["fly"], 'Unknown subcommand "fly"'],
    ["an unknown subcommand", ["config", "chekc"], "check"],
    ["an unknown flag", ["config", "check", "--loud"], "Unrecognized flag: --loud"],
    ["a flag without its value", ["config", "check", "--config"], "--config"],
    ["an argument too many", ["config", "check", "now"], 'Unexpected positional argument: "now"'],
    ["no subcommand", ["config"], "SUBCOMMANDS"],
    ["no command", [], "SUBCOMMANDS"]
  ])("exits 2 with one message on stderr: %s", async (_, argv, said) => {
    const { code, stderr, stdout } = await run(argv, { cwd })
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(said)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  it("prints help that was asked for on stdout and exits 0", async () => {
    const { code, stderr, stdout } = await run(["config", "check", "--help"], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toContain("clever-better config check")
  })
})

/** Makes a process believe that it runs on another Node. */
const on = (version: string) =>
  `data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"${version}"}})`

describe("launch.js", () => {
  it("tells an older Node what to do, in one line, and exits 3", async () => {
    const { code, stderr, stdout } = await start(["--import", on("20.20.2"), launcher, "config", "check"], { cwd })
      .ended
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
    expect(stderr).toMatch(/^Clever Better needs Node 24 or newer, and this is Node 20\.20\.2: .*npm start.*\n$/)
  })

  it("starts the program on a Node that is new enough", async () => {
    const { code, stdout } = await start([launcher, "config", "check"], { cwd }).ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: "no config/config.yaml: every key has its default\n" })
  })

  it("keeps what it compiled for the next start", async () => {
    await start([launcher, "config", "check"], { cwd }).ended
    const variables = { NODE_DEBUG_NATIVE: "COMPILE_CACHE" }
    const { stderr } = await start([launcher, "config", "check"], { cwd, variables }).ended
    expect(stderr).toMatch(/cache for ESM \S*src\/main\.ts was accepted/)
  })
})

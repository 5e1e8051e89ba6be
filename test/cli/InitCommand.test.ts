import { describe, expect, it } from "@effect/vitest"
import { Option, Redacted, Result, Schema } from "effect"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach } from "vitest"
import * as FirstSettings from "../../src/cli/FirstSettings.ts"
import { decode } from "../../src/config/SettingsDecoder.ts"
import { run } from "./InProcess.ts"

let cwd = ""
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "clever-better-init-"))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const init = (...argv: ReadonlyArray<string>) => run(["init", ...argv], { cwd })

const accountFlags = ["--app-key", "k3y", "--username", "ann", "--cert-file", "c.pem", "--key-file", "k.pem"]

describe("clever-better init", () => {
  it("writes settings that are valid, for their owner alone, and leaves a file alone that is there", async () => {
    expect(await init("--yes", "--max-stake", "5")).toMatchObject({ code: 0, stderr: "" })
    const file = join(cwd, "config/config.yaml")
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await run(["config", "check"], { cwd })).toMatchObject({ code: 0, stdout: "config/config.yaml: fine\n" })
    const before = readFileSync(file, "utf8")
    expect(before).toContain("max_stake_per_bet: 5\n")
    expect(await init("--yes")).toEqual({
      code: 2,
      stdout: "",
      stderr: "init: config/config.yaml is there already; --force writes over it\n"
    })
    expect(readFileSync(file, "utf8")).toBe(before)
    expect((await init("--yes", "--force")).code).toBe(0)
    expect(readFileSync(file, "utf8")).toContain("max_stake_per_bet: 10\n")
  })

  it("sets an account up for live trading without its password", async () => {
    const { code, stdout } = await init("--yes", "--mode", "live", ...accountFlags)
    expect(code).toBe(0)
    expect(stdout).toContain("set BETFAIR_PASSWORD")
    expect(readFileSync(join(cwd, "config/config.yaml"), "utf8")).toContain("password: ${BETFAIR_PASSWORD}\n")
    const checked = await run(["config", "check"], { cwd, variables: { BETFAIR_PASSWORD: "x" } })
    expect(checked.code).toBe(0)
  })

  it("says clearly what it cannot do, and writes nothing then", async () => {
    writeFileSync(join(cwd, "unrelated"), "")
    expect((await init()).stderr).toBe(
      "init: there is no terminal to ask on; say everything by flags and add --yes (clever-better init --help lists them)\n"
    )
    expect(await init("--yes", "--mode", "live", "--username", "ann")).toEqual({
      code: 2,
      stdout: "",
      stderr: "init: an account needs --app-key, --cert-file, --key-file as well\n"
    })
    const wrong = await init("--yes", "--max-stake", "-1")
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain("trading.max_stake_per_bet: found -1, expected an amount")
    expect(existsSync(join(cwd, "config"))).toBe(false)
  })
})

const Text = Schema.NonEmptyString

describe("FirstSettings.render", () => {
  it.prop(
    "keeps whatever is answered, variables of the environment and YAML's own signs included",
    { appKey: Text, username: Text, certFile: Text, keyFile: Text, password: Text },
    (account) => {
      const answers = { mode: "live" as const, maxStakePerBet: 2.5, maxDailyLoss: 30, maxExposure: 60, account }
      const { betfair, features, trading } = Result.getOrThrow(decode(Option.none(), FirstSettings.render(answers), {}))
      expect([betfair.appKey, betfair.password].map((secret) => secret && Redacted.value(secret))).toEqual([
        account.appKey,
        account.password
      ])
      expect([betfair.username, betfair.certFile, betfair.keyFile]).toEqual([
        account.username,
        account.certFile,
        account.keyFile
      ])
      expect(features).toMatchObject({ liveTradingEnabled: true, paperTradingEnabled: false })
      expect(trading).toMatchObject({ maxStakePerBet: 250, maxDailyLoss: 3000, maxExposure: 6000 })
    }
  )

  it("escapes what looks like a variable", () => {
    const account = { appKey: "a${B}c", username: "${HOME}", certFile: "c", keyFile: "k", password: "$${x}" }
    const text = FirstSettings.render({ mode: "paper", maxStakePerBet: 2, maxDailyLoss: 1, maxExposure: 1, account })
    const { betfair } = Result.getOrThrow(decode(Option.none(), text, {}))
    expect(betfair.username).toBe("${HOME}")
    expect(Redacted.value(betfair.appKey!)).toBe("a${B}c")
  })
})

/** `doctor` on the sandbox's exchange: what is well, and each thing that may not be. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it } from "@effect/vitest"
import { Console, Effect, Layer, Redacted, Result } from "effect"
import { Command } from "effect/cli"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Yaml from "yaml"
import * as CertificateCheck from "../../src/app/CertificateCheck.ts"
import * as ExchangeCheck from "../../src/app/ExchangeCheck.ts"
import type { Finding } from "../../src/app/Finding.ts"
import { command } from "../../src/cli/DoctorCommand.ts"
import { ConfigFile } from "../../src/cli/Options.ts"
import { BettingApi } from "../../src/betfair/BettingApi.ts"
import * as Certificates from "../../src/sandbox/server/Certificates.ts"
import * as Sandbox from "../../src/sandbox/server/Sandbox.ts"
import { certificates } from "../betfair/HttpsExchange.ts"

const root = Command.make("clever-better").pipe(
  Command.withSubcommands([command]),
  Command.withGlobalFlags([ConfigFile])
)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-doctor-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const write = (path: string, text: string, mode = 0o600) => {
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

/** What `doctor` finds with these settings, `check: result`, and how it ends. */
const doctor = Effect.fnUntraced(function* (path: string, tree: object) {
  const config = write(
    join(path, "config.yaml"),
    Yaml.stringify({ database: { directory: join(path, "db") }, ...tree })
  )
  const lines: Array<string> = []
  const console_ = { ...globalThis.console, log: (line: string) => void lines.push(line) }
  const ended = yield* Command.runWith(root, { version: "0" })(["doctor", "--json", "--config", config]).pipe(
    Effect.provideService(Console.Console, console_),
    Effect.provide(NodeServices.layer),
    Effect.result
  )
  const { findings, well } = JSON.parse(lines.join("\n")) as {
    readonly well: boolean
    readonly findings: ReadonlyArray<Finding>
  }
  expect(well).toBe(Result.isSuccess(ended))
  return { well, findings, results: findings.map(({ check, result }) => `${check}: ${result}`) }
})

/** The sandbox with an account, and the settings that lead there. */
const exchange = Effect.fnUntraced(function* (path: string) {
  const sandbox = yield* Sandbox.start({
    certificates,
    accounts: [{ username: "ann", password: "secret", balancePence: 100_000 }],
    seed: 1,
    raceIntervalMs: 60_000
  })
  const address = `https://localhost:${sandbox.ports.api}`
  return {
    sandbox,
    betfair: {
      app_key: sandbox.appKey,
      username: "ann",
      password: "secret",
      cert_file: write(join(path, "client.pem"), certificates.client.certificatePem),
      key_file: write(join(path, "client-key.pem"), certificates.client.keyPem),
      ca_file: write(join(path, "ca.pem"), certificates.authority.certificatePem),
      login_url: `${address}/api/`,
      identity_url: `${address}/api/`,
      api_url: `${address}/exchange/`,
      stream_host: "localhost",
      stream_port: sandbox.ports.stream
    }
  }
})

const live = { live_trading_enabled: true, paper_trading_enabled: false }

describe("clever-better doctor", () => {
  it.live("finds all well with an account that may trade", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { betfair } = yield* exchange(path)
      const { results, well } = yield* doctor(path, { betfair, features: live })
      expect(well).toBe(true)
      expect(results).toEqual([
        "secrets: warn",
        "database: ok",
        "disk: ok",
        "certificate: ok",
        "certificate key: ok",
        "key permissions: ok",
        "login: ok",
        "clock: ok",
        "funds: ok",
        "app key: ok",
        "stream: ok"
      ])
    })
  )

  it.live("says why the login fails, and looks no further", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { betfair } = yield* exchange(path)
      const { findings, well } = yield* doctor(path, { betfair: { ...betfair, password: "wrong" } })
      expect(well).toBe(false)
      expect(findings.at(-2)).toMatchObject({ check: "login", result: "fail" })
      expect(findings.at(-1)).toMatchObject({ check: "clock" })
    })
  )

  it.live("does not log in with a certificate that is not well", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { betfair } = yield* exchange(path)
      chmodSync(betfair.key_file, 0o644)
      const open = yield* doctor(path, { betfair })
      expect(open.findings.filter(({ result }) => result === "fail")).toEqual([
        {
          check: "key permissions",
          result: "fail",
          found: `others than its owner may use ${betfair.key_file} (mode 644)`,
          todo: `chmod 600 ${betfair.key_file}`
        }
      ])
      expect(open.results.at(-1)).toBe("login: warn")
      const strange = write(join(path, "strange.pem"), certificates.server.keyPem)
      expect((yield* doctor(path, { betfair: { ...betfair, key_file: strange } })).results).toContain(
        "certificate key: fail"
      )
      expect((yield* doctor(path, { betfair: { ...betfair, cert_file: "nowhere.pem" } })).results).toContain(
        "certificate: fail"
      )
    })
  )

  it.live("works without an account, and says what is missing for live trading", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const paper = yield* doctor(path, {})
      expect(paper.results).toEqual(["settings: ok", "database: ok", "disk: ok", "account: warn"])
      expect((yield* doctor(path, { features: live })).results.at(-1)).toBe("account: fail")
      expect((yield* doctor(path, { betfair: { username: "ann" } })).findings.slice(-3)).toMatchObject([
        { check: "account", found: "betfair.app_key is not set" },
        { check: "account", found: "betfair.password is not set" },
        { check: "account", found: expect.stringContaining("betfair.cert_file is not set") }
      ])
    })
  )

  it.live("finds settings that are wrong, unwise, or halt the bot", () =>
    Effect.gen(function* () {
      const path = yield* folder
      expect((yield* doctor(path, { trading: { bankroll: -1 } })).results).toEqual(["settings: fail"])
      const haltFile = write(join(path, "HALT"), "")
      const { results } = yield* doctor(path, {
        bot: { halt_file: haltFile },
        trading: { max_liability_per_bet: 500 }
      })
      expect(results.slice(0, 2)).toEqual(["limits: warn", "halt file: warn"])
    })
  )

  it.live("says that a server does not answer", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const database = { url: "postgres://nobody:x@localhost:1/none", connect_timeout_seconds: 1 }
      const { findings } = yield* doctor(path, { database })
      expect(findings.filter(({ check }) => check === "database")).toMatchObject([{ result: "fail" }])
    })
  )
})

const marketsOf = (isMarketDataDelayed: boolean) =>
  Layer.mock(BettingApi, {
    listMarketCatalogue: () => Effect.succeed([{ marketId: "1.1" }] as never),
    listMarketBook: () => Effect.succeed([{ marketId: "1.1", isMarketDataDelayed }] as never)
  })

const result = (isDelayed: boolean, isLive: boolean) =>
  Effect.map(Effect.provide(ExchangeCheck.keyKind(isLive), marketsOf(isDelayed)), ({ result }) => result)

describe("ExchangeCheck.keyKind", () => {
  it.effect("tells the delayed key, which is enough for paper trading only", () =>
    Effect.gen(function* () {
      expect([yield* result(true, false), yield* result(true, true)]).toEqual(["warn", "fail"])
      expect([yield* result(false, false), yield* result(false, true)]).toEqual(["ok", "ok"])
    })
  )
})

/** From when until when a certificate is valid, epoch milliseconds. */
const validity = (found: (now: number) => Finding) => {
  const early = found(Date.parse("2000-01-01T00:00:00Z")).found
  expect(early).toMatch(/^it is not valid before /)
  const from = Date.parse(early.slice("it is not valid before ".length))
  return { from, until: Date.parse(found(from + 1000).found.slice("valid until ".length)) }
}

const pfxSettings = (path: string, pfx: Buffer, passphrase: string | null) => {
  const pfxFile = join(path, "c.p12")
  writeFileSync(pfxFile, pfx, { mode: 0o600 })
  return {
    certFile: null,
    keyFile: null,
    pfxFile,
    passphrase: passphrase === null ? null : Redacted.make(passphrase)
  }
}

describe("CertificateCheck.look", () => {
  it.effect("warns of a certificate that expires within thirty days, and fails one that has", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { client } = certificates
      const pem = {
        certFile: write(join(path, "c.pem"), client.certificatePem),
        keyFile: write(join(path, "k.pem"), client.keyPem),
        pfxFile: null,
        passphrase: null
      }
      for (const settings of [pem, pfxSettings(path, Certificates.pkcs12(client, "secret"), "secret")]) {
        const at = (now: number) => CertificateCheck.look(settings, now)[0]!
        const { until } = validity(at)
        expect(at(until - 40 * 86_400_000).result).toBe("ok")
        expect(at(until - 10 * 86_400_000)).toMatchObject({
          result: "warn",
          found: expect.stringMatching(/in \d+ days/)
        })
        expect(at(until + 2 * 86_400_000)).toMatchObject({
          result: "fail",
          found: expect.stringMatching(/^it expired/)
        })
      }
    })
  )

  it.effect("says which passphrase is wrong, and which file is no certificate", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const container = Certificates.pkcs12(certificates.client, "secret")
      const found = (pfx: Buffer, passphrase: string | null) =>
        CertificateCheck.look(pfxSettings(path, pfx, passphrase), Date.now()).map(({ found, result, todo }) =>
          [result, found.replace(path, ""), todo].join(": ")
        )
      expect(found(container, "wrong")).toEqual([
        "fail: the passphrase does not open /c.p12: correct betfair.passphrase"
      ])
      expect(found(container, null)).toEqual(["fail: /c.p12 has a passphrase: set betfair.passphrase"])
      expect(found(Buffer.from("no container"), "secret")).toMatchObject([
        expect.stringMatching(
          /^fail: \/c\.p12 cannot be opened: .*must be a PKCS#12 file with a certificate and its key$/
        )
      ])
      expect(found(container, "secret")).toMatchObject([
        expect.stringMatching(/^ok: valid until /),
        expect.stringMatching(/^ok: .* has mode 600/)
      ])
    })
  )
})

/** `doctor`: looks at everything a bot needs before it is needed, and says what to do about what is not well. */
import { Clock, Console, Effect, Option, Result } from "effect"
import { Command } from "effect/cli"
import * as fs from "node:fs"
import { type Finding, fail, warn } from "../app/Finding.ts"
import type { SettingsValue } from "../config/Settings.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import { Ended, failed } from "./Exit.ts"
import { ConfigFile, json, printJson } from "./Options.ts"

const hasAccount = ({ appKey, certFile, keyFile, password, pfxFile, username }: SettingsValue["betfair"]): boolean =>
  [appKey, certFile, keyFile, password, pfxFile, username].some((value) => value !== null)

const noAccount = ({ features }: SettingsValue): Finding => {
  const found = "no account at Betfair is set: paper trading works, live trading and real prices do not"
  const todo =
    "set app_key, username, password, cert_file and key_file in the betfair section, or run clever-better init"
  return features.liveTradingEnabled ? fail("account", found, todo) : warn("account", found, todo)
}

const look = Effect.fnUntraced(function* (file: Option.Option<string>, settings: SettingsValue) {
  const [CertificateCheck, ExchangeCheck, MachineCheck] = yield* Effect.promise(() =>
    Promise.all([
      import("../app/CertificateCheck.ts"),
      import("../app/ExchangeCheck.ts"),
      import("../app/MachineCheck.ts")
    ])
  )
  const text = Option.getOrNull(Option.map(file, (name) => ({ name, text: fs.readFileSync(name, "utf8") })))
  const machine = [
    ...MachineCheck.settings(settings, text),
    ...(yield* MachineCheck.database(settings)),
    ...MachineCheck.disk(settings)
  ]
  if (!hasAccount(settings.betfair)) return [...machine, noAccount(settings)]
  const certificate = CertificateCheck.look(settings.betfair, yield* Clock.currentTimeMillis)
  if (certificate.some(({ result }) => result === "fail")) {
    return [...machine, ...certificate, warn("login", "not tried", "see to the certificate first")]
  }
  return [...machine, ...certificate, ...(yield* ExchangeCheck.look(settings))]
})

const render = (findings: ReadonlyArray<Finding>): string => {
  const width = Math.max(...findings.map(({ check }) => check.length))
  return findings
    .flatMap(({ check, found, result, todo }) => [
      `${result.padEnd(5)}${check.padEnd(width + 2)}${found}`,
      ...(todo === null ? [] : [`${" ".repeat(width + 7)}to do: ${todo}`])
    ])
    .join("\n")
}

export const command = Command.make(
  "doctor",
  { json },
  Effect.fn(function* ({ json }) {
    const loaded = yield* Effect.result(SettingsLoader.load(yield* ConfigFile))
    const findings = Result.isFailure(loaded)
      ? [fail("settings", loaded.failure.message, "correct them; clever-better config check says the same")]
      : yield* look(loaded.success.file, loaded.success.settings)
    const isWell = findings.every(({ result }) => result !== "fail")
    yield* json ? printJson({ well: isWell, findings }) : Console.log(render(findings))
    if (!isWell) return yield* new Ended({ code: failed })
  })
).pipe(Command.withDescription("Look at everything the bot needs, and say what to do about what is not well"))

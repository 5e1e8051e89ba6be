/** What the bot stands on besides the exchange: the database and its lock, the disk, and settings that are allowed but unwise. */
import * as fs from "node:fs"
import { dirname, resolve } from "node:path"
import { Duration, Effect, Layer } from "effect"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import * as Money from "../domain/Money.ts"
import * as Database from "../persistence/Database.ts"
import { InstanceLock } from "../persistence/InstanceLock.ts"
import * as Migrations from "../persistence/Migrations.ts"
import { type Finding, fail, ok, warn } from "./Finding.ts"

/** Nobody who asks how things stand wants to wait as long as a bot that starts with its server. */
const patience = Duration.seconds(10)

const reachable = ({ directory, url }: SettingsValue["database"]): string => {
  if (url === null) return `the embedded database in ${directory} opens`
  const { database, host, port } = Database.addressOf(url)
  return `PostgreSQL at ${host}:${port}, database ${database}, answers`
}

const migrations = Effect.map(Migrations.status, (all): Finding => {
  const pending = all.filter(({ state }) => state === "pending").length
  const odd = all.filter(({ state }) => state !== "pending" && state !== "applied")
  if (odd.length > 0) {
    const names = odd.map(({ name, state }) => `${name}: ${state}`).join(", ")
    return fail("migrations", names, "run the version of the program that the database belongs to")
  }
  return ok("migrations", pending === 0 ? "all are applied" : `${pending} are applied at the next start`)
})

const lock = (mode: "live" | "paper") =>
  Effect.match(Effect.scoped(Layer.build(InstanceLock.layer(mode))), {
    onSuccess: (): Finding => ok("lock", `no ${mode} bot runs on the database`),
    onFailure: ({ message }): Finding => warn("lock", message, "nothing, if that bot is meant to run")
  })

/** Opens the database, which an embedded one that a bot works on does not allow. */
export const database = (settings: SettingsValue): Effect.Effect<ReadonlyArray<Finding>> => {
  const brief = {
    ...settings,
    database: {
      ...settings.database,
      connectTimeoutSeconds: Duration.min(settings.database.connectTimeoutSeconds, patience)
    }
  }
  const mode = settings.features.liveTradingEnabled ? "live" : "paper"
  const { directory, url } = settings.database
  if (url === null && !fs.existsSync(directory)) {
    return Effect.succeed([ok("database", `none yet: the first start makes it in ${directory}`)])
  }
  return Effect.gen(function* () {
    return [ok("database", reachable(settings.database)), yield* migrations, yield* lock(mode)]
  }).pipe(
    Effect.provide(Layer.fresh(Database.layer)),
    Effect.provideService(Settings, brief),
    Effect.catch((error): Effect.Effect<ReadonlyArray<Finding>> =>
      Effect.succeed([
        error._tag === "DatabaseLocked"
          ? warn(
              "database",
              `process ${error.pid ?? "(unknown)"} works on ${directory}`,
              "nothing, if that is your bot"
            )
          : fail("database", error.message, "correct the database section, or start the server")
      ])
    )
  )
}

const nearest = (path: string): string => (fs.existsSync(path) ? path : nearest(dirname(path)))

const enough = 1e9
const tooLittle = 1e8

/** Room where the embedded database lies; what it needs is little, but a full disk stops the bot. */
export const disk = ({ database }: SettingsValue): ReadonlyArray<Finding> => {
  if (database.url !== null) return []
  const place = nearest(resolve(database.directory))
  const { bavail, bsize } = fs.statfsSync(place)
  const free = bavail * bsize
  const said = `${(free / 1e9).toFixed(1)} GB free at ${place}`
  if (free < tooLittle) return [fail("disk", said, "make room: a full disk stops the bot")]
  return [free < enough ? warn("disk", said, "make room before it is full") : ok("disk", said)]
}

/** @param file the settings file and its text, if there is one */
export const settings = (
  { bot, guards, trading }: SettingsValue,
  file: { readonly name: string; readonly text: string } | null
): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  if (trading.maxLiabilityPerBet > guards.hardCapPerBet || trading.maxStakePerBet > guards.hardCapPerBet) {
    const cap = Money.format(guards.hardCapPerBet)
    findings.push(
      warn(
        "limits",
        `a limit per bet is above guards.hard_cap_per_bet (${cap}), which wins`,
        "raise the cap, or lower the limit"
      )
    )
  }
  if (fs.existsSync(bot.haltFile)) {
    findings.push(warn("halt file", `${bot.haltFile} is there: the bot halts`, `remove it, then clever-better resume`))
  }
  if (file !== null && /^\s*(password|passphrase):\s*(?!null\b|~|["']?\$\{)\S/m.test(file.text)) {
    findings.push(warn("secrets", `a password stands in ${file.name}`, "write ${BETFAIR_PASSWORD} in its place"))
  }
  return findings.length > 0 ? findings : [ok("settings", file === null ? "all defaults" : `${file.name} is fine`)]
}

/**
 * What a drill stands on: a folder, a sandbox in this process whose book is kept, settings for the bot, and the bot's
 * processes one after the other in it. The folder is left behind when something is wrong.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, type Scope } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Yaml from "yaml"
import type { Bet } from "../../src/domain/Bet.ts"
import * as CertificateStore from "../../src/sandbox/server/CertificateStore.ts"
import * as Sandbox from "../../src/sandbox/server/Sandbox.ts"
import * as EmptyDatabase from "../builders/EmptyDatabase.ts"
import { betsIn } from "../e2e/Kept.ts"
import * as BotProcess from "./BotProcess.ts"
import { databaseDirectory, haltFile, type DrillLimits, settingsFor } from "./DrillSettings.ts"
import { accountOf, type ExchangeAccount } from "./ExchangeBets.ts"

export interface GroundOptions extends DrillLimits {
  /** Of the races, and of all that is left to chance. */
  readonly seed: number
  readonly raceIntervalSeconds: number
  readonly say: (line: string) => void
}

const username = "drill"
const balancePence = 10_000_000

export const make = Effect.fnUntraced(function* (options: GroundOptions) {
  const folder = mkdtempSync(join(tmpdir(), "clever-better-drill-"))
  let isKept = true
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      if (!isKept) rmSync(folder, { recursive: true, force: true })
    })
  )
  const certificates = yield* CertificateStore.load(join(folder, "certificates"))
  const sandbox = yield* Sandbox.start({
    certificates,
    accounts: [{ username, password: "drill", balancePence }],
    seed: options.seed,
    raceIntervalMs: options.raceIntervalSeconds * 1000,
    data: join(folder, "book")
  })
  writeFileSync(join(folder, "settings.yaml"), Yaml.stringify(settingsFor(sandbox, certificates, options)))
  yield* Effect.promise(() => EmptyDatabase.layAt(join(folder, databaseDirectory)))
  const tally = new BotProcess.LogTally()
  let processes = 0
  const start = Effect.suspend(() => BotProcess.start(folder, join(folder, `bot-${++processes}.log`), tally))

  return {
    folder,
    sandbox,
    tally,
    say: options.say,
    start,
    firstStart: Effect.scoped(
      Effect.gen(function* () {
        const bot = yield* start
        yield* Effect.promise(() => bot.started)
        bot.kill("SIGTERM")
        yield* Effect.promise(() => bot.ended)
      })
    ),
    halt: Effect.sync(() => writeFileSync(join(folder, haltFile), "the drill is over")),
    /** The bot's rows, while it does not run. */
    rows: Effect.orDie(betsIn({ directory: join(folder, databaseDirectory) }, "live")),
    account: Effect.gen(function* () {
      const orders = yield* sandbox.truth.orders(username)
      const statement = yield* sandbox.truth.statement(username)
      return accountOf(orders, statement, yield* sandbox.truth.funds(username))
    }),
    /** Pounds that the account can lose at worst. */
    exposure: Effect.map(sandbox.truth.funds(username), ({ exposure }) => -exposure),
    expireSession: sandbox.expireSessions(username),
    leaveNothing: Effect.sync(() => void (isKept = false))
  } satisfies Ground
})

export interface Ground {
  readonly folder: string
  readonly sandbox: Sandbox.Sandbox
  readonly tally: BotProcess.LogTally
  readonly say: (line: string) => void
  /** The next process of the bot, for the time of the scope. */
  readonly start: Effect.Effect<BotProcess.BotProcess, never, Scope.Scope>
  /** Makes the tables and keeps compiled code, so that later starts are quick. */
  readonly firstStart: Effect.Effect<void>
  /** From now on nothing is placed, and what is unmatched is cancelled. */
  readonly halt: Effect.Effect<void>
  readonly rows: Effect.Effect<ReadonlyArray<Bet>>
  readonly account: Effect.Effect<ExchangeAccount>
  readonly exposure: Effect.Effect<number>
  readonly expireSession: Effect.Effect<number>
  /** The folder goes with the scope. */
  readonly leaveNothing: Effect.Effect<void>
}

/** What everything here needs of the platform. */
export const services = NodeServices.layer

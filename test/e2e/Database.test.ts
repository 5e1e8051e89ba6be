/**
 * The bot and a PostgreSQL server that is late, absent, taken, or goes away in the middle. Needs a server: TEST_DATABASE_URL.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { freshSchema, proxyTo, serverUrl } from "../persistence/TestDatabase.ts"
import { at, betsIn, countIn } from "./Kept.ts"
import { type LogLine, type Program, says, workplace } from "./Program.ts"
import { favouriteModule, favouriteSettings } from "./Race.ts"

const folder = workplace()

/** A bot that sends a bet on each of some markets each second, with limits that never bind. */
const busy = (url: Redacted.Redacted, database: object = {}) => {
  folder.write("favourite.ts", favouriteModule)
  folder.settings({
    ...favouriteSettings,
    trading: {
      strategy_evaluation_interval: 1,
      min_time_to_start_seconds: 120,
      bankroll: 1_000_000,
      max_concurrent_bets: 100_000,
      max_exposure: 1_000_000,
      max_market_exposure: 1_000_000,
      max_selection_exposure: 1_000_000,
      max_strategy_exposure: 1_000_000
    },
    bot: { on_shutdown: "keep" },
    feed: { race_interval_seconds: 120 },
    markets: { market_types: ["WIN"] },
    odds: { interval_seconds: 1, flush_interval_seconds: 1 },
    strategies: {
      modules: ["./favourite.ts"],
      active: [{ id: "favourite", kind: "favourite", parameters: { every_seconds: 1 } }]
    },
    database: { url: Redacted.value(url), ...database }
  })
  return folder.start("run", "--config", "settings.yaml")
}

const isSent = says("Bet sent to the simulated venue")
const isLost = says("The database does not answer; nothing is placed until it does")
const isBack = says("The database answers again")
const timeOf = ({ timestamp }: LogLine) => Date.parse(String(timestamp))

const until = (bot: Program, wanted: (line: LogLine) => boolean) => Effect.promise(() => bot.until(wanted))
const ended = (bot: Program) => Effect.promise(() => bot.ended)

const stop = (bot: Program) => {
  bot.kill("SIGTERM")
  return ended(bot)
}

describe.skipIf(serverUrl === undefined)("clever-better run on a PostgreSQL server", () => {
  it.live("pauses while the server is away, goes on by itself, and has lost and doubled nothing", () =>
    Effect.gen(function* () {
      const schema = yield* freshSchema
      const proxy = yield* proxyTo(schema)
      const bot = busy(proxy.url)
      const first = yield* until(bot, isSent)
      yield* until(bot, (line) => isSent(line) && timeOf(line) > timeOf(first) + 2000)

      yield* proxy.cut
      const lost = yield* until(bot, isLost)
      const answers = Effect.promise(() => bot.until((line) => isBack(line)))
      // The feed goes on: strategies still ask, and loops that write are tried again and again.
      yield* until(bot, (line) => says("A loop failed")(line) && timeOf(line) > timeOf(lost) + 3000)
      yield* proxy.mend
      const back = yield* answers
      const resumed = yield* until(bot, (line) => isSent(line) && timeOf(line) > timeOf(back))
      yield* until(bot, (line) => isSent(line) && timeOf(line) > timeOf(resumed) + 2000)
      const { code } = yield* stop(bot)
      expect(code).toBe(0)

      const sent = bot.logs().filter(isSent)
      expect(sent.filter((line) => timeOf(line) > timeOf(lost) && timeOf(line) < timeOf(back))).toEqual([])

      const database = at(schema)
      const bets = yield* betsIn(database, "paper")
      const byId = new Map(bets.map((bet) => [bet.id as string, bet]))
      expect(sent.filter(({ bet_id }) => !byId.has(String(bet_id)))).toEqual([])
      const kinds = bets.map(({ marketId, selectionId, slot }) => `${marketId} ${selectionId} ${slot}`)
      expect(new Set(kinds).size).toBe(kinds.length)
      const acknowledged = sent.filter((line) => timeOf(line) < timeOf(resumed) + 1000)
      for (const { bet_id } of acknowledged) {
        expect(["placed", "partially_matched", "matched"]).toContain(byId.get(String(bet_id))?.status)
      }

      const away = `at BETWEEN '${new Date(timeOf(lost)).toISOString()}' AND '${new Date(timeOf(back)).toISOString()}'`
      expect(yield* countIn(database, "decisions", `reason = 'database_unavailable' AND ${away}`)).toBeGreaterThan(0)
      expect(yield* countIn(database, "odds_snapshots", away)).toBeGreaterThan(0)
    })
  )

  it.live("waits for a server that comes up late", () =>
    Effect.gen(function* () {
      const proxy = yield* proxyTo(yield* freshSchema)
      yield* proxy.cut
      const bot = busy(proxy.url)
      yield* Effect.sleep("3 seconds")
      expect(bot.logs()).toEqual([])
      yield* proxy.mend
      yield* until(bot, says("Started in paper mode"))
      expect((yield* stop(bot)).code).toBe(0)
    })
  )

  it.live("says where no server answered, within the time it may wait", () =>
    Effect.gen(function* () {
      const proxy = yield* proxyTo(yield* freshSchema)
      yield* proxy.cut
      const { host, hostname, pathname, port } = new URL(Redacted.value(proxy.url))
      expect(host).toBe(`${hostname}:${port}`)
      const { code, stderr, stdout } = yield* ended(busy(proxy.url, { connect_timeout_seconds: 1 }))
      expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
      expect(stderr).toMatch(/^.*\n$/)
      expect(stderr).toContain(`no connection to PostgreSQL at ${host}, database ${pathname.slice(1)}: `)
    })
  )

  it.live("is refused while another bot works on the same server", () =>
    Effect.gen(function* () {
      const schema = yield* freshSchema
      const bot = busy(schema)
      yield* until(bot, says("Started in paper mode"))
      const { code, stderr, stdout } = yield* ended(busy(schema))
      expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
      expect(stderr).toMatch(/^another bot trades in paper mode on .*; stop it first\n$/)
      yield* until(bot, isSent)
      expect((yield* stop(bot)).code).toBe(0)
    })
  )
})

/** `run` as a process: a recording traded to its end, two bots on one database, being stopped, and being killed. */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import type { Bet } from "../../src/domain/Bet.ts"
import { betsIn, countIn } from "./Kept.ts"
import { type LogLine, says, workplace } from "./Program.ts"
import { favouriteModule, favouriteSettings, recordedRace } from "./Race.ts"

const folder = workplace()

/** Settings whose bot bets on generated races within a second or two, and keeps its bets when it stops. */
const eager = {
  ...favouriteSettings,
  trading: { strategy_evaluation_interval: 0.5, min_time_to_start_seconds: 0 },
  bot: { on_shutdown: "keep" }
}

const withFavourite = async (settings: object) => {
  await folder.database()
  folder.settings(settings)
  folder.write("favourite.ts", favouriteModule)
}

const isSent = says("Bet sent to the simulated venue")
const timeOf = ({ timestamp }: LogLine) => Date.parse(String(timestamp))
const isAcknowledged = ({ status }: Bet) =>
  status === "placed" || status === "partially_matched" || status === "matched"

const configured = ["--config", "settings.yaml"]

describe("clever-better run --feed recorded", () => {
  it("trades a recording on paper to its end, and keeps bets and settlements", async () => {
    folder.settings(favouriteSettings)
    folder.write("favourite.ts", favouriteModule)
    folder.write("race", recordedRace())
    const { code, stderr, stdout } = await folder.run(
      "run",
      "--feed",
      "recorded",
      "race",
      "--speed",
      "20",
      ...configured
    )
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toMatch(/^Clever Better +REPLAY/)
    expect(stderr).toContain("Stopped (the feed has ended) with 0 bets open")
    const database = { directory: folder.path(".clever-better/database") }
    const bets = await Effect.runPromise(betsIn(database, "replay"))
    expect(bets.map(({ status }) => status)).toEqual(["settled", "settled"])
    for (const { fills, settlement } of bets) {
      expect(fills.length).toBeGreaterThan(0)
      expect(settlement?.profit).not.toBe(0)
    }
    expect(await Effect.runPromise(countIn(database, "races", "status = 'CLOSED'"))).toBe(2)
  })

  it("refuses to play nothing", async () => {
    expect(await folder.run("run", "--feed", "recorded")).toEqual({
      code: 2,
      stdout: "",
      stderr: "recorded prices need files: `run --feed recorded FILE…`, or feed.files in the settings\n"
    })
  })

  it("says which file is not there", async () => {
    const { code, stderr, stdout } = await folder.run("run", "--feed", "recorded", "no-such-race")
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(/^there are no prices to play: no-such-race: .*no such file.*\n$/)
  })

  it("plays what there is of several files, and tells at the end of what is missing", async () => {
    folder.write("race", recordedRace())
    const { code, stderr } = await folder.run("run", "--feed", "recorded", "race", "no-such-race", "--speed", "5000")
    expect(code).toBe(1)
    expect(stderr).toContain("the feed has ended")
    expect(stderr).toMatch(/\nno-such-race: .*no such file.*\n$/)
  })
})

describe("clever-better run", () => {
  it("is refused while another bot works on the same directory, and leaves that one alone", async () => {
    await withFavourite(eager)
    const first = folder.start("run", ...configured)
    await first.until(says("Started in paper mode"))
    const { code, stderr, stdout } = await folder.run("run", ...configured)
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
    expect(stderr.trimEnd().split("\n")).toEqual([
      expect.stringContaining(`the database in .clever-better/database is in use by process ${first.pid}`)
    ])
    await first.until(isSent)
  })

  it("stops in order on SIGTERM", async () => {
    await withFavourite({ ...eager, bot: { on_shutdown: "cancel", shutdown_timeout_seconds: 2 } })
    const bot = folder.start("run", ...configured)
    await bot.until(isSent)
    bot.kill("SIGTERM")
    const { code, stdout } = await bot.ended
    expect({ code, error: bot.logs().filter(({ level }) => level === "ERROR") }).toEqual({ code: 0, error: [] })
    expect(stdout).toMatch(/^Clever Better +PAPER/)
    expect(bot.logs().at(-1)).toMatchObject({
      reason: "as told",
      message: expect.stringMatching(/^Stopped \(as told\)/)
    })
  })

  it("takes up its open bets after it was killed", async () => {
    await withFavourite({
      ...eager,
      feed: { race_interval_seconds: 120 },
      markets: { market_types: ["WIN"] },
      trading: { ...eager.trading, min_time_to_start_seconds: 120, max_concurrent_bets: 1000 },
      strategies: {
        modules: ["./favourite.ts"],
        active: [{ id: "favourite", kind: "favourite", parameters: { every_seconds: 1 } }]
      }
    })
    const killed = folder.start("run", ...configured)
    const first = await killed.until(isSent)
    // Whatever was sent three seconds before has been answered long since.
    await killed.until((line) => isSent(line) && timeOf(line) > timeOf(first) + 3000)
    killed.kill("SIGKILL")
    await killed.ended
    const database = { directory: folder.path(".clever-better/database") }
    const before = await Effect.runPromise(betsIn(database, "paper"))
    const rows = new Set<unknown>(before.map(({ id }) => id))
    expect(killed.logs().filter((line) => isSent(line) && !rows.has(line["bet_id"]))).toEqual([])
    const open = before.filter(isAcknowledged)
    expect(open.length).toBeGreaterThan(0)

    const again = folder.start("run", ...configured)
    const { message } = await again.until(says("paper active"))
    expect(Number(/(\d+) open bets/.exec(message)?.[1])).toBeGreaterThanOrEqual(open.length)
    again.kill("SIGTERM")
    expect((await again.ended).code).toBe(0)
    const after = await Effect.runPromise(betsIn(database, "paper"))
    const still = new Set(after.filter(isAcknowledged).map(({ id }) => id))
    expect(open.filter(({ id }) => !still.has(id))).toEqual([])
    const unanswered = new Set(before.filter(({ status }) => status === "pending").map(({ id }) => id))
    for (const { id, note, status } of after) {
      if (unanswered.has(id)) expect({ note, status }).toEqual({ note: "NOT_SENT", status: "rejected" })
    }
  })

  it("does not trade live without everything that needs", async () => {
    const { code, stderr, stdout } = await folder.run("run", "--live")
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
    expect(stderr).toMatch(/^live trading is refused:\n  features.live_trading_enabled is false\n/)
  })

  it("does not start on settings that are wrong", async () => {
    folder.settings({ trading: { max_stake_per_bet: -1 } })
    expect(await folder.run("run", ...configured)).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "settings.yaml:2: trading.max_stake_per_bet: found -1, " +
        "expected an amount from 0 to 1000000 with at most two decimals\n"
    })
  })
})

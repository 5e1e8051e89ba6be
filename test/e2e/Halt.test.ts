/** A bot that is told to stop betting while it bets: by a command, the halt file and a signal; and what it does after a restart. */
import { describe, expect, it } from "vitest"
import { type LogLine, says, workplace } from "./Program.ts"
import { favouriteModule, favouriteSettings } from "./Race.ts"

const folder = workplace()

const configured = ["--config", "settings.yaml"]

const becomes =
  (state: string) =>
  (line: LogLine): boolean =>
    line.message === "Trading state" && line["new_state"] === state

const isSent = says("Bet sent to the simulated venue")

/** A bet's id begins with the time of its intent: one that was being committed when the halt came is still sent on paper. */
const intendedAt = (line: LogLine) => Number.parseInt(String(line["bet_id"]).replace("-", "").slice(0, 12), 16)

const eager = async () => {
  await folder.database()
  folder.settings({
    ...favouriteSettings,
    bot: { on_shutdown: "keep" },
    trading: { strategy_evaluation_interval: 0.5, min_time_to_start_seconds: 0, max_concurrent_bets: 1000 },
    strategies: {
      modules: ["./favourite.ts"],
      active: [{ id: "favourite", kind: "favourite", parameters: { every_seconds: 1 } }]
    }
  })
  folder.write("favourite.ts", favouriteModule)
}

describe("a running bot", () => {
  it("halts on SIGUSR2 and stays up, bets no more, and is halted after a restart until it is resumed", async () => {
    await eager()
    const bot = folder.start("run", ...configured)
    await bot.until(isSent)
    bot.kill("SIGUSR2")
    expect(await bot.until(becomes("Halted"))).toMatchObject({ reason: "the process was sent SIGUSR2", by: "signal" })
    bot.kill("SIGTERM")
    const { code } = await bot.ended
    expect(code).toBe(0)
    const haltedAt = Date.parse(String(bot.logs().find(becomes("Halted"))?.["timestamp"]))
    expect(bot.logs().filter((line) => isSent(line) && intendedAt(line) > haltedAt)).toEqual([])

    const asked = folder.run("resume", "--reason", "all is well", "--json", ...configured)
    const again = folder.start("run", ...configured)
    expect(await again.until(says("Trading state"))).toMatchObject({ old_state: "Halted", new_state: "Active" })
    expect(JSON.parse((await asked).stdout)).toMatchObject({ action: "resume", mode: "paper", reason: "all is well" })
    await again.until(isSent)
  })

  it("does what a command asks, and halts on the halt file", async () => {
    await eager()
    const bot = folder.start("run", ...configured)
    await bot.until(isSent)
    // What it says depends on how soon the bot looks: test/cli/ControlCommand.test.ts.
    expect(await folder.run("pause", "--reason", "lunch", ...configured)).toMatchObject({ code: 0, stderr: "" })
    expect(await bot.until(becomes("Paused"))).toMatchObject({ reason: "lunch" })
    folder.write(".clever-better/HALT", "strange prices")
    expect(await bot.until(becomes("Halted"))).toMatchObject({
      reason: "the halt file .clever-better/HALT is there: strange prices"
    })
  })
})

describe("a command to a bot that does not run", () => {
  it("waits, and says so", async () => {
    const { code, stderr, stdout } = await folder.run("halt")
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toBe(
      "no paper bot answered within 5 s: the request waits, and is carried out before the next one trades\n"
    )
  })
})

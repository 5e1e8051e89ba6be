/** Commands beside a bot, in processes of their own: over HTTP while it runs, from its database when it does not. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { says, workplace } from "./Program.ts"
import { favouriteModule, favouriteSettings } from "./Race.ts"

const folder = workplace()

const configured = ["--config", "settings.yaml"]

const run = async (...argv: ReadonlyArray<string>) => folder.run(...argv, ...configured)

const json = async (...argv: ReadonlyArray<string>) => JSON.parse((await run(...argv, "--json")).stdout)

const ids = (answer: { bets: ReadonlyArray<{ id: string }> }) => answer.bets.map(({ id }) => id)

describe("commands beside a bot", () => {
  it("tell and do the same whether it runs or not", async () => {
    await folder.database()
    folder.settings({
      ...favouriteSettings,
      http: { port: 0 },
      bot: { on_shutdown: "keep" },
      trading: { strategy_evaluation_interval: 0.5, min_time_to_start_seconds: 0 }
    })
    folder.write("favourite.ts", favouriteModule)
    const bot = folder.start("run", ...configured)
    await bot.until(says("Bet sent to the simulated venue"))

    expect(await json("status")).toMatchObject({ running: true, mode: "paper", trading: { status: "Active" } })
    expect(await json("pause", "--reason", "lunch")).toMatchObject({
      carriedOut: true,
      text: expect.stringMatching(/^trading is paused: lunch/)
    })
    expect(await json("status")).toMatchObject({ trading: { status: "Paused", reason: "lunch" } })
    expect(await run("cancel", "--all")).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") })
    expect(await run("cancel", "--all", "--yes")).toMatchObject({ code: 0 })
    expect(await run("reconcile")).toMatchObject({ code: 1, stderr: expect.stringContaining("paper orders") })
    expect(await run("strategies", "disable", "favourite")).toMatchObject({
      code: 0,
      stdout: "favourite is switched off\n"
    })
    expect(await json("strategies", "list")).toMatchObject({
      strategies: [{ id: "favourite", active: false, trading: false }]
    })

    const old = JSON.parse(readFileSync(folder.path(".clever-better/http/tokens.json"), "utf8"))
    const made = await json("tokens", "replace", "--yes")
    expect(made).toEqual({
      read: expect.stringMatching(/^cb_read_/),
      control: expect.stringMatching(/^cb_control_/),
      takenBy: ["paper"]
    })
    expect([made.read, made.control]).not.toEqual([old.read, old.control])

    const running = await json("bets", "list")
    const { marketId } = running.bets[0]
    const explained = await json("explain", marketId)
    expect(explained.runners.flatMap(({ bets }: { bets: ReadonlyArray<unknown> }) => bets).length).toBeGreaterThan(0)
    bot.kill("SIGTERM")
    const { code, stdout } = await bot.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/ {2}http {7}http:\/\/127\.0\.0\.1:\d+\n/)
    expect(stdout).toMatch(/ {2}to control {2}cb_control_[\w-]{43}\n/)

    expect(await run("status")).toMatchObject({ code: 1 })
    const stopped = await json("bets", "list")
    expect(ids(stopped)).toEqual(expect.arrayContaining(ids(running)))
    const lines = (await run("bets", "export", "--csv")).stdout.trimEnd().split("\n")
    expect(lines[0]).toMatch(/^id,mode,status,/)
    expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(ids(stopped).toReversed())
    expect(ids({ bets: await json("bets", "export") })).toEqual(ids(stopped).toReversed())
    expect(await json("pnl", "--by", "track")).toMatchObject({ by: "track", total: { bets: expect.any(Number) } })
    expect(await run("strategies", "enable", "favourite")).toMatchObject({
      code: 0,
      stdout: "changed in the database; it counts from the next start of a bot\n"
    })
    expect(await run("strategies", "enable", "nobody")).toMatchObject({ code: 2 })
    expect(await run("pnl", "--from", "2026-02-30")).toMatchObject({
      code: 2,
      stderr: "--from: found 2026-02-30, expected a day such as 2026-03-29\n"
    })
    expect(await run("explain", "nowhere")).toMatchObject({ code: 1, stderr: expect.stringContaining("no race") })
  })
})

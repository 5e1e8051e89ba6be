/** `replay` as a process: its report, its options, and what it makes of files that are not as they should be. */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import type { ReplayReport } from "../../src/bot/ReplayReport.ts"
import { bzip2Of2400 } from "../market/recording/Packed.ts"
import { betsIn } from "./Kept.ts"
import { workplace } from "./Program.ts"
import { favouriteModule, favouriteSettings, recordedRace } from "./Race.ts"

const folder = workplace()

const withRace = () => {
  folder.settings(favouriteSettings)
  folder.write("favourite.ts", favouriteModule)
  folder.write("race", recordedRace())
}

/** The report of a replay that ends with this exit code. */
const replay = async (options: ReadonlyArray<string>, expected = 0): Promise<ReplayReport> => {
  const { code, stderr, stdout } = await folder.run("replay", "--json", "--config", "settings.yaml", ...options)
  expect({ code, stderr }).toEqual({ code: expected, stderr: "" })
  return JSON.parse(stdout) as ReplayReport
}

const withoutTimes = (report: ReplayReport) => ({ ...report, wallSeconds: 0, updatesPerSecond: 0 })

const noBets = { placed: 0, matched: 0, settled: 0, cancelled: 0, lapsed: 0, voided: 0, rejected: 0, unknown: 0 }

describe("clever-better replay", () => {
  it("trades a user's own strategy and reports all there is to know, the same each time", async () => {
    withRace()
    const report = await replay(["race"])
    const net = report.strategies[0]!.net
    expect(report).toEqual({
      mode: "replay",
      profile: "default",
      recordings: ["race"],
      markets: 2,
      updates: expect.any(Number),
      wallSeconds: expect.any(Number),
      updatesPerSecond: expect.any(Number),
      bets: { ...noBets, placed: 2, matched: 2, settled: 2 },
      denied: {},
      stakeMatched: 4,
      profit: expect.any(Number),
      commission: expect.any(Number),
      net,
      breaker: { state: "CLOSED", trips: 0 },
      strategies: [
        {
          name: "favourite",
          bets: 2,
          wins: expect.any(Number),
          losses: expect.any(Number),
          net,
          roi: Math.round((net / 4) * 10_000) / 10_000
        }
      ],
      skipped: []
    })
    expect(report.updates).toBeGreaterThan(100)
    expect(report.profit - report.commission).toBeCloseTo(net, 9)
    expect(withoutTimes(await replay(["race"]))).toEqual(withoutTimes(report))
  })

  it("says the same in words", async () => {
    withRace()
    const { code, stdout } = await folder.run("replay", "race", "--config", "settings.yaml")
    expect(code).toBe(0)
    expect(stdout).toMatch(/^1 recordings, 2 markets, \d+ updates in [\d.]+ s/)
    expect(stdout).toContain("\nBets: 2 placed, 2 matched, 2 settled\n")
    expect(stdout).toMatch(/\n {2}favourite +2 settled bets, /)
  })

  it("takes a strategy, its parameters and matching rules from the command line", async () => {
    withRace()
    const { profile, stakeMatched, strategies } = await replay([
      "race",
      "--strategy",
      "favourite",
      "--param",
      "stake=3",
      "--profile",
      "flumine"
    ])
    expect({ profile, stakeMatched }).toEqual({ profile: "flumine", stakeMatched: 6 })
    expect(strategies.map(({ bets, name }) => [name, bets])).toEqual([["favourite", 2]])
  })

  it("comes to the same when it is kept, once and again, each run by itself", async () => {
    withRace()
    await folder.database()
    const inMemory = withoutTimes(await replay(["race"]))
    expect(withoutTimes(await replay(["race", "--persist"]))).toEqual(inMemory)
    expect(withoutTimes(await replay(["race", "--persist"]))).toEqual(inMemory)
    const kept = await Effect.runPromise(betsIn({ directory: folder.path(".clever-better/database") }, "replay"))
    expect(kept.map(({ status }) => status)).toEqual(["settled", "settled", "settled", "settled"])
  })

  it("uses what there is of a file that was cut, and says so", async () => {
    withRace()
    folder.write("cut.bz2", bzip2Of2400.subarray(0, bzip2Of2400.length - 500))
    const { recordings, skipped, updates } = await replay(["cut.bz2"], 1)
    expect(recordings).toEqual(["cut.bz2"])
    expect(skipped).toContainEqual(
      expect.objectContaining({ file: "cut.bz2", problem: "TRUNCATED", message: expect.any(String) })
    )
    expect(updates).toBeGreaterThan(1000)
    expect(updates).toBeLessThan(2400)
  })

  it("plays the other files when one is not there", async () => {
    withRace()
    const { bets, recordings, skipped } = await replay(["race", "no-such-race"], 1)
    expect({ placed: bets.placed, recordings }).toEqual({ placed: 2, recordings: ["race"] })
    expect(skipped).toEqual([
      {
        file: "no-such-race",
        line: null,
        problem: "UNREADABLE",
        message: expect.stringContaining("no such file"),
        count: 1
      }
    ])
  })

  it.each([
    [
      "a strategy that does not exist",
      ["--strategy", "nonsense"],
      'strategy nonsense: kind: found "nonsense", expected one of simple_value, steam_follower, inplay_layer, model_value, favourite\n'
    ],
    [
      "a parameter that does not exist",
      ["--strategy", "favourite", "--param", "steak=3"],
      "strategy favourite (favourite): steak: found 3, expected one of stake, every_seconds\n"
    ],
    ["a parameter of no strategy", ["--param", "stake=3"], "--param needs --strategy: whose parameter is it?\n"]
  ])("refuses %s", async (_, options, stderr) => {
    withRace()
    expect(await folder.run("replay", "race", "--config", "settings.yaml", ...options)).toEqual({
      code: 2,
      stdout: "",
      stderr
    })
  })
})

/** Charts and tables over HTTP: they agree with each other and with what the bot did. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as RecentLogs from "../../src/monitoring/RecentLogs.ts"
import { backer } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { anOpenRace, noon, pass, tell } from "../bot/TestBot.ts"
import { type Site, withSite } from "./Bot.ts"

const often = "trading: { strategy_evaluation_interval: 1, time_zone: Europe/London }\nodds: { interval_seconds: 1 }\n"

/** Two races, of which the first is won and the second lost, a second apart. */
const twoRaces = Effect.gen(function* () {
  const races = []
  for (const [number, winner] of [
    [1, 1],
    [2, 2]
  ] as const) {
    const race = yield* anOpenRace({ number })
    yield* pass("3 seconds")
    yield* tell(race.closes(winner))
    yield* pass("1 second")
    races.push(race)
  }
  return races
})

const readsOf = ({ calls }: TestDatabase) => calls.filter((call) => call === "BetRepository.settledBetween").length

const json = (site: Site, path: string) => Effect.map(site.get(path), (answer) => answer.json())

describe("results over HTTP", () => {
  it.effect("are one story, told as a curve, by day and by strategy", () =>
    withSite(
      (site) =>
        Effect.gen(function* () {
          expect(yield* json(site, "/api/equity")).toMatchObject({ instants: 0, maxDrawdownPence: 0, points: [] })
          expect(yield* json(site, "/api/pnl/daily")).toMatchObject({ days: [] })
          yield* twoRaces
          const { total } = yield* json(site, "/api/pnl")
          expect(total).toMatchObject({ bets: 2, wins: 1, losses: 1, netPence: 180 })
          const equity = yield* json(site, "/api/equity")
          expect(equity).toMatchObject({
            mode: "paper",
            strategyId: null,
            instants: 2,
            maxDrawdownPence: 200,
            points: [
              { netPence: 380, drawdownPence: 0 },
              { netPence: 180, drawdownPence: 200 }
            ]
          })
          const last = encodeURIComponent(equity.points[1].at)
          expect((yield* json(site, `/api/equity?from=${last}`)).points).toEqual([equity.points[1]])
          expect((yield* json(site, "/api/equity?strategy=nobody")).points).toEqual([])
          expect(yield* json(site, "/api/pnl/daily")).toEqual({
            mode: "paper",
            timeZone: "Europe/London",
            days: [
              {
                day: "2026-07-01",
                bets: 2,
                netPence: 180,
                strategies: [{ strategyId: "backer", bets: 2, netPence: 180 }]
              }
            ]
          })
          const [row] = yield* json(site, "/api/strategies/results")
          expect(row).toMatchObject({
            strategyId: "backer",
            active: true,
            trading: true,
            openBets: 0,
            exposurePence: 0,
            bets: 2,
            wins: 1,
            losses: 1,
            netPence: 180,
            stakedPence: 400,
            strikeRate: 0.5,
            roi: 0.45,
            streak: -1,
            sharpe: null,
            maxDrawdownPence: 200
          })
          expect(row.strikeRateInterval.low).toBeCloseTo(0.0945, 4)
          expect(row.strikeRateInterval.high).toBeCloseTo(0.9055, 4)
          expect(row.roiInterval.low).toBeLessThan(-1)
          const settled = yield* json(site, "/api/bets/settled?limit=1")
          expect(settled).toMatchObject([{ marketId: "1.2", status: "settled", netPence: -200 }])
        }),
      { strategies: [backer()], settings: often }
    )
  )

  it.effect("are read once for all who ask, until bets have settled since", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withSite(
        (site) =>
          Effect.gen(function* () {
            const race = yield* anOpenRace()
            yield* pass("3 seconds")
            const before = readsOf(database)
            for (let n = 0; n < 5; n++) {
              yield* json(site, "/api/equity")
              yield* json(site, "/api/pnl/daily")
              yield* json(site, "/api/strategies/results")
              yield* json(site, "/api/pnl?by=day")
            }
            expect(readsOf(database) - before).toBeLessThanOrEqual(4)
            yield* tell(race.closes(1))
            expect((yield* json(site, "/api/equity")).instants).toBe(1)
            expect((yield* json(site, "/api/pnl?by=day")).total.bets).toBe(1)
          }),
        { database, strategies: [backer()], settings: often }
      )
    })
  )

  it.effect("say that they cannot be had while the database is away, and can be had again after", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withSite(
        (site) =>
          Effect.gen(function* () {
            const paths = ["/api/equity", "/api/pnl/daily", "/api/strategies/results", "/api/bets/settled", "/api/pnl"]
            database.isDown = true
            for (const path of paths) expect((yield* site.get(path)).status).toBe(503)
            database.isDown = false
            for (const path of paths) expect((yield* site.get(path)).status).toBe(200)
          }),
        { database }
      )
    })
  )

  it.effect("refuse questions without bounds", () =>
    withSite(({ get }) =>
      Effect.gen(function* () {
        const bad = [
          "/api/equity?points=9",
          "/api/equity?points=2001",
          "/api/equity?strategy=No+Name",
          "/api/pnl/daily?days=0",
          "/api/bets/settled?limit=1001",
          "/api/markets/1.1/prices?points=5000",
          "/api/logs?limit=0",
          "/api/logs?level=LOUD"
        ]
        for (const path of bad) expect({ path, status: (yield* get(path)).status }).toEqual({ path, status: 400 })
      })
    )
  )
})

describe("prices over HTTP", () => {
  it.effect("are read once for all who look at a market that is over", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withSite(
        (site) =>
          Effect.gen(function* () {
            database.isDown = true
            expect((yield* site.get("/api/markets/1.99/prices")).status).toBe(503)
            database.isDown = false
            for (let n = 0; n < 3; n++) expect((yield* site.get("/api/markets/1.99/prices")).status).toBe(200)
            yield* site.get("/api/markets/1.99/prices?points=20")
            expect(database.calls.filter((call) => call === "OddsRepository.between")).toHaveLength(3)
          }),
        { database }
      )
    })
  )

  it.effect("come from memory while the market is followed: lists of one length, thinned as wanted", () =>
    withSite(
      (site) =>
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          for (let n = 0; n < 20; n++) {
            yield* pass("1 second")
            yield* tell(race.quotes(1, { back: 3 + n / 50, lay: 3.2 }))
          }
          const all = yield* json(site, `/api/markets/${race.marketId}/prices`)
          expect(all).toMatchObject({ marketId: race.marketId, source: "memory" })
          expect(all.at.length).toBeGreaterThan(15)
          expect(all.runners.map(({ selectionId }: { selectionId: number }) => selectionId)).toEqual([1, 2, 3])
          for (const { bestBack, bestLay, lastPriceTraded, matchedPence } of all.runners) {
            for (const list of [bestBack, bestLay, lastPriceTraded, matchedPence]) {
              expect(list).toHaveLength(all.at.length)
            }
          }
          expect(all.runners[0].bestBack.at(0)).toBe(3)
          expect(all.runners[0].bestBack.at(-1)).toBeGreaterThan(3.3)
          expect(all.runners[0].lastPriceTraded.at(0)).toBeNull()
          const ten = yield* json(site, `/api/markets/${race.marketId}/prices?points=10`)
          expect(ten.at).toHaveLength(10)
          expect(ten.at.at(-1)).toBe(all.at.at(-1))
          const late = new Date(noon + 3_600_000).toISOString()
          expect((yield* json(site, `/api/markets/${race.marketId}/prices?from=${late}`)).at).toEqual([])
          // Another market is looked for in the database, which here keeps no prices.
          expect(yield* json(site, "/api/markets/1.99/prices")).toEqual({
            marketId: "1.99",
            source: "database",
            at: [],
            runners: []
          })
        }),
      { settings: often }
    )
  )
})

describe("logs over HTTP", () => {
  it.effect("are asked for by level, and on from a line that is known", () =>
    Effect.gen(function* () {
      const ring = new RecentLogs.Ring()
      const add = (level: RecentLogs.Level, message: string) =>
        ring.add({ at: noon, level, message, fields: { n: "1" }, cause: null })
      add("INFO", "quiet")
      add("ERROR", "loud")
      yield* withSite((site) =>
        Effect.gen(function* () {
          expect(yield* json(site, "/api/logs?level=WARN")).toEqual({
            lines: [
              {
                number: 2,
                at: new Date(noon).toISOString(),
                level: "ERROR",
                message: "loud",
                fields: { n: "1" },
                cause: null
              }
            ],
            newest: 2
          })
          add("INFO", "later")
          const { lines, newest } = yield* json(site, "/api/logs?after=2")
          expect([lines.map(({ message }: { message: string }) => message), newest]).toEqual([["later"], 3])
          expect((yield* site.ask("/api/logs", { token: null })).status).toBe(401)
        })
      ).pipe(Effect.provideService(RecentLogs.RecentLogs, ring))
    })
  )
})

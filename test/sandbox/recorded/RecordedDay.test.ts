import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as RecordedDay from "../../../src/sandbox/recorded/RecordedDay.ts"
import { Timeline } from "../../../src/sandbox/recorded/Timeline.ts"
import { limit } from "../exchange/Exchanges.ts"
import { definition, fileOf, load, marketId, opening, Play, start } from "./Recordings.ts"

describe("Timeline.at", () => {
  it("counts from the first message, without long silences", () => {
    const timeline = new Timeline()
    for (const at of [1000, 2000, 600_000, 5_000_000, 5_000_500]) timeline.add(at)
    const at = (recordedMs: number) => timeline.at(recordedMs)
    expect([0, 1000, 1500, 600_000].map(at)).toEqual([-1000, 0, 500, 599_000])
    // In the silence nothing passes.
    expect([600_001, 4_999_999, 5_000_000].map(at)).toEqual([599_000, 599_000, 599_000])
    // After the end time goes on.
    expect([5_000_500, 6_000_500].map(at)).toEqual([599_500, 1_599_500])
  })
})

const line = (pt: number, mc: unknown) => JSON.stringify({ op: "mcm", pt, mc })

const unbettable = (more: object) => [0, { ...opening, marketDefinition: definition(more) }, "1.200"] as const

describe("RecordedDay.load", () => {
  it.effect.each([
    [{ bettingType: "LINE" }, "its betting type is LINE, not ODDS"],
    [{ marketType: "EACH_WAY" }, "it is an each-way market"],
    [{ priceLadderDefinition: { type: "FINEST" } }, "its ladder is FINEST, not CLASSIC"],
    [{ runners: [{ id: 1, hc: -0.5 }] }, "its runners have handicaps"]
  ] as const)("leaves out a market that cannot be bet on, and says why: %j", ([more, why]) =>
    Effect.gen(function* () {
      const { day, problems } = yield* load([[0, opening], unbettable(more)])
      assert.deepStrictEqual(
        day.recordings.map((one) => one.marketId),
        [marketId]
      )
      assert.deepStrictEqual(problems, [`1.200 is left out: ${why}`])
      const { message } = yield* Effect.flip(load([unbettable(more)]))
      assert.include(message, "there is no market to bet on")
      assert.include(message, why)
    })
  )

  it.effect("names a file that cannot be read, and goes on with the others", () =>
    Effect.gen(function* () {
      const file = yield* fileOf([[0, opening]])
      const { day, problems } = yield* RecordedDay.load(["/nowhere/at all", file], 1)
      assert.lengthOf(day.recordings, 1)
      assert.match(problems[0]!, /^\/nowhere\/at all: /)
    })
  )

  it.effect("begins before the first off when that is asked for, also after a restart", () =>
    Effect.gen(function* () {
      const { day } = yield* load(
        [
          [0, opening],
          [500, { rc: [{ id: 1, ltp: 5 }] }],
          [700, {}]
        ],
        1,
        60_000
      )
      const scene = new Play(day)
      const { marketDefinition } = scene.exchange.marketImages([marketId])[0]!
      assert.strictEqual(marketDefinition!.marketTime, new Date(start + 60_000).toISOString())
      assert.strictEqual(scene.as(1).runner(1).lastPriceTraded, 5)
      scene.as(1).bet(limit(1, "BACK", 10, 10))
      scene.to(5).restart({ ...day, skippedMs: 0 })
      assert.strictEqual(
        scene.exchange.marketImages([marketId])[0]!.marketDefinition!.marketTime,
        marketDefinition!.marketTime
      )
    })
  )

  it.effect("opens each market when its recording begins, and keeps what closed", () =>
    Effect.gen(function* () {
      const other = { ...opening, marketDefinition: definition({ marketType: "PLACE", eventName: "Ayr" }) }
      const closed = { marketDefinition: definition({ status: "CLOSED" }) }
      const { day } = yield* load([
        [0, opening],
        [20, other, "1.101"],
        [30, closed],
        [60, {}, "1.101"]
      ])
      const scene = new Play(day)
      const open = () => {
        const reply = scene.exchange.matchingMarkets({})
        return reply._tag === "Answer" ? reply.result : []
      }
      expect(scene.to(19.9) && open()).toEqual(["1.100"])
      expect(scene.to(20) && open()).toEqual(["1.100", "1.101"])
      expect(scene.published.at(-1)).toMatchObject({ id: "1.101", img: true })
      expect(scene.to(30) && open()).toEqual(["1.101"])
      expect(scene.as(1, "1.100").book().status).toBe("CLOSED")
      expect(scene.restart().as(1, "1.100").book().status).toBe("CLOSED")
      expect(open()).toEqual(["1.101"])
    })
  )

  it.effect("reads whatever the messages are, and never throws", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "recorded-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
      const file = join(folder, "recording")
      const lines = [
        line(1.7e12, [{ id: marketId, ...opening }, null, 3, { id: 7 }, { id: "x", marketDefinition: [] }]),
        line(1.7e12 + 1000, [
          {
            id: marketId,
            rc: [
              { id: "one", atb: 3 },
              { id: 1, atb: [[-1, "a"]], trd: [[3, 1e99]] }
            ]
          }
        ]),
        line(1.7e12 + 2000, [{ id: marketId, marketDefinition: { status: 3, runners: [{ id: 1, status: "LOST" }] } }]),
        line(1.7e12 + 3000, [
          { id: marketId, marketDefinition: [] },
          { id: marketId, marketDefinition: null }
        ])
      ]
      writeFileSync(file, lines.join("\n"))
      const { day } = yield* RecordedDay.load([file], 1)
      const scene = new Play(day)
      scene.as(1).bet(limit(1, "BACK", 3, 10))
      scene.to(60)
      expect(scene.as(1).orders()).toEqual([])
    })
  )
})

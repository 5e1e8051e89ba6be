import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import type { MarketChange, PriceSize } from "../../../src/market/MarketMessage.ts"
import { Exchange } from "../../../src/sandbox/exchange/Exchange.ts"
import type { Snapshot } from "../../../src/sandbox/exchange/Snapshot.ts"
import { Driver } from "../../../src/sandbox/server/Driver.ts"
import { KeptExchange } from "../../../src/sandbox/server/KeptExchange.ts"
import { MarketFeed, marketsOf } from "../../../src/sandbox/server/MarketFeed.ts"
import { best, MarketState, runnerKey } from "../../../src/sandbox/server/MarketState.ts"
import { type Field, fields, MarketView } from "../../../src/sandbox/server/MarketView.ts"
import { Subscription, type SubscriptionOptions } from "../../../src/sandbox/server/Subscription.ts"

const start = Date.UTC(2026, 10, 22, 12)

/** A quiet day is quickly played. */
const driverAt = (now: number, intervalMs = 240_000) => {
  const day = { seed: 3, intervalMs }
  const make = (from: Snapshot | undefined) => new Exchange({ day, accounts: [] }, from ?? now)
  return new Driver(new KeptExchange({ make, accounts: [] }), now)
}

const options: SubscriptionOptions = {
  id: 5,
  heartbeatMs: 5000,
  conflateMs: 0,
  isSegmented: false,
  initialClk: "run.mcm.filter",
  resume: undefined
}

const subscribe = (
  driver: Driver,
  more: Partial<SubscriptionOptions> = {},
  shown: ReadonlyArray<Field> = fields,
  filter = {}
) => {
  const markets = marketsOf(driver, filter)
  if (markets._tag !== "Answer") throw new Error("no markets")
  const feed = new MarketFeed(driver, filter, new MarketView(new Set(shown), 3), markets.result)
  return new Subscription(feed, { ...options, ...more })
}

/** What a reader makes of the messages: full ladders by price, and the best offers by level. */
class Reader {
  readonly markets = new Map<string, MarketState>()
  readonly levels = new Map<string, Map<number, PriceSize>>()
  clk = ""

  read(messages: ReadonlyArray<Readonly<Record<string, unknown>>>): void {
    for (const message of messages) {
      this.clk = String(message["clk"])
      for (const change of (message["mc"] ?? []) as ReadonlyArray<MarketChange>) {
        const state = this.markets.get(change.id) ?? new MarketState(change.id)
        this.markets.set(change.id, state)
        state.apply(change)
        if (change.img === true)
          for (const key of this.levels.keys()) if (key.startsWith(change.id)) this.levels.delete(key)
        for (const runner of change.rc ?? []) {
          for (const side of ["batb", "batl"] as const) {
            const key = `${change.id} ${runnerKey(runner.id, runner.hc)} ${side}`
            const levels = this.levels.get(key) ?? new Map<number, PriceSize>()
            this.levels.set(key, levels)
            for (const [level, price, size] of runner[side] ?? []) {
              if (size === 0) levels.delete(level)
              else levels.set(level, [price, size])
            }
          }
        }
      }
    }
  }

  /** Compares everything that was read with the markets as they are. */
  expectToAgree(driver: Driver): void {
    expect(this.markets.size).toBeGreaterThan(3)
    for (const [id, read] of this.markets) {
      const state = driver.stateOf(id)!
      expect(read.definition).toEqual(state.definition)
      expect(plain(read)).toEqual(plain(state))
      for (const [key, runner] of state.runners) {
        for (const side of ["atb", "atl"] as const) {
          const shown = [...(this.levels.get(`${id} ${key} b${side}`) ?? [])].toSorted(([a], [b]) => a - b)
          expect(shown.map(([, priceSize]) => priceSize)).toEqual(best(runner, side, 3))
        }
      }
    }
  }
}

const plain = ({ runners, tv }: MarketState) => ({
  tv,
  runners: [...runners.values()]
    .toSorted((a, b) => a.id - b.id)
    .map(({ ladders, ...rest }) => ({
      ...rest,
      ladders: Object.fromEntries(
        Object.entries(ladders)
          .filter(([, ladder]) => ladder.size > 0)
          .map(([name, ladder]) => [name, [...ladder].toSorted(([a], [b]) => a - b)])
      )
    }))
})

/** Waits between pulses, milliseconds; the longest sees markets open and close. */
const Pauses = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30_000 }))).check(
  Schema.isBetweenLength(1, 12)
)
const Conflation = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20_000 }))

describe("Subscription", () => {
  it.prop(
    "leads its reader to the markets as they are, at whatever pace it is read",
    { pauses: Pauses, conflateMs: Conflation },
    ({ conflateMs, pauses }) => {
      const driver = driverAt(start)
      const subscription = subscribe(driver, { conflateMs })
      const reader = new Reader()
      reader.read(subscription.begin(start))
      let now = start
      for (const pause of [...pauses, conflateMs]) {
        now += pause
        driver.advance(now)
        reader.read(subscription.pulse(now, false))
      }
      reader.expectToAgree(driver)
    },
    { arbitrary: { runs: 8 } }
  )

  it.prop(
    "resumes at any clock it has given",
    { pauses: Pauses, away: Conflation },
    ({ away, pauses }) => {
      const driver = driverAt(start)
      const first = subscribe(driver)
      const reader = new Reader()
      reader.read(first.begin(start))
      let now = start
      for (const pause of pauses) {
        now += Math.min(pause, 2000)
        driver.advance(now)
        reader.read(first.pulse(now, false))
      }
      now += away
      driver.advance(now)
      const again = subscribe(driver, { resume: { initialClk: options.initialClk, clk: reader.clk } })
      const messages = again.begin(now)
      expect(messages[0]).toMatchObject({ ct: "RESUB_DELTA", id: 5, initialClk: options.initialClk })
      reader.read(messages)
      reader.expectToAgree(driver)
    },
    { arbitrary: { runs: 8 } }
  )

  it("never goes back in time, though changes are of a moment before its last word", () => {
    const driver = driverAt(start)
    const subscription = subscribe(driver)
    const [image] = subscription.begin(start + 20_000)
    expect(image).toMatchObject({ ct: "SUB_IMAGE", pt: start + 20_000 })
    driver.advance(start + 10_000)
    const [change] = subscription.pulse(start + 20_050, false)
    expect(change?.["mc"]).toBeDefined()
    expect(change?.["pt"]).toBe(start + 20_000)
    driver.advance(start + 30_000)
    const [later] = subscription.pulse(start + 30_000, false)
    expect(later?.["pt"]).toBeGreaterThan(start + 20_000)
  })

  it("begins with images when the clock is of another subscription, or too old", () => {
    const driver = driverAt(start)
    const clk = String(subscribe(driver).begin(start)[0]!["clk"])
    const ct = (initialClk: string) => subscribe(driver, { resume: { initialClk, clk } }).begin(start)[0]!["ct"]
    expect(ct(options.initialClk)).toBe("RESUB_DELTA")
    expect(ct("another")).toBe("SUB_IMAGE")
    driver.restart(start)
    expect(ct(options.initialClk)).toBe("SUB_IMAGE")
  })

  it("shows the fields that were asked for and no others", () => {
    const driver = driverAt(start)
    const keysOf = (shown: ReadonlyArray<Field>) => {
      const [message] = subscribe(driver, {}, shown).begin(start)
      const changes = message!["mc"] as ReadonlyArray<MarketChange>
      return new Set(changes.flatMap((change) => [...Object.keys(change), ...(change.rc ?? []).flatMap(Object.keys)]))
    }
    expect(keysOf(["EX_MARKET_DEF"])).toEqual(new Set(["id", "img", "marketDefinition"]))
    expect(keysOf(["EX_LTP"])).toEqual(new Set(["id", "img", "rc", "ltp"]))
    expect(keysOf(["EX_BEST_OFFERS"])).toEqual(new Set(["id", "img", "rc", "batb", "batl"]))
    expect(keysOf(["EX_BEST_OFFERS_DISP"])).toEqual(new Set(["id", "img", "rc", "bdatb", "bdatl"]))
    expect(keysOf(["EX_ALL_OFFERS"])).toEqual(new Set(["id", "img", "rc", "atb", "atl"]))
    expect(keysOf(["EX_TRADED"])).toEqual(new Set(["id", "img", "rc", "trd"]))
    expect(keysOf(["EX_TRADED_VOL"])).toEqual(new Set(["id", "img", "rc", "tv"]))
    expect(keysOf(["SP_TRADED"])).toEqual(new Set(["id", "img", "rc", "spb", "spl"]))
    expect(keysOf(["SP_PROJECTED"])).toEqual(new Set(["id", "img", "rc", "spn", "spf"]))
  })

  it("cuts large images into segments of which only the last can be resumed at", () => {
    const driver = driverAt(start, 60_000)
    const whole = subscribe(driver).begin(start)
    const segments = subscribe(driver, { isSegmented: true }).begin(start)
    expect(segments.length).toBeGreaterThan(1)
    expect(segments.map(({ segmentType }) => segmentType)).toEqual([
      "SEG_START",
      ...segments.slice(2).map(() => "SEG"),
      "SEG_END"
    ])
    expect(segments.map(({ clk }) => clk === undefined)).toEqual([...segments.slice(1).map(() => true), false])
    expect(segments.flatMap(({ mc }) => mc)).toEqual(whole[0]!["mc"])
  })

  it("sends a heartbeat when there is nothing to tell, and holds changes back while prices are said to be late", () => {
    const driver = driverAt(start)
    const filter = { marketIds: ["1.1"] }
    const idle = subscribe(driver, { heartbeatMs: 500 }, fields, filter)
    expect(idle.begin(start)).toMatchObject([{ ct: "SUB_IMAGE", heartbeatMs: 500, conflateMs: 0 }])
    driver.advance(start + 400)
    expect(idle.pulse(start + 400, false)).toEqual([])
    driver.advance(start + 500)
    expect(idle.pulse(start + 500, false)).toMatchObject([{ op: "mcm", id: 5, ct: "HEARTBEAT", pt: start + 500 }])
    const busy = subscribe(driver, { heartbeatMs: 500 })
    busy.begin(start + 500)
    driver.advance(start + 5000)
    expect(busy.pulse(start + 5000, true)).toMatchObject([{ ct: "HEARTBEAT", status: 503 }])
    expect(busy.pulse(start + 5001, false)[0]).not.toHaveProperty("status")
    expect(busy.pulse(start + 5001, false)).toEqual([])
  })

  it("tells how a market ended, to a subscriber that asks by its id when it has closed", () => {
    const driver = driverAt(start)
    const subscription = subscribe(driver)
    const reader = new Reader()
    reader.read(subscription.begin(start))
    for (let now = start; now < start + 300_000; now += 5000) {
      driver.advance(now)
      reader.read(subscription.pulse(now, false))
    }
    const closed = [...reader.markets.values()].find(({ definition }) => definition?.status === "CLOSED")!
    expect(closed.definition!.runners!.some(({ status }) => status === "WINNER")).toBe(true)
    driver.restart(start + 300_000)
    const [image] = subscribe(driver, {}, fields, { marketIds: [closed.id] } as object).begin(start + 300_000)
    expect(image).toMatchObject({ ct: "SUB_IMAGE", mc: [{ id: closed.id, marketDefinition: { status: "CLOSED" } }] })
  })
})

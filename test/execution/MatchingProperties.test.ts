/**
 * What must hold in any market: orders are sent, cancelled and replaced at random while a market's prices walk, trade,
 * suspend, lose runners and turn in-play.
 */
import { it } from "@effect/vitest"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import { runnerOf } from "../../src/domain/Identifiers.ts"
import type { Persistence } from "../../src/domain/Order.ts"
import { totalOf } from "../../src/domain/Order.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import { type MatchingOrder, toState } from "../../src/execution/MatchingOrder.ts"
import { flumine, honest, type MatchingProfile } from "../../src/execution/MatchingProfile.ts"
import type { PriceSize, RunnerChange } from "../../src/market/MarketMessage.ts"
import { definition, limitOrder, makeOrder, Track } from "./builders.ts"

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff }))
const options = { arbitrary: { runs: 60 } }

const random = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

interface Walk {
  readonly trades: boolean
  readonly withdrawals: boolean
}

class RandomMarket {
  readonly track: Track
  readonly orders: Array<MatchingOrder> = []
  /** Traded volume per runner, pence of both sides. */
  readonly volume = [0, 0, 0, 0]
  isWithdrawn = false
  private readonly next: () => number
  private readonly walk: Walk
  private readonly sizes = new Map<string, number>()
  private readonly shown = new Map<string, number>()
  private readonly traded = new Map<string, number>()
  private at = 1000
  private version = 1
  private inPlay = false

  constructor(profile: MatchingProfile, seed: number, walk: Walk) {
    this.track = new Track(profile)
    this.next = random(seed)
    this.walk = walk
    this.sizes.set("1 atb 300", 1000).set("1 atl 310", 2000)
    this.shown.set("1 atb 300", 1000).set("1 atl 310", 2000)
    this.traded.set("1 300", 10_000)
    this.volume[1] = 10_000
  }

  /** All that was ever newly shown at a price to take. */
  everShown(selection: number, side: "atb" | "atl", price: number): number {
    return this.shown.get(`${selection} ${side} ${price}`) ?? 0
  }

  step(): void {
    this.act()
    this.at += this.pick(400)
    const change = this.next()
    const rc = [1, 2].map((id) => this.change(id))
    if (change < 0.06) this.suspend(rc)
    else this.track.update(this.at, rc)
  }

  private pick(below: number): number {
    return Math.floor(this.next() * below)
  }

  private price(centre = 100): number {
    return PriceLadder.classic[centre + this.pick(8)]!
  }

  private act(): void {
    const { engine } = this.track
    const choice = this.next()
    const side = this.next() < 0.5 ? "BACK" : "LAY"
    const selection = 1 + this.pick(2)
    if (choice < 0.5) {
      const persistence = (["LAPSE", "PERSIST", "MARKET_ON_CLOSE"] as const satisfies Array<Persistence>)[this.pick(3)]!
      const kills = this.next() < 0.2 ? ({ timeInForce: "FILL_OR_KILL", minFillSize: 100 } as const) : {}
      const terms = limitOrder(this.price(), 100 + this.pick(2000), { persistence, ...kills })
      this.send(makeOrder(side, terms, selection, this.next() < 0.5 ? "one" : "two"))
    } else if (choice < 0.55) this.send(makeOrder(side, { _tag: "MARKET_ON_CLOSE", liability: 1000 }, selection))
    else if (choice < 0.75 && this.orders.length > 0) {
      const order = this.orders[this.pick(this.orders.length)]!
      if (choice < 0.65) engine.cancel(order, this.track.book, this.track.now)
      else {
        const replacement = makeOrder(order.isBack ? "BACK" : "LAY", limitOrder(this.price(), order.size), selection)
        if (engine.replace(order, replacement, this.track.book, this.track.now)) this.orders.push(replacement)
      }
    }
  }

  private send(order: MatchingOrder): void {
    this.orders.push(order)
    this.track.send(order)
  }

  private change(id: number): RunnerChange {
    const levels = (side: "atb" | "atl", centre: number): ReadonlyArray<PriceSize> =>
      Array.from({ length: this.pick(3) }, () => {
        const price = this.price(centre)
        const size = this.next() < 0.4 ? 0 : this.pick(3000)
        const key = `${id} ${side} ${price}`
        const before = this.sizes.get(key) ?? 0
        this.sizes.set(key, size)
        this.shown.set(key, (this.shown.get(key) ?? 0) + Math.max(0, size - before))
        return [price / 100, size / 100] as const
      })
    const trade = (): ReadonlyArray<PriceSize> => {
      if (!this.walk.trades || this.next() < 0.5) return []
      const price = this.price()
      const rise = this.pick(2000)
      const total = (this.traded.get(`${id} ${price}`) ?? 0) + rise
      this.traded.set(`${id} ${price}`, total)
      this.volume[id]! += rise
      return [[price / 100, total / 100]]
    }
    return { id, atb: levels("atb", 97), atl: levels("atl", 103), trd: trade() }
  }

  private suspend(rc: ReadonlyArray<RunnerChange>): void {
    if (this.next() < 0.5) this.version++
    if (this.walk.withdrawals && this.next() < 0.3) this.isWithdrawn = true
    if (this.next() < 0.15) this.inPlay = true
    const common = {
      version: this.version,
      inPlay: this.inPlay,
      betDelay: this.inPlay ? 1 : 0,
      bspReconciled: this.inPlay,
      runners: [
        { id: 1, status: "ACTIVE", adjustmentFactor: 30, ...(this.inPlay ? { bsp: 3.4 } : {}) },
        { id: 2, status: "ACTIVE", adjustmentFactor: 20, ...(this.inPlay ? { bsp: 3.3 } : {}) },
        { id: 3, status: this.isWithdrawn ? "REMOVED" : "ACTIVE", adjustmentFactor: 10 }
      ]
    }
    this.track.update(this.at, rc, definition({ ...common, status: "SUSPENDED" }))
    this.at += 50
    this.track.update(this.at, [], definition({ ...common, status: "OPEN" }))
  }
}

const everything: Walk = { trades: true, withdrawals: true }
const growsAtStartingPrice = (order: MatchingOrder) => !order.isBack && order.takesStartingPrice

describe("any market", () => {
  it.prop(
    "accounts for every penny of an order at every moment",
    [Seed],
    ([seed]) => {
      const market = new RandomMarket(honest, seed, everything)
      for (let step = 0; step < 60; step++) {
        market.step()
        for (const order of market.orders) {
          if (order.type !== "LIMIT" || growsAtStartingPrice(order) || order.refusal !== null) continue
          const state = toState(order)
          const { sizeCancelled, sizeLapsed, sizeRemaining, sizeVoided } = state
          const parts = [totalOf(state.fills).size, sizeCancelled, sizeLapsed, sizeVoided, sizeRemaining]
          expect(parts.every((part) => part >= 0)).toBe(true)
          expect(parts.reduce((sum, part) => sum + part)).toBe(order.size)
        }
      }
    },
    options
  )

  it.prop(
    "never matches a back below its limit or a lay above it, or an average beyond it for FILL_OR_KILL",
    [Seed],
    ([seed]) => {
      for (const profile of [honest, flumine]) {
        const market = new RandomMarket(profile, seed, { trades: true, withdrawals: false })
        for (let step = 0; step < 60; step++) market.step()
        for (const order of market.orders) {
          if (order.type !== "LIMIT" || order.fills.length === 0 || order.takesStartingPrice) continue
          // The reference rounds the average to hundredths before it looks.
          const slack = order.fillOrKill ? (profile === flumine ? 0.5 : 1e-9) : 0
          const prices = order.fills.map((fill) => fill.price)
          for (const price of order.fillOrKill ? [totalOf(order.fills).averagePrice] : prices) {
            if (order.isBack) expect(price).toBeGreaterThanOrEqual(order.price - slack)
            else expect(price).toBeLessThanOrEqual(order.price + slack)
          }
        }
      }
    },
    options
  )

  it.prop(
    "never goes back: what is over stays over, and amounts only grow unless a withdrawal voids them",
    [Seed],
    ([seed]) => {
      const market = new RandomMarket(honest, seed, everything)
      const before = new Map<MatchingOrder, ReturnType<typeof toState>>()
      for (let step = 0; step < 60; step++) {
        market.step()
        for (const order of market.orders) {
          const last = before.get(order)
          const now = toState(order)
          before.set(order, now)
          if (last === undefined) continue
          expect(now.complete || !last.complete).toBe(true)
          expect(now.sizeCancelled).toBeGreaterThanOrEqual(last.sizeCancelled)
          expect(now.sizeLapsed).toBeGreaterThanOrEqual(last.sizeLapsed)
          expect(now.sizeVoided).toBeGreaterThanOrEqual(last.sizeVoided)
          if (now.sizeVoided === last.sizeVoided) {
            expect(totalOf(now.fills).size).toBeGreaterThanOrEqual(totalOf(last.fills).size)
          }
        }
      }
    },
    options
  )

  it.prop(
    "never takes more from a price than it has shown",
    [Seed],
    ([seed]) => {
      const profile: MatchingProfile = { ...honest, crossingFills: "never" }
      const market = new RandomMarket(profile, seed, { trades: false, withdrawals: false })
      for (let step = 0; step < 80; step++) market.step()
      const taken = new Map<string, number>()
      for (const order of market.orders) {
        if (order.takesStartingPrice) continue
        for (const fill of order.fills) {
          const key = `${runnerOf(order.runner).selectionId} ${order.isBack ? "atb" : "atl"} ${fill.price}`
          taken.set(key, (taken.get(key) ?? 0) + fill.size)
        }
      }
      for (const [key, size] of taken) {
        const [selection, side, price] = key.split(" ")
        const shown = market.everShown(Number(selection), side === "atb" ? "atb" : "atl", Number(price))
        expect(size).toBeLessThanOrEqual(shown)
      }
    },
    options
  )

  it.prop(
    "never matches more at rest than was traded, counting one side of it",
    [Seed],
    ([seed]) => {
      const profile: MatchingProfile = { ...honest, crossingFills: "never" }
      const market = new RandomMarket(profile, seed, { trades: true, withdrawals: false })
      for (let step = 0; step < 80; step++) market.step()
      const matched = [0, 0, 0, 0]
      for (const order of market.orders) {
        if (order.takesStartingPrice || order.fillOrKill) continue
        // What rests is matched at the order's own price; a taker can be as well, so its placing instant is left out.
        for (const fill of order.fills) {
          if (fill.at !== order.placedAt) matched[runnerOf(order.runner).selectionId]! += fill.size
        }
      }
      for (const selection of [1, 2]) {
        expect(2 * matched[selection]!).toBeLessThanOrEqual(market.volume[selection]!)
      }
    },
    options
  )
})

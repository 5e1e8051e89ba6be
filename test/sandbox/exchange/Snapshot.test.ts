import { describe, expect, it } from "vitest"
import { classic, toDecimal } from "../../../src/domain/PriceLadder.ts"
import type { OrderMarketChange } from "../../../src/sandbox/exchange/OrderMessage.ts"
import { Exchange } from "../../../src/sandbox/exchange/Exchange.ts"
import { SeededRandom } from "../../../src/sandbox/SeededRandom.ts"
import { account, answered, day, horses, limit, onClose, Scene, withdrawn } from "./Exchanges.ts"

const sides = ["BACK", "LAY"]
const persistences = ["LAPSE", "PERSIST", "MARKET_ON_CLOSE"]

/** Two accounts do all kinds of things for a while. What they see is checked after each step. */
const trade = (scene: Scene, random: SeededRandom, steps: number, check: (scene: Scene) => void, until: number) => {
  const pauseMs = (until - scene.now) / steps
  for (let i = 0; i < steps; i++) {
    const bettor = scene.as(1 + random.below(2), random.chance(0.7) ? scene.win : scene.place)
    const live = bettor.orders({ marketIds: [bettor.marketId], orderProjection: "EXECUTABLE" })
    const choice = random.next()
    const selectionId = random.pick(scene.selections)
    const side = random.pick(sides)
    const best = bettor.runner(selectionId).ex!
    const offer = (side === "BACK" ? best.availableToBack : best.availableToLay)?.[0]
    const near = offer === undefined ? 300 : classic.indexOf(Math.round(offer.price * 100))
    const tick = Math.max(0, Math.min(349, near + random.below(9) - 4))
    const price = toDecimal(classic[tick]!)
    const size = (200 + random.below(20_000)) / 100
    if (choice < 0.6 || live.length === 0) {
      const kept = { persistenceType: random.pick(persistences) }
      const fok = { timeInForce: "FILL_OR_KILL", minFillSize: 2 }
      const instruction = random.chance(0.1)
        ? onClose(selectionId, side, 10 + size)
        : limit(selectionId, side, price, size, random.chance(0.1) ? fok : kept, { customerOrderRef: `o${i}` })
      bettor.placing([instruction], { customerStrategyRef: random.pick(["", "s1", "s2"]), customerRef: `r${i}` })
    } else if (choice < 0.75) {
      bettor.cancel([{ betId: random.pick(live).betId, ...(random.chance(0.5) ? { sizeReduction: 1 } : {}) }])
    } else if (choice < 0.9) {
      const instructions = [{ betId: random.pick(live).betId, newPrice: price }]
      scene.exchange.replaceOrders(scene.now, bettor.accountId, { marketId: bettor.marketId, instructions })
    } else bettor.update({ betId: random.pick(live).betId, newPersistenceType: random.pick(persistences) })
    scene.pass(random.below(2 * pauseMs))
    check(scene)
  }
}

const wholeState = (scene: Scene) => ({
  markets: scene.exchange.marketImages([scene.win, scene.place]),
  accounts: [1, 2].map((id) => ({
    image: scene.exchange.orderImage(id),
    orders: scene.as(id).orders(),
    funds: scene.as(id).funds(),
    cleared: ["SETTLED", "VOIDED", "LAPSED", "CANCELLED"].map((status) => scene.as(id).cleared(status)),
    state: scene.exchange.accountState(id)
  })),
  snapshot: scene.exchange.snapshot()
})

/** The orders and levels that the stream has told of, put together as a client does. */
const told = (changes: ReadonlyArray<OrderMarketChange>) => {
  const orders = new Map<string, object>()
  const levels = new Map<string, number>()
  for (const change of changes) {
    if (change.closed === true) for (const key of levels.keys()) if (key.startsWith(change.id)) levels.delete(key)
    for (const runner of change.orc ?? []) {
      for (const order of runner.uo ?? []) {
        if (order.status === "E") orders.set(order.id, order)
        else orders.delete(order.id)
      }
      for (const [side, list] of [
        ["B", runner.mb],
        ["L", runner.ml]
      ] as const) {
        for (const [price, size] of list ?? []) {
          if (size === 0) levels.delete(`${change.id}/${runner.id}/${side}/${price}`)
          else levels.set(`${change.id}/${runner.id}/${side}/${price}`, size)
        }
      }
    }
  }
  return { orders: [...orders].toSorted(), levels: [...levels].toSorted() }
}

const pence = (amount: number) => Math.round(amount * 100)

/** What is true at every moment. */
const invariants = (scene: Scene) => {
  for (const id of [1, 2]) {
    const bettor = scene.as(id)
    const funds = bettor.funds()
    expect(funds.availableToBetBalance).toBeGreaterThanOrEqual(0)
    for (const order of bettor.orders()) {
      const parts = [order.sizeMatched, order.sizeRemaining, order.sizeLapsed, order.sizeCancelled, order.sizeVoided]
      for (const part of parts) expect(part).toBeGreaterThanOrEqual(0)
      if (order.orderType !== "LIMIT" || (order.persistenceType === "MARKET_ON_CLOSE" && order.side === "LAY")) continue
      expect(parts.reduce((sum, part) => sum + pence(part), 0)).toBe(pence(order.priceSize.size))
    }
  }
}

const races = [
  [1, horses],
  [2, horses],
  [3, withdrawn],
  [4, withdrawn]
] as const

describe("an exchange that is traded on", () => {
  it.each(races)("accounts for every penny and never lets an account overdraw (seed %i)", (seed, card) => {
    const scene = new Scene(card, card.scheduledOffAt - 600_000 + 1000)
    trade(scene, new SeededRandom(seed), 150, invariants, card.closeAt)
    scene.to(card.closeAt)
    for (const id of [1, 2]) {
      const bettor = scene.as(id)
      const state = scene.exchange.accountState(id)
      const profit = bettor.cleared("SETTLED").reduce((sum, line) => sum + pence(line.profit), 0)
      const commission = bettor
        .cleared("SETTLED", { groupBy: "MARKET" })
        .reduce((sum, line) => sum + pence(line.commission!), 0)
      expect(state.balance).toBe(1_000_000 + profit - commission)
      expect(state.statement.reduce((sum, line) => sum + line.amount, 0)).toBe(state.balance)
      expect(pence(bettor.funds().availableToBetBalance)).toBe(state.balance)
      expect(bettor.orders()).toEqual([])
    }
  })

  it.each(races)("tells of orders and matches as they are (seed %i)", (seed, card) => {
    const scene = new Scene(card, card.scheduledOffAt - 600_000 + 1000)
    const check = () => {
      scene.publications.push(...scene.exchange.advance(scene.now))
      for (const id of [1, 2]) expect(told(scene.ordersTold(id))).toEqual(told(scene.exchange.orderImage(id)))
    }
    trade(scene, new SeededRandom(seed), 60, check, card.finishAt)
  })

  it.each(races)("is after a restart what it was, and goes on as if there had been none (seed %i)", (seed, card) => {
    const start = card.scheduledOffAt - 300_000
    const [kept, restarted] = [new Scene(card, start), new Scene(card, start)]
    const middle = card.offAt + 5000
    for (const scene of [kept, restarted]) trade(scene, new SeededRandom(seed), 40, () => {}, middle)
    restarted.restart()
    expect(wholeState(restarted)).toEqual(wholeState(kept))
    for (const scene of [kept, restarted]) {
      trade(scene, new SeededRandom(seed + 100), 20, () => {}, card.finishAt)
      scene.to(card.closeAt)
    }
    expect(wholeState(restarted)).toEqual(wholeState(kept))
  })

  it("is the same however often it is killed", () => {
    const start = horses.scheduledOffAt - 60_000
    const [kept, killed] = [new Scene(horses, start), new Scene(horses, start)]
    trade(kept, new SeededRandom(9), 25, () => {}, horses.offAt + 20_000)
    trade(killed, new SeededRandom(9), 25, (scene) => void scene.restart(), horses.offAt + 20_000)
    expect(wholeState(killed)).toEqual(wholeState(kept))
  })
})

describe("matches", () => {
  it("are counted in the market's volume, both sides of each, whoever is on the other side", () => {
    const scene = new Scene(horses, horses.scheduledOffAt - 300_000)
    const before = scene.as(1).book().runners
    const own = new Map<string, number>()
    trade(scene, new SeededRandom(11), 60, () => {}, horses.offAt - 1000)
    for (const id of [1, 2]) {
      for (const bet of scene.exchange.orderImage(id).filter(({ id }) => id === scene.win)) {
        for (const { id: selectionId, mb = [], ml = [] } of bet.orc!) {
          for (const [price, size] of [...mb, ...ml]) {
            const key = `${selectionId}/${price}`
            own.set(key, (own.get(key) ?? 0) + pence(size))
          }
        }
      }
    }
    expect(own.size).toBeGreaterThan(10)
    const tradedAt = (runners: typeof before, key: string) => {
      const [selectionId, price] = key.split("/").map(Number)
      const runner = runners.find((runner) => runner.selectionId === selectionId)!
      return pence(runner.ex!.tradedVolume!.find((level) => level.price === price)?.size ?? 0)
    }
    const after = scene.as(1).book().runners
    for (const [key, size] of own) expect(tradedAt(after, key) - tradedAt(before, key)).toBeGreaterThanOrEqual(size)
    for (const runner of after) {
      const sum = runner.ex!.tradedVolume!.reduce((total, level) => total + pence(level.size), 0)
      expect(sum).toBe(pence(runner.totalMatched))
    }
  })
})

describe("two accounts with each other", () => {
  it("win what the other loses, less commission", () => {
    const scene = new Scene(horses, horses.scheduledOffAt - 5000)
    const [one, two] = [scene.as(1), scene.as(2)]
    // A price between the best offers is theirs alone; else they queue behind the crowd's and take that too.
    const favourite = scene.selections[0]!
    const lays = one.runner(favourite).ex!.availableToBack![0]!
    const mine = one.bet(limit(favourite, "LAY", lays.price, 10))
    two.bet(limit(favourite, "BACK", lays.price, lays.size + 10))
    expect(one.order(mine)).toMatchObject({ sizeMatched: 10, averagePriceMatched: lays.price })
    const matched = two.orders()[0]!
    expect(pence(matched.sizeMatched)).toBe(pence(lays.size) + 1000)
    scene.to(horses.closeAt)
    const [loss] = one.cleared("SETTLED")
    const [gain] = two.cleared("SETTLED")
    const share = pence(gain!.profit) / pence(gain!.sizeSettled!)
    expect(pence(loss!.profit)).toBeCloseTo(-share * 1000, -0.5)
  })
})

const openImages = ({ exchange }: Scene) => exchange.marketImages(answered(exchange.matchingMarkets({})))

describe("Exchange.restore", () => {
  it("refuses what was kept of another day", () => {
    const snapshot = new Scene(horses, horses.scheduledOffAt).exchange.snapshot()
    const other = { day: { ...day, seed: 8 }, accounts: [account(1)] }
    expect(() => new Exchange(other, snapshot)).toThrow(/kept with seed 7/)
  })

  it("still knows how markets ended that closed before", () => {
    const scene = new Scene(horses, horses.closeAt - 1000).to(horses.closeAt + 60_000)
    const before = scene.as(1).book()
    expect(before.status).toBe("CLOSED")
    expect(scene.restart().as(1).book()).toEqual(before)
  })

  it("settles what has been run while it was down, and is where the day is", () => {
    const scenes = [new Scene(horses, horses.scheduledOffAt - 5000), new Scene(horses, horses.scheduledOffAt - 5000)]
    for (const scene of scenes) for (const id of scene.selections) scene.as(1).bet(onClose(id, "BACK", 10))
    const [up, down] = scenes as [Scene, Scene]
    const later = horses.scheduledOffAt + 3 * day.intervalMs
    up.to(later)
    down.restart()
    const told = down.exchange.advance(later)
    down.now = later
    expect(told.at(-1)).toEqual({ _tag: "Gap", at: later })
    expect(down.exchange.accountState(1)).toEqual(up.exchange.accountState(1))
    expect(down.as(1).cleared("SETTLED")).toEqual(up.as(1).cleared("SETTLED"))
    expect(openImages(down)).toEqual(openImages(up))
  })

  it("counts on within the second", () => {
    const scene = new Scene(horses, horses.scheduledOffAt - 60_000)
    const some = Array.from({ length: 200 }, () => limit(scene.selections[0]!, "BACK", 1000, 2))
    for (let i = 0; i < 5; i++) scene.as(1).placing(some)
    expect(scene.restart().as(1).placing(some)._tag).toBe("Fault")
  })

  it("opens accounts that are new, and never gives a bet id twice", () => {
    const scene = new Scene(horses, horses.scheduledOffAt - 60_000, [account(1)])
    const bet = limit(scene.selections[0]!, "BACK", 1000, 2)
    const before = scene.as(1).bet(bet)
    const kept = scene.exchange.snapshot()
    scene.exchange = new Exchange({ day, accounts: [account(1), account(2)] }, kept)
    const after = scene.as(2).bet(bet)
    expect(Number(after)).toBeGreaterThan(Number(before))
    expect(answered(scene.exchange.getAccountFunds(scene.now, 2, {})).availableToBetBalance).toBe(9998)
  })
})

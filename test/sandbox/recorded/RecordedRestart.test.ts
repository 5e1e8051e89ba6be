import { existsSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { classic, toDecimal } from "../../../src/domain/PriceLadder.ts"
import { Exchange } from "../../../src/sandbox/exchange/Exchange.ts"
import * as RecordedDay from "../../../src/sandbox/recorded/RecordedDay.ts"
import { SeededRandom } from "../../../src/sandbox/SeededRandom.ts"
import { MarketState } from "../../../src/sandbox/server/MarketState.ts"
import { account, limit, onClose } from "../exchange/Exchanges.ts"
import { closing, definition, load, Play, runnersAre, start, type Step, opening } from "./Recordings.ts"

const secondMs = 1000

/** A market with prices that move, trades, a withdrawal, the off and an end. */
const recordingOf = (random: SeededRandom): ReadonlyArray<Step> => {
  const traded = new Map<string, number>()
  const moving: Array<Step> = []
  for (let second = 1; second < 110; second += 1) {
    const id = 1 + random.below(3)
    const tick = 180 + random.below(20)
    const price = (steps: number) => toDecimal(classic[tick + steps]!)
    const key = `${id}/${tick}`
    traded.set(key, (traded.get(key) ?? 0) + random.below(60))
    const change = {
      id,
      atb: [[price(-1), random.below(2) * random.below(100)]],
      atl: [[price(1), random.below(2) * random.below(100)]],
      trd: [[price(0), traded.get(key)!]]
    } as const
    moving.push([second, { rc: [change] }])
  }
  const off = { status: "SUSPENDED", version: 20, runners: runnersAre("ACTIVE", "ACTIVE", "REMOVED") }
  const found = { ...off, bspReconciled: true, runners: off.runners.map((runner) => ({ ...runner, bsp: 3.5 })) }
  const running = { ...found, status: "OPEN", inPlay: true, betDelay: 1 }
  const steps: ReadonlyArray<Step> = [
    [0, opening],
    ...moving,
    [70, { marketDefinition: definition(off) }],
    [71, { marketDefinition: definition(found) }],
    [72, { marketDefinition: definition(running) }],
    [120, closing("WINNER", "LOSER", "REMOVED")]
  ]
  return steps.toSorted((a, b) => a[0] - b[0])
}

/** Two accounts do all kinds of things. */
const act = (scene: Play, random: SeededRandom, marketId: string) => {
  const bettor = scene.as(1 + random.below(2), marketId)
  const book = bettor.book()
  if (random.chance(0.1)) return scene.exchange.hold(scene.now, marketId, random.chance(0.3))
  const live = bettor.orders({ marketIds: [marketId], orderProjection: "EXECUTABLE" })
  const runner = random.pick(book.runners)
  const side = random.pick(["BACK", "LAY"])
  const best = (side === "BACK" ? runner.ex!.availableToBack : runner.ex!.availableToLay)?.[0]?.price ?? 3
  const tick = Math.max(0, Math.min(349, classic.indexOf(Math.round(best * 100)) + random.below(7) - 3))
  const price = toDecimal(classic[tick]!)
  const choice = random.next()
  if (live.length > 0 && choice < 0.2) return bettor.cancel([{ betId: random.pick(live).betId }])
  if (live.length > 0 && choice < 0.3) {
    const instructions = [{ betId: random.pick(live).betId, newPrice: price }]
    return scene.exchange.replaceOrders(scene.now, bettor.accountId, { marketId, instructions })
  }
  const persistenceType = random.pick(["LAPSE", "PERSIST", "MARKET_ON_CLOSE"])
  const more = random.chance(0.1) ? { timeInForce: "FILL_OR_KILL", minFillSize: 2 } : { persistenceType }
  const size = (200 + random.below(6000)) / 100
  const wanted =
    choice > 0.95 ? onClose(runner.selectionId, side, 20) : limit(runner.selectionId, side, price, size, more)
  return bettor.placing([wanted])
}

const wholeState = (scene: Play) => ({
  markets: scene.exchange.marketImages(scene.day.recordings.map(({ marketId }) => marketId)),
  accounts: [1, 2].map((id) => ({
    image: scene.exchange.orderImage(id),
    orders: scene.as(id).orders(),
    state: scene.exchange.accountState(id)
  })),
  snapshot: scene.exchange.snapshot()
})

/** Both are traded on alike from `from` to `until` (seconds), and only one is restarted. */
const compare = (
  day: RecordedDay.RecordedDay,
  seed: number,
  from: number,
  until: number,
  steps: number,
  end: number
) => {
  const [kept, killed] = [new Play(day), new Play(day)] as const
  const randoms = [new SeededRandom(seed), new SeededRandom(seed)] as const
  const { marketId } = day.recordings[0]!
  for (let i = 0; i < steps; i++) {
    const at = from + ((until - from) * i) / steps
    for (const [which, scene] of [kept, killed].entries())
      act(scene.to(Math.floor(at * secondMs) / secondMs), randoms[which]!, marketId)
    if (i % 10 === 7) {
      killed.restart()
      expect(wholeState(killed)).toEqual(wholeState(kept))
    }
  }
  for (const scene of [kept, killed]) {
    scene.exchange.hold(scene.now, marketId, false)
    scene.to(end)
  }
  expect(wholeState(killed)).toEqual(wholeState(kept))
  for (const id of [1, 2]) {
    const { balance, statement } = kept.exchange.accountState(id)
    expect(statement.reduce((sum, line) => sum + line.amount, 0)).toBe(balance)
    expect(kept.as(id).orders()).toEqual([])
    expect(Math.round(kept.as(id).funds().availableToBetBalance * 100)).toBe(balance)
  }
  return kept
}

describe("an exchange that plays a recording", () => {
  it.effect.prop(
    "is after each restart what it was, to the end",
    { seed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })) },
    ({ seed }) =>
      Effect.gen(function* () {
        const { day } = yield* load(recordingOf(new SeededRandom(seed)))
        const kept = compare(day, seed, 0.5, 118, 60, 121)
        const statuses = ["SETTLED", "VOIDED", "LAPSED", "CANCELLED"]
        const ended = [1, 2].flatMap((id) => statuses.map((status) => kept.as(id).cleared(status).length))
        expect(ended.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(3)
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 5 } }
  )

  it.effect("publishes changes that add up to what it shows", () =>
    Effect.gen(function* () {
      const random = new SeededRandom(5)
      const { day } = yield* load(recordingOf(random))
      const scene = new Play(day)
      const { marketId } = day.recordings[0]!
      const told = new MarketState(marketId)
      for (const image of scene.exchange.marketImages([marketId])) told.apply(image)
      for (let i = 0; i < 100; i++) {
        act(scene.to(i + 0.5), random, marketId)
        scene.to(i + 0.6)
        for (const change of scene.published) told.apply(change)
        scene.publications.length = 0
        const shown = new MarketState(marketId)
        for (const image of scene.exchange.marketImages([marketId])) shown.apply(image)
        expect([told.runners, told.definition, told.tv]).toEqual([shown.runners, shown.definition, shown.tv])
      }
    })
  )

  it.effect("does not go on with another recording, or at another speed", () =>
    Effect.gen(function* () {
      const { day } = yield* load([[0, opening]])
      const kept = new Play(day).exchange.snapshot()
      const options = { accounts: [account(1)] }
      const others = [
        (yield* load([
          [0, opening],
          [9, {}]
        ])).day,
        { ...day, speed: 2 },
        { seed: 1, intervalMs: 60_000 }
      ]
      for (const other of others) expect(() => new Exchange({ ...options, day: other }, kept)).toThrow("was kept with")
      expect(new Exchange({ ...options, day }, kept).now).toBe(start)
    })
  )
})

const shared = new URL("../../../../shared/recordings/", import.meta.url).pathname

describe.skipIf(!existsSync(shared))("an exchange that plays a real recording", () => {
  it.effect.each(["horses/pro/SELF-1.181223995", "horses/advanced/1.168136239.bz2", "greyhounds/pro/1.195453617.bz2"])(
    "is after each restart what it was: %s",
    (name) =>
      Effect.gen(function* () {
        const { day } = yield* RecordedDay.load([shared + name], 1, 60_000)
        const [{ changes }] = day.recordings as [RecordedDay.Recording]
        const end = (changes.at(-1)!.at - day.skippedMs) / secondMs
        const kept = compare(day, 7, 1, end - 2, 40, end + 2)
        const matched = kept.as(1).cleared("SETTLED").length + kept.as(2).cleared("SETTLED").length
        expect(matched).toBeGreaterThan(5)
      }),
    60_000
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Bet from "../../src/domain/Bet.ts"
import * as Exposure from "../../src/risk/Exposure.ts"
import { OpenRisk } from "../../src/risk/OpenRisk.ts"
import { bet, limit, marketId, strategyId } from "./Builders.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** What is told of one of a few bets: how far it has come. */
const News = Schema.Struct({
  id: between(1, 6),
  status: Schema.Literals(["pending", "unknown", "placed", "partially_matched", "matched", "cancelled", "settled"]),
  matched: between(0, 500),
  winners: Schema.NullOr(Schema.Literals([1, 3])),
  isRemoved: Schema.Boolean,
  isDefinition: Schema.Boolean,
  at: between(0, 10)
})

/** The bet of a number is always the same one: two markets, two strategies, two runners, both sides, two orders' kinds. */
const betOf = ({ at, id, matched, status }: typeof News.Type): Bet.Bet => {
  const complete = status !== "pending" && status !== "unknown" && status !== "placed" && status !== "partially_matched"
  return bet(
    {
      id,
      market: 1 + (id % 2),
      runner: 1 + (id % 3),
      strategyId: strategyId(id === 2 ? "other" : "simple_value"),
      side: id > 3 ? "LAY" : "BACK",
      slot: `${id}`,
      order: id === 5 ? { _tag: "LIMIT_ON_CLOSE", price: 500, liability: 1000 } : limit(200 + 50 * id, 500)
    },
    {
      status,
      complete,
      fills: matched === 0 ? [] : [{ at, price: 190 + 40 * id, size: matched }],
      sizeRemaining: complete ? 0 : 500 - matched,
      updatedAt: at
    }
  )
}

const markets = [marketId(1), marketId(2)]

const sum = (amounts: ReadonlyArray<number>) => amounts.reduce((total, amount) => total + amount, 0)

/** The sums as they come out of the open bets alone. */
const recomputed = (bets: ReadonlyArray<Bet.Bet>, winners: ReadonlyMap<string, number>) => {
  const worst = (own: ReadonlyArray<Bet.Bet>) =>
    markets.map((id) =>
      Exposure.worstCase(
        own.filter((bet) => bet.marketId === id),
        winners.get(id) ?? Infinity
      )
    )
  const names = [...new Set(bets.map((one) => one.strategyId))].toSorted()
  return {
    exposure: sum(worst(bets)),
    liability: sum(bets.map((one) => Exposure.lossOf(Exposure.ofBet(one)))),
    unknown: bets.filter(({ status }) => status === "unknown").length,
    openBets: bets.length,
    strategies: names.map((name) => {
      const own = bets.filter((one) => one.strategyId === name)
      return { name, exposure: sum(worst(own)), bets: own.length }
    })
  }
}

const kept = (risk: OpenRisk) => ({
  exposure: risk.exposure,
  liability: risk.liability,
  unknown: risk.unknown,
  openBets: risk.openBets,
  strategies: Array.from(risk.byStrategy(), ([name, { bets, exposure }]) => ({ name, exposure, bets })).toSorted(
    (a, b) => (a.name < b.name ? -1 : 1)
  )
})

const Story = { news: Schema.Array(News).check(Schema.isMaxLength(30)) }

const lay = (id: number, name: string) =>
  bet({ id, runner: id, strategyId: strategyId(name), side: "LAY", slot: `${id}`, order: limit(300, 500) })

describe("OpenRisk.learnWinners", () => {
  it("counts what is open, of every strategy, by the winners that there can be", () => {
    const lays = [lay(1, "one"), lay(2, "one"), lay(3, "other")]
    const risk = new OpenRisk()
    for (const one of lays) risk.set(one, null)
    assert.deepStrictEqual(kept(risk), recomputed(lays, new Map()))
    for (const winners of [1, 2, 1]) {
      risk.learnWinners(marketId(1), winners)
      risk.learnWinners(marketId(2), 1)
      assert.deepStrictEqual(kept(risk), recomputed(lays, new Map([[marketId(1), winners]])))
    }
    assert.strictEqual(risk.exposure, 1000)
    for (const { id } of lays) risk.remove(id)
    assert.deepStrictEqual(kept(risk), recomputed([], new Map()))
  })
})

describe("OpenRisk properties", () => {
  it.prop("keeps the sums that the open bets have, whatever happened to them", Story, ({ news }) => {
    const risk = new OpenRisk()
    const open = new Map<number, Bet.Bet>()
    const winners = new Map<string, number>()
    for (const one of news) {
      const told = betOf(one)
      if (one.isDefinition && one.winners !== null) {
        risk.learnWinners(told.marketId, one.winners)
        winners.set(told.marketId, one.winners)
      } else if (one.isRemoved) {
        risk.remove(told.id)
        open.delete(one.id)
      } else {
        risk.set(told, one.winners)
        if (Bet.isOpen(told)) open.set(one.id, told)
        else open.delete(one.id)
        if (one.winners !== null && Bet.isOpen(told)) winners.set(told.marketId, one.winners)
      }
      const left = [...open.values()]
      // Where nothing is open, the number of winners is forgotten.
      for (const id of markets) if (!left.some((bet) => bet.marketId === id)) winners.delete(id)
      assert.deepStrictEqual(kept(risk), recomputed(left, winners))
      for (const bet of left) assert.strictEqual(risk.find(bet.id)?.updatedAt, bet.updatedAt)
    }
  })

  it.prop("foresees the sums that taking a bet then brings, and changes nothing", Story, ({ news }) => {
    const risk = new OpenRisk()
    for (const one of news) {
      const told = betOf(one)
      const before = kept(risk)
      const tried = risk.tryOut(told, one.winners)
      assert.deepStrictEqual(kept(risk), before)
      if (!Bet.isOpen(told)) continue
      risk.set(told, one.winners)
      assert.strictEqual(tried.after.account, risk.exposure)
      assert.strictEqual(tried.after.openBets, risk.openBets)
      const own = kept(risk).strategies.find(({ name }) => name === told.strategyId)
      assert.strictEqual(tried.after.strategy, own?.exposure)
      risk.remove(told.id)
      assert.strictEqual(tried.before.openBets, risk.openBets)
      risk.set(told, one.winners)
    }
  })
})

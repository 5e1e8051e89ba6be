import { describe, expect, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import type { Bet } from "../../src/domain/Bet.ts"
import type { MarketId, SelectionId } from "../../src/domain/Identifiers.ts"
import * as Order from "../../src/domain/Order.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import type { Signal } from "../../src/domain/Signal.ts"
import type { MarketChange } from "../../src/market/MarketMessage.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"
import { strategy } from "../builders/strategies.ts"
import { TestRace } from "../builders/TestRace.ts"
import { allBets, pass, tell, withBot } from "./TestBot.ts"

const runnerCount = 4
const marketCount = 200
const lengthMs = 900_000

const settings = `
trading: { bankroll: 100000, strategy_evaluation_interval: 5, max_exposure: 100000, max_strategy_exposure: 100000,
  max_daily_loss: 100000, max_concurrent_bets: 100000, min_time_to_start_seconds: 0 }
bot: { max_consecutive_losses: 10000, max_drawdown_percent: 1, max_order_age_seconds: 60 }
`

/** Wants anything, in play or not: bets at odds good and bad, cancellations, replacements. */
const whimsical = (random: SeededRandom) =>
  strategy(
    "whimsical",
    ({ book, openBets }): ReadonlyArray<Signal> => {
      const bet = openBets[Math.floor(random.next() * openBets.length)]
      const dice = random.next()
      if (bet !== undefined && dice < 0.15) return [{ _tag: "Cancel", betId: bet.id, reason: "whim" }]
      const runner = book.runners[Math.floor(random.next() * book.runners.length)]
      const side = random.next() < 0.5 ? "BACK" : "LAY"
      const best = side === "BACK" ? runner?.availableToBack.price(0) : runner?.availableToLay.price(0)
      if (runner === undefined || best === undefined || best === 0) return []
      const price = PriceLadder.move(best, Math.round(random.next() * 10 - 5))
      if (bet !== undefined && dice < 0.3) return [{ _tag: "Replace", betId: bet.id, price, reason: "whim" }]
      if (dice > 0.6) return []
      const persistence = random.next() < 0.5 ? "LAPSE" : "PERSIST"
      return [
        {
          _tag: "Place",
          selectionId: runner.selectionId,
          side,
          order: dice < 0.35 ? { _tag: "LIMIT_ON_CLOSE", price } : { _tag: "LIMIT", price, persistence },
          sizing: { _tag: "FIXED", amount: 1000 },
          confidence: 1,
          reason: "whim",
          slot: `${Math.floor(random.next() * 3)}`
        }
      ]
    },
    { inPlay: true }
  )

/** A market's life, one thing every few seconds: prices, trades, suspensions, a withdrawal, the off, the result. */
class Script {
  readonly race: TestRace
  private readonly random: SeededRandom
  private stage: "early" | "open" | "inPlay" | "closed" = "early"
  private isSuspended = false
  private withdrawn = 0
  private readonly opensAt: number
  private readonly closesAt: number

  constructor(number: number, start: number, random: SeededRandom) {
    this.random = random
    this.opensAt = start + random.next() * 200_000
    this.closesAt = start + 400_000 + random.next() * (lengthMs - 450_000)
    this.race = new TestRace({ number, runnerCount, offAt: start + 300_000 + random.next() * 100_000 })
  }

  happen(now: number): ReadonlyArray<MarketChange> {
    const { race, random } = this
    if (this.stage === "closed") return random.next() < 0.05 ? [race.closes(this.anyRunner())] : []
    if (this.stage === "early") {
      if (now < this.opensAt) return []
      this.stage = "open"
      return [race.opens()]
    }
    if (now >= this.closesAt) {
      this.stage = "closed"
      const winner = this.anyRunner()
      return random.next() < 0.1 ? [race.closes(winner), race.closes(winner)] : [race.closes(winner)]
    }
    const dice = random.next()
    if (this.stage === "open" && now >= race.offAt) {
      this.stage = "inPlay"
      this.isSuspended = false
      return [race.suspends(), race.turnsInPlay()]
    }
    if (this.isSuspended) {
      this.isSuspended = dice < 0.5
      return this.isSuspended ? [] : [race.reopens()]
    }
    if (dice < 0.05) {
      this.isSuspended = true
      return [race.suspends()]
    }
    if (dice < 0.06 && this.withdrawn === 0 && this.stage === "open") {
      this.withdrawn = runnerCount
      return [race.withdraws(runnerCount, random.next() * 20)]
    }
    const runner = this.anyRunner()
    const back = PriceLadder.move(200, Math.floor(random.next() * 100))
    if (dice < 0.4) return [race.trades(runner, back / 100, Math.round(random.next() * 5000) / 100)]
    const size = Math.round(random.next() * 3000) / 100
    return [race.quotes(runner, { back: back / 100, lay: PriceLadder.move(back, 2) / 100, size })]
  }

  private anyRunner(): number {
    return 1 + Math.floor(this.random.next() * (this.withdrawn === 0 ? runnerCount : runnerCount - 1))
  }
}

/** What the bet brings if the runner wins, or loses, when everything that can still be matched goes against us. */
const worst = (bet: Bet, wins: boolean): number => {
  const { fills, order, side, sizeRemaining } = bet
  const matched = wins ? Order.profitIfWon(side, fills) : Order.profitIfLost(side, fills)
  if (bet.complete) return matched
  const waiting =
    order._tag === "LIMIT"
      ? side === "BACK"
        ? wins
          ? 0
          : -sizeRemaining
        : wins
          ? -Order.liabilityOf("LAY", order.price, sizeRemaining)
          : 0
      : (side === "BACK") === wins
        ? 0
        : -sizeRemaining
  return matched + waiting
}

/** The most that can be lost on a market, by trying every winner. */
const worstOfMarket = (bets: ReadonlyArray<Bet>): number => {
  const outcomes = Array.from({ length: runnerCount }, (_, i) => (i + 1) as SelectionId)
  const losses = outcomes.map((winner) => -bets.reduce((sum, bet) => sum + worst(bet, bet.selectionId === winner), 0))
  return Math.max(0, ...losses)
}

describe("200 markets on which anything happens", () => {
  it.effect("never stake more than the exposure says, and leave nothing open after the last has closed", () =>
    withBot({ strategies: [whimsical(new SeededRandom(11))], settings })(
      Effect.gen(function* () {
        const risk = yield* RiskManager
        const openBets = yield* OpenBets
        const start = yield* Clock.currentTimeMillis
        const random = new SeededRandom(12)
        const scripts = Array.from(
          { length: marketCount },
          (_, i) => new Script(i + 1, start, new SeededRandom(1000 + i))
        )
        const understated: Array<string> = []
        let most = 0
        for (let now = start; now < start + lengthMs; now = yield* Clock.currentTimeMillis) {
          for (const script of scripts) {
            if (random.next() < 0.5) continue
            const changes = script.happen(now)
            for (const change of changes) yield* tell(change)
          }
          yield* pass("2 seconds")
          const { exposure } = yield* risk.riskMetrics
          const byMarket = Map.groupBy(openBets.all(), ({ marketId }): MarketId => marketId)
          const truth = [...byMarket.values()].reduce((sum, bets) => sum + worstOfMarket(bets), 0)
          if (truth > exposure) understated.push(`${(now - start) / 1000} s: ${truth} at stake, exposure ${exposure}`)
          most = Math.max(most, exposure)
        }
        yield* pass("1 minute")
        expect(understated).toEqual([])
        const bets = yield* allBets
        const kinds = new Set(bets.map(({ status }) => status))
        expect([...kinds].toSorted()).toEqual(["cancelled", "lapsed", "rejected", "settled", "voided"])
        expect(bets.length).toBeGreaterThan(2000)
        expect(most).toBeGreaterThan(100_000)
        expect([openBets.count(), (yield* risk.riskMetrics).exposure]).toEqual([0, 0])
        const repository = yield* BetRepository
        expect(yield* repository.open("paper")).toEqual([])
        expect((yield* risk.riskMetrics).bankroll).toBe(10_000_000 + (yield* repository.totalNet("paper")))
      })
    )
  )
})

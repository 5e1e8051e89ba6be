import { describe, expect, it } from "vitest"
import { OwnOrders } from "../../src/backtest/OwnOrders.ts"
import type { Bet } from "../../src/domain/Bet.ts"
import { runnerKey } from "../../src/domain/Identifiers.ts"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"
import { Scenario } from "../../src/strategy/Scenario.ts"

const scenario = new Scenario([{}, {}, {}])
const runners = [1, 2, 3]

const betOf = (runner: number, id: number): Bet => ({
  ...scenario.bet(runner, "BACK", 3, 2),
  id: `bet-${id}` as Bet["id"]
})

const matchedOf = (bet: Bet): Bet => ({
  ...bet,
  fills: [{ at: 1, price: 300, size: 200 }],
  sizeRemaining: 0,
  complete: true
})

const known = (own: OwnOrders) =>
  runners.map((runner) => {
    const key = runnerKey(runner)
    return [own.isBusy(key), own.worst(key, "BACK"), own.worst(key, "LAY")]
  })

const afresh = (bets: ReadonlyArray<Bet>) => {
  const own = new OwnOrders()
  own.see(bets)
  return known(own)
}

describe("OwnOrders.see", () => {
  it("knows of changed bets what one knows who sees them for the first time", () => {
    const random = new SeededRandom(3)
    const pick = (limit: number) => Math.floor(random.next() * limit)
    const own = new OwnOrders()
    let bets: ReadonlyArray<Bet> = []
    for (let step = 0; step < 2000; step++) {
      // One or several things happen between two looks: a new bet, a match, an end, an end with a comeback.
      for (let happened = 0; happened <= pick(3); happened++) {
        const chosen = bets[pick(bets.length)]
        const what = pick(4)
        if (chosen === undefined || what === 0) bets = [...bets, betOf(1 + pick(3), step * 10 + happened)]
        else if (what === 1) bets = bets.map((bet) => (bet === chosen ? matchedOf(bet) : bet))
        else bets = bets.filter((bet) => bet !== chosen)
        if (chosen !== undefined && what === 3 && pick(5) === 0) bets = [...bets, matchedOf(chosen)]
      }
      own.see(bets)
      expect(known(own)).toEqual(afresh(bets))
    }
  })
})

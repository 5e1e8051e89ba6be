/**
 * How markets can end, through the whole bot and under both profiles. Three runners are backed at 3.0 with 2.00 each, and
 * matched at once.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { limitOnce } from "../../src/backtest/LastMinuteProbes.ts"
import type { ProfileName } from "../../src/backtest/ProbeSettings.ts"
import type { MarketChange } from "../../src/market/MarketMessage.ts"
import type { TestRace, TestRaceOptions } from "../builders/TestRace.ts"
import { play, race } from "./ScriptedMarket.ts"

type Script = (race: TestRace) => ReadonlyArray<MarketChange>

/** Backed and matched, and then what the script says. */
const playOut = Effect.fnUntraced(function* (profile: ProfileName, options: Partial<TestRaceOptions>, script: Script) {
  const market = race(options)
  const matched = [market.opens(), market.quotes(1, { back: 3 }), market.quotes(1, { back: 3 })]
  const bets = yield* play(limitOnce, profile, [...matched, ...script(market)])
  return {
    profits: bets.map(({ bet }) => bet.settlement?.profit ?? null),
    commission: bets.reduce((sum, { bet }) => sum + (bet.settlement?.commission ?? 0), 0)
  }
})

interface Ending {
  readonly options?: Partial<TestRaceOptions>
  readonly script: Script
  /** Of each bet in pence, null for one that was not settled. */
  readonly default: ReadonlyArray<number | null>
  readonly flumine: ReadonlyArray<number | null>
}

const endings: Readonly<Record<string, Ending>> = {
  "with a winner": {
    script: (race) => [race.suspends(), race.closes(2)],
    default: [-200, 400, -200],
    flumine: [-200, 400, -200]
  },
  "in a dead heat of a win market": {
    script: (race) => [race.suspends(), race.closes(1, 2)],
    default: [100, 100, -200],
    flumine: [100, 100, -200]
  },
  "in a dead heat of a place market, which the reference pays in full": {
    options: { marketType: "PLACE", numberOfWinners: 2 },
    script: (race) => [race.suspends(), race.closes(1, 2, 3)],
    default: [200, 200, 200],
    flumine: [400, 400, 400]
  },
  "each-way, with the places at a quarter of the odds": {
    options: { marketType: "EACH_WAY", numberOfWinners: 2, eachWayDivisor: 4 },
    script: (race) => [
      race.suspends(),
      race.becomes({
        status: "CLOSED",
        runners: [
          { id: 1, status: "WINNER", sortPriority: 1 },
          { id: 2, status: "PLACED", sortPriority: 2 },
          { id: 3, status: "LOSER", sortPriority: 3 }
        ]
      })
    ],
    default: [500, -100, -400],
    flumine: [500, -100, -400]
  },
  "with nobody a winner, which is void but for the reference": {
    script: (race) => [race.suspends(), race.closes()],
    default: [0, 0, 0],
    flumine: [-200, -200, -200]
  },
  "void, with every runner withdrawn": {
    script: (race) => [
      race.suspends(),
      race.withdraws(1),
      race.withdraws(2),
      race.withdraws(3),
      race.becomes({ status: "CLOSED" })
    ],
    default: [null, null, null],
    flumine: [null, null, null]
  },
  "after a withdrawal that takes a quarter off the other prices": {
    script: (race) => [race.suspends(), race.withdraws(3, 25), race.reopens(), race.closes(1)],
    default: [250, -200, null],
    flumine: [250, -200, null]
  },
  "a second time, with another winner": {
    script: (race) => [race.closes(1), race.closes(2)],
    default: [-200, 400, -200],
    flumine: [-200, 400, -200]
  },
  "a second time, after it was opened again": {
    script: (race) => [race.closes(1), race.reopens(), race.suspends(), race.closes(3)],
    default: [-200, -200, 400],
    flumine: [-200, -200, 400]
  }
}

describe("a market that ends", () => {
  for (const [how, ending] of Object.entries(endings)) {
    it.effect.each(["default", "flumine"] as const)(`${how}: settled by the profile %s`, (profile) =>
      Effect.gen(function* () {
        const { profits } = yield* playOut(profile, ending.options ?? {}, ending.script)
        expect(profits).toEqual(ending[profile])
      })
    )
  }

  it.effect.each([
    ["default", 60],
    ["flumine", 30]
  ] as const)("pays commission at the %s rate", ([profile, expected]) =>
    Effect.gen(function* () {
      const generous = { numberOfWinners: 2, marketType: "PLACE", marketBaseRate: 10 }
      const { commission } = yield* playOut(profile, generous, (race) => [race.closes(1, 2)])
      expect(commission).toBe(expected)
    })
  )
})

/** The generated races that are open at one time, merged into one stream of messages by publish time. */
import type { MarketChange, MarketMessage } from "../../src/market/MarketMessage.ts"
import { clockOf, Race } from "../../src/sandbox/Race.ts"
import type { Day } from "../../src/sandbox/RaceCard.ts"
import { firstUnopened, racesAt } from "../../src/sandbox/RaceDay.ts"

export class RunningRaces {
  private readonly day: Day
  private readonly races: Array<Race> = []
  private nextIndex = 0

  /** Joins all races that are open at `now` (epoch milliseconds) where they are. */
  constructor(day: Day, now: number) {
    this.day = day
    for (const index of racesAt(day, now)) {
      const race = new Race(day, index)
      race.fastForward(now)
      if (!race.isOver) this.races.push(race)
    }
    this.nextIndex = firstUnopened(day, now)
  }

  get marketIds(): ReadonlyArray<string> {
    return this.races.flatMap((race) => race.markets.map((market) => market.marketId))
  }

  /** All markets as they stand, for a new listener. */
  images(): ReadonlyArray<MarketChange> {
    return this.races.flatMap((race) => race.images())
  }

  /** Plays all races on to `until` (epoch milliseconds, inclusive); those that open on the way begin with an image. */
  advance(until: number): ReadonlyArray<MarketMessage> {
    for (const end = firstUnopened(this.day, until); this.nextIndex < end; this.nextIndex++) {
      this.races.push(new Race(this.day, this.nextIndex))
    }
    const messages = this.races.flatMap((race) => race.advance(until))
    for (let i = this.races.length - 1; i >= 0; i--) if (this.races[i]!.isOver) this.races.splice(i, 1)
    return messages.toSorted((a, b) => a.pt - b.pt)
  }
}

/** The first message of a subscription. */
export const imageMessage = (now: number, changes: ReadonlyArray<MarketChange>): MarketMessage => ({
  op: "mcm",
  id: 1,
  initialClk: clockOf(now),
  clk: clockOf(now),
  conflateMs: 0,
  heartbeatMs: 5000,
  pt: now,
  ct: "SUB_IMAGE",
  mc: changes
})

export const heartbeatMessage = (now: number): MarketMessage => ({
  op: "mcm",
  id: 1,
  clk: clockOf(now),
  pt: now,
  ct: "HEARTBEAT"
})

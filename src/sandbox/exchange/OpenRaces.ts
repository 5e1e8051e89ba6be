/**
 * The races of the day whose markets are open, and those that closed within the last hour: the latter are played again when
 * somebody asks for them after a restart.
 */
import { Option } from "effect"
import type { MarketMessage } from "../../market/MarketMessage.ts"
import type { GeneratedMarket } from "../GeneratedMarket.ts"
import { raceOf } from "../MarketNumber.ts"
import { Race } from "../Race.ts"
import * as RaceCard from "../RaceCard.ts"
import { firstUnopened, racesAt, type Day } from "../RaceDay.ts"
import type { ExchangeMarket } from "./ExchangeMarket.ts"
import type { OpenMarket, Programme } from "./Programme.ts"

const closedKept = 500
const rememberedMs = 3_600_000

export class OpenRaces implements Programme {
  private readonly day: Day
  private readonly races: Array<Race> = []
  private readonly open = new Map<string, OpenMarket>()
  private readonly closed = new Map<string, GeneratedMarket>()
  private nextIndex: number
  private now: number

  /** Joins the races of the moment where they are; those of the markets in `fresh` at their beginning instead. */
  constructor(day: Day, now: number, fresh: ReadonlySet<string>) {
    this.day = day
    this.now = now
    const indexes = new Set([...fresh].flatMap((id) => Option.toArray(raceOf(day, id))))
    for (const index of new Set([...indexes, ...racesAt(day, now)].toSorted((a, b) => a - b))) {
      const race = new Race(day, index)
      if (!indexes.has(index)) race.fastForward(now)
      if (!race.isOver) this.add(race)
    }
    this.nextIndex = firstUnopened(day, now)
  }

  get markets(): ReadonlyArray<OpenMarket> {
    return [...this.open.values()]
  }

  find(marketId: string): OpenMarket | undefined {
    return this.open.get(marketId)
  }

  known(marketId: string): ExchangeMarket | undefined {
    return this.open.get(marketId)?.market ?? this.closed.get(marketId) ?? this.recall(marketId)
  }

  private recall(marketId: string): GeneratedMarket | undefined {
    const index = Option.getOrNull(raceOf(this.day, marketId))
    if (index === null) return undefined
    const { closeAt } = RaceCard.make(this.day, index)
    if (closeAt > this.now || closeAt < this.now - rememberedMs) return undefined
    const race = new Race(this.day, index)
    race.fastForward(closeAt)
    this.remember(race)
    return this.closed.get(marketId)
  }

  play(until: number, told: boolean): ReadonlyArray<MarketMessage> {
    this.now = until
    for (const end = firstUnopened(this.day, until); this.nextIndex < end; this.nextIndex++) {
      this.add(new Race(this.day, this.nextIndex))
    }
    const messages: Array<MarketMessage> = []
    for (const race of this.races) {
      if (told) messages.push(...race.advance(until))
      else race.fastForward(until)
    }
    for (let i = this.races.length - 1; i >= 0; i--) if (this.races[i]!.isOver) this.close(i)
    return messages.toSorted((a, b) => a.pt - b.pt)
  }

  private add(race: Race): void {
    this.races.push(race)
    for (const market of race.markets) this.open.set(market.marketId, { race, market })
  }

  private close(i: number): void {
    const [race] = this.races.splice(i, 1)
    for (const market of race!.markets) this.open.delete(market.marketId)
    this.remember(race!)
  }

  private remember(race: Race): void {
    for (const market of race.markets) this.closed.set(market.marketId, market)
    for (const id of this.closed.keys()) {
      if (this.closed.size <= closedKept) break
      this.closed.delete(id)
    }
  }
}

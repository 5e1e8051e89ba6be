/** A market of 40 runners as bytes: an image, and then as many updates as anybody wants, each a message of its own. */
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"

export const runners = 40
const marketId = "1.900000001"
const firstSelection = 10_000_001
const start = Date.UTC(2026, 0, 2, 12)
const betweenMs = 20
const levels = 5

/** Between 2.20 and 2.80, where the ladder goes in steps of 0.02. */
const middles = Array.from({ length: runners }, (_, index) => 110 + (index % 31))
const priceAt = (step: number) => (step * 2) / 100

const definition = {
  status: "OPEN",
  bettingType: "ODDS",
  marketType: "WIN",
  eventTypeId: "7",
  eventId: "900000001",
  countryCode: "GB",
  timezone: "GMT",
  marketTime: new Date(start + 7_200_000).toISOString(),
  numberOfWinners: 1,
  numberOfActiveRunners: runners,
  marketBaseRate: 5,
  betDelay: 0,
  inPlay: false,
  bspMarket: false,
  complete: true,
  version: 1,
  runners: middles.map((_, index) => ({ id: firstSelection + index, sortPriority: index + 1, status: "ACTIVE" }))
}

const message = (time: number, change: object): Buffer =>
  Buffer.from(`${JSON.stringify({ op: "mcm", clk: "AAA", pt: time, mc: [{ id: marketId, ...change }] })}\n`)

export const image = (): Buffer =>
  message(start, {
    marketDefinition: definition,
    rc: middles.map((middle, index) => ({
      id: firstSelection + index,
      atb: Array.from({ length: levels }, (_, level) => [priceAt(middle - 1 - level), 50 + level]),
      atl: Array.from({ length: levels }, (_, level) => [priceAt(middle + 1 + level), 50 + level]),
      ltp: priceAt(middle),
      trd: [[priceAt(middle), 10]]
    })),
    img: true
  })

/** Each changes one to four runners: an amount on either side, and at times a trade. */
export class Updates {
  private readonly random = new SeededRandom(7)
  private readonly traded = middles.map(() => 10)
  private time = start

  next(): Buffer {
    this.time += betweenMs
    const changed = 1 + this.below(4)
    const first = this.below(runners)
    return message(this.time, {
      rc: Array.from({ length: changed }, (_, index) => this.change((first + index * 7) % runners))
    })
  }

  private change(index: number): object {
    const middle = middles[index]!
    const level = 1 + this.below(levels)
    const size = this.below(10) === 0 && level === levels ? 0 : 2 + this.below(50_000) / 100
    const isBack = this.below(2) === 0
    const offers = [[priceAt(isBack ? middle - level : middle + level), size]]
    const change = { id: firstSelection + index, ...(isBack ? { atb: offers } : { atl: offers }) }
    if (this.below(4) > 0) return change
    const traded = (this.traded[index] = Math.round((this.traded[index]! + 2 + this.below(1000) / 100) * 100) / 100)
    return { ...change, ltp: priceAt(middle), trd: [[priceAt(middle), traded]] }
  }

  private below(limit: number): number {
    return Math.floor(this.random.next() * limit)
  }
}

import { describe, expect, it } from "vitest"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import { BookStore } from "../../src/market/BookStore.ts"
import type { PriceSizes } from "../../src/market/PriceSizes.ts"
import type { MarketDefinitionMessage, MarketMessage, PriceSize } from "../../src/market/MarketMessage.ts"
import { Race } from "../../src/sandbox/Race.ts"
import { day, findRace, firstIndex, withdrawnGreyhound, withdrawnHorse } from "./races.ts"

const changesOf = (messages: ReadonlyArray<MarketMessage>, marketId: string) =>
  messages
    .flatMap((message) => (message.mc ?? []).map((change) => ({ pt: message.pt, change })))
    .filter(({ change }) => change.id === marketId)

const definitionsOf = (messages: ReadonlyArray<MarketMessage>, marketId: string) =>
  changesOf(messages, marketId).flatMap(({ change, pt }) =>
    change.marketDefinition === undefined ? [] : [{ pt, definition: change.marketDefinition }]
  )

const playedWhole = (race: Race) => race.advance(Number.POSITIVE_INFINITY)

const allowedKeys = {
  message: "op id pt clk initialClk ct status heartbeatMs conflateMs segmentType mc".split(" "),
  change: "id img con tv marketDefinition rc".split(" "),
  runner: "id hc atb atl batb batl bdatb bdatl trd spb spl ltp tv spn spf".split(" "),
  definition: (
    "status runners venue name eventId eventName eventTypeId marketType bettingType countryCode timezone raceType " +
    "marketTime suspendTime settledTime openDate inPlay turnInPlayEnabled persistenceEnabled bspMarket bspReconciled " +
    "complete crossMatching runnersVoidable discountAllowed betDelay betDelayModels marketBaseRate numberOfWinners " +
    "numberOfActiveRunners eachWayDivisor version regulators priceLadderDefinition"
  ).split(" "),
  runnerDefinition: "id hc name status sortPriority adjustmentFactor removalDate bsp".split(" ")
}
const strangers = (value: object, allowed: ReadonlyArray<string>) =>
  Object.keys(value).filter((key) => !allowed.includes(key))

const winners = (definition: MarketDefinitionMessage) =>
  definition.runners!.filter((runner) => runner.status === "WINNER").map((runner) => runner.id)

const levels = (sizes: PriceSizes) => sizes.toArray()

const contents = (books: BookStore, race: Race) =>
  race.markets.map(({ marketId }) => {
    const book = books.get(marketId as MarketId)!
    return {
      definition: book.definition,
      total: book.totalMatched,
      runners: book.runners.map((runner) => ({
        back: levels(runner.availableToBack),
        lay: levels(runner.availableToLay),
        traded: levels(runner.traded),
        startingPriceBack: levels(runner.startingPriceBack),
        startingPriceLay: levels(runner.startingPriceLay),
        near: runner.startingPriceNear,
        far: runner.startingPriceFar,
        last: runner.lastPriceTraded,
        total: runner.totalMatched
      }))
    }
  })

/** Moments at which everything has just been published. */
const publishedTimes = ({ card }: Race) => [
  ...(card.withdrawal === null ? [] : [card.withdrawal.at, card.withdrawal.at + 1250]),
  card.offAt,
  card.offAt + 600,
  card.closeAt
]

const imageOf = (race: Race, pt: number): MarketMessage => ({ op: "mcm", pt, mc: race.images() })

const isOnLadder = ([price]: PriceSize) =>
  PriceLadder.isOnLadder(Math.round(price * 100)) && Math.round(price * 100) / 100 === price

const isPence = ([, size]: PriceSize) => size >= 0 && Math.round(size * 100) / 100 === size

describe("Race.advance", () => {
  it("tells the same race byte for byte from the same day", () => {
    expect(JSON.stringify(playedWhole(new Race(day, firstIndex)))).toBe(
      JSON.stringify(playedWhole(new Race(day, firstIndex)))
    )
  })

  it("tells another race for another seed, interval or number", () => {
    const others = [
      new Race({ ...day, seed: 8 }, firstIndex),
      new Race({ ...day, intervalMs: 61_000 }, firstIndex),
      new Race(day, firstIndex + 1)
    ]
    const names = [new Race(day, firstIndex), ...others].map((race) =>
      race.card.entries.map((entry) => entry.name).join()
    )
    expect(new Set(names).size).toBe(4)
  })

  it("does not depend on the portions in which it is played", () => {
    const whole = playedWhole(new Race(day, firstIndex))
    const race = new Race(day, firstIndex)
    const portions: Array<MarketMessage> = []
    for (let until = race.card.openAt; !race.isOver; until += 777) portions.push(...race.advance(until))
    expect(portions).toEqual(whole)
  })

  it("goes on the same when joined in the middle", () => {
    const joined = withdrawnHorse()
    const whole = playedWhole(withdrawnHorse())
    const middle = joined.card.offAt + 20_000
    joined.fastForward(middle)
    expect(playedWhole(joined)).toEqual(whole.filter((message) => message.pt > middle))
  })

  it("uses only the fields of the exchange's messages, and survives JSON", () => {
    const messages = playedWhole(withdrawnHorse())
    expect(JSON.parse(JSON.stringify(messages))).toEqual(messages)
    for (const message of messages) {
      expect(strangers(message, allowedKeys.message)).toEqual([])
      for (const change of message.mc ?? []) {
        expect(strangers(change, allowedKeys.change)).toEqual([])
        for (const runner of change.rc ?? []) expect(strangers(runner, allowedKeys.runner)).toEqual([])
        const definition = change.marketDefinition
        if (definition === undefined) continue
        expect(strangers(definition, allowedKeys.definition)).toEqual([])
        for (const runner of definition.runners!) expect(strangers(runner, allowedKeys.runnerDefinition)).toEqual([])
      }
    }
  })

  it("publishes in the order of time, an image first, at most ten changes a second and market", () => {
    const race = new Race(day, firstIndex)
    const messages = playedWhole(race)
    for (const { marketId } of race.markets) {
      const changes = changesOf(messages, marketId)
      expect(changes[0]!.change.img).toBe(true)
      expect(changes.filter(({ change }) => change.img === true)).toHaveLength(1)
      const prices = changes.filter(({ change }) => change.marketDefinition === undefined)
      for (let i = 1; i < prices.length; i++) expect(prices[i]!.pt - prices[i - 1]!.pt).toBeGreaterThanOrEqual(100)
    }
  })

  it("grows busier towards the off", () => {
    const race = findRace((card) => card.sport === "horses" && card.withdrawal === null)
    const win = changesOf(playedWhole(race), race.markets[0]!.marketId)
    const rate = (fromMs: number, toMs: number) =>
      (1000 * win.filter(({ pt }) => pt >= race.card.offAt + fromMs && pt < race.card.offAt + toMs).length) /
      (toMs - fromMs)
    expect(rate(-600_000, -300_000)).toBeGreaterThan(1)
    expect(rate(-600_000, -300_000)).toBeLessThan(6)
    expect(rate(-20_000, 0)).toBeGreaterThan(8)
  })
})

describe("Race on horses", () => {
  it("opens, loses a runner, goes off, is reconciled, run and settled", () => {
    const race = withdrawnHorse()
    const { card } = race
    const messages = playedWhole(race)
    for (const market of race.markets) {
      const definitions = definitionsOf(messages, market.marketId)
      expect(
        definitions.map(({ definition, pt }) => [
          definition.status,
          definition.inPlay,
          definition.betDelay,
          definition.bspReconciled,
          pt
        ])
      ).toEqual([
        ["OPEN", false, 0, false, card.openAt],
        ["SUSPENDED", false, 0, false, card.withdrawal!.at],
        ["SUSPENDED", false, 0, false, card.withdrawal!.at + 1250],
        ["OPEN", false, 0, false, card.withdrawal!.at + 2500],
        ["SUSPENDED", false, 0, false, card.offAt],
        ["SUSPENDED", false, 0, true, card.offAt + 600],
        ["OPEN", true, 1, true, card.offAt + 1100],
        ["SUSPENDED", true, 1, true, card.finishAt + 1500],
        ["CLOSED", true, 1, true, card.closeAt]
      ])
      const versions = definitions.map(({ definition }) => definition.version!)
      expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b))
    }
  })

  it("is off at its number times the interval, open ten minutes before", () => {
    const { card } = new Race(day, firstIndex)
    expect(card.scheduledOffAt).toBe(firstIndex * day.intervalMs)
    expect(card.openAt).toBe(card.scheduledOffAt - 600_000)
    expect(card.offAt - card.scheduledOffAt).toBeLessThanOrEqual(4000)
  })

  it("runs on when the off falls on a step", () => {
    const race = findRace((card) => card.sport === "horses" && (card.offAt - card.openAt) % 1000 === 0)
    race.fastForward(race.card.offAt + 30_000)
    expect([...race.strengths].filter(Number.isFinite)).toHaveLength(race.card.entries.length)
    expect(race.markets[0]!.crowd.chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9)
  })

  it("places the winner too, as many as the field pays, and nobody who was withdrawn", () => {
    for (let index = firstIndex; index < firstIndex + 40; index++) {
      const race = new Race(day, index)
      race.fastForward(race.card.closeAt)
      const [win, place] = race.markets.map((market) => market.definition())
      expect(winners(win!)).toHaveLength(1)
      expect(winners(place!)).toHaveLength(place!.numberOfWinners!)
      expect(winners(place!)).toContain(winners(win!)[0])
      const size = race.card.entries.length
      expect(place!.numberOfWinners).toBe(race.card.sport === "greyhounds" || size < 8 ? 2 : size < 16 ? 3 : 4)
      const removed = race.card.withdrawal === null ? 0 : 1
      expect(win!.runners!.filter((runner) => runner.status === "REMOVED")).toHaveLength(removed)
      expect(win!.runners!.filter((runner) => runner.status === "LOSER")).toHaveLength(size - 1 - removed)
    }
  })

  it("converges to its result in running", () => {
    const race = findRace((card) => card.sport === "horses" && card.withdrawal === null)
    const books = new BookStore()
    for (const message of race.advance(race.card.finishAt + 1400)) books.apply(message)
    const book = books.get(race.markets[0]!.marketId as MarketId)!
    const winner = book.runners[race.finish[0]!]!
    expect(winner.lastPriceTraded).toBeLessThan(150)
    for (const loser of race.finish.slice(2)) {
      const { availableToBack } = book.runners[loser]!
      expect(availableToBack.price(0)).toBeGreaterThan(5000)
    }
  })
})

describe("Race on greyhounds", () => {
  it("is not run in-play: prices stop at the off, with nothing left in the book", () => {
    const race = withdrawnGreyhound()
    const messages = playedWhole(race)
    for (const { marketId } of race.markets) {
      const definitions = definitionsOf(messages, marketId)
      expect(definitions.some(({ definition }) => definition.inPlay)).toBe(false)
      expect(definitions.at(-1)!.definition.status).toBe("CLOSED")
      const last = changesOf(messages, marketId).findLast(({ change }) => change.rc !== undefined)!
      expect(last.pt).toBe(race.card.offAt + 600)
      const books = new BookStore()
      for (const message of messages) books.apply(message)
      for (const runner of books.get(marketId as MarketId)!.runners) {
        expect(runner.availableToBack.length + runner.availableToLay.length).toBe(0)
      }
    }
  })
})

describe("a withdrawal", () => {
  it("voids the runner's orders, cancels the others' unmatched lays, and scales the reduction factors", () => {
    const race = findRace((card) => card.sport === "horses" && card.withdrawal !== null && card.withdrawal.entry < 3)
    const { at, entry } = race.card.withdrawal!
    const books = new BookStore()
    const apply = (messages: ReadonlyArray<MarketMessage>) => messages.forEach((message) => books.apply(message))
    apply(race.advance(at))
    const book = books.get(race.markets[0]!.marketId as MarketId)!
    const before = book.definition!.runners
    const bestBefore = book.runners.map((runner) => runner.availableToBack.price(0))
    const factor = before[entry]!.adjustmentFactor!
    expect(factor).toBeGreaterThan(2.5)
    apply(race.advance(at + 2499))
    const after = book.definition!
    expect(after.numberOfActiveRunners).toBe(before.length - 1)
    expect(after.runners[entry]).toMatchObject({
      status: "REMOVED",
      adjustmentFactor: factor,
      removedAt: Math.floor(at / 1000) * 1000
    })
    book.runners.forEach((runner, i) => {
      if (i === entry) {
        expect(runner.availableToBack.length + runner.availableToLay.length).toBe(0)
        return
      }
      expect(after.runners[i]!.adjustmentFactor).toBeCloseTo(before[i]!.adjustmentFactor! / (1 - factor / 100), 2)
      expect(runner.availableToBack.price(0)).toBeLessThan(bestBefore[i]! * (1 - factor / 100) + 1)
      expect(runner.availableToLay.length).toBeGreaterThan(0)
    })
    apply(race.advance(at + 30_000))
    // The others take over the withdrawn runner's part of the book: it is round again.
    const round = book.runners.reduce(
      (sum, runner) => sum + (runner.isActive ? 100 / runner.availableToBack.price(0) : 0),
      0
    )
    expect(round).toBeGreaterThan(0.99)
    expect(round).toBeLessThan(1.2)
  })
})

describe("a generated market, message by message", () => {
  const races = [withdrawnHorse, withdrawnGreyhound, () => new Race(day, firstIndex + 3)]

  it.each(races)("builds books that are the generator's own (race %#)", (make) => {
    const race = make()
    const problems: Array<unknown> = []
    const books = new BookStore((...problem) => problems.push(problem))
    for (const until of publishedTimes(race)) {
      for (const message of race.advance(until)) books.apply(message)
      const own = new BookStore()
      own.apply(imageOf(race, until))
      expect(contents(books, race)).toEqual(contents(own, race))
    }
    expect(problems).toEqual([])
  })

  it.each(races)("builds the same books for who joins with an image and for who was there (race %#)", (make) => {
    const race = make()
    const [early, late] = [new BookStore(), new BookStore()]
    const joinedAt = race.card.offAt - 30_050
    for (const message of race.advance(joinedAt)) early.apply(message)
    late.apply(imageOf(race, joinedAt))
    for (const message of race.advance(race.card.offAt)) {
      early.apply(message)
      late.apply(message)
    }
    expect(contents(late, race)).toEqual(contents(early, race))
  })

  it.each(races)("never crosses a book, and never trades backwards (race %#)", (make) => {
    const race = make()
    const books = new BookStore()
    const totals = new Map<object, number>()
    const wrong: Array<unknown> = []
    for (const message of playedWhole(race)) {
      for (const book of books.apply(message)) {
        for (const runner of book.runners) {
          const [back, lay] = [runner.availableToBack.price(0), runner.availableToLay.price(0)]
          if (back > 0 && lay > 0 && back >= lay) wrong.push(["crossed", message.pt, runner.selectionId, back, lay])
          if (runner.totalMatched < (totals.get(runner) ?? 0)) wrong.push(["backwards", message.pt, runner.selectionId])
          totals.set(runner, runner.totalMatched)
        }
      }
    }
    expect(wrong).toEqual([])
    for (const { marketId } of race.markets) {
      const book = books.get(marketId as MarketId)!
      let total = 0
      for (const runner of book.runners) {
        expect(levels(runner.traded).reduce((sum, { size }) => sum + size, 0)).toBe(runner.totalMatched)
        total += runner.totalMatched
      }
      expect(book.totalMatched).toBe(total)
    }
  })

  it.each(races)("has prices of the ladder and sizes of whole pence (race %#)", (make) => {
    for (const message of playedWhole(make())) {
      for (const runner of message.mc!.flatMap((change) => change.rc ?? [])) {
        const entries = [runner.atb, runner.atl, runner.trd, runner.spb, runner.spl].flatMap((list) => list ?? [])
        expect(entries.filter((entry) => !isOnLadder(entry) || !isPence(entry))).toEqual([])
        if (runner.ltp !== undefined) expect(PriceLadder.isOnLadder(Math.round(runner.ltp * 100))).toBe(true)
      }
    }
  })

  it("is about as deep, tight and traded as a recorded one at the off", () => {
    const race = findRace((card) => card.sport === "horses" && card.entries.length === 9 && card.withdrawal === null)
    const books = new BookStore()
    for (const message of race.advance(race.card.offAt - 1)) books.apply(message)
    const book = books.get(race.markets[0]!.marketId as MarketId)!
    let round = 0
    for (const runner of book.runners) {
      round += 100 / runner.availableToBack.price(0)
      expect(runner.availableToBack.length).toBeGreaterThan(12)
      expect(runner.availableToLay.length).toBeGreaterThan(8)
      expect(PriceLadder.ticksBetween(runner.availableToBack.price(0), runner.availableToLay.price(0))).toBeLessThan(6)
    }
    expect(round).toBeGreaterThan(1)
    expect(round).toBeLessThan(1.05)
    expect(book.totalMatched / race.card.liquidity).toBeGreaterThan(8_000_000)
    expect(book.totalMatched / race.card.liquidity).toBeLessThan(50_000_000)
  })
})

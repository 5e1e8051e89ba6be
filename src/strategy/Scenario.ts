/**
 * A race made up for a test: prices are set, time passes, and at any point there is a snapshot to ask a strategy about. The
 * tests of the built-in strategies use it, and so can those of anyone's own.
 */
import type { Bet } from "../domain/Bet.ts"
import * as Bets from "../domain/Bet.ts"
import { makeBetId, MarketId, runnerKey, SelectionId, StrategyId } from "../domain/Identifiers.ts"
import { type MarketDefinition, noCard, type RunnerDefinition, type RunnerStatus } from "../domain/Market.ts"
import * as Money from "../domain/Money.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"
import { MarketBook, RunnerBook } from "../market/MarketBook.ts"
import type { Snapshot } from "./Strategy.ts"

/** Decimal odds and decimal money; what is left out stays as it is, `null` takes it away. */
export interface Quote {
  /** Best price for backers. */
  readonly back?: number | null
  /** Best price for layers. */
  readonly lay?: number | null
  readonly last?: number | null
  /** Offered at each of the best prices; 100 at first. */
  readonly size?: number
  /** Traded on the runner so far. */
  readonly traded?: number
}

/** A scenario begins here: 14 November 2023, 22:13:20 UTC. */
export const begin = 1_700_000_000_000

export class Scenario {
  readonly book: MarketBook
  /** Epoch milliseconds. */
  now = begin
  private readonly sizes = new Map<number, number>()

  /** Runners are given their selection ids in order, from 1. The off is 10 minutes away unless `definition` says otherwise. */
  constructor(runners: ReadonlyArray<Quote>, definition: Partial<MarketDefinition> = {}) {
    this.book = new MarketBook(definition.marketId ?? MarketId.make("1.1"))
    this.define({ ...marketOf(this.book.marketId, runners.length), ...definition })
    runners.forEach((quote, index) => this.quote(index + 1, quote))
  }

  get market(): MarketDefinition {
    if (this.book.definition === null) throw new Error("a scenario always has a definition")
    return this.book.definition
  }

  /** Lets time pass. */
  after(seconds: number): this {
    this.now += seconds * 1000
    return this
  }

  /** Changes a runner's prices. */
  quote(selectionId: number, { back, last, lay, size, traded }: Quote): this {
    const runner = this.runner(selectionId)
    if (size !== undefined) this.sizes.set(selectionId, size)
    const offered = Money.fromDecimal(this.sizes.get(selectionId) ?? 100)
    for (const [offers, odds] of [
      [runner.availableToBack, back],
      [runner.availableToLay, lay]
    ] as const) {
      if (odds === undefined) continue
      offers.clear()
      if (odds !== null) offers.set(PriceLadder.fromDecimal(odds), offered)
    }
    if (last !== undefined) runner.lastPriceTraded = last === null ? 0 : PriceLadder.fromDecimal(last)
    if (traded !== undefined) {
      this.book.totalMatched += Money.fromDecimal(traded) - runner.totalMatched
      runner.totalMatched = Money.fromDecimal(traded)
    }
    runner.updated = this.touch()
    return this
  }

  /** Changes the market: `define({ inPlay: true })`, `define({ status: "SUSPENDED" })`. */
  define(change: Partial<MarketDefinition>): this {
    const definition = { ...this.book.definition, ...change } as MarketDefinition
    this.book.definition = definition
    for (const runner of definition.runners) {
      let book = this.book.runnersByKey.get(runner.key)
      if (book === undefined) {
        book = new RunnerBook(runner.key, runner.selectionId, runner.handicap)
        this.book.runners.push(book)
        this.book.runnersByKey.set(runner.key, book)
      }
      book.definition = runner
    }
    this.touch()
    return this
  }

  /** Changes a runner's status: `status(2, "REMOVED")`. */
  status(selectionId: number, status: RunnerStatus): this {
    const runners = this.market.runners.map((runner) =>
      runner.selectionId === selectionId ? { ...runner, status } : runner
    )
    return this.define({ runners, numberOfActiveRunners: runners.filter(({ status }) => status === "ACTIVE").length })
  }

  runner(selectionId: number): RunnerBook {
    const runner = this.book.runnersByKey.get(runnerKey(selectionId))
    if (runner === undefined) throw new Error(`no runner ${selectionId} in this scenario`)
    return runner
  }

  /** A bet of ours that waits at the exchange, placed now, nothing of it matched; `change` makes it another. */
  bet(selectionId: number, side: Side, odds: number, size: number, change: Partial<Bet> = {}): Bet {
    const placed = Bets.transition(
      Bets.fromIntent({
        id: makeBetId(this.now, () => selectionId / 1000 + (side === "BACK" ? 0.25 : 0.75) / 2),
        mode: "paper",
        strategyId: StrategyId.make("scenario"),
        marketId: this.book.marketId,
        selectionId: SelectionId.make(selectionId),
        handicap: 0,
        side,
        slot: "",
        order: {
          _tag: "LIMIT",
          price: PriceLadder.fromDecimal(odds),
          size: Money.fromDecimal(size),
          persistence: "LAPSE"
        },
        confidence: 1,
        probability: null,
        reason: "scenario",
        replaces: null,
        createdAt: this.now
      }),
      {
        _tag: "Updated",
        at: this.now,
        state: {
          betfairBetId: String(selectionId),
          placedAt: this.now,
          fills: [],
          sizeRemaining: Money.fromDecimal(size),
          sizeCancelled: 0,
          sizeLapsed: 0,
          sizeVoided: 0,
          complete: false
        }
      }
    )
    return { ...placed, ...change }
  }

  /** What a strategy is shown now. */
  snapshot(openBets: ReadonlyArray<Bet> = []): Snapshot {
    const { book, market, now } = this
    return { now, secondsToStart: (market.marketTime - now) / 1000, market, book, openBets }
  }

  private touch(): number {
    this.book.publishTime = this.now
    return ++this.book.updates
  }
}

const marketOf = (marketId: MarketId, runners: number): MarketDefinition => ({
  marketId,
  eventTypeId: "7",
  eventId: null,
  eventName: null,
  marketType: "WIN",
  name: null,
  venue: "Scenario",
  countryCode: "GB",
  timezone: "Europe/London",
  raceType: null,
  bettingType: "ODDS",
  marketTime: begin + 600_000,
  settledAt: null,
  status: "OPEN",
  inPlay: false,
  turnInPlayEnabled: true,
  persistenceEnabled: true,
  bspMarket: true,
  bspReconciled: false,
  complete: true,
  crossMatching: true,
  runnersVoidable: false,
  discountAllowed: true,
  betDelay: 0,
  betDelayModels: [],
  marketBaseRate: 5,
  numberOfWinners: 1,
  numberOfActiveRunners: runners,
  eachWayDivisor: null,
  version: 1,
  ladder: "CLASSIC",
  runners: Array.from({ length: runners }, (_, index) => runnerOf(index + 1))
})

const runnerOf = (selectionId: number): RunnerDefinition => ({
  ...noCard,
  key: runnerKey(selectionId),
  selectionId: SelectionId.make(selectionId),
  handicap: 0,
  name: `Runner ${selectionId}`,
  sortPriority: selectionId,
  status: "ACTIVE",
  adjustmentFactor: null,
  removedAt: null,
  bsp: null
})

/**
 * A race as the exchange tells of it: each method is something that happens, and returns the change the exchange would send.
 * Odds and money are decimal, as on the wire.
 */
import { MarketId } from "../../src/domain/Identifiers.ts"
import type { MarketChange, MarketDefinitionMessage, PriceSize, RunnerChange } from "../../src/market/MarketMessage.ts"

export interface Quote {
  /** Best price for backers. */
  readonly back?: number
  /** Best price for layers. */
  readonly lay?: number
  /** Offered at each of the two. */
  readonly size?: number
}

export interface TestRaceOptions extends MarketDefinitionMessage {
  /** Distinguishes markets; the id is `1.<number>`. */
  readonly number?: number
  /** Scheduled off, epoch milliseconds. */
  readonly offAt: number
  readonly runnerCount?: number
}

export class TestRace {
  readonly marketId: MarketId
  readonly offAt: number
  private definition: MarketDefinitionMessage
  private readonly offers = new Map<string, number>()
  private readonly traded = new Map<string, number>()

  constructor({ number = 1, offAt, runnerCount = 3, ...definition }: TestRaceOptions) {
    this.marketId = MarketId.make(`1.${number}`)
    this.offAt = offAt
    this.definition = {
      status: "OPEN",
      inPlay: false,
      version: 1,
      betDelay: 0,
      bspMarket: true,
      bspReconciled: false,
      complete: true,
      persistenceEnabled: true,
      turnInPlayEnabled: true,
      discountAllowed: true,
      crossMatching: true,
      runnersVoidable: false,
      marketBaseRate: 5,
      bettingType: "ODDS",
      marketType: "WIN",
      numberOfWinners: 1,
      numberOfActiveRunners: runnerCount,
      eventTypeId: "7",
      countryCode: "GB",
      venue: "Ascot",
      name: "1m Hcap",
      marketTime: new Date(offAt).toISOString(),
      priceLadderDefinition: { type: "CLASSIC" },
      runners: Array.from({ length: runnerCount }, (_, i) => ({ id: i + 1, status: "ACTIVE", sortPriority: i + 1 })),
      ...definition
    }
  }

  /** The market's first message: every runner can be backed at 3.0 and laid at 3.1, unless `quotes` says otherwise. */
  opens(quotes: Readonly<Record<number, Quote>> = {}): MarketChange {
    const { runners = [] } = this.definition
    return {
      id: this.marketId,
      img: true,
      marketDefinition: this.definition,
      rc: runners.map(({ id }) => this.quoteOf(id, quotes[id] ?? { back: 3, lay: 3.1 }))
    }
  }

  quotes(runner: number, quote: Quote): MarketChange {
    return { id: this.marketId, rc: [this.quoteOf(runner, quote)] }
  }

  /** So much more is traded at the price; as on the wire, both sides of the match are counted. */
  trades(runner: number, odds: number, size: number): MarketChange {
    const key = `${runner} ${odds}`
    const total = (this.traded.get(key) ?? 0) + size
    this.traded.set(key, total)
    return { id: this.marketId, rc: [{ id: runner, trd: [[odds, total]], ltp: odds }] }
  }

  suspends(): MarketChange {
    return this.becomes({ status: "SUSPENDED" })
  }

  reopens(): MarketChange {
    return this.becomes({ status: "OPEN" })
  }

  turnsInPlay(betDelay = 1): MarketChange {
    return this.becomes({ status: "OPEN", inPlay: true, betDelay })
  }

  /** The result; told again with other winners it is a correction. */
  closes(...winners: ReadonlyArray<number>): MarketChange {
    const { runners = [] } = this.definition
    return this.becomes({
      status: "CLOSED",
      runners: runners.map((runner) =>
        runner.status === "REMOVED" ? runner : { ...runner, status: winners.includes(runner.id) ? "WINNER" : "LOSER" }
      )
    })
  }

  withdraws(withdrawn: number, adjustmentFactor = 10): MarketChange {
    const runners = (this.definition.runners ?? []).map((runner) =>
      runner.id === withdrawn ? { ...runner, status: "REMOVED", adjustmentFactor } : runner
    )
    const numberOfActiveRunners = runners.filter(({ status }) => status === "ACTIVE").length
    return this.becomes({ runners, numberOfActiveRunners })
  }

  becomes(changes: MarketDefinitionMessage): MarketChange {
    this.definition = { ...this.definition, ...changes, version: (this.definition.version ?? 0) + 1 }
    return { id: this.marketId, marketDefinition: this.definition }
  }

  private quoteOf(id: number, { back, lay, size = 100 }: Quote): RunnerChange {
    return {
      id,
      ...(back === undefined ? {} : { atb: this.moved(`${id} back`, back, size) }),
      ...(lay === undefined ? {} : { atl: this.moved(`${id} lay`, lay, size) })
    }
  }

  private moved(offer: string, odds: number, size: number): ReadonlyArray<PriceSize> {
    const before = this.offers.get(offer)
    this.offers.set(offer, odds)
    return before === undefined || before === odds
      ? [[odds, size]]
      : [
          [before, 0],
          [odds, size]
        ]
  }
}

/**
 * One market of a generated race, win or place: the states it goes through, and what the exchange publishes of it, whole
 * (an image) or as what has changed since the last publication.
 */
import * as Money from "../domain/Money.ts"
import type { MarketChange, MarketDefinitionMessage, RunnerChange } from "../market/MarketMessage.ts"
import type { Crowd } from "./Crowd.ts"
import { GeneratedRunner, isoTime } from "./GeneratedRunner.ts"
import type { MarketType, RaceCard } from "./RaceCard.ts"

/** A withdrawal cancels the others' unmatched lays from this reduction upward (percent). */
const reductionThatCancels: Readonly<Record<MarketType, number>> = { WIN: 2.5, PLACE: 4 }

const toThousandth = (value: number): number => Math.round(value * 1000) / 1000

/** Versions grow with the races, and within a market with each change of its definition. */
const firstVersion = (card: RaceCard, marketType: MarketType): number =>
  6_000_000_000 + (card.index % 10_000_000) * 100 + (marketType === "WIN" ? 0 : 50)

export class GeneratedMarket {
  readonly marketId: string
  readonly marketType: MarketType
  readonly numberOfWinners: number
  readonly crowd: Crowd
  readonly runners: ReadonlyArray<GeneratedRunner>
  status: "OPEN" | "SUSPENDED" | "CLOSED" = "OPEN"
  inPlay = false
  private readonly card: RaceCard
  private version: number
  private bspReconciled = false
  private settledAt: number | null = null
  private definitionChanged = false
  private totalPublished = 0

  constructor(marketId: string, marketType: MarketType, card: RaceCard, crowd: Crowd) {
    this.marketId = marketId
    this.marketType = marketType
    this.numberOfWinners = marketType === "WIN" ? 1 : card.places
    this.card = card
    this.crowd = crowd
    this.version = firstVersion(card, marketType)
    this.runners = card.entries.map(
      (entry, i) =>
        new GeneratedRunner(
          entry,
          crowd.books[i]!,
          crowd.startingPrices[i]!,
          toThousandth((100 * crowd.chances[i]!) / this.numberOfWinners)
        )
    )
    this.totalPublished = this.totalMatched
  }

  /** Pence, both sides of each match counted, withdrawn runners included. */
  get totalMatched(): number {
    return this.runners.reduce((total, runner) => total + runner.book.totalTraded, 0)
  }

  suspend(): void {
    this.status = "SUSPENDED"
    this.redefine()
  }

  open(): void {
    this.status = "OPEN"
    this.redefine()
  }

  /** The others' reduction factors grow as the withdrawn runner's share goes. */
  withdraw(withdrawn: number, at: number): void {
    const factor = this.runners[withdrawn]!.adjustmentFactor
    this.runners[withdrawn]!.withdraw(at)
    for (const other of this.runners) {
      if (other.isActive) other.adjustmentFactor = toThousandth(other.adjustmentFactor / (1 - factor / 100))
    }
    this.crowd.withdraw(withdrawn, factor, factor >= reductionThatCancels[this.marketType])
    this.redefine()
  }

  projectStartingPrices(): void {
    for (const runner of this.runners) if (runner.isActive) runner.projectStartingPrice()
  }

  /** Sets the starting prices; orders that are not kept lapse, and all of them where nothing is in-play. */
  reconcile(): void {
    for (const runner of this.runners) if (runner.isActive) runner.startingPrice = runner.balance()
    this.bspReconciled = true
    if (this.card.sport === "horses") this.crowd.turnInPlay()
    else this.crowd.leave()
    this.redefine()
  }

  turnInPlay(): void {
    this.inPlay = true
    this.open()
  }

  /** The result; `order` are the runners as they finished. */
  close(order: ReadonlyArray<number>, at: number): void {
    this.crowd.leave()
    order.forEach((number, place) => {
      const runner = this.runners[number]!
      if (runner.isActive) runner.status = place < this.numberOfWinners ? "WINNER" : "LOSER"
    })
    this.status = "CLOSED"
    this.settledAt = at
    this.redefine()
  }

  /** What has changed since the last call; null when nothing has. */
  takeChange(): MarketChange | null {
    const rc: Array<RunnerChange> = []
    for (const runner of this.runners) {
      const change = runner.takeChange()
      if (change !== null) rc.push(change)
    }
    if (rc.length === 0 && !this.definitionChanged) return null
    const total = this.totalMatched
    const change: MarketChange = {
      id: this.marketId,
      ...(this.definitionChanged ? { marketDefinition: this.definition() } : {}),
      ...(rc.length === 0 ? {} : { rc }),
      ...(total === this.totalPublished ? {} : { tv: Money.toDecimal(total) })
    }
    this.definitionChanged = false
    this.totalPublished = total
    return change
  }

  /** Nobody heard of the changes so far, and nobody will. */
  forgetChanges(): void {
    for (const runner of this.runners) runner.forgetChanges()
    this.definitionChanged = false
    this.totalPublished = this.totalMatched
  }

  /** Everything as it stands. What has not been published as a change yet will be, with the same sizes. */
  image(): MarketChange {
    return {
      id: this.marketId,
      img: true,
      marketDefinition: this.definition(),
      rc: this.runners.map((runner) => runner.image()),
      tv: Money.toDecimal(this.totalMatched)
    }
  }

  definition(): MarketDefinitionMessage {
    const { card } = this
    const isHorses = card.sport === "horses"
    const time = isoTime(card.scheduledOffAt)
    return {
      bspMarket: true,
      turnInPlayEnabled: isHorses,
      persistenceEnabled: isHorses,
      marketBaseRate: 5,
      eventId: card.eventId,
      eventTypeId: isHorses ? "7" : "4339",
      numberOfWinners: this.numberOfWinners,
      bettingType: "ODDS",
      marketType: this.marketType,
      marketTime: time,
      suspendTime: time,
      bspReconciled: this.bspReconciled,
      complete: true,
      inPlay: this.inPlay,
      crossMatching: this.status !== "CLOSED",
      runnersVoidable: false,
      numberOfActiveRunners: this.runners.filter((runner) => runner.isActive).length,
      betDelay: this.inPlay ? 1 : 0,
      status: this.status,
      ...(this.settledAt === null ? {} : { settledTime: isoTime(this.settledAt) }),
      runners: this.runners.map((runner, i) => runner.definition(i + 1)),
      regulators: ["MR_INT"],
      venue: card.venue.name,
      countryCode: card.venue.countryCode,
      discountAllowed: true,
      timezone: card.venue.countryCode === "GB" ? "Europe/London" : "Europe/Dublin",
      openDate: time,
      version: this.version,
      name: this.marketType === "WIN" ? card.name : "To Be Placed",
      eventName: card.eventName,
      ...(card.raceType === null ? {} : { raceType: card.raceType }),
      priceLadderDefinition: { type: "CLASSIC" }
    }
  }

  private redefine(): void {
    this.version += 2
    this.definitionChanged = true
  }
}

/** One market of a generated race, win or place: the states it goes through, and what the exchange tells of them. */
import type { MarketDefinitionMessage } from "../market/MarketMessage.ts"
import type { Crowd } from "./Crowd.ts"
import { GeneratedRunner, isoTime } from "./GeneratedRunner.ts"
import type { Outsiders } from "./Outsiders.ts"
import { PublishedMarket } from "./PublishedMarket.ts"
import type { MarketType, RaceCard } from "./RaceCard.ts"

/** A withdrawal cancels the others' unmatched lays from this reduction upward (percent). */
const reductionThatCancels: Readonly<Record<MarketType, number>> = { WIN: 2.5, PLACE: 4 }

const toThousandth = (value: number): number => Math.round(value * 1000) / 1000

/** Versions grow with the races, and within a market with each change of its definition. */
const firstVersion = (card: RaceCard, marketType: MarketType): number =>
  6_000_000_000 + (card.index % 10_000_000) * 100 + (marketType === "WIN" ? 0 : 50)

export class GeneratedMarket extends PublishedMarket {
  readonly marketId: string
  readonly marketType: MarketType
  readonly numberOfWinners: number
  readonly crowd: Crowd
  readonly runners: ReadonlyArray<GeneratedRunner>
  inPlay = false
  readonly hasStartingPrices = true
  bspReconciled = false
  /** Suspended by hand, whatever its race does. */
  isHeld = false
  /** Grows with each change of the definition. */
  version: number
  outsiders: Outsiders | null = null
  readonly card: RaceCard
  /** What its race makes of it. */
  private stage: "OPEN" | "SUSPENDED" | "CLOSED" = "OPEN"
  private settledAt: number | null = null

  constructor(marketId: string, marketType: MarketType, card: RaceCard, crowd: Crowd) {
    super()
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
    this.forgetChanges()
  }

  get status(): "OPEN" | "SUSPENDED" | "CLOSED" {
    return this.stage === "OPEN" && this.isHeld ? "SUSPENDED" : this.stage
  }

  /** Pence, both sides of each match counted, withdrawn runners included. */
  get totalMatched(): number {
    return this.runners.reduce((total, runner) => total + runner.book.totalTraded, 0)
  }

  /** Whether it is bet on in running. */
  get turnsInPlay(): boolean {
    return this.card.sport === "horses"
  }

  /** Scheduled, epoch milliseconds. */
  get startsAt(): number {
    return this.card.scheduledOffAt
  }

  get betDelaySeconds(): number {
    return this.inPlay ? 1 : 0
  }

  suspend(): void {
    this.stage = "SUSPENDED"
    this.redefine()
    this.outsiders?.suspended()
  }

  open(): void {
    this.stage = "OPEN"
    this.redefine()
  }

  /** Suspends the market until it is held no longer; its race goes on, to its end if need be. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld
    this.redefine()
    if (isHeld) this.outsiders?.suspended()
  }

  /** The others' reduction factors grow as the withdrawn runner's share goes. */
  withdraw(withdrawn: number, at: number): void {
    const factor = this.runners[withdrawn]!.adjustmentFactor
    this.runners[withdrawn]!.withdraw(at)
    for (const other of this.runners) {
      if (other.isActive) other.adjustmentFactor = toThousandth(other.adjustmentFactor / (1 - factor / 100))
    }
    const cancelsLays = factor >= reductionThatCancels[this.marketType]
    this.outsiders?.withdraws(withdrawn, factor, cancelsLays)
    this.crowd.withdraw(withdrawn, factor, cancelsLays)
    this.redefine()
  }

  projectStartingPrices(): void {
    for (const runner of this.runners) if (runner.isActive) runner.projectStartingPrice()
  }

  /** Sets the starting prices; orders that are not kept lapse, and all of them where nothing is in-play. */
  reconcile(): void {
    this.outsiders?.reconciles()
    for (const runner of this.runners) if (runner.isActive) runner.startingPrice = runner.balance()
    this.bspReconciled = true
    this.outsiders?.reconciled()
    if (this.turnsInPlay) this.crowd.turnInPlay()
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
    this.stage = "CLOSED"
    this.settledAt = at
    this.redefine()
    this.outsiders?.closed()
  }

  definition(): MarketDefinitionMessage {
    const { card } = this
    const isHorses = card.sport === "horses"
    const time = isoTime(card.scheduledOffAt)
    return {
      bspMarket: true,
      turnInPlayEnabled: this.turnsInPlay,
      persistenceEnabled: this.turnsInPlay,
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
      betDelay: this.betDelaySeconds,
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
    this.noteDefinition()
  }
}

/**
 * A generated race from the opening of its markets to their settlement, told as the exchange's messages. It is stepped
 * from event to event in its own time, so it can be played as fast as it goes, paced by a clock, or brought forward to
 * the middle; the messages after that are the same bytes in each case.
 */
import type { MarketChange, MarketMessage } from "../market/MarketMessage.ts"
import { Crowd } from "./Crowd.ts"
import { beforeOff, inPlay, type CrowdConditions, type MarketKind } from "./CrowdConditions.ts"
import { GeneratedMarket } from "./GeneratedMarket.ts"
import { marketIdOf } from "./MarketNumber.ts"
import * as RaceCard from "./RaceCard.ts"
import { RaceProgress } from "./RaceProgress.ts"
import type { SeededRandom } from "./SeededRandom.ts"

/** What is known about a race changes this often. */
const stepBeforeOffMs = 1000
const stepInPlayMs = 250
/** Changes are collected this long before they are published, as the exchange does. */
const conflationMs = 100
const projectionMs = 30_000

/** How much of what is unknown at the opening is still unknown at the off. */
const unknownAtOff = 0.965
/** And at the line, of what was unknown at the off: photographs are decided by what is left. */
const unknownAtLine = 0.03

const suspendedByWithdrawalMs = 2500
const reconciledAfterOffMs = 600
const inPlayAfterOffMs = 1100
const suspendedAfterLineMs = 1500
/** A place market trades less than its win market. */
const placeLiquidity = 0.35

const never = Number.POSITIVE_INFINITY

interface Milestone {
  readonly at: number
  readonly happens: () => void
}

/** A market with the times of what happens next in it. */
interface Stage {
  readonly market: GeneratedMarket
  readonly kind: MarketKind
  readonly random: SeededRandom
  actAt: number
  publishAt: number
}

/** The stream's clock token of a publish time; messages of one instant share it. */
export const clockOf = (publishTime: number): string => publishTime.toString(36).toUpperCase()

export class Race {
  readonly card: RaceCard.RaceCard
  private readonly progress: RaceProgress
  private readonly stages: ReadonlyArray<Stage>
  private readonly milestones: ReadonlyArray<Milestone>
  private nextMilestone = 0
  private nextStepAt: number
  private nextProjectionAt: number
  private order: ReadonlyArray<number> = []
  private out: Array<MarketMessage> | null = null
  private now: number

  constructor(day: RaceCard.Day, index: number) {
    const card = RaceCard.make(day, index)
    this.card = card
    this.now = card.openAt
    this.progress = new RaceProgress(
      card.entries.map((entry) => entry.strength),
      RaceCard.randomOf(day, index, "progress")
    )
    this.stages = [this.stage("WIN"), this.stage("PLACE")]
    this.milestones = this.plan()
    this.nextStepAt = card.openAt + stepBeforeOffMs
    this.nextProjectionAt = card.openAt + projectionMs
  }

  get isOver(): boolean {
    return this.nextMilestone === this.milestones.length
  }

  get markets(): ReadonlyArray<GeneratedMarket> {
    return this.stages.map((stage) => stage.market)
  }

  /** What the race has revealed of the runners' strength so far; the right chances of winning are its softmax. */
  get strengths(): Float64Array {
    return this.progress.strengths
  }

  /** The runners (as numbers of the card's entries) as they finished; empty until then. */
  get finish(): ReadonlyArray<number> {
    return this.order
  }

  /** Epoch milliseconds: of what is happening, or up to which everything has. */
  get time(): number {
    return this.now
  }

  /** Somebody has changed a market between two events: it is published with what changes next, at the latest. */
  touch({ marketId }: { readonly marketId: string }): void {
    for (const stage of this.stages) if (stage.market.marketId === marketId) this.wakePublisher(stage)
  }

  /** Suspends a market by hand, or lets it go on; its crowd waits meanwhile. */
  hold({ marketId }: { readonly marketId: string }, isHeld: boolean): void {
    const stage = this.stages.find(({ market }) => market.marketId === marketId)!
    stage.market.hold(isHeld)
    if (stage.market.status === "OPEN") this.scheduleAct(stage)
    else stage.actAt = never
    this.wakePublisher(stage)
  }

  /** Plays on to `until` (epoch milliseconds, inclusive) and returns what is published on the way, in its order. */
  advance(until: number): Array<MarketMessage> {
    const messages: Array<MarketMessage> = []
    this.play(until, messages)
    return messages
  }

  /** Plays on without telling. */
  fastForward(until: number): void {
    this.play(until, null)
  }

  /** Both markets as they stand, for who joins now. */
  images(): ReadonlyArray<MarketChange> {
    return this.stages.map((stage) => stage.market.image())
  }

  private play(until: number, out: Array<MarketMessage> | null): void {
    this.out = out
    const [win, place] = this.stages as readonly [Stage, Stage]
    while (!this.isOver) {
      const milestone = this.milestones[this.nextMilestone]!
      const first = Math.min(this.dueAt(win), win.actAt, win.publishAt, this.dueAt(place), place.actAt, place.publishAt)
      const at = Math.min(milestone.at, this.nextStepAt, this.nextProjectionAt, first)
      if (at > until) break
      this.now = at
      if (at === milestone.at) {
        this.nextMilestone++
        milestone.happens()
      } else if (at === this.nextStepAt) this.step()
      else if (at === this.nextProjectionAt) this.project()
      else for (const stage of this.stages) this.stir(stage)
    }
    this.now = Math.max(this.now, Math.min(until, this.card.closeAt))
    this.out = null
  }

  private dueAt({ market }: Stage): number {
    return market.outsiders?.dueAt ?? never
  }

  private stage(marketType: RaceCard.MarketType): Stage {
    const { card } = this
    const random = RaceCard.randomOf(card.day, card.index, marketType === "WIN" ? "win" : "place")
    const kind: MarketKind = {
      sport: card.sport,
      places: marketType === "WIN" ? 1 : card.places,
      liquidity: card.liquidity * (marketType === "WIN" ? 1 : placeLiquidity)
    }
    const conditions = beforeOff(kind, RaceCard.openBeforeOffMs / 1000)
    const crowd = new Crowd(kind, random, this.progress.strengths, conditions)
    const market = new GeneratedMarket(marketIdOf(card.day, card.index, marketType), marketType, card, crowd)
    const stage: Stage = { market, kind, random, actAt: never, publishAt: never }
    this.scheduleAct(stage)
    return stage
  }

  private plan(): ReadonlyArray<Milestone> {
    const { card } = this
    const each = (change: (market: GeneratedMarket) => void) => () => {
      for (const stage of this.stages) {
        change(stage.market)
        if (stage.market.status === "OPEN") this.scheduleAct(stage)
        else stage.actAt = never
        this.publish(stage)
      }
    }
    const milestones: Array<Milestone> = [{ at: card.openAt, happens: () => this.publishImages() }]
    if (card.withdrawal !== null) {
      const { at, entry } = card.withdrawal
      milestones.push(
        { at, happens: each((market) => market.suspend()) },
        {
          at: at + suspendedByWithdrawalMs / 2,
          happens: () => {
            this.progress.withdraw(entry)
            each((market) => market.withdraw(entry, at))()
          }
        },
        { at: at + suspendedByWithdrawalMs, happens: each((market) => market.open()) }
      )
    }
    milestones.push(
      { at: card.offAt, happens: each((market) => market.suspend()) },
      { at: card.offAt + reconciledAfterOffMs, happens: each((market) => market.reconcile()) }
    )
    if (card.sport === "horses") {
      milestones.push({ at: card.offAt + inPlayAfterOffMs, happens: each((market) => market.turnInPlay()) })
    }
    milestones.push({ at: card.finishAt, happens: () => this.cross() })
    if (card.sport === "horses") {
      milestones.push({ at: card.finishAt + suspendedAfterLineMs, happens: each((market) => market.suspend()) })
    }
    milestones.push({ at: card.closeAt, happens: each((market) => market.close(this.order, card.closeAt)) })
    return milestones
  }

  /** The line: nothing is unknown any more, and the crowd is about to see it. */
  private cross(): void {
    this.order = this.progress.finish()
    this.order.forEach((runner, place) => {
      if (this.progress.strengths[runner]! > Number.NEGATIVE_INFINITY) this.progress.strengths[runner] = -8 * place
    })
  }

  private step(): void {
    const { card, now } = this
    const secondsToOff = (card.offAt - now) / 1000
    const before = now < card.offAt
    const stepMs = before ? stepBeforeOffMs : stepInPlayMs
    if (before) this.progress.reveal(unknownAtOff ** (stepMs / (card.offAt - card.openAt)))
    else if (now < card.finishAt) this.progress.reveal(this.unknown(now) / this.unknown(now - stepMs))
    for (const { kind, market } of this.stages) {
      if (market.status !== "OPEN") continue
      const conditions: CrowdConditions = before ? beforeOff(kind, secondsToOff) : inPlay(kind, this.raceShare(now))
      market.crowd.revalue(this.progress.strengths, stepMs / 1000, conditions)
    }
    this.wakePublishers()
    // The off falls between two steps; from it on, steps are counted from the off.
    const next = now + stepMs
    this.nextStepAt = before && next >= card.offAt ? card.offAt + stepInPlayMs : next
  }

  /** Share of the race that is run, 0 to 1. */
  private raceShare(at: number): number {
    const { finishAt, offAt } = this.card
    return Math.min(1, Math.max(0, (at - offAt) / (finishAt - offAt)))
  }

  /** Share of what was unknown at the off that still is: little is seen early, most in the last third. */
  private unknown(at: number): number {
    return 1 - (1 - unknownAtLine) * this.raceShare(at) ** 1.6
  }

  private project(): void {
    const ends = this.now + projectionMs > this.card.offAt
    this.nextProjectionAt = ends ? never : this.now + projectionMs
    for (const { market } of this.stages) market.projectStartingPrices()
    this.wakePublishers()
  }

  /** Lets accounts or the crowd of a market act, or publishes, whichever is due now. */
  private stir(stage: Stage): void {
    if (this.dueAt(stage) === this.now) {
      stage.market.outsiders?.due()
      this.wakePublisher(stage)
    }
    if (stage.actAt === this.now) {
      if (!stage.market.inPlay && stage.random.chance(0.02)) stage.market.crowd.betAtStartingPrice()
      else stage.market.crowd.act()
      this.scheduleAct(stage)
      this.wakePublisher(stage)
    }
    if (stage.publishAt === this.now) this.publish(stage)
  }

  private scheduleAct(stage: Stage): void {
    stage.actAt = this.now + (1000 * stage.random.exponential()) / stage.market.crowd.actionsPerSecond
  }

  private wakePublishers(): void {
    for (const stage of this.stages) this.wakePublisher(stage)
  }

  /** Publication happens on a grid of the conflation time, whoever listens and since when. */
  private wakePublisher(stage: Stage): void {
    if (stage.publishAt === never) stage.publishAt = (Math.floor(this.now / conflationMs) + 1) * conflationMs
  }

  private publish(stage: Stage): void {
    stage.publishAt = never
    if (this.out === null) return stage.market.forgetChanges()
    const change = stage.market.takeChange()
    if (change !== null) this.send(change)
  }

  private publishImages(): void {
    for (const stage of this.stages) this.send(stage.market.image())
  }

  private send(change: MarketChange): void {
    this.out?.push({ op: "mcm", id: 1, clk: clockOf(this.now), pt: this.now, mc: [change] })
  }
}

/**
 * A market played from its recording, with accounts betting in it: its states are those of the recorded definitions, its
 * prices those of the recording and of the accounts. The same acts at the same times give the same market, as with a
 * generated one.
 *
 * A recording that ends before its market is closed is closed a second later, without a result.
 */
import { runnerKey } from "../../domain/Identifiers.ts"
import { findRunner, type MarketDefinition } from "../../domain/Market.ts"
import { BookStore } from "../../market/BookStore.ts"
import type { MarketBook } from "../../market/MarketBook.ts"
import type { MarketChange, MarketMessage } from "../../market/MarketMessage.ts"
import type { Course, ExchangeMarket } from "../exchange/ExchangeMarket.ts"
import type { Outsiders } from "../Outsiders.ts"
import { PublishedMarket } from "../PublishedMarket.ts"
import { clockOf } from "../Race.ts"
import type { RecordedDay, Recording } from "./RecordedDay.ts"
import { definitionOf } from "./RecordedDefinition.ts"
import { RecordedRunner } from "./RecordedRunner.ts"
import { RecordedVenue } from "./RecordedVenue.ts"

/** Accounts' orders are published on this grid, what is recorded as it was. */
const conflationMs = 100
const closedAfterEndMs = 1000
const never = Number.POSITIVE_INFINITY

export class RecordedMarket extends PublishedMarket implements ExchangeMarket, Course {
  readonly marketId: string
  readonly runners: ReadonlyArray<RecordedRunner>
  isHeld = false
  outsiders: Outsiders | null = null
  totalMatched = 0
  private known: MarketDefinition | null = null
  private stage: ExchangeMarket["status"] = "SUSPENDED"
  /** Starting prices have been dealt with. */
  private isReconciled = false
  /** How often it was suspended or released by hand. */
  private switches = 0
  private settledAt: number | null = null
  private next = 0
  private publishAt = never
  private now: number
  private readonly store: BookStore
  private readonly book: MarketBook
  private readonly venue: RecordedVenue
  private readonly recording: Recording
  /** From a recorded time to the sandbox's, and from a time in the day. */
  private readonly shift: (recordedMs: number) => number
  private readonly timeOf: (at: number) => number
  private out: Array<MarketMessage> | null = null

  /** Opens with the first definition. `beganAt`: when the day's first message is played, epoch milliseconds. */
  constructor(day: RecordedDay, recording: Recording, beganAt: number) {
    super()
    const { marketId } = recording
    this.marketId = marketId
    this.recording = recording
    this.timeOf = (at) => beganAt + Math.floor(at / day.speed)
    this.shift = (recordedMs) => this.timeOf(day.timeline.at(recordedMs))
    this.store = new BookStore(undefined, day.complete)
    this.store.apply({ op: "mcm", pt: beganAt, mc: [{ id: marketId }] })
    this.book = this.store.get(marketId)!
    this.venue = new RecordedVenue(marketId, this.book, (key, tick, size) =>
      this.runners.find((runner) => runner.key === key)?.book.trade(tick, size)
    )
    this.runners = recording.runners.map((entry) => new RecordedRunner(entry, runnerKey(entry.selectionId), this.venue))
    this.now = this.timeOf(recording.opensAt)
    while (this.known === null) this.step()
    this.forgetChanges()
  }

  get marketType(): string {
    return this.known!.marketType ?? ""
  }

  get numberOfWinners(): number {
    return this.known!.numberOfWinners
  }

  get status(): ExchangeMarket["status"] {
    return this.stage === "OPEN" && this.isHeld ? "SUSPENDED" : this.stage
  }

  get inPlay(): boolean {
    return this.known!.inPlay
  }

  get bspReconciled(): boolean {
    return this.known!.bspReconciled
  }

  get hasStartingPrices(): boolean {
    return this.known!.bspMarket
  }

  get turnsInPlay(): boolean {
    return this.known!.turnInPlayEnabled
  }

  get betDelaySeconds(): number {
    return this.known!.betDelay
  }

  get version(): number {
    return this.known!.version + this.switches
  }

  get startsAt(): number {
    return this.shift(this.known!.marketTime)
  }

  get time(): number {
    return this.now
  }

  get isOver(): boolean {
    return this.stage === "CLOSED"
  }

  definition() {
    return definitionOf(this, this.known!, this.shift, this.settledAt)
  }

  touch(): void {
    if (this.publishAt === never) this.publishAt = (Math.floor(this.now / conflationMs) + 1) * conflationMs
  }

  hold(_: unknown, isHeld: boolean): void {
    this.isHeld = isHeld
    this.switches += 1
    this.noteDefinition()
    if (isHeld) this.outsiders?.suspended()
    else this.show(() => true)
    this.touch()
  }

  /** Plays on to `until` (epoch milliseconds, inclusive) and returns what is published on the way, in its order. */
  advance(until: number): ReadonlyArray<MarketMessage> {
    const messages: Array<MarketMessage> = []
    this.play(until, messages)
    return messages
  }

  fastForward(until: number): void {
    this.play(until, null)
  }

  private play(until: number, out: Array<MarketMessage> | null): void {
    this.out = out
    while (!this.isOver) {
      const dueAt = this.outsiders?.dueAt ?? never
      const { nextAt } = this
      const at = Math.min(nextAt, dueAt, this.publishAt)
      if (at > until) break
      this.now = Math.max(this.now, at)
      if (at === nextAt) this.step()
      else if (at === dueAt) {
        this.outsiders?.due()
        this.touch()
      }
      if (at === nextAt || at === this.publishAt) this.publish()
    }
    if (!this.isOver) this.now = Math.max(this.now, until)
    this.out = null
  }

  private get nextAt(): number {
    const { changes } = this.recording
    return this.next < changes.length
      ? this.timeOf(changes[this.next]!.at)
      : this.timeOf(changes.at(-1)!.at) + closedAfterEndMs
  }

  private step(): void {
    const change = this.recording.changes[this.next]
    this.next += 1
    if (change === undefined) return this.close()
    const { book, store, venue } = this
    const before = this.stage
    store.apply({ op: "mcm", pt: this.now, mc: [JSON.parse(change.text) as MarketChange] })
    if (book.definition !== this.known && book.definition !== null) this.define(book.definition)
    venue.updated(this.isHeld)
    if (!this.isHeld) this.show((updated) => updated === book.updates)
    if (this.stage === "SUSPENDED" && before === "OPEN") this.outsiders?.suspended()
    if (this.stage === "CLOSED") this.outsiders?.closed()
  }

  private define(definition: MarketDefinition): void {
    const before = this.known
    const withdrawn = this.runners.filter((runner) => runner.define(findRunner(definition, runner.key)))
    this.known = definition
    const { status } = definition
    this.stage = status === "INACTIVE" ? "SUSPENDED" : status
    if (status === "CLOSED") this.settledAt = this.now
    this.noteDefinition()
    if (before === null) return
    const leastThatCancels = this.numberOfWinners > 1 || this.marketType.includes("PLACE") ? 4 : 2.5
    for (const runner of withdrawn) {
      const { adjustmentFactor: factor } = runner
      this.outsiders?.withdraws(this.runners.indexOf(runner), factor, factor >= leastThatCancels)
    }
    if (definition.bspReconciled && !this.isReconciled && this.runners.some((one) => one.startingPrice !== null)) {
      this.isReconciled = true
      this.outsiders?.reconciles()
      this.outsiders?.reconciled()
    }
    if (definition.inPlay && !before.inPlay) this.outsiders?.turned()
  }

  private close(): void {
    this.stage = "CLOSED"
    this.settledAt = this.now
    this.noteDefinition()
    this.outsiders?.closed()
  }

  /** Brings runners up to date with the recording, by the update that changed them last. */
  private show(isWanted: (updated: number) => boolean): void {
    let own = 0
    for (const runner of this.runners) {
      const recorded = this.book.runnersByKey.get(runner.key)
      if (recorded !== undefined && isWanted(recorded.updated)) runner.show(recorded)
      own += runner.book.ownTotal
    }
    this.totalMatched = this.book.totalMatched + own
  }

  private publish(): void {
    this.publishAt = never
    if (this.out === null) return this.forgetChanges()
    const change = this.takeChange()
    if (change !== null) this.send(change)
  }

  private send(change: MarketChange): void {
    this.out?.push({ op: "mcm", id: 1, clk: clockOf(this.now), pt: this.now, mc: [change] })
  }
}

/**
 * All accounts' bets in one market: what accounts do to them, and what the market's life does. Everything
 * accounts do is kept as acts; the same acts in the same market played anew give the same bets, match by match, which is
 * how a restarted exchange finds its books again.
 */
import type { Pence } from "../../domain/Money.ts"
import { classic, type Price } from "../../domain/PriceLadder.ts"
import type { Order } from "../OrderBook.ts"
import type { Outsiders } from "../Outsiders.ts"
import type { BetKeeper } from "./BetKeeper.ts"
import { Bet, type BetTerms, type LapseReason } from "./Bet.ts"
import { type Course, type ExchangeMarket, type RunnerBook, voidedBy } from "./ExchangeMarket.ts"
import type { MarketAct } from "./MarketAct.ts"
import * as OnClose from "./OnClose.ts"
import * as Withdrawal from "./Withdrawal.ts"

/** Who must know. */
export interface Hearer {
  readonly changed: (bets: MarketBets, bet: Bet) => void
  readonly closed: (bets: MarketBets) => void
}

interface Waiting {
  readonly bet: Bet
  readonly version: number | null
  readonly until: number
}

export class MarketBets implements Outsiders, BetKeeper {
  readonly race: Course
  readonly market: ExchangeMarket
  /** By bet id, in the order of their placing. */
  readonly bets = new Map<string, Bet>()
  readonly acts: Array<MarketAct> = []
  private readonly byAccount = new Map<number, Array<Bet>>()
  private readonly runnerIndex: ReadonlyMap<number, number>
  private readonly hearer: Hearer
  private waiting: Array<Waiting> = []

  constructor(race: Course, market: ExchangeMarket, hearer: Hearer) {
    this.race = race
    this.market = market
    this.hearer = hearer
    this.runnerIndex = new Map(market.runners.map(({ entry }, i) => [entry.selectionId, i]))
    market.outsiders = this
  }

  get accountIds(): Iterable<number> {
    return this.byAccount.keys()
  }

  of(accountId: number): ReadonlyArray<Bet> {
    return this.byAccount.get(accountId) ?? []
  }

  get now(): number {
    return Math.floor(this.race.time)
  }

  runnerOf(bet: Bet): number {
    return this.runnerIndex.get(bet.terms.selectionId)!
  }

  bookOf(bet: Bet): RunnerBook {
    return this.market.runners[this.runnerOf(bet)]!.book
  }

  /** Does what was asked for and has been found in order; the market must have been played up to the act's time. */
  perform(act: MarketAct): void {
    this.acts.push(act)
    switch (act.act) {
      case "place":
        for (const terms of act.bets) this.place(terms, act.at, act.version)
        break
      case "cancel":
        this.cancel(this.bets.get(act.betId)!, act.size, act.at)
        break
      case "update":
        this.update(this.bets.get(act.betId)!, act.persistenceType)
        break
      case "hold":
        this.race.hold(this.market, act.isHeld)
    }
    this.race.touch(this.market)
  }

  private place(terms: BetTerms, at: number, version: number | null): void {
    const bet = new Bet(terms, this.market.marketId, at, (bet, tick, size) => this.fill(bet, classic[tick]!, size))
    this.bets.set(terms.betId, bet)
    const own = this.byAccount.get(terms.accountId)
    if (own === undefined) this.byAccount.set(terms.accountId, [bet])
    else own.push(bet)
    const delay = this.market.betDelaySeconds
    if (delay === 0) return this.enter(bet, version)
    bet.status = "PENDING"
    this.waiting.push({ bet, version, until: at + delay * 1000 })
  }

  /** The bet comes before the matcher. */
  private enter(bet: Bet, version: number | null): void {
    bet.status = "EXECUTABLE"
    if (this.market.status !== "OPEN") return this.lapse(bet, "MKT_SUSPENDED")
    if (version !== null && this.market.version > version) return this.lapse(bet, "MKT_VERSION")
    this.changed(bet)
    if (!bet.isLimit) return OnClose.join(this, bet)
    if (bet.terms.minFillSize !== null) {
      this.bookOf(bet).fillOrKill(this.orderOf(bet), bet.terms.minFillSize)
      // Its specification says so: "or not at all (cancelled)".
      if (bet.remaining > 0) this.cancel(bet, bet.remaining, this.now)
      if (bet.fills.length === 0) bet.status = "EXPIRED"
      return
    }
    this.rest(bet)
  }

  rest(bet: Bet): void {
    bet.resting = this.orderOf(bet)
    this.bookOf(bet).place(bet.resting)
  }

  private orderOf(bet: Bet): Order {
    const persists = bet.persistenceType === "PERSIST"
    return { side: bet.terms.side, tick: bet.tick, remaining: bet.remaining, persists, owner: bet }
  }

  fill(bet: Bet, price: Price, size: Pence): void {
    const at = this.now
    const last = bet.fills.at(-1)
    if (last?.price === price && last.at === at) bet.fills[bet.fills.length - 1] = { price, size: last.size + size, at }
    else bet.fills.push({ price, size, at })
    bet.matchedAt = at
    if (bet.isLimit) bet.remaining = Math.max(0, bet.remaining - size)
    if (bet.remaining === 0) this.complete(bet)
    this.changed(bet)
  }

  private cancel(bet: Bet, size: Pence, at: number): void {
    bet.cancelled += size
    bet.cancelledAt = at
    if (size === bet.remaining) {
      this.withdraw(bet)
      bet.remaining = 0
      this.complete(bet)
    } else {
      this.bookOf(bet).reduce(bet.resting!, size)
      bet.remaining -= size
    }
    this.changed(bet)
  }

  private update(bet: Bet, persistenceType: Bet["persistenceType"]): void {
    bet.persistenceType = persistenceType
    this.changed(bet)
  }

  lapse(bet: Bet, reason: LapseReason | null): void {
    this.withdraw(bet)
    bet.lapsed += bet.remaining
    bet.remaining = 0
    bet.lapsedAt = this.now
    bet.lapseReason = reason
    this.complete(bet)
    this.changed(bet)
  }

  complete(bet: Bet): void {
    bet.resting = null
    bet.status = "EXECUTION_COMPLETE"
  }

  withdraw(bet: Bet): void {
    if (bet.resting !== null) this.bookOf(bet).remove(bet.resting)
    else if (!bet.isLimit && bet.status === "EXECUTABLE") OnClose.leave(this, bet)
    bet.resting = null
  }

  changed(bet: Bet): void {
    this.hearer.changed(this, bet)
  }

  get dueAt(): number {
    return this.waiting[0]?.until ?? Number.POSITIVE_INFINITY
  }

  due(): void {
    while (this.waiting.length > 0 && this.waiting[0]!.until <= this.race.time) {
      const { bet, version } = this.waiting.shift()!
      if (bet.status === "PENDING") this.enter(bet, version)
    }
  }

  suspended(): void {
    const { waiting } = this
    this.waiting = []
    for (const { bet } of waiting) if (bet.status === "PENDING") this.lapse(bet, "MKT_SUSPENDED")
  }

  withdraws(runner: number, reductionPercent: number, cancelsLays: boolean): void {
    for (const bet of this.bets.values()) {
      if (this.runnerOf(bet) === runner) Withdrawal.voidBet(this, bet)
      else Withdrawal.reduce(this, bet, reductionPercent, cancelsLays)
    }
  }

  reconciles(): void {
    for (const bet of this.bets.values()) if (bet.isLive && bet.isLimit) OnClose.convert(this, bet)
  }

  reconciled(): void {
    for (const bet of this.bets.values()) {
      if (!bet.isLive) continue
      if (OnClose.takesStartingPrice(bet)) OnClose.match(this, bet)
      else if (bet.persistenceType === "LAPSE" || !this.market.turnsInPlay) this.lapse(bet, null)
    }
  }

  turned(): void {
    for (const bet of this.bets.values()) {
      if (bet.isLive && bet.isLimit && bet.persistenceType === "LAPSE") this.lapse(bet, null)
    }
  }

  closed(): void {
    const voids = voidedBy(this.market)
    for (const bet of this.bets.values()) {
      if (bet.isLive) this.lapse(bet, null)
      if (voids(this.runnerOf(bet))) Withdrawal.voidMatched(this, bet)
    }
    this.hearer.closed(this)
  }
}

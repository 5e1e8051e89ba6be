/**
 * All that the risk manager knows, and how it changes: what is open, the bankroll, what the day has brought, and which bets
 * are over. Plain data, changed in place: each method is one whole change, and nothing can look at half of it.
 */
import type { DateTime } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { Denial } from "../domain/Decision.ts"
import type { BetId, MarketId, StrategyId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import * as TradingDay from "../domain/TradingDay.ts"
import { OpenRisk } from "./OpenRisk.ts"

/** A bet's result: what it brought after commission, and when. */
export interface BetSettlement {
  readonly betId: BetId
  readonly marketId: MarketId
  readonly strategyId: StrategyId
  /** Net of commission. */
  readonly net: Pence
  /** Epoch milliseconds. */
  readonly at: number
  /** What it was settled at before, if the result is a correction. Needed only for bets settled before the last start. */
  readonly previousNet?: Pence
}

/** A bet that is over; `net` is null for one that was never settled. */
interface Ended {
  readonly updatedAt: number
  readonly net: Pence | null
}

export interface Restored {
  /** As it stands now: the results of `settledToday` are in it already. */
  readonly bankroll: Pence
  readonly openBets: ReadonlyArray<Bet.Bet>
  readonly settledToday: ReadonlyArray<BetSettlement>
}

/** Bets remembered after their end: late news of them must not open them again, and a corrected result is a difference. */
export const endedPerGeneration = 20_000

export class RiskState {
  open = new OpenRisk()
  /** Null until the state is restored: until then nothing may be bet. */
  bankroll: Pence | null = null
  /** Left to bet with in the account itself; infinite where there is none. */
  held: Pence = Infinity
  /** The day that `dailyNet` is of; null until somebody looks. */
  day: TradingDay.TradingDay | null = null
  /** Realised today, net of commission. */
  dailyNet: Pence = 0
  /** Reasons from outside why nothing may be bet, by who gives them. */
  readonly vetoes = new Map<string, Denial>()
  isShuttingDown = false
  private readonly zone: DateTime.TimeZone
  /** Bets that are over, in two generations, so that what is remembered is bounded. */
  private ended = new Map<BetId, Ended>()
  private endedBefore = new Map<BetId, Ended>()

  constructor(zone: DateTime.TimeZone) {
    this.zone = zone
  }

  /** How many bets are remembered after their end. */
  get remembered(): number {
    return this.ended.size + this.endedBefore.size
  }

  /** True when news of the bet's end is remembered. */
  hasEnded(id: BetId): boolean {
    return this.findEnded(id) !== undefined
  }

  /** Begins a new day when the old one is over. A clock that is set back does not bring the old one back. */
  atTime(now: number): void {
    if (this.day !== null && now < this.day.end) return
    this.day = TradingDay.at(now, this.zone)
    this.dailyNet = 0
  }

  /**
   * Takes the bet as it now stands; telling it twice, or telling older news after newer, changes nothing. A settled bet
   * stays settled. What a settled bet brought is said by `settle`.
   */
  update(bet: Bet.Bet): void {
    const ended = this.findEnded(bet.id)
    if (ended !== undefined && (ended.net !== null || bet.updatedAt < ended.updatedAt)) return
    const held = this.open.find(bet.id)
    if (held !== undefined && bet.updatedAt < held.updatedAt) return
    this.open.set(bet, null)
    if (!Bet.isOpen(bet)) this.remember(bet.id, { updatedAt: bet.updatedAt, net: null })
  }

  /** Gives back what was reserved for a bet that never left the house. */
  release(id: BetId): void {
    this.open.remove(id)
  }

  /**
   * Takes a result: the bet is no longer open, and what it brought counts for the day on which it was settled. The same
   * result twice counts once; another result for the same bet counts by its difference, on the day of the correction.
   */
  settle({ at, betId, net, previousNet = 0 }: BetSettlement, now: number): void {
    this.atTime(now)
    this.open.remove(betId)
    const difference = net - (this.findEnded(betId)?.net ?? previousNet)
    if (this.bankroll !== null) this.bankroll += difference
    if (this.day !== null && at >= this.day.start) this.dailyNet += difference
    this.remember(betId, { updatedAt: at, net })
  }

  /** What is open after a restart, and what the day has brought so far. Vetoes and a shutdown stay. */
  restore({ bankroll, openBets, settledToday }: Restored, now: number): void {
    this.open = new OpenRisk()
    this.ended = new Map()
    this.endedBefore = new Map()
    this.day = null
    this.atTime(now)
    for (const settlement of settledToday) this.settle(settlement, now)
    for (const bet of openBets) this.update(bet)
    this.bankroll = bankroll
  }

  /** Sets or (null) withdraws an outside reason why nothing may be bet. */
  veto(by: string, denial: Denial | null): void {
    if (denial === null) this.vetoes.delete(by)
    else this.vetoes.set(by, denial)
  }

  private findEnded(id: BetId): Ended | undefined {
    return this.ended.get(id) ?? this.endedBefore.get(id)
  }

  private remember(id: BetId, ended: Ended): void {
    if (this.ended.size >= endedPerGeneration) {
      this.endedBefore = this.ended
      this.ended = new Map()
    }
    this.ended.set(id, ended)
  }
}

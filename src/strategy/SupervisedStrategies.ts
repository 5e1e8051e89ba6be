/**
 * All active strategies as one, each kept from harming the others: an exception or a nonsensical answer is caught,
 * counted and told, and after a bounded number of them the strategy is switched off. Plain synchronous code, because it
 * runs for every market at every cycle.
 */
import type { Bet } from "../domain/Bet.ts"
import type { MarketId, StrategyId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import * as Market from "../domain/Market.ts"
import type { StrategySignal } from "../domain/Signal.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import * as SignalCheck from "./SignalCheck.ts"
import type { Snapshot, Strategy } from "./Strategy.ts"

/** A strategy went wrong. Nothing it returned is used. */
export interface StrategyFailure {
  readonly strategyId: StrategyId
  readonly marketId: MarketId
  readonly during: "evaluate" | "observe" | "replacementLost" | "forget"
  readonly message: string
  /** What was thrown, if something was. */
  readonly cause: unknown
  /** How many times it has failed since the start. */
  readonly failures: number
  /** With this failure the strategy was switched off. */
  readonly disabled: boolean
}

export interface Evaluation {
  readonly signals: ReadonlyArray<StrategySignal>
  readonly failures: ReadonlyArray<StrategyFailure>
}

export interface Options {
  /** `bot.max_strategy_failures`: at this many a strategy is switched off. */
  readonly maxFailures: number
  /** Seconds to the off between which strategies without a window of their own are asked before the off. */
  readonly window: { readonly from: number; readonly to: number }
}

/** A snapshot without the strategies' own bets, which differ from one to the other. */
export type Moment = Omit<Snapshot, "openBets">

export const moment = (market: MarketDefinition, book: MarketBook, now: number): Moment => ({
  now,
  secondsToStart: Market.timeToStartMs(market, now) / 1000,
  market,
  book
})

interface Supervised {
  readonly strategy: Strategy
  failures: number
  isDisabled: boolean
}

export class SupervisedStrategies {
  private all: ReadonlyArray<Supervised>
  /** Those that want to see updates. */
  private observers: ReadonlyArray<Supervised>
  private readonly options: Options

  constructor(strategies: ReadonlyArray<Strategy>, options: Options) {
    this.all = strategies.map((strategy) => ({ strategy, failures: 0, isDisabled: false }))
    this.observers = this.all.filter(({ strategy }) => strategy.observe !== undefined)
    this.options = options
  }

  /** The strategies that still trade. */
  get active(): ReadonlyArray<Strategy> {
    return this.all.flatMap(({ isDisabled, strategy }) => (isDisabled ? [] : [strategy]))
  }

  get disabled(): ReadonlyArray<Strategy> {
    return this.all.flatMap(({ isDisabled, strategy }) => (isDisabled ? [strategy] : []))
  }

  /** From now on this one trades, in place of one of its name; what that one remembered and its failures are gone. */
  put(strategy: Strategy): void {
    const place = this.all.findIndex((other) => other.strategy.id === strategy.id)
    const added = { strategy, failures: 0, isDisabled: false }
    this.become(place < 0 ? [...this.all, added] : this.all.with(place, added))
  }

  /** From now on it is not asked any more. */
  remove(id: StrategyId): void {
    this.become(this.all.filter(({ strategy }) => strategy.id !== id))
  }

  get(id: StrategyId): Strategy | undefined {
    return this.all.find(({ strategy }) => strategy.id === id)?.strategy
  }

  /** True when some strategy wants to be asked about the market now: in its window, or in play. */
  wants(market: MarketDefinition, secondsToStart: number): boolean {
    return this.all.some((supervised) => this.isAsked(supervised, market, secondsToStart))
  }

  /** Asks every strategy that wants to be asked. `openBets` gives a strategy's own open bets on a market. */
  evaluate(moment: Moment, openBets: (marketId: MarketId, id: StrategyId) => ReadonlyArray<Bet>): Evaluation {
    const { book, market, now, secondsToStart } = moment
    const { marketId } = market
    let signals: Array<StrategySignal> | undefined
    let failures: Array<StrategyFailure> | undefined
    for (const supervised of this.all) {
      if (!this.isAsked(supervised, market, secondsToStart)) continue
      const { strategy } = supervised
      try {
        const answer = strategy.evaluate({
          now,
          secondsToStart,
          market,
          book,
          openBets: openBets(marketId, strategy.id)
        })
        const complaint = SignalCheck.complaint(answer)
        if (complaint !== null)
          (failures ??= []).push(this.fail(supervised, marketId, "evaluate", complaint, undefined))
        else for (const signal of answer) (signals ??= []).push({ strategyId: strategy.id, marketId, signal, at: now })
      } catch (cause) {
        ;(failures ??= []).push(this.fail(supervised, marketId, "evaluate", messageOf(cause), cause))
      }
    }
    return signals === undefined && failures === undefined
      ? nothing
      : { signals: signals ?? [], failures: failures ?? none }
  }

  /** Shows an update to every strategy that wants to see updates, whatever its window. */
  observe(market: MarketDefinition, book: MarketBook, now: number): ReadonlyArray<StrategyFailure> {
    if (this.observers.length === 0) return none
    return this.tell(this.observers, "observe", market.marketId, (strategy) => strategy.observe?.(market, book, now))
  }

  replacementLost(bet: Bet, code: string): ReadonlyArray<StrategyFailure> {
    const whose = this.all.filter(({ strategy }) => strategy.id === bet.strategyId)
    return this.tell(whose, "replacementLost", bet.marketId, (strategy) => strategy.replacementLost?.(bet, code))
  }

  forget(marketId: MarketId): ReadonlyArray<StrategyFailure> {
    return this.tell(this.all, "forget", marketId, (strategy) => strategy.forget?.(marketId))
  }

  private become(all: ReadonlyArray<Supervised>): void {
    this.all = all
    this.observers = all.filter(({ strategy }) => strategy.observe !== undefined)
  }

  private isAsked({ isDisabled, strategy }: Supervised, market: MarketDefinition, secondsToStart: number): boolean {
    if (isDisabled) return false
    const { inPlay, window = this.options.window } = strategy.traits
    return market.inPlay ? inPlay : secondsToStart <= window.from && secondsToStart >= window.to
  }

  private tell(
    whom: ReadonlyArray<Supervised>,
    during: "observe" | "replacementLost" | "forget",
    marketId: MarketId,
    message: (strategy: Strategy) => void
  ): ReadonlyArray<StrategyFailure> {
    let failures = none
    for (const supervised of whom) {
      if (supervised.isDisabled) continue
      try {
        message(supervised.strategy)
      } catch (cause) {
        failures = [...failures, this.fail(supervised, marketId, during, messageOf(cause), cause)]
      }
    }
    return failures
  }

  private fail(
    supervised: Supervised,
    marketId: MarketId,
    during: StrategyFailure["during"],
    message: string,
    cause: unknown
  ): StrategyFailure {
    const failures = ++supervised.failures
    supervised.isDisabled = failures >= this.options.maxFailures
    return {
      strategyId: supervised.strategy.id,
      marketId,
      during,
      message,
      cause,
      failures,
      disabled: supervised.isDisabled
    }
  }
}

const none: ReadonlyArray<StrategyFailure> = []

/** The answer to most updates. */
const nothing: Evaluation = { signals: [], failures: none }

const messageOf = (cause: unknown): string =>
  cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)

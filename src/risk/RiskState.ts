/**
 * All that the risk manager knows, and how it changes: what is open, the bankroll, what the day has brought, and which bets
 * are over. Every change is a function from one state to the next.
 */
import { type DateTime, HashMap, Option } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { Denial } from "../domain/Decision.ts"
import type { BetId, MarketId, StrategyId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import * as TradingDay from "../domain/TradingDay.ts"
import * as OpenRisk from "./OpenRisk.ts"

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

export interface RiskState {
  readonly zone: DateTime.TimeZone
  readonly open: OpenRisk.OpenRisk
  /** Null until the state is restored: until then nothing may be bet. */
  readonly bankroll: Pence | null
  /** The day that `dailyNet` is of; null until somebody looks. */
  readonly day: TradingDay.TradingDay | null
  /** Realised today, net of commission. */
  readonly dailyNet: Pence
  /** Bets that are over, in two generations, so that what is remembered is bounded. */
  readonly ended: HashMap.HashMap<BetId, Ended>
  readonly endedBefore: HashMap.HashMap<BetId, Ended>
  /** Reasons from outside why nothing may be bet, by who gives them. */
  readonly vetoes: ReadonlyMap<string, Denial>
  readonly isShuttingDown: boolean
}

/** Bets remembered after their end: late news of them must not open them again, and a corrected result is a difference. */
export const endedPerGeneration = 20_000

export const make = (zone: DateTime.TimeZone): RiskState => ({
  zone,
  open: OpenRisk.empty,
  bankroll: null,
  day: null,
  dailyNet: 0,
  ended: HashMap.empty(),
  endedBefore: HashMap.empty(),
  vetoes: new Map(),
  isShuttingDown: false
})

/** Begins a new day when the old one is over. A clock that is set back does not bring the old one back. */
export const atTime = (state: RiskState, now: number): RiskState =>
  state.day !== null && now < state.day.end ? state : { ...state, day: TradingDay.at(now, state.zone), dailyNet: 0 }

const findEnded = (state: RiskState, id: BetId): Ended | undefined =>
  Option.getOrUndefined(Option.orElse(HashMap.get(state.ended, id), () => HashMap.get(state.endedBefore, id)))

const remember = (state: RiskState, id: BetId, ended: Ended): RiskState =>
  HashMap.size(state.ended) < endedPerGeneration
    ? { ...state, ended: HashMap.set(state.ended, id, ended) }
    : { ...state, ended: HashMap.make([id, ended]), endedBefore: state.ended }

/**
 * Takes the bet as it now stands; telling it twice, or telling older news after newer, changes nothing. A settled bet
 * stays settled. What a settled bet brought is said by `settle`.
 */
export const update = (state: RiskState, bet: Bet.Bet): RiskState => {
  const ended = findEnded(state, bet.id)
  if (ended !== undefined && (ended.net !== null || bet.updatedAt < ended.updatedAt)) return state
  const held = OpenRisk.find(state.open, bet.id)
  if (held !== undefined && bet.updatedAt < held.updatedAt) return state
  const next = { ...state, open: OpenRisk.set(state.open, bet, null) }
  return Bet.isOpen(bet) ? next : remember(next, bet.id, { updatedAt: bet.updatedAt, net: null })
}

/** Gives back what was reserved for a bet that never left the house. */
export const release = (state: RiskState, id: BetId): RiskState => {
  const open = OpenRisk.remove(state.open, id)
  return open === state.open ? state : { ...state, open }
}

/**
 * Takes a result: the bet is no longer open, and what it brought counts for the day on which it was settled. The same
 * result twice counts once; another result for the same bet counts by its difference, on the day of the correction.
 */
export const settle = (before: RiskState, settlement: BetSettlement, now: number): RiskState => {
  const state = release(atTime(before, now), settlement.betId)
  const { at, betId, net, previousNet = 0 } = settlement
  const difference = net - (findEnded(state, betId)?.net ?? previousNet)
  const isToday = state.day !== null && at >= state.day.start
  return remember(
    {
      ...state,
      bankroll: state.bankroll === null ? null : state.bankroll + difference,
      dailyNet: state.dailyNet + (isToday ? difference : 0)
    },
    betId,
    { updatedAt: at, net }
  )
}

export interface Restored {
  /** As it stands now: the results of `settledToday` are in it already. */
  readonly bankroll: Pence
  readonly openBets: ReadonlyArray<Bet.Bet>
  readonly settledToday: ReadonlyArray<BetSettlement>
}

/** The state after a restart: what is open, and what the day has brought so far. */
export const restore = (state: RiskState, restored: Restored, now: number): RiskState => {
  let next: RiskState = atTime({ ...make(state.zone), vetoes: state.vetoes, isShuttingDown: state.isShuttingDown }, now)
  for (const settlement of restored.settledToday) next = settle(next, settlement, now)
  for (const bet of restored.openBets) next = update(next, bet)
  return { ...next, bankroll: restored.bankroll }
}

/** Sets or (null) withdraws an outside reason why nothing may be bet. */
export const veto = (state: RiskState, by: string, denial: Denial | null): RiskState => {
  const vetoes = new Map(state.vetoes)
  if (denial === null) vetoes.delete(by)
  else vetoes.set(by, denial)
  return { ...state, vetoes }
}

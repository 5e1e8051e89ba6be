/**
 * Every bet that may still win or lose, and the sums over them that limits are about. Sums are kept, not computed: adding
 * a bet costs the same whether it is the first or the ten-thousandth. Values are never changed in place, so a sum that
 * was looked at stays what it was, and an order can be tried out before it is taken.
 */
import { HashMap, Option } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { BetId, MarketId, RunnerKey, StrategyId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import * as Exposure from "./Exposure.ts"

/** A bet as far as risk is concerned. */
export interface HeldBet {
  readonly id: BetId
  readonly marketId: MarketId
  readonly strategyId: StrategyId
  readonly runner: RunnerKey
  /** Which of the strategy's bets on the market this is: one of a kind may be open. */
  readonly kind: string
  readonly stake: Exposure.Stake
  /** The most that it can lose taken alone. */
  readonly loss: Pence
  /** It may or may not have been placed. */
  readonly isUnknown: boolean
  readonly isMatched: boolean
  readonly updatedAt: number
}

export interface StrategyMarket {
  readonly position: Exposure.MarketPosition
  /** How many bets of each kind are open. */
  readonly kinds: HashMap.HashMap<string, number>
  readonly unknown: number
}

export interface StrategyRisk {
  readonly exposure: Pence
  readonly bets: number
  readonly markets: HashMap.HashMap<MarketId, StrategyMarket>
}

export interface OpenRisk {
  readonly bets: HashMap.HashMap<BetId, HeldBet>
  readonly markets: HashMap.HashMap<MarketId, Exposure.MarketPosition>
  readonly strategies: HashMap.HashMap<StrategyId, StrategyRisk>
  /** Worst case over all markets together. */
  readonly exposure: Pence
  /** Sum of what each bet can lose taken alone. */
  readonly liability: Pence
  readonly unknown: number
}

export const empty: OpenRisk = {
  bets: HashMap.empty(),
  markets: HashMap.empty(),
  strategies: HashMap.empty(),
  exposure: 0,
  liability: 0,
  unknown: 0
}

const noStrategy: StrategyRisk = { exposure: 0, bets: 0, markets: HashMap.empty() }

const lookUp = <K, V>(map: HashMap.HashMap<K, V>, key: K): V | undefined => Option.getOrUndefined(HashMap.get(map, key))

export const kindOf = (bet: Pick<Bet.Bet, "selectionId" | "handicap" | "side" | "slot">): string =>
  `${Exposure.runnerOf(bet)} ${bet.side} ${bet.slot}`

export const hold = (bet: Bet.Bet): HeldBet => {
  const stake = Exposure.ofBet(bet)
  return {
    id: bet.id,
    marketId: bet.marketId,
    strategyId: bet.strategyId,
    runner: Exposure.runnerOf(bet),
    kind: kindOf(bet),
    stake,
    loss: Exposure.lossOf(stake),
    isUnknown: bet.status === "unknown",
    isMatched: bet.fills.length > 0,
    updatedAt: bet.updatedAt
  }
}

const shiftStrategyMarket = (
  market: StrategyMarket | undefined,
  bet: HeldBet,
  winners: number,
  sign: 1 | -1
): StrategyMarket => {
  const position = Exposure.withWinners(market?.position ?? Exposure.emptyMarket(winners), winners)
  const kinds = market?.kinds ?? HashMap.empty<string, number>()
  const left = (lookUp(kinds, bet.kind) ?? 0) + sign
  return {
    position: Exposure.change(position, bet.runner, bet.stake, sign),
    kinds: left > 0 ? HashMap.set(kinds, bet.kind, left) : HashMap.remove(kinds, bet.kind),
    unknown: (market?.unknown ?? 0) + (bet.isUnknown ? sign : 0)
  }
}

const shiftStrategy = (strategy: StrategyRisk, bet: HeldBet, winners: number, sign: 1 | -1): StrategyRisk => {
  const before = lookUp(strategy.markets, bet.marketId)
  const after = shiftStrategyMarket(before, bet, winners, sign)
  return {
    exposure: strategy.exposure + after.position.worst - (before?.position.worst ?? 0),
    bets: strategy.bets + sign,
    markets: HashMap.isEmpty(after.kinds)
      ? HashMap.remove(strategy.markets, bet.marketId)
      : HashMap.set(strategy.markets, bet.marketId, after)
  }
}

/** Adds a bet to every sum (`1`), or takes it out of them (`-1`). */
const shift = (risk: OpenRisk, bet: HeldBet, winners: number | null, sign: 1 | -1): OpenRisk => {
  const before = lookUp(risk.markets, bet.marketId)
  const known = winners ?? before?.winners ?? Infinity
  const after = Exposure.change(
    Exposure.withWinners(before ?? Exposure.emptyMarket(known), known),
    bet.runner,
    bet.stake,
    sign
  )
  const strategy = shiftStrategy(lookUp(risk.strategies, bet.strategyId) ?? noStrategy, bet, known, sign)
  return {
    bets: sign === 1 ? HashMap.set(risk.bets, bet.id, bet) : HashMap.remove(risk.bets, bet.id),
    markets:
      after.positions.length === 0
        ? HashMap.remove(risk.markets, bet.marketId)
        : HashMap.set(risk.markets, bet.marketId, after),
    strategies:
      strategy.bets === 0
        ? HashMap.remove(risk.strategies, bet.strategyId)
        : HashMap.set(risk.strategies, bet.strategyId, strategy),
    exposure: risk.exposure + after.worst - (before?.worst ?? 0),
    liability: risk.liability + sign * bet.loss,
    unknown: risk.unknown + (bet.isUnknown ? sign : 0)
  }
}

export const find = (risk: OpenRisk, id: BetId): HeldBet | undefined => lookUp(risk.bets, id)

export const remove = (risk: OpenRisk, id: BetId): OpenRisk => {
  const held = find(risk, id)
  return held === undefined ? risk : shift(risk, held, null, -1)
}

/**
 * The bet counts as it now stands, in place of what was held for it; a finished one not at all.
 *
 * @param winners how many runners of the market win, or null to leave that as it is known
 */
export const set = (risk: OpenRisk, bet: Bet.Bet, winners: number | null): OpenRisk => {
  if (!Bet.isOpen(bet)) return remove(risk, bet.id)
  const held = find(risk, bet.id)
  const next = hold(bet)
  if (held === undefined) return shift(risk, next, winners, 1)
  // Most news of a bet, its acknowledgement above all, leaves every sum as it is.
  if (winners === null && weighsAsMuch(held, next)) return { ...risk, bets: HashMap.set(risk.bets, bet.id, next) }
  return shift(shift(risk, held, null, -1), next, winners, 1)
}

const weighsAsMuch = (a: HeldBet, b: HeldBet): boolean =>
  a.marketId === b.marketId &&
  a.strategyId === b.strategyId &&
  a.kind === b.kind &&
  a.isUnknown === b.isUnknown &&
  a.loss === b.loss &&
  Exposure.isSameStake(a.stake, b.stake)

/** What is left of the risk once the waiting part of a bet is cancelled. */
export const withoutWaiting = (risk: OpenRisk, id: BetId): OpenRisk => {
  const held = find(risk, id)
  if (held === undefined) return risk
  const without = shift(risk, held, null, -1)
  if (!held.isMatched) return without
  const stake = {
    ...held.stake,
    waitingBacks: 0,
    waitingLays: 0,
    closingLays: 0,
    backed: Math.max(0, 0 - held.stake.lost),
    laid: Math.max(0, held.stake.lost)
  }
  return shift(without, { ...held, stake, loss: Exposure.lossOf(stake) }, null, 1)
}

export const openBets = (risk: OpenRisk): number => HashMap.size(risk.bets)

export const ofMarket = (risk: OpenRisk, marketId: MarketId): Pence => lookUp(risk.markets, marketId)?.worst ?? 0

export const ofSelection = (risk: OpenRisk, marketId: MarketId, runner: RunnerKey): Pence =>
  Exposure.worstOfRunner(lookUp(risk.markets, marketId), runner)

export const roundingOf = (risk: OpenRisk, marketId: MarketId, runner: RunnerKey): Pence =>
  Exposure.roundingOfRunner(lookUp(risk.markets, marketId), runner)

export const ofStrategy = (risk: OpenRisk, strategyId: StrategyId): Pence =>
  lookUp(risk.strategies, strategyId)?.exposure ?? 0

/** The strategy's own part of a market. */
export const ofStrategyMarket = (
  risk: OpenRisk,
  strategyId: StrategyId,
  marketId: MarketId
): StrategyMarket | undefined => {
  const strategy = lookUp(risk.strategies, strategyId)
  return strategy === undefined ? undefined : lookUp(strategy.markets, marketId)
}

/** True when the strategy has such a bet open already, other than the one that `intent` replaces. */
export const isKindTaken = (risk: OpenRisk, intent: Bet.BetIntent): boolean => {
  const own = ofStrategyMarket(risk, intent.strategyId, intent.marketId)
  if (own === undefined) return false
  const kind = kindOf(intent)
  const replaced = intent.replaces === null ? undefined : find(risk, intent.replaces)
  return (lookUp(own.kinds, kind) ?? 0) > (replaced?.kind === kind ? 1 : 0)
}

/**
 * Every bet that may still win or lose, and the sums over them that limits are about. Sums are kept, not computed: adding
 * a bet costs the same whether it is the first or the ten-thousandth. They are changed in place, by the risk manager
 * alone; a market's position is a value, so an order can be tried out on it before it is taken.
 */
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
  updatedAt: number
}

/** What the limits of one order are about. Exposures are worst cases. */
export interface Figures {
  readonly openBets: number
  /** The order's runner. */
  readonly selection: Pence
  /** What of it is there for rounding only. */
  readonly rounding: Pence
  readonly market: Pence
  readonly strategy: Pence
  readonly account: Pence
}

interface StrategyMarket {
  position: Exposure.MarketPosition
  /** How many bets of each kind are open. */
  readonly kinds: Map<string, number>
  unknown: number
}

interface StrategyRisk {
  exposure: Pence
  bets: number
  readonly markets: Map<MarketId, StrategyMarket>
}

export const kindOf = (bet: Pick<Bet.Bet, "selectionId" | "handicap" | "side" | "slot">): string =>
  `${Exposure.runnerOf(bet)} ${bet.side} ${bet.slot}`

const hold = (bet: Bet.Bet, stake: Exposure.Stake): HeldBet => ({
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
})

/** What is left at stake once the waiting part of a bet is cancelled. */
const withoutWaiting = (stake: Exposure.Stake): Exposure.Stake => ({
  ...stake,
  waitingBacks: 0,
  waitingLays: 0,
  closingLays: 0,
  backed: Math.max(0, 0 - stake.lost),
  laid: Math.max(0, stake.lost)
})

export class OpenRisk {
  private readonly bets = new Map<BetId, HeldBet>()
  private readonly markets = new Map<MarketId, Exposure.MarketPosition>()
  private readonly strategies = new Map<StrategyId, StrategyRisk>()
  private worst: Pence = 0
  private losses: Pence = 0
  private unanswered = 0

  /** Worst case over all markets together. */
  get exposure(): Pence {
    return this.worst
  }

  /** Sum of what each bet can lose taken alone. */
  get liability(): Pence {
    return this.losses
  }

  get unknown(): number {
    return this.unanswered
  }

  get openBets(): number {
    return this.bets.size
  }

  find(id: BetId): HeldBet | undefined {
    return this.bets.get(id)
  }

  /** Strategies with open bets. */
  *byStrategy(): Generator<readonly [StrategyId, { readonly exposure: Pence; readonly bets: number }]> {
    yield* this.strategies
  }

  /** Bets of the strategy on the market that may or may not have been placed. */
  unknownOf(strategyId: StrategyId, marketId: MarketId): number {
    return this.strategyMarket(strategyId, marketId)?.unknown ?? 0
  }

  /** True when the strategy has such a bet open already, other than the one that `intent` replaces. */
  isKindTaken(intent: Bet.BetIntent): boolean {
    const own = this.strategyMarket(intent.strategyId, intent.marketId)
    if (own === undefined) return false
    const kind = kindOf(intent)
    const replaced = intent.replaces === null ? undefined : this.find(intent.replaces)
    return (own.kinds.get(kind) ?? 0) > (replaced?.kind === kind ? 1 : 0)
  }

  /**
   * The bet counts as it now stands, in place of what was held for it; a finished one not at all.
   *
   * @param winners how many runners of the market win, or null to leave that as it is known
   */
  set(bet: Bet.Bet, winners: number | null): void {
    if (!Bet.isOpen(bet)) return this.remove(bet.id)
    const held = this.bets.get(bet.id)
    const stake = Exposure.ofBet(bet)
    if (held !== undefined) {
      // Most news of a bet, its acknowledgement above all, leaves every sum as it is.
      if (winners === null && weighsAsMuch(held, bet, stake)) return void (held.updatedAt = bet.updatedAt)
      this.shift(held, null, -1)
    }
    this.shift(hold(bet, stake), winners, 1)
  }

  /** The market's definition says how many of its runners win: what is open on it counts by that from now on. */
  learnWinners(marketId: MarketId, winners: number): void {
    const before = this.markets.get(marketId)
    if (before === undefined || before.winners === winners) return
    const after = Exposure.withWinners(before, winners)
    this.markets.set(marketId, after)
    this.worst += after.worst - before.worst
    for (const strategy of this.strategies.values()) {
      const own = strategy.markets.get(marketId)
      if (own === undefined) continue
      const position = own.position === before ? after : Exposure.withWinners(own.position, winners)
      strategy.exposure += position.worst - own.position.worst
      own.position = position
    }
  }

  remove(id: BetId): void {
    const held = this.bets.get(id)
    if (held !== undefined) this.shift(held, null, -1)
  }

  /**
   * The figures without the bet (which may be held already) and without the waiting part of the one it replaces; and the
   * same with the bet in them. Nothing is changed.
   *
   * @param winners how many runners of the market win, or null to leave that as it is known
   */
  tryOut(bet: Bet.Bet, winners: number | null): { readonly before: Figures; readonly after: Figures } {
    const { id, marketId, strategyId } = bet
    const runner = Exposure.runnerOf(bet)
    const stake = Exposure.ofBet(bet)
    const held = this.bets.get(id)
    const replaced = this.replacedBy(bet)
    const isReplacedGone = replaced !== undefined && !replaced.isMatched
    const openBets = this.openBets - (held === undefined ? 0 : 1) - (isReplacedGone ? 1 : 0)
    const market = this.markets.get(marketId)
    const known = winners ?? market?.winners ?? Infinity
    const own = this.strategyMarket(strategyId, marketId)?.position
    const rest = this.worst - (market?.worst ?? 0)
    const restOfStrategy = (this.strategies.get(strategyId)?.exposure ?? 0) - (own?.worst ?? 0)
    const figures = (openBets: number, market: Exposure.MarketPosition, own: Exposure.MarketPosition): Figures => ({
      openBets,
      selection: Exposure.worstOfRunner(market, runner),
      rounding: Exposure.roundingOfRunner(market, runner),
      market: market.worst,
      strategy: restOfStrategy + own.worst,
      account: rest + market.worst
    })
    const without = (position: Exposure.MarketPosition | undefined) => {
      const all = Exposure.withWinners(position ?? Exposure.emptyMarket(known), known)
      return release(held === undefined ? all : Exposure.change(all, runner, held.stake, -1), replaced)
    }
    const add = (position: Exposure.MarketPosition) => Exposure.change(position, runner, stake, 1)
    const marketBefore = without(market)
    const marketAfter = add(marketBefore)
    // Where no other strategy bets, its position is the market's.
    const ownBefore = own === market ? marketBefore : without(own)
    const ownAfter = own === market ? marketAfter : add(ownBefore)
    return {
      before: figures(openBets, marketBefore, ownBefore),
      after: figures(openBets + 1, marketAfter, ownAfter)
    }
  }

  /** Gotcha: one of another strategy or market does not free any risk here; the rules refuse to replace it. */
  private replacedBy({ marketId, replaces, strategyId }: Bet.BetIntent): HeldBet | undefined {
    const held = replaces === null ? undefined : this.bets.get(replaces)
    return held?.marketId === marketId && held.strategyId === strategyId ? held : undefined
  }

  private strategyMarket(strategyId: StrategyId, marketId: MarketId): StrategyMarket | undefined {
    return this.strategies.get(strategyId)?.markets.get(marketId)
  }

  /** Adds a bet to every sum (`1`), or takes it out of them (`-1`). */
  private shift(bet: HeldBet, winners: number | null, sign: 1 | -1): void {
    const before = this.markets.get(bet.marketId)
    const known = winners ?? before?.winners ?? Infinity
    const after = shiftPosition(before, bet, known, sign)
    if (after.positions.length === 0) this.markets.delete(bet.marketId)
    else this.markets.set(bet.marketId, after)
    this.worst += after.worst - (before?.worst ?? 0)
    this.losses += sign * bet.loss
    if (bet.isUnknown) this.unanswered += sign
    this.shiftStrategy(bet, known, sign, before, after)
    if (sign === 1) this.bets.set(bet.id, bet)
    else this.bets.delete(bet.id)
  }

  /** `before` and `after` are the market's position with all strategies: where no other bets, its own is the same. */
  private shiftStrategy(
    bet: HeldBet,
    winners: number,
    sign: 1 | -1,
    before: Exposure.MarketPosition | undefined,
    after: Exposure.MarketPosition
  ): void {
    const { kind, marketId, strategyId } = bet
    const strategy = this.strategies.get(strategyId) ?? { exposure: 0, bets: 0, markets: new Map() }
    const known = strategy.markets.get(marketId)
    const position = known?.position === before ? after : shiftPosition(known?.position, bet, winners, sign)
    const market: StrategyMarket = known ?? { position: Exposure.emptyMarket(winners), kinds: new Map(), unknown: 0 }
    strategy.exposure += position.worst - market.position.worst
    strategy.bets += sign
    market.position = position
    if (bet.isUnknown) market.unknown += sign
    const left = (market.kinds.get(kind) ?? 0) + sign
    if (left > 0) market.kinds.set(kind, left)
    else market.kinds.delete(kind)
    if (market.kinds.size > 0) strategy.markets.set(marketId, market)
    else strategy.markets.delete(marketId)
    if (strategy.bets > 0) this.strategies.set(strategyId, strategy)
    else this.strategies.delete(strategyId)
  }
}

const shiftPosition = (
  position: Exposure.MarketPosition | undefined,
  { runner, stake }: HeldBet,
  winners: number,
  sign: 1 | -1
): Exposure.MarketPosition =>
  Exposure.change(Exposure.withWinners(position ?? Exposure.emptyMarket(winners), winners), runner, stake, sign)

/** The position once the waiting part of a bet is cancelled. */
const release = (position: Exposure.MarketPosition, bet: HeldBet | undefined): Exposure.MarketPosition => {
  if (bet === undefined) return position
  const without = Exposure.change(position, bet.runner, bet.stake, -1)
  return bet.isMatched ? Exposure.change(without, bet.runner, withoutWaiting(bet.stake), 1) : without
}

/** A bet's intent never changes, so neither do its market, runner and kind. */
const weighsAsMuch = (held: HeldBet, bet: Bet.Bet, stake: Exposure.Stake): boolean =>
  held.isUnknown === (bet.status === "unknown") &&
  held.isMatched === bet.fills.length > 0 &&
  Exposure.isSameStake(held.stake, stake)

/**
 * The most that a market's bets can lose, whatever wins and whatever of what is waiting gets matched. It must never be
 * below the true worst case, so it gives no credit for what may not come:
 *
 * - An unmatched part is matched exactly where that costs money.
 * - What one runner may win pays for no other runner's loss. A withdrawal voids the bets that would have paid, and somebody
 *   whom nobody backed can always win. Within one runner, backs and lays do offset each other: they are voided together.
 * - At most as many runners win as the market has places. In a dead heat of more, the exchange pays each in part, and
 *   the parts add up to the places: a mixture of outcomes, which is never worse than the worst of them.
 * - A withdrawal elsewhere shortens what is matched, a back of long odds more than a lay of short ones, which stops at 1.01.
 *   So every runner counts with the worse of two values: at its prices as they are, and at half of them. Between the
 *   two the truth is never worse than the worse one (withdrawals that take more than half of the odds are not covered).
 * - Waiting lays are cancelled or shortened along with it, but not in place markets below a factor of 4 % (EXCHANGE:
 *   "Settlement rules") and not on the close: there, matched winnings do not pay for waiting lays.
 * - Where backs and lays offset each other, pennies are rounded apart: `slack` covers it.
 */
import type { Bet } from "../domain/Bet.ts"
import { isOpen } from "../domain/Bet.ts"
import type { RunnerKey } from "../domain/Identifiers.ts"
import { runnerKey } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import * as Order from "../domain/Order.ts"

/** What a bet, or all bets on a runner, stand for. All are whole pence; losses of waiting parts are positive. */
export interface Stake {
  /** What is matched brings if the runner wins, and if it does not; a loss is negative. */
  readonly won: Pence
  readonly lost: Pence
  /** What it brings, at least, if the runner wins after withdrawals have halved its prices. */
  readonly shortened: Pence
  /** Waiting backs: what they lose if the runner does not win. */
  readonly waitingBacks: Pence
  /** Waiting lays: what they lose if it wins. */
  readonly waitingLays: Pence
  readonly closingLays: Pence
  /** Backers' stakes on either side, matched and waiting. */
  readonly backed: Pence
  readonly laid: Pence
  readonly bets: number
}

export interface Position extends Stake {
  readonly runner: RunnerKey
}

/** A market's bets, summed by runner: a thousand bets on a runner cost no more than one. */
export interface MarketPosition {
  /** Runners that win; `Infinity` while it is not known. */
  readonly winners: number
  readonly positions: ReadonlyArray<Position>
  /** The most that can be lost. */
  readonly worst: Pence
}

export const noStake: Stake = {
  won: 0,
  lost: 0,
  shortened: 0,
  waitingBacks: 0,
  waitingLays: 0,
  closingLays: 0,
  backed: 0,
  laid: 0,
  bets: 0
}

export const emptyMarket = (winners: number): MarketPosition => ({ winners, positions: [], worst: 0 })

export const isSameStake = (a: Stake, b: Stake): boolean =>
  a.won === b.won &&
  a.lost === b.lost &&
  a.shortened === b.shortened &&
  a.waitingBacks === b.waitingBacks &&
  a.waitingLays === b.waitingLays &&
  a.closingLays === b.closingLays &&
  a.backed === b.backed &&
  a.laid === b.laid &&
  a.bets === b.bets

/** What of an order may still be matched, by the terms in which the order was given: a stake, or a liability on the close. */
const waitingAmount = (bet: Bet): Pence => (bet.complete ? 0 : bet.sizeRemaining)

/** What a bet stands for; nothing once it is finished. An intent that is not answered, or never was, counts in full. */
export const ofBet = (bet: Bet): Stake => {
  if (!isOpen(bet)) return noStake
  let value = 0
  let halved = 0
  let size = 0
  for (const fill of bet.fills) {
    value += (fill.price - 100) * fill.size
    halved += (bet.side === "BACK" ? fill.price / 2 - 100 : Math.max(1, fill.price / 2 - 100)) * fill.size
    size += fill.size
  }
  const waiting = waitingAmount(bet)
  if (bet.side === "BACK") {
    const won = Math.floor(value / 100 + 1e-9)
    const shortened = Math.floor(halved / 100)
    return { ...noStake, won, lost: 0 - size, shortened, waitingBacks: waiting, backed: size + waiting, bets: 1 }
  }
  const won = 0 - Math.ceil(value / 100 - 1e-9)
  const shortened = 0 - Math.ceil(halved / 100)
  return bet.order._tag === "LIMIT"
    ? {
        ...noStake,
        won,
        lost: size,
        shortened,
        waitingLays: Order.liabilityOf("LAY", bet.order.price, waiting),
        laid: size + waiting,
        bets: 1
      }
    : { ...noStake, won, lost: size, shortened, closingLays: waiting, laid: size, bets: 1 }
}

export const runnerOf = (bet: Pick<Bet, "selectionId" | "handicap">): RunnerKey =>
  runnerKey(bet.selectionId, bet.handicap)

/** The most that a bet can lose taken alone. */
export const lossOf = (stake: Stake): Pence =>
  Math.max(0, stake.waitingBacks - stake.lost, stake.waitingLays + stake.closingLays - stake.won)

/**
 * Backs and lays of one runner cancel out to the penny only in whole outcomes: dead heats round every bet to a penny, and
 * withdrawals every price to a hundredth. At most a hundredth of the stakes.
 */
const slack = (stake: Stake): Pence =>
  stake.backed > 0 && stake.laid > 0 ? Math.ceil((stake.backed + stake.laid) / 100) + stake.bets : 0

/** A lay's liability at half its price is at most half of what it is now. */
const lossIfWon = (stake: Stake, winners: number): Pence => {
  const { closingLays, shortened, waitingLays, won } = stake
  const limitOrders =
    winners === 1
      ? Math.max(0, waitingLays - won, Math.ceil(waitingLays / 2) - shortened)
      : waitingLays + Math.max(0, 0 - won, 0 - shortened)
  return closingLays + limitOrders + slack(stake)
}

const lossIfLost = (stake: Stake): Pence => Math.max(0, stake.waitingBacks - stake.lost + slack(stake))

/** The most that the bets on one runner can lose. */
export const worstOfRunner = (market: MarketPosition | undefined, runner: RunnerKey): Pence => {
  const stake = market?.positions.find((position) => position.runner === runner)
  return market === undefined || stake === undefined ? 0 : Math.max(lossIfWon(stake, market.winners), lossIfLost(stake))
}

/** What of a runner's worst case is there for rounding only. */
export const roundingOfRunner = (market: MarketPosition | undefined, runner: RunnerKey): Pence =>
  slack(market?.positions.find((position) => position.runner === runner) ?? noStake)

/** All runners lose, except as many as can win: those whose winning costs most over their losing. */
const worstOf = (positions: ReadonlyArray<Position>, winners: number): Pence => {
  let losses = 0
  let dearest = 0
  let extras: Array<Pence> | undefined
  for (const position of positions) {
    const lost = lossIfLost(position)
    const extra = lossIfWon(position, winners) - lost
    losses += lost
    if (extra <= 0) continue
    if (winners === 1) dearest = Math.max(dearest, extra)
    else (extras ??= []).push(extra)
  }
  if (extras === undefined) return losses + dearest
  const most = extras.length > winners ? extras.toSorted((a, b) => b - a).slice(0, winners) : extras
  return most.reduce((sum, extra) => sum + extra, losses)
}

const combine = (runner: RunnerKey, a: Stake, b: Stake, sign: 1 | -1): Position => ({
  runner,
  won: a.won + sign * b.won,
  lost: a.lost + sign * b.lost,
  shortened: a.shortened + sign * b.shortened,
  waitingBacks: a.waitingBacks + sign * b.waitingBacks,
  waitingLays: a.waitingLays + sign * b.waitingLays,
  closingLays: a.closingLays + sign * b.closingLays,
  backed: a.backed + sign * b.backed,
  laid: a.laid + sign * b.laid,
  bets: a.bets + sign * b.bets
})

/** The market with a stake added (`1`) or taken away again (`-1`). */
export const change = (market: MarketPosition, runner: RunnerKey, stake: Stake, sign: 1 | -1): MarketPosition => {
  if (stake.bets === 0) return market
  const index = market.positions.findIndex((position) => position.runner === runner)
  const next = combine(runner, market.positions[index] ?? noStake, stake, sign)
  const positions = market.positions.slice()
  if (index < 0) positions.push(next)
  else if (next.bets > 0) positions[index] = next
  else positions.splice(index, 1)
  return { winners: market.winners, positions, worst: worstOf(positions, market.winners) }
}

/** The number of places, as a definition tells it; a number that makes no sense means that every runner may win. */
export const winnersOf = (numberOfWinners: number): number =>
  Number.isInteger(numberOfWinners) && numberOfWinners > 0 ? numberOfWinners : Infinity

export const withWinners = (market: MarketPosition, winners: number): MarketPosition =>
  market.winners === winners ? market : { ...market, winners, worst: worstOf(market.positions, winners) }

/** The worst case of bets on one market. */
export const worstCase = (bets: Iterable<Bet>, winners: number): Pence => {
  let market = emptyMarket(winners)
  for (const bet of bets) market = change(market, runnerOf(bet), ofBet(bet), 1)
  return market.worst
}

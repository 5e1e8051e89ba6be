/**
 * The limits under which the reference ran the probes: an order may lose at most 1000.00, a runner at most 105.00 on the
 * order's side, and what goes beyond is no order. They are part of the probes, in the reference's own arithmetic of
 * floating-point pounds, and not limits of the risk manager: its worst case is counted in pence and foresees withdrawals,
 * so an order that just fits the one might not fit the other.
 */
import * as BinaryDecimal from "../domain/BinaryDecimal.ts"
import type { Bet } from "../domain/Bet.ts"
import type { Pence } from "../domain/Money.ts"
import type { Side } from "../domain/Side.ts"
import type { OrderStyle } from "../domain/Signal.ts"

/** In pounds. */
const orderLimit = 1000
const selectionLimit = 105

const atHundredths = (pounds: number): number => BinaryDecimal.hundredths(pounds) / 100

/** @param worst what the bets on the same runner bring at worst if the order's side loses */
export const allow = (worst: number, side: Side, order: OrderStyle, amount: Pence): boolean => {
  const risk = riskOf(side, order, amount)
  return risk <= orderLimit && risk - worst <= selectionLimit
}

const riskOf = (side: Side, order: OrderStyle, amount: Pence): number =>
  order._tag === "LIMIT" && side === "LAY" ? (order.price / 100 - 1) * (amount / 100) : amount / 100

/** What bets on one runner bring at worst if the side loses, in pounds: a back's if the runner loses, a lay's if it wins. */
export const worstOf = (own: ReadonlyArray<Bet>, side: Side): number => {
  let matched = 0
  let waiting = 0
  let onClose = 0
  for (const bet of own) {
    if (bet.order._tag !== "LIMIT") {
      if (bet.side === side) onClose -= bet.order.liability / 100
      continue
    }
    const stake = stakeOf(bet)
    const isBack = bet.side === "BACK"
    const whenWon = isBack ? (averageOf(bet) - 1) * stake : (averageOf(bet) - 1) * -stake
    matched += side === "LAY" ? whenWon : isBack ? -stake : stake
    if (bet.complete || bet.placedAt === null || bet.side !== side) continue
    const remaining = bet.sizeRemaining / 100
    waiting -= isBack ? remaining : (bet.order.price / 100 - 1) * remaining
  }
  return atHundredths(matched) + atHundredths(waiting) + onClose
}

const stakeOf = ({ fills }: Bet): number => fills.reduce((sum, { size }) => sum + size, 0) / 100

const averageOf = ({ fills }: Bet): number => {
  let value = 0
  let size = 0
  for (const fill of fills) {
    value += (fill.price / 100) * (fill.size / 100)
    size += fill.size / 100
  }
  return size === 0 ? 0 : atHundredths(value / size)
}

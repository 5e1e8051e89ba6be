/**
 * Instructions sent in the current clock hour: the exchange counts bets placed and failed transactions by it, and charges for
 * more than 5,000 (EXCHANGE: "Transaction charge").
 */
import { Schema } from "effect"

export const TransactionHour = Schema.Struct({
  /** Whole hours since 1970. Hours begin alike in all time zones that matter to the exchange. */
  hour: Schema.Int,
  count: Schema.Int
})
export type TransactionHour = typeof TransactionHour.Type

const hourMs = 3_600_000

export const hourOf = (now: number): number => Math.floor(now / hourMs)

/** When the hour began, epoch milliseconds. */
export const startOf = (hour: number): number => hour * hourMs

/** A new hour begins at nothing. A clock that is set back does not bring an old one back. */
export const at = (state: TransactionHour, now: number): TransactionHour =>
  hourOf(now) > state.hour ? { hour: hourOf(now), count: 0 } : state

export const add = (state: TransactionHour, instructions: number, now: number): TransactionHour => {
  const current = at(state, now)
  return { ...current, count: current.count + instructions }
}

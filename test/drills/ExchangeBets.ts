/** An account as the exchange itself has it: one entry an order, whatever lists it is on, in the units of our bets. */
import { Predicate } from "effect"
import * as Money from "../../src/domain/Money.ts"
import type { Pence } from "../../src/domain/Money.ts"
import type { AccountFunds, ClearedOrderSummary, StatementItem } from "../../src/sandbox/exchange/Answers.ts"
import type { Orders } from "../../src/sandbox/server/Truth.ts"

export interface ExchangeBet {
  readonly betfairBetId: string
  readonly customerOrderRef: string | null
  readonly marketId: string
  readonly selectionId: number
  readonly side: string
  /** As it was asked for, decimal odds; 0 without one. */
  readonly price: number
  readonly matched: Pence
  /** Decimal odds, rounded by the exchange; 0 when nothing is matched. */
  readonly averagePrice: number
  readonly cancelled: Pence
  readonly lapsed: Pence
  readonly voided: Pence
  readonly isComplete: boolean
  /** Before commission; null while it is not settled, and where nothing of it was. */
  readonly profit: Pence | null
  /** Of a settled bet, epoch milliseconds of a whole second. */
  readonly settledAt: number | null
}

export interface Movement {
  /** `deposit`, `bet`, `commission` or `transaction charge`. */
  readonly kind: string
  readonly marketId: string | null
  readonly amount: Pence
  readonly at: number
}

/** All of one instant. */
export interface ExchangeAccount {
  readonly bets: ReadonlyArray<ExchangeBet>
  readonly movements: ReadonlyArray<Movement>
  readonly balance: Pence
}

const pence = (amount: number | undefined): Pence => Money.fromDecimal(amount ?? 0)

const clearedBet = (
  lines: ReadonlyArray<{ readonly status: keyof Orders["cleared"]; readonly line: ClearedOrderSummary }>
): ExchangeBet => {
  const of = (wanted: string) => lines.find(({ status }) => status === wanted)?.line
  const settled = of("SETTLED")
  const { line } = lines[0]!
  return {
    betfairBetId: line.betId!,
    customerOrderRef: line.customerOrderRef ?? null,
    marketId: line.marketId!,
    selectionId: line.selectionId!,
    side: line.side!,
    price: line.priceRequested ?? 0,
    matched: pence(settled?.sizeSettled),
    averagePrice: settled?.priceMatched ?? 0,
    cancelled: pence(of("CANCELLED")?.sizeCancelled),
    lapsed: pence(of("LAPSED")?.sizeCancelled),
    voided: pence(of("VOIDED")?.sizeSettled),
    isComplete: true,
    profit: settled === undefined ? null : pence(settled.profit),
    settledAt: settled === undefined ? null : Date.parse(settled.settledDate!)
  }
}

const betsOf = ({ cleared, current }: Orders): ReadonlyArray<ExchangeBet> => {
  const open = current.map((order): ExchangeBet => ({
    betfairBetId: order.betId,
    customerOrderRef: order.customerOrderRef ?? null,
    marketId: order.marketId,
    selectionId: order.selectionId,
    side: order.side,
    price: order.priceSize.price,
    matched: pence(order.sizeMatched),
    averagePrice: order.averagePriceMatched,
    cancelled: pence(order.sizeCancelled),
    lapsed: pence(order.sizeLapsed),
    voided: pence(order.sizeVoided),
    isComplete: order.status === "EXECUTION_COMPLETE",
    profit: null,
    settledAt: null
  }))
  const isOpen = new Set(open.map(({ betfairBetId }) => betfairBetId))
  const lines = (Object.keys(cleared) as Array<keyof typeof cleared>).flatMap((status) =>
    cleared[status].map((line) => ({ status, line }))
  )
  const ended = Map.groupBy(lines, ({ line }) => line.betId!)
  return [...open, ...[...ended].flatMap(([betId, ofBet]) => (isOpen.has(betId) ? [] : [clearedBet(ofBet)]))]
}

const movementOf = ({ amount, itemClassData, itemDate }: StatementItem): Movement => {
  const said: unknown = JSON.parse(itemClassData.unknownStatementItem)
  const { kind, marketId } = Predicate.isObject(said) ? (said as { kind?: string; marketId?: string }) : {}
  return { kind: kind ?? "", marketId: marketId ?? null, amount: Money.fromDecimal(amount), at: Date.parse(itemDate) }
}

export const accountOf = (
  orders: Orders,
  statement: ReadonlyArray<StatementItem>,
  { availableToBetBalance, exposure }: AccountFunds
): ExchangeAccount => ({
  bets: betsOf(orders),
  movements: statement.map(movementOf),
  balance: Money.fromDecimal(availableToBetBalance) - Money.fromDecimal(exposure)
})

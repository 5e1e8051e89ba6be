/** One instruction of `placeOrders`: read, and checked against the market's rules and the account's currency. */
import * as PriceLadder from "../../domain/PriceLadder.ts"
import type { Pence } from "../../domain/Money.ts"
import type { Side } from "../../domain/Side.ts"
import type { Bet, BetTerms, OrderType, PersistenceType } from "./Bet.ts"
import { liabilityOf } from "./Bet.ts"
import type { CurrencyLimits } from "./Currencies.ts"
import type { ExchangeMarket } from "./ExchangeMarket.ts"
import { isOrderRef, isStrategyRef } from "./References.ts"
import { invalid, penceOf, type Request } from "./Request.ts"

/** `InstructionReportErrorCode`s that a placement can be refused with. */
export type Refusal =
  | "INVALID_BET_SIZE"
  | "INVALID_RUNNER"
  | "RUNNER_REMOVED"
  | "MARKET_NOT_OPEN_FOR_BSP_BETTING"
  | "INVALID_ODDS"
  | "INVALID_PERSISTENCE_TYPE"
  | "INVALID_MIN_FILL_SIZE"
  | "INVALID_CUSTOMER_ORDER_REF"
  | "INVALID_CUSTOMER_STRATEGY_REF"
  | "INVALID_PROFIT_RATIO"
  | "INVALID_BACK_LAY_COMBINATION"
  | "INSUFFICIENT_FUNDS"

/** What the checks look at besides the instruction. */
export interface Setting {
  readonly market: ExchangeMarket
  readonly accountId: number
  readonly limits: CurrencyLimits
  /** The account's bets in the market. */
  readonly own: ReadonlyArray<Bet>
  readonly customerStrategyRef: string
  readonly makeBetId: () => string
}

const orderTypes = ["LIMIT", "LIMIT_ON_CLOSE", "MARKET_ON_CLOSE"] as const
export const persistenceTypes = ["LAPSE", "PERSIST", "MARKET_ON_CLOSE"] as const

/** Reads an instruction; a fault when it does not have the form of one. */
export const read = (instruction: Request) => {
  const orderType: OrderType = instruction.choice("orderType", orderTypes, "LIMIT")
  const order = instruction.required(
    { LIMIT: "limitOrder", LIMIT_ON_CLOSE: "limitOnCloseOrder", MARKET_ON_CLOSE: "marketOnCloseOrder" }[orderType]
  )
  const price = order.number("price")
  if (price === null && orderType !== "MARKET_ON_CLOSE") invalid("price", "a number", price)
  return {
    orderType,
    order,
    price: price ?? 0,
    side: instruction.choice<Side>("side", ["BACK", "LAY"], null),
    selectionId: instruction.wholeNumber("selectionId", 1) ?? invalid("selectionId", "a whole number", null),
    handicap: instruction.number("handicap") ?? 0,
    customerOrderRef: instruction.text("customerOrderRef") ?? "",
    size: orderType === "LIMIT" ? sizeOf(order, price ?? 0) : penceOf(order.number("liability") ?? 0),
    persistenceType: order.choice<PersistenceType>("persistenceType", persistenceTypes, "LAPSE"),
    isFillOrKill:
      orderType === "LIMIT" && order.has("timeInForce") && order.choice("timeInForce", ["FILL_OR_KILL"], null) !== null,
    minFillSize: order.number("minFillSize")
  }
}

export type Instruction = ReturnType<typeof read>

/** The size, or the one that a wanted payout or profit comes to at the limit price. Null when it is no amount of money. */
const sizeOf = (order: Request, price: number): Pence | null => {
  if (!order.has("betTargetType")) return penceOf(order.number("size") ?? invalid("size", "a number", null))
  if (order.has("size")) invalid("size", "absent beside betTargetType", order.raw["size"])
  const target = penceOf(order.number("betTargetSize") ?? 0) ?? 0
  const type = order.choice("betTargetType", ["PAYOUT", "BACKERS_PROFIT"], null)
  return Math.floor(target / (type === "PAYOUT" ? price : price - 1))
}

const hundredths = (price: number): PriceLadder.Price => {
  const whole = PriceLadder.fromDecimal(price)
  return Math.abs(whole - price * 100) < 1e-6 ? whole : -1
}

/** The bet that the instruction asks for, or why there will be none. */
export const check = (instruction: Instruction, setting: Setting): BetTerms | Refusal => {
  const { market } = setting
  const { customerOrderRef, orderType, price, selectionId, side } = instruction
  if (!isStrategyRef(setting.customerStrategyRef)) return "INVALID_CUSTOMER_STRATEGY_REF"
  if (!isOrderRef(customerOrderRef)) return "INVALID_CUSTOMER_ORDER_REF"
  const runner = market.runners.find(({ entry }) => entry.selectionId === selectionId)
  if (runner === undefined || instruction.handicap !== 0) return "INVALID_RUNNER"
  if (!runner.isActive) return "RUNNER_REMOVED"
  const tick = orderType === "MARKET_ON_CLOSE" ? -1 : PriceLadder.tickOf(hundredths(price))
  if (tick < 0 && orderType !== "MARKET_ON_CLOSE") return "INVALID_ODDS"
  const refusal = orderType === "LIMIT" ? checkLimit(instruction, tick, setting) : checkOnClose(instruction, setting)
  if (refusal !== null) return refusal
  return {
    betId: setting.makeBetId(),
    accountId: setting.accountId,
    selectionId,
    side,
    orderType,
    tick,
    size: instruction.size!,
    persistenceType: instruction.isFillOrKill ? "LAPSE" : instruction.persistenceType,
    minFillSize: instruction.isFillOrKill ? penceOf(instruction.minFillSize ?? 0) || instruction.size! : null,
    customerOrderRef,
    customerStrategyRef: setting.customerStrategyRef
  }
}

const checkLimit = (instruction: Instruction, tick: number, setting: Setting): Refusal | null => {
  const { isFillOrKill, minFillSize, persistenceType, side, size } = instruction
  const { limits, market } = setting
  if (size === null || size <= 0) return "INVALID_BET_SIZE"
  const price = PriceLadder.classic[tick]!
  const joins = (bet: Bet) =>
    bet.resting !== null &&
    bet.tick === tick &&
    bet.terms.side === side &&
    bet.terms.selectionId === instruction.selectionId
  if (size < limits.minSize && (size * price) / 100 < limits.minPayout && !setting.own.some(joins))
    return "INVALID_BET_SIZE"
  if (!isFairlyRounded(price, size)) return "INVALID_PROFIT_RATIO"
  if (isFillOrKill) {
    const least = minFillSize === null ? size : penceOf(minFillSize)
    return least === null || least < Math.min(limits.minSize, size) || least > size ? "INVALID_MIN_FILL_SIZE" : null
  }
  return isPersistable(market, persistenceType) ? null : "INVALID_PERSISTENCE_TYPE"
}

/** Whether unmatched bets can be kept that way in the market as it is now. */
export const isPersistable = (market: ExchangeMarket, persistenceType: PersistenceType): boolean =>
  persistenceType === "LAPSE" || (persistenceType === "PERSIST" ? market.turnsInPlay : takesStartingPriceBets(market))

const takesStartingPriceBets = ({ bspReconciled, hasStartingPrices, inPlay }: ExchangeMarket): boolean =>
  hasStartingPrices && !bspReconciled && !inPlay

/** How far a bet's winnings in whole pence may be from the exact ones. */
const largestRoundingError = 0.2

const isFairlyRounded = (price: PriceLadder.Price, size: Pence): boolean => {
  const winnings = liabilityOf(price, size)
  return Math.abs(Math.round(winnings) - winnings) <= winnings * largestRoundingError
}

const checkOnClose = ({ side, size }: Instruction, { limits, market }: Setting): Refusal | null => {
  if (!takesStartingPriceBets(market)) return "MARKET_NOT_OPEN_FOR_BSP_BETTING"
  const least = side === "BACK" ? limits.minSize : limits.minBspLiability
  return size === null || size < least ? "INVALID_BET_SIZE" : null
}

/** True when bets of one request would match each other: a back and a lay of one runner at prices that meet. */
export const matchesItself = (bets: ReadonlyArray<BetTerms>): boolean =>
  bets.some(
    (lay) =>
      lay.side === "LAY" &&
      bets.some(
        (back) =>
          back.side === "BACK" &&
          back.selectionId === lay.selectionId &&
          back.orderType === lay.orderType &&
          back.orderType !== "MARKET_ON_CLOSE" &&
          back.tick <= lay.tick
      )
  )

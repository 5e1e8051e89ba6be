/** Bets in the words of the API and of the order stream. */
import { DateTime } from "effect"
import * as Money from "../../domain/Money.ts"
import type { Pence } from "../../domain/Money.ts"
import * as PriceLadder from "../../domain/PriceLadder.ts"
import type { CurrentOrderSummary } from "./Answers.ts"
import type { Bet } from "./Bet.ts"
import type { UnmatchedOrder } from "./OrderMessage.ts"

/** The regulator all bets here are under, in the API's words and the stream's. */
const regulator = { api: "MALTA LOTTERIES AND GAMBLING AUTHORITY", stream: "REG_LGA" }

/** The API's dates are to the second. */
export const isoSecond = (epochMs: number): string => DateTime.formatIso(DateTime.makeUnsafe(second(epochMs)))

/** The order stream's dates too, as epoch milliseconds. */
const second = (epochMs: number): number => Math.floor(epochMs / 1000) * 1000

const decimal = Money.toDecimal

/** The size as the exchange shows it: that of a bet at the starting price is its `bspLiability`. */
export const shownSize = (bet: Bet, size: Pence): number => (bet.isLimit ? decimal(size) : 0)

export const bspLiability = (bet: Bet): number => (bet.isLimit ? 0 : decimal(bet.terms.size))

export const shownStatus = (bet: Bet): "EXECUTABLE" | "EXECUTION_COMPLETE" =>
  bet.isLive ? "EXECUTABLE" : "EXECUTION_COMPLETE"

const persistence = { LAPSE: "L", PERSIST: "P", MARKET_ON_CLOSE: "MOC" } as const
const orderType = { LIMIT: "L", LIMIT_ON_CLOSE: "LOC", MARKET_ON_CLOSE: "MOC" } as const

export const toUnmatchedOrder = (bet: Bet): UnmatchedOrder => {
  const { terms } = bet
  const matched = bet.sizeMatched
  return {
    id: terms.betId,
    ...(bet.tick < 0 ? {} : { p: PriceLadder.toDecimal(bet.price) }),
    s: shownSize(bet, terms.size),
    ...(bet.isLimit ? {} : { bsp: bspLiability(bet) }),
    side: terms.side === "BACK" ? "B" : "L",
    status: bet.isLive ? "E" : "EC",
    pt: persistence[bet.persistenceType],
    ot: orderType[terms.orderType],
    pd: second(bet.placedAt),
    ...(bet.matchedAt === null ? {} : { md: second(bet.matchedAt) }),
    ...(bet.cancelledAt === null ? {} : { cd: second(bet.cancelledAt) }),
    ...(bet.lapsedAt === null ? {} : { ld: second(bet.lapsedAt) }),
    ...(bet.lapseReason === null ? {} : { lsrc: bet.lapseReason }),
    ...(matched === 0 ? {} : { avp: bet.averagePrice }),
    sm: decimal(matched),
    sr: shownSize(bet, bet.remaining),
    sl: decimal(bet.lapsed),
    sc: decimal(bet.cancelled),
    sv: decimal(bet.voided),
    rac: "",
    rc: regulator.stream,
    rfo: terms.customerOrderRef,
    rfs: terms.customerStrategyRef
  }
}

/** What all of the API's views of a bet share. */
export const sizesOf = (bet: Bet) => ({
  sizeMatched: decimal(bet.sizeMatched),
  sizeRemaining: shownSize(bet, bet.remaining),
  sizeLapsed: decimal(bet.lapsed),
  sizeCancelled: decimal(bet.cancelled),
  sizeVoided: decimal(bet.voided)
})

export const refsOf = ({ terms }: Pick<Bet, "terms">) => ({
  ...(terms.customerOrderRef === "" ? {} : { customerOrderRef: terms.customerOrderRef }),
  ...(terms.customerStrategyRef === "" ? {} : { customerStrategyRef: terms.customerStrategyRef })
})

export const toCurrentOrder = (bet: Bet): CurrentOrderSummary => ({
  betId: bet.terms.betId,
  marketId: bet.marketId,
  selectionId: bet.terms.selectionId,
  handicap: 0,
  priceSize: { price: PriceLadder.toDecimal(bet.price), size: shownSize(bet, bet.terms.size) },
  bspLiability: bspLiability(bet),
  side: bet.terms.side,
  status: shownStatus(bet),
  persistenceType: bet.persistenceType,
  orderType: bet.terms.orderType,
  placedDate: isoSecond(bet.placedAt),
  ...(bet.matchedAt === null ? {} : { matchedDate: isoSecond(bet.matchedAt) }),
  averagePriceMatched: bet.averagePrice,
  ...sizesOf(bet),
  regulatorCode: regulator.api,
  ...refsOf(bet)
})

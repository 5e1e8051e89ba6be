/** What requests that touch orders have in common: their heading, their limits, and the state of their market. */
import type { Account } from "./Account.ts"
import type { ExchangeMarket } from "./ExchangeMarket.ts"
import type { Floor } from "./Floor.ts"
import { customerRefOf } from "./References.ts"
import { FaultRaised } from "./Reply.ts"
import type { Heading } from "./Reports.ts"
import { Request } from "./Request.ts"

/** The most instructions a request may have (EXCHANGE: "Instructions per request"). */
export const mostInstructions = { place: 200, cancel: 60, update: 60, replace: 60 } as const

export interface OrderRequest {
  readonly request: Request
  readonly heading: Heading
  readonly instructions: ReadonlyArray<Request>
}

export const readOrderRequest = (params: unknown): OrderRequest => {
  const request = new Request(params)
  return {
    request,
    heading: { customerRef: customerRefOf(request), marketId: request.text("marketId") },
    instructions: request.list("instructions") ?? []
  }
}

/**
 * Why the request is not looked at, null if it is. A request of too many instructions for this second is a fault. The
 * customerRef counts as used from here on, whatever becomes of the request.
 */
export const refuseRequest = (
  account: Account,
  { heading, instructions }: OrderRequest,
  most: number,
  now: number
): string | null => {
  if (instructions.length > most) return "TOO_MANY_INSTRUCTIONS"
  if (!account.admits(Math.max(1, instructions.length), now)) {
    throw new FaultRaised("TOO_MANY_REQUESTS", "more than 1000 instructions in one second")
  }
  return heading.customerRef !== null && account.isRepeated(heading.customerRef, now) ? "DUPLICATE_TRANSACTION" : null
}

/** The open market, or why nothing can be done in it. */
export const openMarket = (floor: Floor, marketId: string | null): ExchangeMarket | string => {
  const market = marketId === null ? undefined : floor.races.known(marketId)
  if (market === undefined) return "INVALID_MARKET_ID"
  if (market.status === "CLOSED") return "MARKET_NOT_OPEN_FOR_BETTING"
  return market.status === "SUSPENDED" ? "MARKET_SUSPENDED" : market
}

/** The version the request is meant for, null for any; a version that the market has not reached is refused. */
export const marketVersionOf = (request: Request): number | null =>
  request.has("marketVersion") ? request.part("marketVersion").wholeNumber("version") : null

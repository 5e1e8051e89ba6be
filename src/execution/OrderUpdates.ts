/**
 * What the venue says of our orders: the exchange's order stream and polling, or the simulator's own fills. Updates
 * carry totals, so a later one replaces an earlier one: what waits is bounded by the number of open orders.
 */
import { Context, type Effect } from "effect"
import type { BetEvent } from "../domain/Bet.ts"
import type { BetId } from "../domain/Identifiers.ts"

export interface OrderUpdate {
  readonly betId: BetId
  readonly event: BetEvent
}

export class OrderUpdates extends Context.Service<
  OrderUpdates,
  {
    /** True when `take` would return at once. Plain code, for the path of a market update. */
    readonly waiting: () => boolean
    /** Waits until there are updates and takes them all, oldest first. */
    readonly take: Effect.Effect<ReadonlyArray<OrderUpdate>>
  }
>()("clever-better/execution/OrderUpdates") {}

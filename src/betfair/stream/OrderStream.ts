/**
 * What the exchange says of the account's orders, as it happens. The link is made when `messages` is run, lasts as long as that
 * runs, and is made anew whenever it breaks: run it once. It is a link of its own, beside that of the prices: orders never wait
 * behind an image of two hundred markets, and neither breaks with the other.
 *
 * What is not told: orders that were matched, cancelled or lapsed while there was no link. An image (`isImage`) lists only what
 * is executable now, with the positions (`mb`, `ml`) of those markets: an order that is missing from it has ended somehow, and
 * only listCurrentOrders and listClearedOrders say how. So the first message of every connection is a reason to reconcile, with
 * an image or without: see the `Subscribed` event.
 */
import { Context, Effect, Layer, Stream } from "effect"
import type { Envelope } from "./Envelope.ts"
import { objectOf } from "./Envelope.ts"
import type { Origin, Sink } from "./Listener.ts"
import * as OrderChange from "./OrderChange.ts"
import type { StreamFailure } from "./StreamFailure.ts"
import type { StreamEvent, StreamHealth } from "./StreamState.ts"
import * as Subscription from "./Subscription.ts"

/** A change that came in segments is one message. Heartbeats are none, but for the first of a connection. */
export interface OrderChangeMessage extends OrderChange.OrderChanges {
  /** By the exchange's clock, epoch milliseconds. */
  readonly publishTime: number
  /** By the bot's clock, epoch milliseconds. */
  readonly arrivedAt: number
  /** Which link brought it, from 1. */
  readonly connection: number
  /** The first of its connection, even when it tells of no order. */
  readonly isFirst: boolean
  /** An image of everything (SUB_IMAGE). */
  readonly isImage: boolean
  /** The exchange says that it is late (status 503). */
  readonly isStale: boolean
}

export interface OrderStreamOptions extends Omit<Subscription.SubscriptionOptions, "conflateMs"> {
  /** Orders of these `customerStrategyRef`s only; empty: all of the account, those of other programs and people included. */
  readonly customerStrategyRefs: ReadonlyArray<string>
}

export class OrderStream extends Context.Service<
  OrderStream,
  {
    /** Fails only where waiting would not help, and only before the first subscription has succeeded. */
    readonly messages: Stream.Stream<OrderChangeMessage, StreamFailure>
    readonly health: () => StreamHealth
    /** From now on, the last one first. A listener that is 256 events behind loses the oldest. */
    readonly events: Stream.Stream<StreamEvent>
  }
>()("clever-better/betfair/stream/OrderStream") {
  static readonly layer = (options: OrderStreamOptions) => Layer.effect(OrderStream, make(options))
}

class OrderSink implements Sink<ReadonlyArray<OrderChangeMessage>> {
  private messages: Array<OrderChangeMessage> = []

  add(line: Buffer, { ct, pt, segmentType }: Envelope, { arrivedAt, connection, isFirst, isStale }: Origin): boolean {
    const fields = objectOf(line)
    if (fields === null || pt === null) return false
    if (ct === "HEARTBEAT" && !isFirst) return true
    const changes = OrderChange.read(fields.oc)
    const isContinued = segmentType === "SEG" || segmentType === "SEG_END"
    // All segments of a change come one after the other, without another message between.
    const before = isContinued ? this.messages.pop() : undefined
    this.messages.push({
      publishTime: pt,
      arrivedAt,
      connection,
      isFirst: isFirst || before?.isFirst === true,
      isImage: ct === "SUB_IMAGE" || before?.isImage === true,
      isStale,
      markets: [...(before?.markets ?? []), ...changes.markets],
      unreadable: [...(before?.unreadable ?? []), ...changes.unreadable]
    })
    return true
  }

  take(): ReadonlyArray<OrderChangeMessage> | null {
    const { messages } = this
    if (messages.length === 0) return null
    this.messages = []
    return messages
  }
}

const make = Effect.fnUntraced(function* ({ customerStrategyRefs, ...options }: OrderStreamOptions) {
  const subscription = yield* Subscription.make(
    { ...options, conflateMs: 0 },
    {
      op: "orderSubscription",
      messages: "ocm",
      fields: {
        orderFilter: {
          includeOverallPosition: true,
          partitionMatchedByStrategyRef: true,
          ...(customerStrategyRefs.length === 0 ? {} : { customerStrategyRefs })
        }
      }
    },
    new OrderSink()
  )
  return OrderStream.of({
    messages: Stream.flattenIterable(subscription.batches),
    health: subscription.health,
    events: subscription.events
  })
})

/** What is known of a stream's link from outside: how it stands now, and what has happened to it. */

/**
 * `stale`: the link is well, but the exchange says (status 503) that what it sends is late. Not a reason to disconnect; it
 * passes with the first message that does not say so.
 */
export type StreamStatus = "disconnected" | "connected" | "stale"

/** All times are epoch milliseconds by the bot's clock unless said otherwise; null: not yet. */
export interface StreamHealth {
  /** `connected` only once the subscription's first message is there: until then nothing is known to be fresh. */
  readonly status: StreamStatus
  /** Since when it is subscribed; null while it is not. */
  readonly connectedSince: number | null
  /** When the last message came, heartbeats included. */
  readonly lastMessageAt: number | null
  /** Publish time of the last message, by the exchange's clock. */
  readonly lastPublishTime: number | null
  /** From publish time to arrival; the difference of the two clocks is in it. */
  readonly latencyMs: number | null
  /** How often a link was made anew after the first. */
  readonly reconnects: number
  /** Links the account may still open, as told at the last authentication. */
  readonly connectionsAvailable: number | null
  /** Why there is no link, or was none last; null when there never was a reason. */
  readonly problem: string | null
}

export type StreamEvent =
  /** Authenticated; the subscription is asked for. */
  | {
      readonly _tag: "Connected"
      readonly at: number
      readonly connectionId: string | null
      readonly connectionsAvailable: number | null
    }
  /**
   * The first message of the subscription is there: an image of everything, or what has changed since the link broke.
   * `connection` counts from 1. From 2 on something may have been missed meanwhile: reconcile.
   */
  | {
      readonly _tag: "Subscribed"
      readonly at: number
      readonly connection: number
      readonly with: "image" | "delta"
    }
  /** The exchange refused something and left the link open. */
  | { readonly _tag: "Refused"; readonly at: number; readonly reason: string }
  | { readonly _tag: "Disconnected"; readonly at: number; readonly reason: string; readonly retryInMs: number }
  | { readonly _tag: "Stale"; readonly at: number }
  | { readonly _tag: "Fresh"; readonly at: number }

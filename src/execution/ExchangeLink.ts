/** The link to the exchange as far as an order depends on it: the market stream, the two clocks, the account's funds. */
import { Context, type Effect, Schema } from "effect"
import type { Pence } from "../domain/Money.ts"

/** The exchange could not be asked about the account. */
export class AccountUnavailable extends Schema.TaggedError<AccountUnavailable>()("AccountUnavailable", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/** Of the market stream; times are epoch milliseconds. */
export interface StreamStanding {
  /** `stale`: the exchange itself says that what it sends is late. */
  readonly status: "connected" | "stale" | "disconnected"
  /** When the last message came, heartbeats included; null before the first. */
  readonly lastMessageAt: number | null
  /** From the last message's publish time to its arrival; the difference of the clocks is in it. */
  readonly latencyMs: number | null
}

export class ExchangeLink extends Context.Service<
  ExchangeLink,
  {
    /** Plain code: asked before each order. */
    readonly marketStream: () => StreamStanding
    /** Without one an order would have to wait for a login. */
    readonly hasSession: Effect.Effect<boolean>
    /** How far this machine's clock and the exchange's certainly are apart, by its answers; null before the first. */
    readonly clockSkewMs: Effect.Effect<number | null>
    /** What the account may bet with: its balance less what open bets may lose. */
    readonly availableToBet: Effect.Effect<Pence, AccountUnavailable>
  }
>()("clever-better/execution/ExchangeLink") {}

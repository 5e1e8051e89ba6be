/**
 * The last look before the wire: asked for each order after its intent is committed and right before it is sent. What it
 * refuses is never sent. Cancelling is not asked about: it always passes.
 */
import { Context, Effect, Layer } from "effect"
import type { BetIntent } from "../domain/Bet.ts"
import type { Denial } from "../domain/Decision.ts"

/** An order as it is about to be sent, with the bet (if any) whose unmatched part it takes over. */
export type OutgoingOrder = BetIntent

export class SendGuard extends Context.Service<
  SendGuard,
  {
    /** Why the order must not be sent, or null. */
    readonly check: (order: OutgoingOrder) => Effect.Effect<Denial | null>
    /**
     * Whether what lets orders of this kind pass still stands, asked once more when the request has waited for a session or
     * its turn. Says nothing of the order's size: `check` has.
     */
    readonly stands: (order: OutgoingOrder) => Effect.Effect<Denial | null>
    /** So many instructions have gone out, whatever becomes of them: the exchange counts and charges them. */
    readonly sent: (instructions: number) => Effect.Effect<void>
  }
>()("clever-better/execution/SendGuard") {
  /** Lets everything pass: for tests of what comes after it. */
  static readonly layerOpen = Layer.succeed(SendGuard, {
    check: () => Effect.succeed(null),
    stands: () => Effect.succeed(null),
    sent: () => Effect.void
  })
}

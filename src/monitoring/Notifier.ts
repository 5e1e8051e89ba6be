/**
 * Tells the owner. Telling never fails and never holds trading up: a Layer that sends messages elsewhere has to drop what it
 * cannot send.
 */
import { Context, Effect, Layer } from "effect"
import { describe, type Notification } from "./Notification.ts"

export type { Notification } from "./Notification.ts"

export class Notifier extends Context.Service<
  Notifier,
  {
    readonly notify: (notification: Notification) => Effect.Effect<void>
  }
>()("clever-better/monitoring/Notifier") {
  /** Writes each notification to the log. */
  static readonly layerLog = Layer.succeed(Notifier, {
    notify: (notification) => {
      // Whoever placed it has written it, with more about it.
      if (notification._tag === "BetPlaced") return Effect.void
      const { fields, level, text } = describe(notification)
      return Effect.annotateLogs(Effect.logWithLevel(level)(text), fields)
    }
  })
}

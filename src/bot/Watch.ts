/** Looks every second at what the owner wants to be told of, besides what tells of itself. */
import { Context, Effect, Layer, type Scope } from "effect"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import * as DayEnd from "./DayEnd.ts"
import * as LimitWatch from "./LimitWatch.ts"
import * as LinkWatch from "./LinkWatch.ts"

export class Watch extends Context.Service<
  Watch,
  {
    readonly check: Effect.Effect<void, StorageFailure>
    /** Shows how the links to the exchange stand until the scope closes. */
    readonly follow: Effect.Effect<void, never, Scope.Scope>
  }
>()("clever-better/bot/Watch") {
  static readonly layer = Layer.effect(
    Watch,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const limits = yield* LimitWatch.make
  const links = yield* LinkWatch.make
  const dayEnd = yield* DayEnd.make
  return Watch.of({
    check: limits.check.pipe(Effect.andThen(links.check), Effect.andThen(dayEnd.check)),
    follow: links.follow
  })
})

/** The link to Betfair, as the client and the market stream see it. */
import { Effect, Layer } from "effect"
import { AccountApi } from "../betfair/AccountApi.ts"
import * as ServerClock from "../betfair/ServerClock.ts"
import { Session } from "../betfair/Session.ts"
import { MarketStream } from "../market/MarketStream.ts"
import * as Money from "../domain/Money.ts"
import { AccountUnavailable, ExchangeLink } from "./ExchangeLink.ts"

const make = Effect.gen(function* () {
  const account = yield* AccountApi
  const clock = yield* ServerClock.ServerClock
  const session = yield* Session
  const stream = yield* MarketStream
  return ExchangeLink.of({
    marketStream: stream.health,
    hasSession: Effect.map(session.status, ({ loggedInSince }) => loggedInSince !== null),
    clockSkewMs: Effect.map(clock.skew, (skew) => (skew === null ? null : ServerClock.certainSkewMs(skew))),
    availableToBet: account.getAccountFunds.pipe(
      Effect.mapError((cause) => new AccountUnavailable({ message: cause.message, cause })),
      Effect.flatMap(({ availableToBetBalance }) =>
        typeof availableToBetBalance === "number"
          ? Effect.succeed(Money.fromDecimal(availableToBetBalance))
          : new AccountUnavailable({ message: "the answer has no availableToBetBalance" })
      )
    )
  })
})

export const layer = Layer.effect(ExchangeLink, make)

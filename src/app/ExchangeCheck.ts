/** Logs in with the account of the settings and looks at what the bot would use of it: session, clock, funds, key, stream. */
import { Duration, Effect, Layer, Option, Stream } from "effect"
import { AccountApi } from "../betfair/AccountApi.ts"
import * as BetfairClient from "../betfair/BetfairClient.ts"
import { BettingApi } from "../betfair/BettingApi.ts"
import * as ServerClock from "../betfair/ServerClock.ts"
import { Session } from "../betfair/Session.ts"
import { OrderStream } from "../betfair/stream/OrderStream.ts"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import { clientOptions } from "./BetfairOptions.ts"
import * as BetfairStreams from "./BetfairStreams.ts"
import { type Finding, fail, ok, warn } from "./Finding.ts"

const streamPatience = Duration.seconds(20)

const login = Effect.flatMap(Session, ({ token }) =>
  Effect.match(token, {
    onSuccess: (): Finding => ok("login", "logged in with the certificate"),
    onFailure: ({ message }): Finding =>
      fail("login", message, "correct the betfair section; the account must know the certificate")
  })
)

const clock = (limitMs: number) =>
  Effect.map(
    ServerClock.ServerClock.use(({ skew }) => skew),
    (skew): Finding => {
      if (skew === null) return warn("clock", "the exchange's answers have no date", "nothing")
      const apart = ServerClock.certainSkewMs(skew)
      return apart > limitMs
        ? fail(
            "clock",
            `this machine's clock is ${apart} ms or more off`,
            "set it by NTP: guards.max_clock_skew_ms keeps bets back"
          )
        : ok("clock", apart === 0 ? "agrees with the exchange's" : `${apart} ms off at least`)
    }
  )

const funds = Effect.match(
  AccountApi.use(({ getAccountFunds }) => getAccountFunds),
  {
    onSuccess: ({ availableToBetBalance: available }): Finding =>
      typeof available === "number" && available > 0
        ? ok("funds", `${available.toFixed(2)} to bet with`)
        : warn("funds", `${available ?? "nothing"} to bet with`, "pay something in before you trade live"),
    onFailure: ({ message }): Finding => fail("funds", message, "look at the account on Betfair's site")
  }
)

/** Whether the key reads prices as they are and may bet: the market books of a delayed one say that they are late. */
export const keyKind = (isLive: boolean) =>
  Effect.gen(function* () {
    const betting = yield* BettingApi
    const [market] = yield* betting.listMarketCatalogue({ filter: { eventTypeIds: ["7", "4339"] }, maxResults: 1 })
    if (market === undefined) return warn("app key", "no market is open to try it on", "ask again later")
    const [book] = yield* betting.listMarketBook({ marketIds: [market.marketId] })
    if (book === undefined) return warn("app key", "the market closed meanwhile", "ask again")
    if (!book.isMarketDataDelayed) return ok("app key", "live: its prices are not delayed")
    const found = "delayed: its prices are late and it may not bet"
    return isLive
      ? fail("app key", found, "use the live key for live trading")
      : warn("app key", found, "enough for paper trading; live trading needs the live key")
  }).pipe(Effect.catch(({ message }) => Effect.succeed(fail("app key", message, "look at the key of betfair.app_key"))))

const stream = Effect.flatMap(OrderStream, ({ messages }) =>
  messages.pipe(
    Stream.runHead,
    Effect.timeoutOption(streamPatience),
    Effect.map(Option.flatten),
    Effect.match({
      onSuccess: (first): Finding =>
        Option.isSome(first)
          ? ok("stream", "connected and authenticated")
          : fail(
              "stream",
              "it did not answer",
              "open the way to betfair.stream_host, port stream_port, in the firewall"
            ),
      onFailure: ({ message }): Finding => fail("stream", message, "look at the app key and the address of the stream")
    })
  )
)

/** Only what the login allows is looked at after it. */
export const look = (settings: SettingsValue) =>
  Effect.gen(function* () {
    const options = yield* clientOptions(settings.betfair)
    const client = BetfairClient.layer(options)
    return yield* Effect.gen(function* () {
      const first = yield* login
      const time = yield* clock(Duration.toMillis(settings.guards.maxClockSkewMs))
      if (first.result === "fail") return [first, time]
      return [first, time, yield* funds, yield* keyKind(settings.features.liveTradingEnabled), yield* stream]
    }).pipe(
      Effect.provide(BetfairStreams.orderStream(options).pipe(Layer.provideMerge(client))),
      Effect.provideService(Settings, settings)
    )
  }).pipe(
    Effect.catch((error): Effect.Effect<ReadonlyArray<Finding>> => {
      const problems = error._tag === "BetfairSettingsUnusable" ? error.problems : [error.message]
      const todo = "set it in the betfair section, or with clever-better init"
      return Effect.succeed(problems.map((problem) => fail("account", problem, todo)))
    })
  )

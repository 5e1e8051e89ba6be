/** Where prices come from, and what the simulated venue makes of orders. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { afterAll } from "vitest"
import * as OwnSandbox from "../../../src/app/OwnSandbox.ts"
import * as SimulatedVenue from "../../../src/app/SimulatedVenue.ts"
import * as PaperFeed from "../../../src/app/PaperFeed.ts"
import * as BetfairClient from "../../../src/betfair/BetfairClient.ts"
import { BettingApi } from "../../../src/betfair/BettingApi.ts"
import { Settings, type SettingsValue } from "../../../src/config/Settings.ts"
import * as Bet from "../../../src/domain/Bet.ts"
import type { SelectionId, StrategyId } from "../../../src/domain/Identifiers.ts"
import { PaperVenue } from "../../../src/execution/PaperVenue.ts"
import { Books } from "../../../src/market/Books.ts"
import { MarketData } from "../../../src/market/MarketData.ts"
import * as Repositories from "../../../src/persistence/Repositories.ts"
import { betId, definition, limitOrder, marketId, message, startAt } from "../../execution/builders.ts"
import { messagesOf } from "../../market/Messages.ts"
import { recorded } from "../../market/recording/Archives.ts"
import { act, type Acts, type Look, put, settingsOf, type Tree } from "./Act.ts"
import { opening } from "./SmallBot.ts"

/** The messages of the first second. */
const heard = (settings: SettingsValue) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(startAt)
    const { layer } = yield* PaperFeed.open(settings)
    const context = yield* Layer.build(layer.pipe(Layer.provide(Layer.succeed(Settings, settings))))
    const { messages } = yield* Effect.provide(MarketData, context)
    const all: Array<{ readonly pt: number }> = []
    yield* messages([]).pipe(
      Stream.runForEach((batch) =>
        Effect.sync(() => {
          for (const { pt } of messagesOf(batch)) all.push({ pt })
        })
      ),
      Effect.provide(context),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* TestClock.adjust("1 second")
    return all
  }).pipe(Effect.provide(NodeServices.layer))

/** Certificates are made once for all. */
const certificates = mkdtempSync(join(tmpdir(), "clever-better-"))
afterAll(() => rmSync(certificates, { recursive: true }))

/** The coming WIN markets of the bot's own sandbox, asked as the bot asks. Sockets live by the machine's clock. */
const sandboxMarkets = (settings: SettingsValue) =>
  Effect.gen(function* () {
    const options = yield* OwnSandbox.open(settings, certificates)
    const markets = BettingApi.use(({ listMarketCatalogue }) =>
      listMarketCatalogue({
        filter: { marketTypeCodes: ["WIN"] },
        marketProjection: ["MARKET_START_TIME"],
        sort: "FIRST_TO_START",
        maxResults: 5
      })
    )
    return yield* Effect.provide(markets, BetfairClient.layer(options))
  }).pipe(TestClock.withLive)

/** Seconds between the races of the sandbox's day. */
const interval: Look = (settings) =>
  Effect.map(sandboxMarkets(settings), (markets) => {
    const [first, second] = markets.map(({ marketStartTime }) => Date.parse(marketStartTime!))
    return (second! - first!) / 1000
  })

/** Whether the markets are those of seed 1. */
const isFirstSeed: Look = (settings) =>
  Effect.gen(function* () {
    const [market] = yield* sandboxMarkets(settings)
    const [first] = yield* sandboxMarkets({ ...settings, feed: { ...settings.feed, seed: 1 } })
    // The first digits tell the day, the others the race, which may have been run meanwhile.
    return market!.marketId.slice(0, 5) === first!.marketId.slice(0, 5)
  })

/** Looks at settings whose files stand in a folder that is there while it is looked: `one` from 2020, `two` from 2033. */
const withFiles =
  (look: (settings: SettingsValue) => ReturnType<Look>): Look =>
  (_, tree) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(`${folder}/one`, recorded(100))
      yield* fs.writeFileString(`${folder}/two`, recorded(100, "1.101", 2_000_000_000_000))
      const files = settingsOf(tree).feed.files.map((name) => `${folder}/${name}`)
      return yield* look(settingsOf(put(tree, ["feed", "files"], files) as Tree))
    }).pipe(Effect.provide(NodeServices.layer))

const playing = { feed: { source: "recorded", files: ["one"] } }

const source = withFiles((settings) =>
  Effect.map(PaperFeed.open(settings), ({ mode }) => mode).pipe(Effect.provide(NodeServices.layer))
)
const firstTime = withFiles((settings) => Effect.map(heard(settings), ([first]) => first!.pt))
const messagesInASecond = withFiles((settings) => Effect.map(heard(settings), ({ length }) => length))

const bet = (price: number, size: number): Bet.Bet =>
  Bet.fromIntent({
    id: betId(),
    mode: "paper",
    strategyId: "one" as StrategyId,
    marketId,
    selectionId: 1 as SelectionId,
    handicap: 0,
    side: "BACK",
    slot: "",
    order: limitOrder(price, size),
    confidence: 1,
    probability: null,
    reason: "test",
    replaces: null,
    createdAt: startAt
  })

/** What the venue has said last of a bet that was placed at the opening, so much later. */
const venue =
  (send: Effect.Effect<Bet.Bet, never, PaperVenue | Books>, afterMs: number): Look =>
  (settings) =>
    Effect.gen(function* () {
      const books = yield* Books
      books.apply(opening)
      const sent = yield* send
      const { takeUpdates } = yield* PaperVenue
      books.apply(message(startAt + afterMs, []))
      const told = takeUpdates().filter(({ betId }) => betId === sent.id)
      return told.reduce((known, { event }) => Bet.transition(known, event), sent).status
    }).pipe(
      Effect.provide(
        SimulatedVenue.layer("paper").pipe(
          Layer.provideMerge(Books.layer),
          Layer.provide(Repositories.layerMemory),
          Layer.provide(Layer.succeed(Settings, settings))
        )
      )
    )

const placed = (price: number, size: number) =>
  Effect.map(PaperVenue, (venue) => {
    const sent = bet(price, size)
    venue.place([sent], startAt)
    return sent
  })

/** A bet that waits at the venue, 200 ms after the opening. */
const resting = Effect.gen(function* () {
  const sent = yield* placed(310, 200)
  const books = yield* Books
  books.apply(message(startAt + 200, []))
  return sent
})

const cancelled = Effect.gen(function* () {
  const sent = yield* resting
  const venue = yield* PaperVenue
  venue.cancel(sent, startAt + 200)
  return sent
})

/** Asked to persist, and then suspended so soon that it depends on who is first. */
const persisting = Effect.gen(function* () {
  const sent = yield* resting
  const venue = yield* PaperVenue
  venue.update(sent, "PERSIST", startAt + 200)
  const books = yield* Books
  books.apply(message(startAt + 300, [], definition({ status: "SUSPENDED", version: 2 })))
  return sent
})

const replaced = Effect.gen(function* () {
  const sent = yield* resting
  const venue = yield* PaperVenue
  const replacement = bet(320, 200)
  venue.replace(sent, replacement, startAt + 200)
  return replacement
})

export const feedActs: Acts = {
  "feed.source": act(["sandbox", "recorded"], ["paper", "replay"], source, { feed: { files: ["one"] } }),
  "feed.seed": act([1, 2], [true, false], isFirstSeed),
  "feed.race_interval_seconds": act([60, 120], [60, 120], interval),
  "feed.files": act([["one"], ["two"]], [1_600_000_000_000, 2_000_000_000_000], firstTime, playing),
  "feed.speed": act([1, 10], [2, 11], messagesInASecond, playing),
  "paper.profile": act(["default", "flumine"], ["rejected", "matched"], venue(placed(300, 50), 200)),
  "paper.place_latency_ms": act([120, 50], ["pending", "matched"], venue(placed(300, 200), 100)),
  "paper.cancel_latency_ms": act([170, 50], ["placed", "cancelled"], venue(cancelled, 300)),
  "paper.update_latency_ms": act([150, 50], ["lapsed", "placed"], venue(persisting, 300)),
  "paper.replace_latency_ms": act([280, 50], ["pending", "placed"], venue(replaced, 300))
}

/**
 * The live bot at the sandbox, in one process: the bot's own Layers, the real client over TLS, both streams, the real guard.
 * What outlives a bot (the exchange, the database, what was told) is the drill; a bot is started on it, dies, and is started
 * again. Time is the machine's, so tests wait for what they want to see, and no longer than half a minute.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { type Context, Duration, Effect, Layer, Redacted, References, Schema, type Scope } from "effect"
import * as BetfairStreams from "../../src/app/BetfairStreams.ts"
import * as LiveBot from "../../src/app/LiveBot.ts"
import * as LiveGuard from "../../src/app/LiveGuard.ts"
import * as BetfairClient from "../../src/betfair/BetfairClient.ts"
import { BettingApi } from "../../src/betfair/BettingApi.ts"
import type { ClientOptions } from "../../src/betfair/ClientOptions.ts"
import { OrderStream } from "../../src/betfair/stream/OrderStream.ts"
import { Feed } from "../../src/bot/Feed.ts"
import { Funds } from "../../src/bot/Funds.ts"
import { Orchestrator } from "../../src/bot/Orchestrator.ts"
import { SignalExecution } from "../../src/bot/SignalExecution.ts"
import { Settings, type SettingsValue } from "../../src/config/Settings.ts"
import type { Bet } from "../../src/domain/Bet.ts"
import { type BetId, type MarketId, type SelectionId, StrategyId } from "../../src/domain/Identifiers.ts"
import type { Pence } from "../../src/domain/Money.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import type { Price } from "../../src/domain/PriceLadder.ts"
import type { Signal } from "../../src/domain/Signal.ts"
import type { RunnerBook } from "../../src/market/MarketBook.ts"
import { type Notification, Notifier } from "../../src/monitoring/Notifier.ts"
import * as Telemetry from "../../src/monitoring/Telemetry.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { DatabaseHealth } from "../../src/persistence/DatabaseHealth.ts"
import { InstanceLock } from "../../src/persistence/InstanceLock.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { Predictor } from "../../src/prediction/Predictor.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import type { Fault } from "../../src/sandbox/faults/Fault.ts"
import { raceOf } from "../../src/sandbox/MarketNumber.ts"
import * as RaceCard from "../../src/sandbox/RaceCard.ts"
import type { Sandbox } from "../../src/sandbox/server/Sandbox.ts"
import * as Registry from "../../src/strategy/StrategyRegistry.ts"
import type { Snapshot, StrategyKind } from "../../src/strategy/Strategy.ts"
import * as EmptyDatabase from "../builders/EmptyDatabase.ts"
import { settingsOf } from "../config/Decoding.ts"
import { certificates, login, sandboxWith, Session } from "../sandbox/server/Client.ts"

/** The bot's account. */
const ann = { username: "ann", password: "secret", balancePence: 100_000 }
/** Somebody with enough money to match whatever waits. */
const bob = { username: "bob", password: "hidden", balancePence: 100_000_000 }
const day = { seed: 1, intervalMs: 60_000 }

const strategyId = StrategyId.make("scripted")

export class Drill {
  readonly sandbox: Sandbox
  readonly settings: SettingsValue
  /** Null: the embedded database of the settings. */
  readonly database: Context.Context<Repositories.Repositories | DatabaseHealth> | null
  readonly notifications: Array<Notification> = []
  /** Orders that the strategy was told it had lost, as `betId code`. */
  readonly lost: Array<string> = []
  private wishes: ReadonlyArray<readonly [MarketId, (snapshot: Snapshot) => ReadonlyArray<Signal>]> = []

  constructor(sandbox: Sandbox, settings: SettingsValue, database: Drill["database"]) {
    this.sandbox = sandbox
    this.settings = settings
    this.database = database
  }

  /** What the strategy answers when it is next asked about the market. */
  wish(marketId: MarketId, answer: (snapshot: Snapshot) => ReadonlyArray<Signal>): void {
    this.wishes = [...this.wishes, [marketId, answer]]
  }

  get kind(): StrategyKind {
    return {
      name: strategyId,
      description: "does what a test tells it, once",
      parameters: Schema.Struct({}),
      traits: { inPlay: false, needsPrediction: false },
      make: () => ({
        evaluate: (snapshot) => {
          const isMeant = ([marketId]: Drill["wishes"][number]) => marketId === snapshot.market.marketId
          const wanted = this.wishes.filter(isMeant)
          this.wishes = this.wishes.filter((wish) => !isMeant(wish))
          return wanted.flatMap(([, answer]) => answer(snapshot))
        },
        replacementLost: ({ id }, code) => void this.lost.push(`${id} ${code}`)
      })
    }
  }

  get options(): ClientOptions {
    const { appKey, ports } = this.sandbox
    const address = `https://localhost:${ports.api}/`
    const { authority, client } = certificates
    return {
      appKey: Redacted.make(appKey),
      username: ann.username,
      password: Redacted.make(ann.password),
      certificate: { _tag: "Pem", certificate: client.certificatePem, key: Redacted.make(client.keyPem) },
      endpoints: {
        login: `${address}api/`,
        identity: `${address}api/`,
        api: `${address}exchange/`,
        stream: { host: "localhost", port: ports.stream }
      },
      authority: authority.certificatePem,
      requestTimeout: this.settings.betfair.requestTimeoutSeconds,
      sessionLength: Duration.hours(12),
      placeLimit: 200
    }
  }

  /** What the exchange itself has of the bot's account. */
  get truth() {
    return this.sandbox.truth.orders(ann.username)
  }

  /** Sets faults that strike the bot's account, and returns what takes each of them away again. */
  readonly inject = (...faults: ReadonlyArray<Fault>) =>
    Effect.map(this.sandbox.faults.set(faults.map((fault) => ({ ...fault, account: ann.username }))), (ids = []) =>
      ids.map((id) => this.sandbox.faults.remove(id))
    )

  /** How often a fault has struck the operation. */
  readonly struck = (operation: Fault["operation"]) =>
    Effect.map(this.sandbox.faults.list, (active) =>
      active.filter(({ fault }) => fault.operation === operation).reduce((sum, { struck }) => sum + struck, 0)
    )

  told(tag: Notification["_tag"]): number {
    return this.notifications.filter(({ _tag }) => _tag === tag).length
  }
}

const quick = (folder: string) => ({
  trading: { strategy_evaluation_interval: 0.2 },
  bot: {
    order_monitoring_interval: 0.2,
    on_shutdown: "keep",
    shutdown_timeout_seconds: 0.5,
    halt_file: join(folder, "HALT")
  },
  betfair: { request_timeout_seconds: 1, stream_heartbeat_ms: 500 },
  guards: { funds_refresh_seconds: 1, hard_cap_total: 10_000 },
  database: { directory: join(folder, "database") },
  odds: { persist: false, flush_interval_seconds: 0.2 },
  strategies: { active: [{ id: strategyId, kind: strategyId }] }
})

export interface DrillOptions {
  /** Of the section `trading`. */
  readonly trading?: Readonly<Record<string, number>>
  /** On the embedded database instead of one in memory. */
  readonly isPersistent?: boolean
}

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-drill-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** An exchange and a database, and no bot yet. */
export const open = Effect.fnUntraced(function* ({ isPersistent = false, trading = {} }: DrillOptions = {}) {
  const folder = yield* temporaryFolder
  const usual = quick(folder)
  // JSON is YAML.
  if (isPersistent) yield* Effect.promise(() => EmptyDatabase.layAt(usual.database.directory))
  const settings = settingsOf(JSON.stringify({ ...usual, trading: { ...usual.trading, ...trading } }))
  const memory = Layer.mergeAll(Repositories.layerMemory, DatabaseHealth.layerMemory)
  const database = isPersistent ? null : yield* Layer.build(Layer.fresh(memory))
  const sandbox = yield* sandboxWith({ accounts: [ann, bob], seed: day.seed, raceIntervalMs: day.intervalMs })
  return new Drill(sandbox, settings, database)
})

const databaseOf = ({ database }: Drill) =>
  database === null ? LiveBot.database : Layer.merge(Layer.succeedContext(database), InstanceLock.layerAlone)

/** @param client stands between the bot and the exchange's operations */
const layer = (drill: Drill, client: Layer.Layer<BettingApi, never, BettingApi>) => {
  const { kind, notifications, options, settings } = drill
  const prices = BetfairStreams.prices(options)
  return LiveBot.between(LiveGuard.layer, options.placeLimit).pipe(
    Layer.provideMerge(Layer.merge(prices, BetfairStreams.orderStream(options))),
    Layer.provideMerge(client),
    Layer.provideMerge(BetfairClient.layer(options)),
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.effect(Registry.StrategyRegistry, Registry.make([{ kind, source: "the test" }])),
        Layer.succeed(Notifier, { notify: (told) => Effect.sync(() => void notifications.push(told)) })
      )
    ),
    Layer.provideMerge(Predictor.layerNone),
    Layer.provideMerge(databaseOf(drill)),
    Layer.provideMerge(Layer.merge(Layer.succeed(Settings, settings), Telemetry.layerOff)),
    Layer.provideMerge(Layer.merge(NodeServices.layer, Layer.succeed(References.MinimumLogLevel, "None")))
  )
}

export type Services = Layer.Success<ReturnType<typeof layer>>

const asItIs = Layer.effect(BettingApi, BettingApi)

/** Runs the test on a bot that has compared its bets with the exchange and may trade; it is over with the test. */
export const withBot =
  (drill: Drill, client: Layer.Layer<BettingApi, never, BettingApi> = asItIs) =>
  <A, E>(test: Effect.Effect<A, E, Services | Scope.Scope>) =>
    Effect.gen(function* () {
      yield* Effect.forkScoped(Orchestrator.use(({ run }) => run))
      yield* isReady
      return yield* test
    }).pipe(Effect.scoped, Effect.provide(Layer.fresh(layer(drill, client))))

/** What is looked at until it is as wanted, for a minute and a half at most; fails with what it was last. */
export const until = Effect.fnUntraced(function* <A, E, R>(look: Effect.Effect<A, E, R>, wanted: (seen: A) => boolean) {
  const deadline = performance.now() + 90_000
  while (true) {
    const seen = yield* look
    if (wanted(seen)) return seen
    if (performance.now() > deadline) return yield* Effect.die(new Error(`Still ${JSON.stringify(seen)}`))
    yield* Effect.sleep("10 millis")
  }
})

/** While the link to the exchange is not whole nothing is bet. */
const ofLink: ReadonlySet<string> = new Set(["no_session", "feed_disconnected", "feed_behind"])

const isReady = Effect.gen(function* () {
  const { status } = yield* Orchestrator
  const orders = yield* OrderStream
  const funds = yield* Funds
  const look = Effect.sync(() => ({
    restored: status().restored,
    orders: orders.health().status,
    funds: funds.known()
  }))
  yield* until(look, (seen) => seen.restored !== null && seen.orders === "connected" && seen.funds !== null)
  const risk = yield* RiskManager
  yield* until(risk.checkRiskLimits(), (denial) => denial === null || !ofLink.has(denial.reason))
})

/** A runner to bet on, and two prices at which to back it. */
export interface Target {
  readonly marketId: MarketId
  readonly selectionId: SelectionId
  /** Longer than anybody lays: an order waits there. */
  readonly waiting: Price
  /** Shorter than the market: an order is matched there at once. */
  readonly taking: Price
}

const ticksAway = 15

const targetOn = (marketId: MarketId, { availableToBack, availableToLay, selectionId }: RunnerBook): Target => ({
  marketId,
  selectionId,
  waiting: PriceLadder.move(availableToLay.price(0), ticksAway),
  taking: PriceLadder.move(availableToBack.price(0), -ticksAway)
})

/** What a backer gets at the price or better. */
const depth = ({ availableToBack }: RunnerBook, price: Price): Pence =>
  availableToBack.toArray().reduce((sum, level) => (level.price >= price ? sum + level.size : sum), 0)

const isLiquid = (runner: RunnerBook): boolean => {
  const best = runner.availableToLay.price(0)
  return runner.isActive && best >= 200 && best <= 1500 && depth(runner, targetOn("" as MarketId, runner).taking) > 8000
}

/** The first runner that will do, in a market that nothing happens to in the next minutes. */
const findTarget = Effect.map(Feed, (feed): Target | undefined => {
  for (const { definition, marketId, runners } of feed.tradable()) {
    const race = raceOf(day, marketId)
    if (definition === null || race._tag === "None") continue
    const isQuiet = RaceCard.make(day, race.value).withdrawal === null
    if (!isQuiet || definition.marketTime - Date.now() < 240_000) continue
    const runner = runners.find(isLiquid)
    if (runner !== undefined) return targetOn(marketId, runner)
  }
  return undefined
})

export const target = Effect.map(
  until(findTarget, (found) => found !== undefined),
  (found) => found!
)

/** A backing that is this strategy's wish. */
export const backing = (
  { selectionId }: Target,
  price: Price,
  amount: Pence,
  slot = ""
): Extract<Signal, { _tag: "Place" }> => ({
  _tag: "Place",
  selectionId,
  side: "BACK",
  order: { _tag: "LIMIT", price },
  sizing: { _tag: "FIXED", amount },
  confidence: 1,
  reason: "drill",
  slot
})

/** As the trading cycle does with a wish. */
export const execute = (to: Target, signal: Signal) =>
  SignalExecution.use((execution) => execution.execute({ strategyId, marketId: to.marketId, signal, at: Date.now() }))

export const exposure = Effect.flatMap(RiskManager, ({ riskMetrics }) =>
  Effect.map(riskMetrics, ({ exposure }) => exposure)
)

/** The rows, oldest first. */
export const rows = Effect.flatMap(BetRepository, (bets) =>
  Effect.map(bets.recent("live", 1000), (recent) => recent.toReversed())
)

/** The only row, once it is so. */
export const rowOnce = (wanted: (bet: Bet) => boolean) =>
  Effect.map(
    until(rows, (all) => all.length === 1 && wanted(all[0]!)),
    (all) => all[0]!
  )

export const rowOf = (id: BetId, wanted: (bet: Bet) => boolean) =>
  until(
    BetRepository.use((bets) => bets.byId(id)),
    (bet) => bet !== null && wanted(bet)
  )

/** Lays whatever is offered up to the price: what waits there is matched. */
export const matchAt = (drill: Drill, { marketId, selectionId }: Target, price: Price) =>
  Effect.promise(async () => {
    const session = new Session(drill.sandbox.ports.api, await login(drill.sandbox.ports.api, bob))
    const limitOrder = { size: 9000, price: PriceLadder.toDecimal(price), persistenceType: "LAPSE" }
    const report = await session.result("placeOrders", {
      marketId,
      instructions: [{ orderType: "LIMIT", selectionId, side: "LAY", limitOrder }]
    })
    if (report.status !== "SUCCESS") throw new Error(`Bob's bet is refused: ${JSON.stringify(report)}`)
  })

/**
 * The whole bot as `run` puts it together on paper, under the test's clock: real loops and reactions, the simulated venue,
 * a database in memory, prices that the test tells. A test reads: given a bot, when these things happen, then that is so.
 */
import {
  Cause,
  Clock,
  Context,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  Option,
  Queue,
  Result,
  Stream
} from "effect"
import { TestClock } from "effect/testing"
import * as BotLayer from "../../src/app/BotLayer.ts"
import * as LiveBot from "../../src/app/LiveBot.ts"
import * as SimulatedVenue from "../../src/app/SimulatedVenue.ts"
import * as FirstPrices from "../../src/bot/FirstPrices.ts"
import { ExtraLoops } from "../../src/bot/Loops.ts"
import { Orchestrator } from "../../src/bot/Orchestrator.ts"
import { Settings } from "../../src/config/Settings.ts"
import { decode } from "../../src/config/SettingsDecoder.ts"
import type { Bet } from "../../src/domain/Bet.ts"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import { PaperVenue } from "../../src/execution/PaperVenue.ts"
import { SendGuard } from "../../src/execution/SendGuard.ts"
import { Books } from "../../src/market/Books.ts"
import { MarketData } from "../../src/market/MarketData.ts"
import * as MessageBatch from "../../src/market/MessageBatch.ts"
import type { MarketChange, MarketMessage } from "../../src/market/MarketMessage.ts"
import { type Notification, Notifier } from "../../src/monitoring/Notifier.ts"
import * as Telemetry from "../../src/monitoring/Telemetry.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import { DecisionRepository } from "../../src/persistence/DecisionRepository.ts"
import { InstanceLock } from "../../src/persistence/InstanceLock.ts"
import { Predictor } from "../../src/prediction/Predictor.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import type { StrategyKind } from "../../src/strategy/Strategy.ts"
import * as Registry from "../../src/strategy/StrategyRegistry.ts"
import type { ScriptedExchange } from "../execution/ScriptedExchange.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { TestRace, type TestRaceOptions } from "../builders/TestRace.ts"

/** A summer's noon in London: bots start here unless the test has set its clock. */
export const noon = Date.parse("2026-07-01T11:00:00Z")

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export class TestBot extends Context.Service<
  TestBot,
  {
    /** Hands the changes over in one message published now, and gives the bot a millisecond to take it. */
    readonly tell: (...changes: ReadonlyArray<MarketChange>) => Effect.Effect<void>
    /** A message without news. */
    readonly heartbeat: Effect.Effect<void>
    /** Asks the bot to stop, and returns at once: winding down takes the test's time. */
    readonly interrupt: Effect.Effect<Fiber.Fiber<Exit.Exit<void, unknown>>>
    /** The same, and lets as much time pass as it may take. */
    readonly stop: Effect.Effect<void>
    /** The markets whose end the bot asked for when it started. */
    readonly resumed: () => ReadonlyArray<MarketId>
    readonly notifications: ReadonlyArray<Notification>
    readonly logs: ReadonlyArray<LogLine>
  }
>()("clever-better/test/TestBot") {}

export interface BotOptions {
  /** What the settings file says, but for `strategies`. */
  readonly settings?: string
  /** Each trades under its own name. */
  readonly strategies?: ReadonlyArray<StrategyKind>
  /** A database of its own, if none is given. */
  readonly database?: TestDatabase
  /** Where orders go, with real money; without it they are simulated. */
  readonly exchange?: ScriptedExchange
  /** Whose predictions it gets; nobody's, if none is given. */
  readonly predictor?: Layer.Layer<Predictor>
  /** How long the first cycle waits for prices; not at all, if it is not given: cycles come at whole minutes from the start. */
  readonly waitForPrices?: Duration.Duration
  /** Who gets the traces; nobody, if none is given. */
  readonly telemetry?: Layer.Layer<never>
}

/** Messages travel for a millisecond of the test's time, so that the test can wait until they have been acted on. */
const travel = Duration.millis(1)

/** Runs a test on a bot that has just started. */
export const withBot =
  (options: BotOptions = {}) =>
  <A, E, R>(test: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      if ((yield* Clock.currentTimeMillis) === 0) yield* TestClock.setTime(noon)
      const database = options.database ?? (yield* TestDatabase.make)
      return yield* test.pipe(Effect.provide(Layer.fresh(layer(options, database))))
    }).pipe(Effect.scoped)

/** A race that is off in ten minutes, or as `options` say. */
export const aRace = (options: Partial<TestRaceOptions> = {}) =>
  Effect.map(Clock.currentTimeMillis, (now) => new TestRace({ offAt: now + 600_000, ...options }))

/** A race that the bot knows of. */
export const anOpenRace = (options: Partial<TestRaceOptions> = {}) =>
  Effect.tap(aRace(options), (race) => tell(race.opens()))

export const tell = (...changes: ReadonlyArray<MarketChange>) => Effect.flatMap(TestBot, (bot) => bot.tell(...changes))

/** Time passes while the feed goes on: a heartbeat every five seconds, as on the exchange's stream. */
export const pass = Effect.fnUntraced(function* (duration: Duration.Input) {
  const { heartbeat } = yield* TestBot
  const end = (yield* Clock.currentTimeMillis) + Duration.toMillis(duration)
  for (let now = yield* Clock.currentTimeMillis; now < end; now = yield* Clock.currentTimeMillis) {
    yield* TestClock.adjust(Math.min(5000, end - now) - Duration.toMillis(travel))
    yield* heartbeat
  }
})

/** All bets in the database, oldest first. */
export const allBets: Effect.Effect<ReadonlyArray<Bet>, unknown, BetRepository> = Effect.flatMap(
  BetRepository,
  (bets) => Effect.map(bets.recent("paper", 100_000), (recent) => recent.toReversed())
)

export const statuses = Effect.map(allBets, (bets) => bets.map(({ status }) => status))

/** Why signals on the market did not become bets, as `step: reason`, in the order in which it was first so. */
export const denials = Effect.fnUntraced(function* (marketId: MarketId) {
  const decisions = yield* (yield* DecisionRepository).onMarket("paper", marketId)
  return decisions.map(({ denial, step }) => `${step}: ${denial.reason}`)
})

export const exposure = Effect.flatMap(RiskManager, ({ riskMetrics }) =>
  Effect.map(riskMetrics, ({ exposure }) => exposure)
)

export const breakerPhase = Effect.gen(function* () {
  const breaker = yield* CircuitBreaker
  return breaker.state(yield* Clock.currentTimeMillis).phase
})

/** The notifications of a kind, in order. */
export const notified = <Tag extends Notification["_tag"]>(tag: Tag) =>
  Effect.map(TestBot, ({ notifications }) =>
    notifications.filter(
      (notification): notification is Extract<Notification, { _tag: Tag }> => notification._tag === tag
    )
  )

export const settingsOf = ({ settings = "", strategies = [] }: BotOptions) => {
  const active = strategies.map(({ name }) => `    - { id: ${name}, kind: ${name} }\n`).join("")
  const chosen = active === "" ? "strategies: { active: [] }\n" : `strategies:\n  active:\n${active}`
  return Result.getOrThrow(decode(Option.none(), `${chosen}${settings}`, {}))
}

const venueLoop = Layer.effect(
  ExtraLoops,
  Effect.map(PaperVenue, ({ tick }) => [
    { name: "simulated venue", every: Duration.millis(250), run: Effect.map(Clock.currentTimeMillis, tick) }
  ])
)

const onPaper = Orchestrator.layer.pipe(
  Layer.provideMerge(BotLayer.layer("paper")),
  Layer.provide(venueLoop),
  Layer.provideMerge(SimulatedVenue.layer("paper"))
)

/** Tests of a live bot know that it has no simulated venue; everything else it has. */
const botOf = ({ exchange }: BotOptions) =>
  exchange === undefined
    ? onPaper
    : (LiveBot.between(SendGuard.layerOpen, 200).pipe(Layer.provide(exchange.layer)) as unknown as typeof onPaper)

const layer = (options: BotOptions, database: TestDatabase) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const messages = yield* Queue.unbounded<MarketMessage>()
      const resumed: Array<MarketId> = []
      const notifications: Array<Notification> = []
      const logs: Array<LogLine> = []
      return Layer.effect(TestBot, start({ messages, resumed, notifications, logs })).pipe(
        Layer.provideMerge(botOf(options)),
        Layer.provideMerge(
          Layer.mergeAll(
            Books.layer,
            registry(options.strategies ?? []),
            Layer.succeed(Notifier, { notify: (told) => Effect.sync(() => void notifications.push(told)) }),
            options.predictor ?? Predictor.layerNone,
            feed(messages, resumed)
          )
        ),
        Layer.provideMerge(Layer.merge(database.layer, InstanceLock.layerAlone)),
        Layer.provideMerge(
          Layer.mergeAll(
            Layer.succeed(Settings, settingsOf(options)),
            Layer.succeed(FirstPrices.LongestWait, options.waitForPrices ?? Duration.zero),
            Logger.layer([keepIn(logs)]),
            options.telemetry ?? Telemetry.layerOff
          )
        )
      )
    })
  )

interface Wires {
  readonly messages: Queue.Queue<MarketMessage>
  readonly resumed: ReadonlyArray<MarketId>
  readonly notifications: ReadonlyArray<Notification>
  readonly logs: ReadonlyArray<LogLine>
}

const start = Effect.fnUntraced(function* ({ logs, messages, notifications, resumed }: Wires) {
  const { run } = yield* Orchestrator
  const { bot } = yield* Settings
  const running = yield* Effect.forkScoped(run)
  const send = (message: Omit<MarketMessage, "op" | "pt">) =>
    Effect.gen(function* () {
      yield* Queue.offer(messages, { op: "mcm", pt: yield* Clock.currentTimeMillis, ...message })
      yield* TestClock.adjust(travel)
    })
  const interrupt = Effect.forkDetach(Effect.andThen(Fiber.interrupt(running), Fiber.await(running)), {
    startImmediately: true
  })
  const stop = Effect.gen(function* () {
    const stopping = yield* interrupt
    yield* TestClock.adjust(Duration.sum(bot.shutdownTimeoutSeconds, Duration.minutes(1)))
    const exit = yield* Fiber.join(stopping)
    // A bot that ended by itself has a bug that the test must not miss.
    if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.die(exit.cause)
  })
  // A bot may only stop while time passes, so the end of the test lets it pass.
  yield* Effect.addFinalizer(() => stop)
  yield* TestClock.adjust(travel)
  return TestBot.of({
    tell: (...changes) => send({ mc: changes }),
    heartbeat: send({ ct: "HEARTBEAT" }),
    interrupt,
    stop,
    resumed: () => resumed,
    notifications,
    logs
  })
})

const feed = (messages: Queue.Queue<MarketMessage>, resumed: Array<MarketId>) =>
  Layer.succeed(MarketData, {
    description: "what the test tells",
    messages: (resume) => {
      resumed.push(...resume.map(({ marketId }) => marketId))
      return Stream.fromEffectRepeat(Effect.tap(Queue.takeAll(messages), () => Effect.sleep(travel))).pipe(
        Stream.map(MessageBatch.ofMessages)
      )
    }
  })

const registry = (kinds: ReadonlyArray<StrategyKind>) =>
  Layer.effect(Registry.StrategyRegistry, Registry.make(kinds.map((kind) => ({ kind, source: "the test" }))))

const keepIn = (logs: Array<LogLine>) =>
  Logger.map(Logger.formatStructured, ({ annotations, level, message }) => {
    const parts: ReadonlyArray<unknown> = Array.isArray(message) ? message : [message]
    const [text, ...fields] = parts
    logs.push({ level, message: String(text), fields: Object.assign({}, annotations, ...fields) })
  })

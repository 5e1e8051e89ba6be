/** What the keys of `trading`, `bot`, `features`, `markets` and `odds` do within the bot. */
import { NodeServices } from "@effect/platform-node"
import { Duration, Effect, Fiber, FileSystem, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { fileURLToPath } from "node:url"
import * as Yaml from "yaml"
import { Feed } from "../../../src/bot/Feed.ts"
import { Loops } from "../../../src/bot/Loops.ts"
import { OddsRecorder } from "../../../src/bot/OddsRecorder.ts"
import { OpenBets } from "../../../src/bot/OpenBets.ts"
import { Orchestrator } from "../../../src/bot/Orchestrator.ts"
import { OrderManager } from "../../../src/bot/OrderManager.ts"
import { RaceRecorder } from "../../../src/bot/RaceRecorder.ts"
import { Tally } from "../../../src/bot/Tally.ts"
import { TradingControl } from "../../../src/bot/TradingControl.ts"
import { TradingCycle } from "../../../src/bot/TradingCycle.ts"
import { runnerKey, StrategyId } from "../../../src/domain/Identifiers.ts"
import { Books } from "../../../src/market/Books.ts"
import { BetRepository } from "../../../src/persistence/BetRepository.ts"
import { Predictor } from "../../../src/prediction/Predictor.ts"
import { RiskManager } from "../../../src/risk/RiskManager.ts"
import { TradingState } from "../../../src/risk/TradingState.ts"
import * as StrategyLoader from "../../../src/strategy/StrategyLoader.ts"
import { moment } from "../../../src/strategy/SupervisedStrategies.ts"
import { run } from "../../cli/InProcess.ts"
import { marketId, message, startAt } from "../../execution/builders.ts"
import { problemsOf } from "../Decoding.ts"
import { act, type Acts, type Look, type Tree } from "./Act.ts"
import { backing, opening, receive, running, started } from "./SmallBot.ts"

/** How often a loop comes round, in seconds. */
const seconds = (loop: string) =>
  started(
    Effect.map(Loops, ({ loops }) =>
      loops.filter(({ name }) => name === loop).map(({ every }) => Duration.toSeconds(every))
    )
  )

const open = Effect.andThen(
  receive(opening),
  RaceRecorder.use(({ flush }) => flush)
)

const tradable = started(
  Effect.andThen(
    open,
    Effect.map(Feed, (feed) => [...feed.tradable()].map((book) => book.marketId))
  )
)

/** The same prices again, so long after the opening. */
const again = (afterMs: number) =>
  Effect.andThen(TestClock.setTime(startAt + afterMs), receive(message(startAt + afterMs, [{ id: 1, ltp: 3 }])))

const touched = Effect.map(Feed, (feed) => feed.hasTouched())

const lookedAt = Effect.map(Feed, (feed) => {
  let looks = 0
  feed.takeTouched(() => void looks++)
  return looks
})

/** A model that gives the first runner 36 %: 2.6 % of value at 3.0 after commission. */
const predictor = Layer.succeed(Predictor, {
  predict: () =>
    Effect.succeed(
      new Map(
        [0.36, 0.34, 0.3].map((probability, n) => [
          runnerKey(n + 1),
          { probability, confidence: 1, modelVersion: "test" }
        ])
      )
    )
})

const cycle = TradingCycle.use((trading) => trading.run)

/** The bets placed and the reasons against them of one cycle with the model. */
const withPredictions = started(
  Effect.gen(function* () {
    yield* open
    yield* Effect.provide(cycle, Layer.fresh(TradingCycle.layer).pipe(Layer.provide(predictor)))
    const { bets, denied } = yield* Tally
    const open_ = yield* OpenBets
    return [open_.count() + bets.rejected, ...denied.keys()]
  })
)

const cancelledOfAge = started(
  Effect.gen(function* () {
    yield* open
    yield* cycle
    yield* again(10_000)
    const orders = yield* OrderManager
    yield* orders.applyUpdates
    return yield* orders.cancelOld
  })
)

/** Stops the bot while it has an unmatched bet, and lets three seconds pass. */
const stopping = Effect.gen(function* () {
  const { run } = yield* Orchestrator
  const fiber = yield* Effect.forkScoped(run)
  yield* TestClock.adjust("2 seconds")
  const stopped = yield* Effect.forkScoped(Fiber.interrupt(fiber), { startImmediately: true })
  yield* TestClock.adjust("3 seconds")
  const isStopped = stopped.pollUnsafe() !== undefined
  yield* TestClock.adjust("1 minute")
  return isStopped
}).pipe(Effect.scoped)

const leftBehind = Effect.gen(function* () {
  yield* stopping
  const bets = yield* BetRepository
  return (yield* bets.open("paper")).map(({ status }) => status)
})

/** Any file that is there. */
const haltFile = fileURLToPath(import.meta.url)

const afterALook = Effect.gen(function* () {
  yield* TradingControl.use(({ check }) => check)
  return (yield* TradingState).current().status
})

/** How many orders are open when trading was halted ten seconds before. */
const leftByAHalt = Effect.gen(function* () {
  const fiber = yield* Effect.forkScoped(Orchestrator.use(({ run }) => run))
  yield* TestClock.adjust("2 seconds")
  yield* TradingState.use(({ halt }) => halt("enough"))
  yield* TestClock.adjust("10 seconds")
  const open = yield* BetRepository.use((bets) => bets.open("paper"))
  yield* Effect.forkScoped(Fiber.interrupt(fiber), { startImmediately: true })
  yield* TestClock.adjust("1 minute")
  return open.length
}).pipe(Effect.scoped)

const patient = backing("backer", { price: 310 })

/** Whether a strategy without a window of its own is asked a minute before the off. */
const askedAMinuteBefore: Look = (settings) =>
  Effect.gen(function* () {
    const books = yield* Books
    const [book] = books.apply(opening)
    const strategies = StrategyLoader.supervise([strategy(() => [])], settings)
    return strategies.wants(book!.definition!, 60)
  }).pipe(Effect.provide(Books.layer))

const strategy = (evaluate: () => ReadonlyArray<never>) => ({
  id: StrategyId.make("mine"),
  kind: "mine",
  traits: { inPlay: false, needsPrediction: false },
  parameters: {},
  evaluate
})

/** Whether a strategy still trades that has thrown twice. */
const activeAfterTwoFailures: Look = (settings) =>
  Effect.gen(function* () {
    const books = yield* Books
    const [book] = books.apply(opening)
    const broken = strategy(() => {
      throw new Error("a bug")
    })
    const strategies = StrategyLoader.supervise([broken], settings)
    for (let round = 0; round < 2; round++) strategies.evaluate(moment(book!.definition!, book!, startAt), () => [])
    return strategies.active.length
  }).pipe(Effect.provide(Books.layer))

/** How `run` ends with these settings and without a recording to play. */
const exitOfRun = (tree: Tree) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/settings.yaml`, Yaml.stringify(tree))
    const argv = ["run", "--feed", "recorded", "--config", "settings.yaml"]
    const { code } = yield* Effect.promise(() => run(argv, { cwd }))
    return code
  }).pipe(Effect.provide(NodeServices.layer))

const waitingOdds = Effect.map(OddsRecorder, (odds) => odds.waiting())

const everyRunner = 3

export const botActs: Acts = {
  "trading.bankroll": act(
    [1000, 500],
    [100_000, 50_000],
    started(
      Effect.map(
        RiskManager.use(({ riskMetrics }) => riskMetrics),
        ({ bankroll }) => bankroll
      )
    )
  ),
  "trading.strategy_evaluation_interval": act([60, 5], [[60], [5]], seconds("trading")),
  "trading.evaluation": act(["interval", "on_update"], [false, true], started(Effect.andThen(open, touched))),
  "trading.min_evaluation_gap_ms": act(
    [1000, 100],
    [false, true],
    started(open.pipe(Effect.andThen(lookedAt), Effect.andThen(again(500)), Effect.andThen(touched))),
    { trading: { evaluation: "on_update" } }
  ),
  "trading.pre_race_window_minutes": act([30, 0.5], [true, false], askedAMinuteBefore),
  "trading.min_expected_value": act(
    [0, 0.1],
    [[1], [0, "prediction_against"]],
    withPredictions,
    backing("predicted_backer")
  ),
  "bot.order_monitoring_interval": act([30, 5], [[30], [5]], seconds("order monitoring")),
  "bot.max_order_age_seconds": act([300, 5], [0, 1], cancelledOfAge, patient),
  "bot.performance_update_interval": act([60, 5], [[60], [5]], seconds("performance")),
  "bot.max_strategy_failures": act([5, 2], [1, 0], activeAfterTwoFailures),
  "bot.halt_file": act(["no-such-file", haltFile], ["Active", "Halted"], started(afterALook)),
  "bot.on_halt": act(["cancel", "keep"], [0, 1], running(leftByAHalt), patient),
  "bot.on_shutdown": act(["cancel", "keep"], [[], ["placed"]], running(leftBehind), patient),
  "bot.shutdown_timeout_seconds": act([10, 1], [false, true], running(stopping, "asleep"), patient),
  "features.live_trading_enabled": act([false, true], [2, 3], (_, tree) => exitOfRun(tree), {
    features: { paper_trading_enabled: false }
  }),
  "features.paper_trading_enabled": act([true, false], [[], ["features.paper_trading_enabled"]], (_, tree) =>
    Effect.succeed(problemsOf(Yaml.stringify(tree)).map(({ path }) => Option.getOrNull(path)))
  ),
  "features.ml_predictions_enabled": act(
    [true, false],
    [[1], [0, "prediction_missing"]],
    withPredictions,
    backing("predicted_backer")
  ),
  "markets.event_types": act([["7"], ["4339"]], [[marketId], []], tradable),
  "markets.countries": act([["GB"], ["IE"]], [[marketId], []], tradable),
  "markets.market_types": act([["WIN"], ["PLACE"]], [[marketId], []], tradable),
  "odds.persist": act([true, false], [everyRunner, 0], started(Effect.andThen(open, waitingOdds))),
  "odds.interval_seconds": act(
    [5, 1],
    [everyRunner, 2 * everyRunner],
    started(open.pipe(Effect.andThen(again(2000)), Effect.andThen(waitingOdds)))
  ),
  "odds.flush_interval_seconds": act([5, 9], [[5], [9]], seconds("odds")),
  "odds.buffer_size": act([100, 1], [everyRunner, 1], started(Effect.andThen(open, waitingOdds)))
}

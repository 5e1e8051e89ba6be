/**
 * Everything a user can set, decoded once at start-up: the one place where keys, ranges, defaults and their meaning are
 * written down. The example file, the reference in the documents and the editors' JSON Schema are made from it.
 */
import { Context, Schema } from "effect"
import { StrategyId } from "../domain/Identifiers.ts"
import { Betfair } from "./BetfairSettings.ts"
import { Guards } from "./GuardSettings.ts"
import { Http } from "./HttpSettings.ts"
import { Notifications } from "./NotificationSettings.ts"
import { Orders } from "./OrderSettings.ts"
import { Predictions } from "./PredictionSettings.ts"
import {
  about,
  anything,
  choice,
  flag,
  integer,
  list,
  milliseconds,
  minutes,
  money,
  number,
  optionalMoney,
  requiredText,
  seconds,
  secretUrl,
  section,
  text,
  texts,
  timeZone
} from "./Setting.ts"
import { Logging, Telemetry } from "./TelemetrySettings.ts"

const pounds = { minimum: 0, maximum: 1_000_000 }

const Trading = section(
  {
    bankroll: money(
      1000,
      { minimum: 1, maximum: 10_000_000 },
      "Paper balance at the first start, and the base of Kelly stakes and drawdown"
    ),
    maxStakePerBet: money(10, pounds, "Largest backer's stake of one bet"),
    maxLiabilityPerBet: money(50, pounds, "Most that one bet may lose"),
    minStake: money(2, pounds, "A computed stake below this is no bet"),
    kellyFraction: number(0.25, { minimum: 0, maximum: 1 }, "Part of the Kelly stake that is used"),
    maxDailyLoss: money(100, pounds, "A day's realised loss at which betting stops until the next day"),
    dailyStopWin: optionalMoney(
      pounds,
      "A day's realised profit at which betting stops until the next day; null: no such limit"
    ),
    maxExposure: money(500, pounds, "Worst-case loss over all open bets together"),
    maxMarketExposure: money(100, pounds, "Worst-case loss on one market"),
    maxSelectionExposure: money(50, pounds, "Worst-case loss on one selection"),
    maxStrategyExposure: money(250, pounds, "Worst-case loss over all open bets of one strategy"),
    maxConcurrentBets: integer(10, { minimum: 0, maximum: 100_000 }, "Open bets at one time"),
    timeZone: timeZone("Europe/London", "IANA time zone whose midnight begins a trading day"),
    strategyEvaluationInterval: seconds(60, { minimum: 0.1, maximum: 3600 }, "Seconds between trading cycles"),
    evaluation: choice(
      ["interval", "on_update"],
      "interval",
      "Evaluate strategies on the interval only, or on market updates too"
    ),
    minEvaluationGapMs: milliseconds(
      1000,
      { minimum: 0, maximum: 3_600_000 },
      "With on_update: least time between two evaluations of one market"
    ),
    preRaceWindowMinutes: minutes(
      30,
      { minimum: 0, maximum: 10_080 },
      "Races are looked at from this long before the off"
    ),
    minTimeToStartSeconds: seconds(
      60,
      { minimum: 0, maximum: 86_400 },
      "No pre-off bet is placed later than this before the off"
    ),
    minOdds: number(1.01, { minimum: 1.01, maximum: 1000 }, "No bet at shorter odds"),
    maxOdds: number(1000, { minimum: 1.01, maximum: 1000 }, "No bet at longer odds"),
    maxTicksFromBest: integer(
      20,
      { minimum: 0, maximum: 350 },
      "A price may be this many ticks worse for us than the best price on its side"
    ),
    maxPriceAgeSeconds: seconds(120, { minimum: 0, maximum: 86_400 }, "Prices older than this are stale: no bet"),
    minConfidenceThreshold: number(0, { minimum: 0, maximum: 1 }, "Signals with less confidence are dropped"),
    minExpectedValue: number(
      0,
      { minimum: 0, maximum: 10 },
      "Where a model's prediction is needed: least expected profit per pound at risk, net of commission"
    ),
    commissionDiscount: number(0, { minimum: 0, maximum: 1 }, "The account's discount on each market's base rate"),
    emergencyShutdownEnabled: flag(true, "Let the circuit breaker stop trading")
  },
  "What may be staked, when, and how much may be lost"
)

const Bot = section(
  {
    orderMonitoringInterval: seconds(30, { minimum: 0.1, maximum: 3600 }, "Seconds between looks at open bets"),
    maxOrderAgeSeconds: seconds(
      300,
      { minimum: 1, maximum: 604_800 },
      "Unmatched orders older than this are cancelled"
    ),
    performanceUpdateInterval: seconds(
      60,
      { minimum: 0.1, maximum: 3600 },
      "Seconds between updates of the strategies' performance"
    ),
    maxConsecutiveLosses: integer(
      5,
      { minimum: 1, maximum: 10_000 },
      "Losing bets in a row that open the circuit breaker"
    ),
    maxDrawdownPercent: number(
      0.15,
      { minimum: 0, maximum: 1 },
      "Fall from the highest bankroll that opens the circuit breaker, as a fraction"
    ),
    maxFailures: integer(
      10,
      { minimum: 1, maximum: 10_000 },
      "System failures in a row within the window that open the circuit breaker"
    ),
    failureWindowMinutes: minutes(5, { minimum: 0.1, maximum: 1440 }, "The window of max_failures"),
    breakerCooldownMinutes: minutes(
      30,
      { minimum: 0.1, maximum: 10_080 },
      "How long the open breaker waits before it tries again"
    ),
    halfOpenTrials: integer(1, { minimum: 1, maximum: 100 }, "Bets allowed while the breaker is half open"),
    maxStrategyFailures: integer(5, { minimum: 1, maximum: 1000 }, "Exceptions after which a strategy is switched off"),
    riskFreeRate: number(0.02, { minimum: -1, maximum: 1 }, "Yearly rate of the Sharpe ratio"),
    onShutdown: choice(["cancel", "keep"], "cancel", "What happens to unmatched orders when the bot stops"),
    haltFile: text(".clever-better/HALT", "A file whose being there halts trading, until it is gone and you resume"),
    onHalt: choice(["cancel", "keep"], "cancel", "What happens to unmatched orders when trading is halted"),
    shutdownTimeoutSeconds: seconds(
      10,
      { minimum: 0.1, maximum: 300 },
      "How long placements under way are waited for at the end"
    )
  },
  "How the bot watches over bets, strategies and itself"
)

const Features = section(
  {
    liveTradingEnabled: flag(false, "Trade with real money; needs --live and credentials as well"),
    paperTradingEnabled: flag(true, "Trade on paper against the real prices"),
    mlPredictionsEnabled: flag(true, "Filter signals by a model's predictions where a strategy needs them"),
    advancedAnalyticsEnabled: flag(false, "Compute the Sharpe ratio with each performance update")
  },
  "What is switched on"
)

const Markets = section(
  {
    eventTypes: texts(["7", "4339"], "Betfair's event types: 7 is horse racing, 4339 greyhounds; empty: all"),
    countries: texts([], "Countries of the venues, as two-letter codes such as GB; empty: all"),
    marketTypes: texts(["WIN", "PLACE"], "Betfair's market types; empty: all")
  },
  "Which markets are traded"
)

const Feed = section(
  {
    source: choice(
      ["sandbox", "recorded", "betfair"],
      "sandbox",
      "Where prices come from; sandbox: generated races on an exchange of the bot's own; betfair: the real ones, with the account of the betfair section"
    ),
    seed: integer(1, { minimum: 0, maximum: 4_294_967_295 }, "Seed of the generated race day"),
    raceIntervalSeconds: seconds(60, { minimum: 10, maximum: 3600 }, "Seconds between generated races"),
    files: texts([], "Recordings to play, in this order; files on the command line replace them"),
    speed: number(1, { minimum: 0.01, maximum: 100_000 }, "Recorded prices: how much faster than real time")
  },
  "The price feed"
)

const Paper = section(
  {
    profile: choice(["default", "flumine"], "default", "Matching rules of the simulator"),
    placeLatencyMs: milliseconds(120, { minimum: 0, maximum: 60_000 }, "Time until a simulated placement is looked at"),
    cancelLatencyMs: milliseconds(
      170,
      { minimum: 0, maximum: 60_000 },
      "Time until a simulated cancellation is looked at"
    ),
    updateLatencyMs: milliseconds(150, { minimum: 0, maximum: 60_000 }, "Time until a simulated update is looked at"),
    replaceLatencyMs: milliseconds(
      280,
      { minimum: 0, maximum: 60_000 },
      "Time until a simulated replacement is looked at"
    )
  },
  "The paper executor"
)

const Database = section(
  {
    url: secretUrl(
      ["postgres:", "postgresql:"],
      "DATABASE_URL",
      "The server, as postgres://user:password@host:5432/name; null: the embedded database"
    ),
    directory: text(".clever-better/database", "Where the embedded database lives"),
    maxConnections: integer(10, { minimum: 1, maximum: 200 }, "Connections to the server"),
    connectTimeoutSeconds: seconds(60, { minimum: 1, maximum: 3600 }, "How long start-up waits for a server")
  },
  "PostgreSQL: a server, or embedded"
)

const Odds = section(
  {
    persist: flag(true, "Write odds snapshots to the database"),
    intervalSeconds: seconds(5, { minimum: 0, maximum: 3600 }, "Least time between two snapshots of a runner"),
    flushIntervalSeconds: seconds(5, { minimum: 0.1, maximum: 3600 }, "Seconds between writes"),
    bufferSize: integer(
      10_000,
      { minimum: 1, maximum: 1_000_000 },
      "Snapshots that wait at most; beyond it the oldest are dropped and counted"
    )
  },
  "Odds snapshots"
)

const ConfiguredStrategy = Schema.Struct({
  id: StrategyId.annotate(
    about({
      description: "The name under which it trades",
      expected: "a name of at most 40 small letters, digits, _ and -, beginning with a letter"
    })
  ),
  kind: requiredText("Which of the built-in strategies or those of your modules it is"),
  active: flag(true, "Whether it trades"),
  parameters: anything("What the strategy's kind lets you set; what is left out has that kind's default")
}).annotate({ expected: "a mapping with id and kind" })

const Strategies = section(
  {
    modules: texts([], "Files with strategies of your own"),
    active: list(
      ConfiguredStrategy,
      [
        { id: "simple_value", kind: "simple_value" },
        { id: "steam_follower", kind: "steam_follower" },
        { id: "inplay_layer", kind: "inplay_layer" },
        { id: "model_value", kind: "model_value" }
      ],
      "The strategies written to the database at the first start",
      "a list of strategies"
    )
  },
  "Strategies: your own and the built-in ones"
)

export const SettingsSchema = Schema.Struct({
  trading: Trading,
  bot: Bot,
  orders: Orders,
  guards: Guards,
  betfair: Betfair,
  features: Features,
  predictions: Predictions,
  markets: Markets,
  feed: Feed,
  paper: Paper,
  database: Database,
  odds: Odds,
  strategies: Strategies,
  notifications: Notifications,
  http: Http,
  logging: Logging,
  telemetry: Telemetry
})

export type SettingsValue = typeof SettingsSchema.Type

/** The decoded settings. Layers read them; plain modules take the numbers they need. */
export class Settings extends Context.Service<Settings, SettingsValue>()("clever-better/config/Settings") {}

/**
 * Every metric of the bot: its type, labels, unit and meaning. The registry, the types of the update functions and the
 * table in the documents are made from this one list. A label takes few values: names of strategies, sides, and reasons
 * from closed lists, never markets or bets.
 */

export type MetricKind = "counter" | "gauge" | "histogram"

export interface MetricDefinition<K extends MetricKind = MetricKind, L extends string = string> {
  readonly kind: K
  readonly labels: ReadonlyArray<L>
  readonly unit: MetricUnit
  /** One sentence, for the scrape and the documents. */
  readonly meaning: string
  /** Of a histogram, in its unit. */
  readonly boundaries: ReadonlyArray<number>
}

/** What a value is given in, and the base unit it is shown in. */
export const metricUnits = {
  currency: { givenIn: "pence", divisor: 100 },
  seconds: { givenIn: "milliseconds", divisor: 1000 },
  ratio: { givenIn: "ratio", divisor: 1 },
  bytes: { givenIn: "bytes", divisor: 1 },
  bets: { givenIn: "bets", divisor: 1 },
  markets: { givenIn: "markets", divisor: 1 },
  strategies: { givenIn: "strategies", divisor: 1 },
  events: { givenIn: "events", divisor: 1 },
  snapshots: { givenIn: "snapshots", divisor: 1 },
  predictions: { givenIn: "predictions", divisor: 1 },
  state: { givenIn: "state", divisor: 1 }
} as const
export type MetricUnit = keyof typeof metricUnits

const counter = <const L extends string = never>(
  unit: MetricUnit,
  meaning: string,
  labels: ReadonlyArray<L> = []
): MetricDefinition<"counter", L> => ({ kind: "counter", unit, meaning, labels, boundaries: [] })

const gauge = <const L extends string = never>(
  unit: MetricUnit,
  meaning: string,
  labels: ReadonlyArray<L> = []
): MetricDefinition<"gauge", L> => ({ kind: "gauge", unit, meaning, labels, boundaries: [] })

const histogram = <const L extends string = never>(
  unit: MetricUnit,
  meaning: string,
  boundaries: ReadonlyArray<number>,
  labels: ReadonlyArray<L> = []
): MetricDefinition<"histogram", L> => ({ kind: "histogram", unit, meaning, labels, boundaries })

/** From a tenth of a millisecond, for what is computed. */
const computing = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]
/** From ten milliseconds, for what is asked of the exchange. */
const asking = [0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10]

/** All names are prefixed with this on the scrape. */
export const metricPrefix = "clever_better_"

export const metricList = {
  bets_placed_total: counter("bets", "Bets accepted by the venue", ["strategy_id", "side"]),
  bets_matched_total: counter("bets", "Bets of which a first part was matched", ["strategy_id", "side"]),
  bets_settled_total: counter("bets", "Bets settled for the first time: won, lost or void", ["strategy_id", "outcome"]),
  bets_cancelled_total: counter("bets", "Bets of which a part was cancelled, lapsed or voided", ["strategy_id", "how"]),
  bets_rejected_total: counter("bets", "Bets the venue refused", ["strategy_id"]),
  bets_unknown_total: counter("bets", "Placements that were not answered", ["strategy_id"]),
  orders_adopted_total: counter(
    "events",
    "Orders found at the exchange in this bot's name that were no bet of its own"
  ),
  reconciliations_total: counter("events", "Comparisons of our bets with the exchange's orders, by how they ended", [
    "outcome"
  ]),
  reconciliation_differences_total: counter("events", "What those comparisons found to be different", ["kind"]),
  reconciliation_age_seconds: gauge("seconds", "Time since our bets were last compared with the exchange's orders"),
  open_bets: gauge("bets", "Bets that are neither settled nor ended"),
  strategy_evaluations_total: counter("events", "Times the strategies were asked about a market"),
  strategy_failures_total: counter("events", "Exceptions thrown by a strategy", ["strategy_id"]),
  evaluation_duration_seconds: histogram("seconds", "Time all strategies took over all markets of a cycle", computing),
  signals_total: counter("events", "Signals given: Place, Cancel, Replace, Update", ["strategy_id", "signal"]),
  decisions_total: counter("events", "Signals that did not become a bet, by the step that decided", ["step", "reason"]),
  risk_denials_total: counter("events", "Orders the risk manager denied", ["reason"]),
  send_denials_total: counter("events", "Orders denied in the last look before they are sent", ["reason"]),
  breaker_trips_total: counter("events", "Times the circuit breaker opened"),
  breaker_state: gauge("state", "Circuit breaker: 0 closed, 1 half open, 2 open"),
  trading_state: gauge("state", "Trading: 0 running, 1 paused by hand, 2 halted, 3 only reducing"),
  active_strategies: gauge("strategies", "Strategies that are asked for signals"),
  unknown_bets: gauge("bets", "Open bets of which it is not known whether they were placed"),
  daily_loss_limit: gauge("currency", "Loss of a day at which betting stops"),
  exposure_limit: gauge("currency", "Worst-case loss over all open bets that is not passed"),
  drawdown_ratio: gauge("ratio", "Fall of the bankroll from its highest point, as a fraction of it"),
  bankroll: gauge("currency", "Balance that stakes are computed from"),
  funds: gauge("currency", "What the exchange last said that the account may bet with"),
  exposure: gauge("currency", "Worst-case loss over all open bets"),
  liability: gauge("currency", "What open lay bets can lose, before any netting"),
  daily_profit: gauge("currency", "Profit net of commission of the trading day; negative is a loss"),
  commission: gauge("currency", "Commission on the bets settled since the process began"),
  strategy_profit: gauge("currency", "Profit net of commission of all a strategy's settled bets", ["strategy_id"]),
  transactions: gauge("events", "Instructions sent in this clock hour"),
  transactions_limit: gauge("events", "Instructions in a clock hour after which no more bets are placed"),
  clock_skew_seconds: gauge("seconds", "How far this machine's clock and the exchange's certainly are apart"),
  placement_latency_seconds: histogram("seconds", "From sending a placement to its answer", asking),
  cycle_duration_seconds: histogram("seconds", "Time one trading cycle took", computing),
  last_cycle_timestamp_seconds: gauge("seconds", "When the last trading cycle ended, in Unix time"),
  market_updates_total: counter("events", "Market updates read from the feed"),
  open_markets: gauge("markets", "Markets that are followed"),
  feed_age_seconds: gauge("seconds", "Time since any message of the feed"),
  stream_status: gauge("state", "A stream's link: 0 disconnected, 1 late by the exchange's word, 2 connected", [
    "stream"
  ]),
  stream_age_seconds: gauge("seconds", "Time since a stream's last message, heartbeats included", ["stream"]),
  stream_latency_seconds: gauge(
    "seconds",
    "From a message's publish time to its arrival, the clocks' difference included",
    ["stream"]
  ),
  stream_reconnects_total: counter("events", "Times a stream's link was made anew", ["stream"]),
  session_remaining_seconds: gauge(
    "seconds",
    "Time until the session ends if it is not kept alive; 0 without a session"
  ),
  odds_buffer: gauge("snapshots", "Odds snapshots waiting to be written"),
  odds_dropped_total: counter("snapshots", "Odds snapshots dropped because the buffer was full"),
  prediction_requests_total: counter("events", "Races the prediction service was asked about, by how it ended", [
    "outcome"
  ]),
  prediction_duration_seconds: histogram("seconds", "Time until the prediction service had answered", asking),
  prediction_breaker_state: gauge(
    "state",
    "Whether the prediction service is asked: 0 yes, 1 since a trial was answered, 2 no, only tried in the background"
  ),
  prediction_cache_hits_total: counter("events", "Races whose predictions were still at hand"),
  prediction_cache_misses_total: counter("events", "Races whose predictions had to be asked for"),
  prediction_cache_hit_ratio: gauge("ratio", "Hits over hits and misses since the process began"),
  prediction_cache_races: gauge("markets", "Races whose predictions are at hand"),
  predictions_unusable_total: counter("markets", "Answers of the prediction service that could not be used"),
  predictions_dropped_total: counter("predictions", "Predictions not recorded because the buffer was full"),
  service_calls_total: counter("events", "Calls that the bot's own prediction service answered", ["call", "code"]),
  service_call_duration_seconds: histogram("seconds", "Time it took to answer one", computing, ["call"]),
  service_calls_under_way: gauge("events", "Calls it is about to answer"),
  service_predictions_total: counter("predictions", "Probabilities it gave"),
  service_models_loaded_total: counter("events", "Model files it read, by how it ended", ["outcome"]),
  service_feedback: gauge("events", "Backtest results it keeps"),
  database_failures_total: counter("events", "Database operations that failed", ["operation", "kind"]),
  notifications_total: counter("events", "Notifications for a target: sent, failed after all attempts, dropped", [
    "target",
    "outcome"
  ]),
  decisions_buffer: gauge("events", "Reasons of refused signals waiting to be written"),
  decisions_dropped_total: counter("events", "Reasons dropped because the buffer was full"),
  database_duration_seconds: histogram("seconds", "Time a database operation took, however it ended", computing, [
    "operation"
  ]),
  database_operations: gauge("events", "Database operations under way, those that wait for a connection included"),
  database_connections: gauge("events", "Connections that the pool may have"),
  build_info: gauge("state", "Always 1: what is running", ["version", "node", "mode"]),
  started_timestamp_seconds: gauge("seconds", "When the bot began, in Unix time"),
  memory_bytes: gauge("bytes", "Memory of the process", ["kind"]),
  event_loop_delay_seconds: gauge("seconds", "Longest time the event loop was held up since the last scrape"),
  loop_failures_total: counter("events", "Rounds of a loop that failed", ["loop"])
}

export type MetricList = typeof metricList
export type MetricName = keyof MetricList

/** The metrics of one kind. */
export type MetricNameOf<K extends MetricKind> = {
  [N in MetricName]: MetricList[N]["kind"] extends K ? N : never
}[MetricName]

/** The labels a metric is counted by, each with its value. */
export type MetricLabels<N extends MetricName> = { readonly [L in MetricList[N]["labels"][number]]: string }

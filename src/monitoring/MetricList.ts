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
  bets: { givenIn: "bets", divisor: 1 },
  markets: { givenIn: "markets", divisor: 1 },
  strategies: { givenIn: "strategies", divisor: 1 },
  events: { givenIn: "events", divisor: 1 },
  snapshots: { givenIn: "snapshots", divisor: 1 },
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
  open_bets: gauge("bets", "Bets that are neither settled nor ended"),
  strategy_evaluations_total: counter("events", "Times the strategies were asked about a market"),
  strategy_failures_total: counter("events", "Exceptions thrown by a strategy", ["strategy_id"]),
  evaluation_duration_seconds: histogram("seconds", "Time all strategies took over all markets of a cycle", computing),
  signals_total: counter("events", "Signals given: Place, Cancel, Replace, Update", ["strategy_id", "signal"]),
  decisions_total: counter("events", "Signals that did not become a bet, by the step that decided", ["step", "reason"]),
  risk_denials_total: counter("events", "Orders the risk manager denied", ["reason"]),
  breaker_trips_total: counter("events", "Times the circuit breaker opened"),
  breaker_state: gauge("state", "Circuit breaker: 0 closed, 1 half open, 2 open"),
  trading_state: gauge("state", "Trading: 0 running, 1 paused by hand, 2 halted"),
  active_strategies: gauge("strategies", "Strategies that are asked for signals"),
  bankroll: gauge("currency", "Balance that stakes are computed from"),
  exposure: gauge("currency", "Worst-case loss over all open bets"),
  liability: gauge("currency", "What open lay bets can lose, before any netting"),
  daily_profit: gauge("currency", "Profit net of commission of the trading day; negative is a loss"),
  commission: gauge("currency", "Commission on the bets settled since the process began"),
  strategy_profit: gauge("currency", "Profit net of commission of all a strategy's settled bets", ["strategy_id"]),
  placement_latency_seconds: histogram("seconds", "From sending a placement to its answer", asking),
  cycle_duration_seconds: histogram("seconds", "Time one trading cycle took", computing),
  last_cycle_timestamp_seconds: gauge("seconds", "When the last trading cycle ended, in Unix time"),
  market_updates_total: counter("events", "Market updates read from the feed"),
  open_markets: gauge("markets", "Markets that are followed"),
  odds_buffer: gauge("snapshots", "Odds snapshots waiting to be written"),
  odds_dropped_total: counter("snapshots", "Odds snapshots dropped because the buffer was full"),
  database_failures_total: counter("events", "Database operations that failed", ["operation", "kind"]),
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

/** The list as a Markdown table. */
export const metricTable = (): string =>
  [
    "| metric | type | labels | unit | meaning |",
    "| --- | --- | --- | --- | --- |",
    ...Object.entries<MetricDefinition>(metricList).map(
      ([name, { kind, labels, meaning, unit }]) =>
        `| \`${metricPrefix}${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(", ") || "none"} | ${unit} | ${meaning} |`
    )
  ].join("\n")

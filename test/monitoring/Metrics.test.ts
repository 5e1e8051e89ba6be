import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { TestClock } from "effect/testing"
import { readFileSync } from "node:fs"
import { type MetricDefinition, metricList, metricPrefix } from "../../src/monitoring/MetricList.ts"
import * as Metrics from "../../src/monitoring/Metrics.ts"
import { markdown } from "../../src/monitoring/MetricsDocument.ts"

/** What a scrape shows after the updates, without comments. */
const scrape = <E>(updates: Effect.Effect<unknown, E>) =>
  updates.pipe(
    Effect.andThen(PrometheusMetrics.format()),
    Effect.map((text) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))),
    Effect.provideService(Metric.MetricRegistry, new Map())
  )

describe("Metrics", () => {
  it.effect("counts by label", () =>
    Effect.gen(function* () {
      const back = { strategy_id: "simple_value", side: "BACK" }
      const lines = yield* scrape(
        Effect.all([
          Metrics.count("bets_placed_total", back),
          Metrics.count("bets_placed_total", back, 2),
          Metrics.count("bets_placed_total", { ...back, side: "LAY" })
        ])
      )
      expect(lines).toEqual([
        'clever_better_bets_placed_total{strategy_id="simple_value",side="BACK"} 3',
        'clever_better_bets_placed_total{strategy_id="simple_value",side="LAY"} 1'
      ])
    })
  )

  it.effect("shows pence as money and milliseconds as seconds", () =>
    Effect.gen(function* () {
      const lines = yield* scrape(
        Effect.all([
          Metrics.set("daily_profit", {}, -1_234),
          Metrics.set("last_cycle_timestamp_seconds", {}, 1_700_000_000_500)
        ])
      )
      expect(lines).toEqual([
        "clever_better_daily_profit -12.34",
        "clever_better_last_cycle_timestamp_seconds 1700000000.5"
      ])
    })
  )

  it.effect("takes several updates from plain code, and none of all these where nobody could look", () =>
    Effect.gen(function* () {
      const updates = Effect.all([
        Metrics.record(({ count, observe }) => {
          count("bets_matched_total", { strategy_id: "simple_value", side: "LAY" })
          observe("placement_latency_seconds", {}, 120)
        }),
        Metrics.set("open_bets", {}, 3)
      ])
      const lines = yield* scrape(updates)
      expect(lines).toContain('clever_better_bets_matched_total{strategy_id="simple_value",side="LAY"} 1')
      expect(lines).toContain("clever_better_placement_latency_seconds_sum 0.12")
      expect(lines).toContain("clever_better_open_bets 3")
      expect(yield* scrape(Effect.provide(updates, Metrics.layerOff))).toEqual([])
    })
  )

  it.effect("never lets a counter fall", () =>
    Effect.gen(function* () {
      const lines = yield* scrape(
        Effect.all([Metrics.count("breaker_trips_total", {}), Metrics.count("breaker_trips_total", {}, -1)])
      )
      expect(lines).toEqual(["clever_better_breaker_trips_total 1"])
    })
  )

  it.effect("times what it wraps, also when that fails", () =>
    Effect.gen(function* () {
      const failing = Effect.sleep("150 millis").pipe(Effect.andThen(Effect.fail("no")))
      const timed = Metrics.timed("placement_latency_seconds", {})(failing).pipe(Effect.exit)
      const lines = yield* scrape(
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(timed)
          yield* TestClock.adjust("1 second")
          yield* Fiber.join(fiber)
        })
      )
      expect(lines).toContain("clever_better_placement_latency_seconds_sum 0.15")
      expect(lines).toContain('clever_better_placement_latency_seconds_bucket{le="0.1"} 0')
      expect(lines).toContain('clever_better_placement_latency_seconds_bucket{le="0.15"} 1')
    })
  )

  it.effect("follows what changes too often to be told, as long as its owner lives", () =>
    Effect.gen(function* () {
      let updates = 0
      const during = yield* scrape(
        Effect.gen(function* () {
          yield* Metrics.follow("market_updates_total", {}, () => updates)
          updates = 7
          return yield* PrometheusMetrics.format()
        }).pipe(
          Effect.scoped,
          Effect.tap((text) => Effect.sync(() => expect(text).toContain("clever_better_market_updates_total 7")))
        )
      )
      expect(during).toEqual([])
    })
  )

  it.effect("shows everything without labels from the start", () =>
    Effect.gen(function* () {
      const lines = yield* scrape(Metrics.register)
      const plain = Object.entries<MetricDefinition>(metricList).filter(([, { labels }]) => labels.length === 0)
      for (const [name] of plain) expect(lines.some((line) => line.startsWith(metricPrefix + name))).toBe(true)
      expect(lines).toContain("clever_better_exposure 0")
    })
  )
})

describe("metricList", () => {
  const metrics = Object.entries<MetricDefinition>(metricList)

  it("follows Prometheus' naming: counters end in _total, and what is in seconds says so", () => {
    for (const [name, { kind, unit }] of metrics) {
      expect(name).toMatch(/^[a-z_]+$/)
      expect(name.endsWith("_total"), name).toBe(kind === "counter")
      if (kind !== "counter") expect(name.endsWith("_seconds"), name).toBe(unit === "seconds")
    }
  })

  it("gives boundaries to histograms only, ascending", () => {
    for (const [name, { boundaries, kind }] of metrics) {
      expect(boundaries.length > 0, name).toBe(kind === "histogram")
      expect(boundaries, name).toEqual([...new Set(boundaries)].toSorted((a, b) => a - b))
    }
  })

  it("is docs/METRICS.md, as npm run generate:docs writes it", () => {
    expect(readFileSync(new URL("../../docs/METRICS.md", import.meta.url), "utf8")).toBe(markdown())
  })
})

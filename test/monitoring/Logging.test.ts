import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema } from "effect"
import { TestConsole } from "effect/testing"
import { Settings, SettingsSchema } from "../../src/config/Settings.ts"
import * as LogFields from "../../src/monitoring/LogFields.ts"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import * as Logging from "../../src/monitoring/Logging.ts"
import { Notifier, type Notification } from "../../src/monitoring/Notifier.ts"
import { Spans } from "./Spans.ts"

const settingsOf = (settings: unknown) => Layer.effect(Settings, Schema.decodeUnknownEffect(SettingsSchema)(settings))

/** What is written on standard error and standard output while the effect runs. */
const written = Effect.fnUntraced(function* (logging: unknown, effect: Effect.Effect<unknown>) {
  yield* Effect.provide(effect, Logging.layer.pipe(Layer.provide(settingsOf({ logging }))))
  return {
    error: (yield* TestConsole.errorLines).map(String),
    output: (yield* TestConsole.logLines).map(String)
  }
}, Effect.provide(TestConsole.layer))

const breaker = LogFields.breakerChange({
  from: "CLOSED",
  to: "OPEN",
  reason: "consecutive_losses",
  consecutiveLosses: 5,
  drawdown: 0.1
})

describe("Logging.layer", () => {
  it.effect("writes JSON lines whose fields stand beside the message, on standard error", () =>
    Effect.gen(function* () {
      const opened = Effect.logWarning("Circuit breaker opened").pipe(Effect.annotateLogs(breaker))
      const { error, output } = yield* written({ format: "json" }, opened)
      expect(output).toEqual([])
      expect(JSON.parse(error[0]!)).toMatchObject({
        level: "WARN",
        message: "Circuit breaker opened",
        old_state: "CLOSED",
        new_state: "OPEN",
        reason: "consecutive_losses",
        consecutive_losses: 5,
        drawdown: 0.1
      })
    })
  )

  it.effect("takes an object after the message for fields", () =>
    Effect.gen(function* () {
      const { error } = yield* written({ format: "json" }, Effect.logWarning("Circuit breaker opened", breaker))
      expect(JSON.parse(error[0]!)).toMatchObject({ message: "Circuit breaker opened", old_state: "CLOSED" })
    })
  )

  it.effect("does not let a field pass for the message or the level", () =>
    Effect.gen(function* () {
      const disguised = Effect.logError("real").pipe(Effect.annotateLogs({ message: "false", level: "INFO" }))
      const { error } = yield* written({ format: "json" }, disguised)
      expect(JSON.parse(error[0]!)).toMatchObject({ level: "ERROR", message: "real" })
    })
  )

  it.effect("writes lines for people, on standard error", () =>
    Effect.gen(function* () {
      const opened = Effect.logWarning("Circuit breaker opened").pipe(Effect.annotateLogs(breaker))
      const { error, output } = yield* written({ format: "pretty" }, opened)
      expect(output).toEqual([])
      expect(error.join("\n")).toContain("Circuit breaker opened")
      expect(error.join("\n")).toContain("consecutive_losses")
    })
  )

  it.effect.each([
    ["Warn", ["loud"]],
    ["Info", ["quiet", "loud"]]
  ] as const)("writes nothing below the configured level (%s)", ([level, expected]) =>
    Effect.gen(function* () {
      const both = Effect.andThen(Effect.logInfo("quiet"), Effect.logWarning("loud"))
      const { error } = yield* written({ format: "json", level }, both)
      expect(error.map((line) => JSON.parse(line).message)).toEqual(expected)
    })
  )

  it.effect.each(["json", "pretty"])("never shows a secret (%s)", (format) =>
    Effect.gen(function* () {
      const secret = Redacted.make("hunter2")
      const careless = Effect.logInfo("logging in", secret, { nested: secret }).pipe(
        Effect.annotateLogs({ api_key: secret })
      )
      const { error } = yield* written({ format }, careless)
      expect(error.join("\n")).toContain("redacted")
      expect(error.join("\n")).not.toContain("hunter2")
    })
  )

  it.effect("keeps lines written within a span as its events", () =>
    Effect.gen(function* () {
      yield* written({ format: "json" }, Effect.logInfo("sized").pipe(Effect.withSpan("TradingCycle")))
      const [span] = yield* Effect.flatMap(Spans, ({ ended }) => ended)
      expect(span?.events.map(({ name }) => name)).toEqual(["sized"])
    }).pipe(Effect.provide(Spans.layer))
  )
})

describe("Notifier.layerLog", () => {
  it.effect("logs each notification at its level with its fields", () =>
    Effect.gen(function* () {
      const market = { marketId: "1.5" as MarketId, bets: [1, 2], profit: 1_000, commission: 50, net: 950 }
      const notifications: ReadonlyArray<Notification> = [
        { _tag: "MarketSettled", market },
        { _tag: "LimitReached", limit: "daily_loss", used: 10_012, of: 10_000 },
        { _tag: "Halted", reason: "operator" }
      ]
      const notifying = Effect.gen(function* () {
        const notifier = yield* Notifier
        for (const notification of notifications) yield* notifier.notify(notification)
      }).pipe(Effect.provide(Notifier.layerLog))
      const { error } = yield* written({ format: "json" }, notifying)
      expect(error.map((line) => JSON.parse(line))).toMatchObject([
        {
          level: "INFO",
          message: "Market 1.5 settled: 9.50 on 2 bets",
          market_id: "1.5",
          total_bets: 2,
          profit: 10,
          commission: 0.5,
          net: 9.5
        },
        {
          level: "WARN",
          message: "100 % of the limit of the day's loss is used: 100.12 of 100.00",
          limit: "daily_loss"
        },
        { level: "ERROR", message: "Trading halted until it is resumed by hand: operator", reason: "operator" }
      ])
    })
  )
})

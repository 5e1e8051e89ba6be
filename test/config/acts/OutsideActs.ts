/** What strategies there are, and what is told to people: logs, traces, results. */
import { NodeServices } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock, TestConsole } from "effect/testing"
import { Settings, type SettingsValue } from "../../../src/config/Settings.ts"
import * as BetOf from "../../../src/domain/Bet.ts"
import * as Logging from "../../../src/monitoring/Logging.ts"
import { Monitor } from "../../../src/monitoring/Monitor.ts"
import * as Telemetry from "../../../src/monitoring/Telemetry.ts"
import { BetRepository } from "../../../src/persistence/BetRepository.ts"
import * as Repositories from "../../../src/persistence/Repositories.ts"
import { StrategyRepository } from "../../../src/persistence/StrategyRepository.ts"
import { Settler } from "../../../src/settlement/Settler.ts"
import * as StrategyLoader from "../../../src/strategy/StrategyLoader.ts"
import type { Strategy } from "../../../src/strategy/Strategy.ts"
import { StrategyRegistry } from "../../../src/strategy/StrategyRegistry.ts"
import { bet, market } from "../../settlement/builders.ts"
import { act, type Acts, type Look } from "./Act.ts"
import { folder } from "./SmallBot.ts"

const given = (settings: SettingsValue) => Layer.succeed(Settings, settings)

const modules: Look = (settings) =>
  Effect.map(StrategyRegistry, ({ registrations }) =>
    registrations.filter(({ source }) => source !== "built in").map(({ kind }) => kind.name)
  ).pipe(
    Effect.provide(
      StrategyRegistry.layer([folder]).pipe(Layer.provide(Layer.merge(given(settings), NodeServices.layer)))
    )
  )

const loaded =
  (told: (strategy: Strategy) => unknown): Look =>
  (settings) =>
    Effect.map(StrategyLoader.load(), ({ strategies }) => strategies.map(told)).pipe(
      Effect.provide(Layer.mergeAll(StrategyRegistry.layerBuiltIn, StrategyRepository.layerMemory, given(settings)))
    )

const one = { strategies: { active: [{ id: "mine", kind: "simple_value" }] } }

/** What is written on standard error of a milestone. */
const logged: Look = (settings) =>
  Effect.gen(function* () {
    const before = (yield* TestConsole.errorLines).length
    yield* Effect.provide(Effect.logInfo("Bet settled"), Logging.layer.pipe(Layer.provide(given(settings))))
    return (yield* TestConsole.errorLines).slice(before).map(String)
  }).pipe(Effect.provide(TestConsole.layer))

const linesLogged: Look = (settings, tree) =>
  Effect.map(logged(settings, tree), (lines) => (lines as ReadonlyArray<string>).length)

const isJson: Look = (settings, tree) =>
  Effect.map(logged(settings, tree), (lines) => (lines as ReadonlyArray<string>).join("").startsWith("{"))

/** What is posted to a collector of one trace. */
const posted =
  (told: (request: { readonly url: string; readonly body: string }) => unknown): Look =>
  (settings) =>
    Effect.gen(function* () {
      const requests: Array<{ readonly url: string; readonly body: string }> = []
      const collector = async (input: string | URL | Request, init?: RequestInit) => {
        const request = new Request(input, init)
        requests.push({ url: request.url, body: await request.text() })
        return new Response("{}")
      }
      yield* Effect.withSpan(Effect.void, "TradingCycle", { root: true }).pipe(
        Effect.provide(
          Telemetry.layer().pipe(
            Layer.provide(given(settings)),
            Layer.provide(Layer.succeed(FetchHttpClient.Fetch, collector))
          )
        )
      )
      return requests.map(told)
    })

const may = Date.parse("2026-05-01T11:00:00Z")
const dayMs = 86_400_000

/** The Sharpe ratio of 1.00 won on one day and 0.50 on the next: more than two percent a year, less than a hundred. */
const sharpe =
  (told: (sharpe: number | null) => unknown): Look =>
  (settings) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(may)
      const bets = yield* BetRepository
      for (const [n, profit] of [100, 50].entries()) {
        const at = may - (2 - n) * dayMs
        const matched = bet({ n: at, createdAt: at })
        yield* bets.create([matched])
        yield* bets.update([BetOf.transition(matched, { _tag: "Settled", at, profit, commission: 0 })])
      }
      const [performance] = yield* Monitor.use((monitor) => monitor.updatePerformance)
      return told(performance!.sharpe)
    }).pipe(
      Effect.provide(
        Monitor.layer("paper").pipe(Layer.provideMerge(Repositories.layerMemory), Layer.provide(given(settings)))
      )
    )

/** The commission in pence on 20.00 won. */
const commission: Look = (settings) =>
  Effect.gen(function* () {
    const bets = yield* BetRepository
    yield* bets.create([bet()])
    const settled = yield* Settler.use(({ settle }) => settle("paper", market(), 9000))
    return settled?.commission
  }).pipe(
    Effect.provide(Settler.layer.pipe(Layer.provideMerge(Repositories.layerMemory), Layer.provide(given(settings))))
  )

const endpoint = "http://127.0.0.1:4318"

export const outsideActs: Acts = {
  "trading.commission_discount": act([0, 0.2], [100, 80], commission),
  "bot.risk_free_rate": act(
    [0.02, 1],
    [1, -1],
    sharpe((ratio) => Math.sign(ratio ?? 0)),
    { features: { advanced_analytics_enabled: true } }
  ),
  "features.advanced_analytics_enabled": act(
    [false, true],
    ["none", "number"],
    sharpe((ratio) => (ratio === null ? "none" : typeof ratio))
  ),
  "strategies.modules": act([[], ["./Backers.ts"]], [[], ["backer", "predicted_backer"]], modules),
  "strategies.active": act(
    [[], [{ id: "mine", kind: "simple_value" }]],
    [[], ["mine"]],
    loaded(({ id }) => id)
  ),
  "strategies.active[0].id": act(
    ["one", "two"],
    [["one"], ["two"]],
    loaded(({ id }) => id),
    one
  ),
  "strategies.active[0].kind": act(
    ["simple_value", "steam_follower"],
    [["simple_value"], ["steam_follower"]],
    loaded(({ kind }) => kind),
    one
  ),
  "strategies.active[0].active": act(
    [true, false],
    [["mine"], []],
    loaded(({ id }) => id),
    one
  ),
  "strategies.active[0].parameters": act(
    [{ min_edge: 0.1 }, { min_edge: 0.2 }],
    [[0.1], [0.2]],
    loaded(({ parameters }) => (parameters as { readonly minEdge: number }).minEdge),
    one
  ),
  "logging.level": act(["Info", "Warn"], [1, 0], linesLogged),
  "logging.format": act(["pretty", "json"], [false, true], isJson),
  "telemetry.otlp_endpoint": act(
    [null, endpoint],
    [[], [`${endpoint}/v1/traces`]],
    posted(({ url }) => url)
  ),
  "telemetry.service_name": act(
    ["one", "two"],
    [["one"], ["two"]],
    posted(({ body }) => /"stringValue":"(one|two)"/.exec(body)?.[1]),
    { telemetry: { otlp_endpoint: endpoint } }
  )
}

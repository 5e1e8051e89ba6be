/** What the API shows. */
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ActiveStrategies } from "../bot/ActiveStrategies.ts"
import { MarketId } from "../domain/Identifiers.ts"
import { Monitor } from "../monitoring/Monitor.ts"
import type { Performance } from "../monitoring/Performance.ts"
import { RecentLogs } from "../monitoring/RecentLogs.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { Caller } from "./Access.ts"
import { Api, NotFound, Unavailable } from "./Api.ts"
import { EventFeed } from "./EventFeed.ts"
import { MarketView } from "./MarketView.ts"
import { RaceNames } from "./RaceNames.ts"
import { type Period, Records } from "./Records.ts"
import { ResultsView } from "./ResultsView.ts"
import { StandingView } from "./StandingView.ts"
import { StatusView } from "./StatusView.ts"
import type { PerformanceAnswer } from "./wire/Answers.ts"
import { instant } from "./wire/Basic.ts"

const defaultLimit = 100
const defaultPoints = 500
const defaultPricePoints = 240
const defaultDays = 90
/** The last instant that a date can hold, and that the database takes. */
const farAway = Date.UTC(9999, 11, 31)

interface Asked {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const periodOf = ({ from, to }: Asked): Period => ({
  from: from === undefined ? 0 : Date.parse(from),
  to: to === undefined ? farAway : Date.parse(to)
})

export const unavailable = ({ message }: StorageFailure) => new Unavailable({ message })

const performanceOf = (performance: Performance): PerformanceAnswer => ({
  strategyId: performance.strategyId,
  bets: performance.bets,
  wins: performance.wins,
  losses: performance.losses,
  pending: performance.pending,
  netPence: performance.net,
  commissionPence: performance.commission,
  stakedPence: performance.staked,
  winRate: performance.winRate,
  roi: performance.roi,
  averageStakePence: performance.averageStake,
  largestWinPence: performance.largestWin,
  largestLossPence: performance.largestLoss,
  streak: performance.currentStreak,
  sharpe: performance.sharpe,
  maxDrawdownPence: performance.maxDrawdown
})

export const layer = HttpApiBuilder.group(
  Api,
  "read",
  Effect.fnUntraced(function* (handlers) {
    const { status } = yield* StatusView
    const { standings } = yield* StandingView
    const names = yield* RaceNames
    const records = yield* Records
    const view = yield* MarketView
    const monitor = yield* Monitor
    const active = yield* ActiveStrategies
    const events = yield* EventFeed
    const results = yield* ResultsView
    const logs = yield* RecentLogs
    return handlers.handleAll({
      access: () => Effect.map(Caller, ({ scope }) => ({ scope, timeZone: names.timeZone })),
      status: () => status,
      standings: () => standings,
      names: ({ query }) =>
        Effect.mapError(names.of([...new Set(query.markets.split(","))].map((id) => MarketId.make(id))), unavailable),
      markets: () => Effect.sync(view.markets),
      market: ({ params }) =>
        Effect.gen(function* () {
          const found = yield* Effect.mapError(view.market(params.marketId), unavailable)
          if (found !== null) return found
          return yield* new NotFound({ message: `no market ${params.marketId} is followed or was recorded` })
        }),
      prices: ({ params, query }) =>
        Effect.mapError(view.prices(params.marketId, periodOf(query), query.points ?? defaultPricePoints), unavailable),
      bets: ({ query }) =>
        Effect.mapError(
          records.bets({ ...periodOf(query), after: query.after ?? null, limit: query.limit ?? defaultLimit }),
          unavailable
        ),
      recentBets: ({ query }) => Effect.mapError(records.recentBets(query.limit ?? defaultLimit), unavailable),
      settledBets: ({ query }) => Effect.mapError(records.settledBets(query.limit ?? defaultLimit), unavailable),
      openBets: () => Effect.sync(view.openBets),
      strategies: () =>
        Effect.mapBoth(records.strategies, {
          onFailure: unavailable,
          onSuccess: (rows) => {
            const trading = new Set(active.all().map(({ id }) => id))
            return rows.map((row) => ({ ...row, trading: trading.has(row.id) }))
          }
        }),
      strategyResults: () => Effect.mapError(results.strategies, unavailable),
      equity: ({ query }) =>
        Effect.mapError(
          results.equity({
            ...periodOf(query),
            strategyId: query.strategy ?? null,
            points: query.points ?? defaultPoints
          }),
          unavailable
        ),
      dailyProfit: ({ query }) => Effect.mapError(results.days(query.days ?? defaultDays), unavailable),
      performance: () =>
        Effect.mapBoth(monitor.liveMetrics, {
          onFailure: unavailable,
          onSuccess: (all) => all.map(performanceOf)
        }),
      profit: ({ query }) => Effect.mapError(results.profit(query.by ?? "day", periodOf(query)), unavailable),
      decisions: ({ params }) =>
        Effect.mapError(records.explain(params.race), (error) =>
          error._tag === "RaceUnclear" ? new NotFound({ message: error.message }) : unavailable(error)
        ),
      logs: ({ query: { after = 0, level = "INFO", limit = defaultLimit } }) =>
        Effect.sync(() => ({
          lines: logs.lines({ after, level, limit }).map(({ at, ...line }) => ({ ...line, at: instant(at) })),
          newest: logs.newest()
        })),
      events: ({ headers, request }) =>
        events.since({
          lastId: headers["last-event-id"],
          cut: () => void NodeHttpServerRequest.toServerResponse(request).destroy()
        })
    })
  })
).pipe(
  Layer.provide(EventFeed.layer),
  Layer.provide(
    Layer.mergeAll(StatusView.layer, StandingView.layer, MarketView.layer, RaceNames.layer, ResultsView.layer)
  )
)

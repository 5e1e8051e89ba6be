/**
 * What the bot answers over HTTP: every path with what it takes and gives. The server, `/openapi.json` and the commands'
 * client are made from these definitions.
 */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { BetId, MarketId, StrategyId } from "../domain/Identifiers.ts"
import * as RecentLogs from "../monitoring/RecentLogs.ts"
import { ControlAccess, PlainWords, ReadAccess } from "./Access.ts"
import * as Answers from "./wire/Answers.ts"
import { BetAnswer, BetPageAnswer } from "./wire/BetAnswer.ts"
import * as ResultAnswers from "./wire/ResultAnswers.ts"
import { AccessAnswer, NamesAnswer } from "./wire/NamesAnswer.ts"
import { StandingAnswer } from "./wire/StandingAnswer.ts"

/** Nothing is known by this name. */
export class NotFound extends Schema.TaggedError<NotFound>()(
  "NotFound",
  { message: Schema.String },
  { httpApiStatus: 404 }
) {}

/** It was understood and not done. */
export class NotDone extends Schema.TaggedError<NotDone>()(
  "NotDone",
  { message: Schema.String },
  { httpApiStatus: 409 }
) {}

/** A parameter is not allowed. */
export class Unprocessable extends Schema.TaggedError<Unprocessable>()(
  "Unprocessable",
  { message: Schema.String },
  { httpApiStatus: 422 }
) {}

/** What the answer is made of cannot be had now. Of a control call: it is not known to be done. */
export class Unavailable extends Schema.TaggedError<Unavailable>()(
  "Unavailable",
  { message: Schema.String },
  { httpApiStatus: 503 }
) {}

const Limit = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 1000 }))

const Days = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 1000 }))

/** Points that a chart may ask for; each series is thinned to them. */
const Points = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 10, maximum: 2000 }))

const At = Schema.String.check(
  Schema.makeFilter((text) => /^\d{4}-\d\d-\d\d(T.*)?$/.test(text) && Number.isFinite(Date.parse(text)), {
    expected: "a date such as 2026-03-29, or an instant such as 2026-03-29T13:00:00Z"
  })
)

/** As many markets as a list of bets may be about; one request a market would be too many. */
const MarketIds = Schema.String.check(
  Schema.makeFilter(
    (text) => text.split(",").length <= 100 && text.split(",").every((part) => Schema.is(MarketId)(part)),
    { expected: "1 to 100 market ids with commas between them" }
  )
)

/** Both are days or instants in UTC; `from` is included and `to` is not. */
const period = { from: Schema.optional(At), to: Schema.optional(At) }

export class HealthApi extends HttpApiGroup.make("health", { topLevel: true })
  .add(
    HttpApiEndpoint.get("live", "/health/live", {
      success: Schema.Struct({ live: Schema.Literal(true), version: Schema.String, instance: Schema.String })
    }).annotate(OpenApi.Description, "The process answers."),
    HttpApiEndpoint.get("ready", "/health/ready", {
      success: Answers.ReadinessAnswer,
      error: Answers.ReadinessAnswer.pipe(HttpApiSchema.status(503))
    }).annotate(OpenApi.Description, "Everything that betting needs is well; 503 when one thing is not, with its name.")
  )
  .annotate(OpenApi.Description, "For supervisors; without a token.") {}

const readErrors = [Unavailable]

export class ReadApi extends HttpApiGroup.make("read", { topLevel: true })
  .add(
    HttpApiEndpoint.get("access", "/access", { success: AccessAnswer }),
    HttpApiEndpoint.get("status", "/status", { success: Answers.StatusAnswer }),
    HttpApiEndpoint.get("standings", "/standings", { success: Schema.Array(StandingAnswer) }),
    HttpApiEndpoint.get("names", "/names", {
      query: { markets: MarketIds },
      success: Schema.Array(NamesAnswer),
      error: readErrors
    }),
    HttpApiEndpoint.get("markets", "/markets", { success: Schema.Array(Answers.MarketAnswer) }),
    HttpApiEndpoint.get("market", "/markets/:marketId", {
      params: { marketId: MarketId },
      success: Answers.MarketDetailAnswer,
      error: [NotFound, ...readErrors]
    }),
    HttpApiEndpoint.get("prices", "/markets/:marketId/prices", {
      params: { marketId: MarketId },
      query: { ...period, points: Schema.optional(Points) },
      success: ResultAnswers.PriceHistoryAnswer,
      error: readErrors
    }).annotate(
      OpenApi.Description,
      "Best prices over time, of at most so many instants (240): from memory while the market is followed, else as recorded."
    ),
    HttpApiEndpoint.get("bets", "/bets", {
      query: { ...period, after: Schema.optional(BetId), limit: Schema.optional(Limit) },
      success: BetPageAnswer,
      error: readErrors
    }).annotate(OpenApi.Description, "Bets by the time they were intended, oldest first, in pages."),
    HttpApiEndpoint.get("recentBets", "/bets/recent", {
      query: { limit: Schema.optional(Limit) },
      success: Schema.Array(BetAnswer),
      error: readErrors
    }),
    HttpApiEndpoint.get("settledBets", "/bets/settled", {
      query: { limit: Schema.optional(Limit) },
      success: Schema.Array(BetAnswer),
      error: readErrors
    }).annotate(OpenApi.Description, "The bets that were settled last, the last of them first."),
    HttpApiEndpoint.get("openBets", "/bets/open", { success: Schema.Array(BetAnswer) }),
    HttpApiEndpoint.get("strategies", "/strategies", {
      success: Schema.Array(Answers.StrategyAnswer),
      error: readErrors
    }),
    HttpApiEndpoint.get("strategyResults", "/strategies/results", {
      success: Schema.Array(ResultAnswers.StrategyResultAnswer),
      error: readErrors
    }).annotate(OpenApi.Description, "Every strategy with what it has brought and how sure that is."),
    HttpApiEndpoint.get("equity", "/equity", {
      query: { ...period, points: Schema.optional(Points), strategy: Schema.optional(StrategyId) },
      success: ResultAnswers.EquityAnswer,
      error: readErrors
    }).annotate(OpenApi.Description, "Net result and drawdown over time, thinned to at most so many points (500)."),
    HttpApiEndpoint.get("dailyProfit", "/pnl/daily", {
      query: { days: Schema.optional(Days) },
      success: ResultAnswers.DailyProfitAnswer,
      error: readErrors
    }).annotate(OpenApi.Description, "The last trading days with settled bets (90), oldest first, by strategy."),
    HttpApiEndpoint.get("performance", "/performance", {
      success: Schema.Array(Answers.PerformanceAnswer),
      error: readErrors
    }),
    HttpApiEndpoint.get("profit", "/pnl", {
      query: { by: Schema.optional(Answers.ProfitBy), ...period },
      success: Answers.ProfitAnswer,
      error: readErrors
    }),
    HttpApiEndpoint.get("decisions", "/decisions/:race", {
      params: { race: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100)) },
      success: Answers.ExplanationAnswer,
      error: [NotFound, ...readErrors]
    }).annotate(
      OpenApi.Description,
      "Why each runner of a race was or was not bet; a market id, or words of its name."
    ),
    HttpApiEndpoint.get("logs", "/logs", {
      query: {
        level: Schema.optional(Schema.Literals(RecentLogs.levels)),
        after: Schema.optional(Schema.FiniteFromString.check(Schema.isInt())),
        limit: Schema.optional(Limit)
      },
      success: ResultAnswers.LogAnswer
    }).annotate(
      OpenApi.Description,
      "The newest lines of the log at or above a level (INFO), oldest first; the last 1000 are kept."
    ),
    HttpApiEndpoint.get("events", "/events", {
      headers: { "last-event-id": Schema.optional(Schema.String) },
      success: HttpApiSchema.StreamSse({
        events: Schema.Struct({
          id: Schema.optional(Schema.String),
          event: Schema.String,
          data: Schema.String.annotate({
            description: "JSON: of hello everyMs, of status a Status, of standings, markets and bets a list"
          })
        })
      }),
      error: readErrors
    }).annotate(
      OpenApi.Description,
      "Server-sent events: hello (how often there is a status), status, and, whenever they have changed, standings, markets (the next ones) and bets (the open ones), each whole. Last-Event-ID leaves out what has not changed since."
    )
  )
  .middleware(ReadAccess)
  .middleware(PlainWords)
  .prefix("/api")
  .annotate(OpenApi.Description, "With the read or the control token.") {}

const Words = (longest: number) => Schema.Trim.check(Schema.isMinLength(1), Schema.isMaxLength(longest))

/** Why, and who says so; both are kept in the audit table. */
const why = { reason: Words(500), by: Schema.optional(Words(100)) }
const Why = Schema.Struct(why)

const controlErrors = [NotDone, Unavailable]

const control = <const Name extends string, const Path extends `/${string}`>(name: Name, path: Path) =>
  HttpApiEndpoint.post(name, path, { payload: Why, success: Answers.DoneAnswer, error: controlErrors })

const strategyErrors = [Unprocessable, ...controlErrors]

export class ControlApi extends HttpApiGroup.make("control", { topLevel: true })
  .add(
    control("pause", "/control/pause"),
    control("reduce", "/control/reduce"),
    control("resume", "/control/resume"),
    control("halt", "/control/halt"),
    control("resetBreaker", "/control/reset-breaker"),
    control("reconcile", "/control/reconcile"),
    control("cancelAll", "/bets/cancel-all"),
    HttpApiEndpoint.post("cancelBet", "/bets/:betId/cancel", {
      params: { betId: BetId },
      payload: Why,
      success: Answers.DoneAnswer,
      error: controlErrors
    }),
    HttpApiEndpoint.post("enableStrategy", "/strategies/:id/enable", {
      params: { id: StrategyId },
      payload: Why,
      success: Answers.DoneAnswer,
      error: strategyErrors
    }),
    HttpApiEndpoint.post("disableStrategy", "/strategies/:id/disable", {
      params: { id: StrategyId },
      payload: Why,
      success: Answers.DoneAnswer,
      error: strategyErrors
    }),
    HttpApiEndpoint.post("setStrategy", "/strategies/:id/parameters", {
      params: { id: StrategyId },
      payload: Schema.Struct({ ...why, parameters: Schema.Record(Schema.String, Schema.Unknown) }),
      success: Answers.DoneAnswer,
      error: strategyErrors
    })
  )
  .middleware(ControlAccess)
  .middleware(PlainWords)
  .prefix("/api")
  .annotate(OpenApi.Description, "With the control token. Each call is in the audit table with who and why.") {}

export class Api extends HttpApi.make("clever-better")
  .add(HealthApi)
  .add(ReadApi)
  .add(ControlApi)
  .annotateMerge(
    OpenApi.annotations({
      title: "Clever Better",
      description: "A running bot. Money is whole pence, odds are decimal, instants are ISO 8601 in UTC."
    })
  ) {}

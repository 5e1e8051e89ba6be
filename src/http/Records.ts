/**
 * What the database tells of bets, results and refused signals. The API of a running bot and the commands beside one that
 * does not run answer with the same code, so they cannot differ.
 */
import { type Clock, Context, DateTime, Effect, Layer, Schema } from "effect"
import { Settings } from "../config/Settings.ts"
import {
  type BetId,
  type MarketId,
  type RunnerKey,
  runnerKey,
  runnerOf,
  type SelectionId
} from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { Mode } from "../domain/Mode.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import { DecisionRepository } from "../persistence/DecisionRepository.ts"
import { PredictionRepository } from "../persistence/PredictionRepository.ts"
import { RaceRepository } from "../persistence/RaceRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { StrategyRepository } from "../persistence/StrategyRepository.ts"
import * as ProfitReport from "./ProfitReport.ts"
import * as RaceName from "./RaceName.ts"
import * as Refusal from "./Refusal.ts"
import type { ExplanationAnswer, ProfitAnswer, ProfitBy, StrategyAnswer } from "./wire/Answers.ts"
import { instant } from "./wire/Basic.ts"
import * as BetAnswer from "./wire/BetAnswer.ts"
import type { BetPageAnswer } from "./wire/BetAnswer.ts"
import * as PredictionAnswer from "./wire/PredictionAnswer.ts"

/** No race is called so, or several are. */
export class RaceUnclear extends Schema.TaggedError<RaceUnclear>()("RaceUnclear", { message: Schema.String }) {}

export interface Period {
  /** Epoch milliseconds; at or after. */
  readonly from: number
  /** Before. */
  readonly to: number
}

export class Records extends Context.Service<
  Records,
  {
    /** Bets intended within the period, oldest first. */
    readonly bets: (
      page: Period & { readonly after: BetId | null; readonly limit: number }
    ) => Effect.Effect<BetPageAnswer, StorageFailure>
    /** Newest first. */
    readonly recentBets: (limit: number) => Effect.Effect<ReadonlyArray<BetAnswer.BetAnswer>, StorageFailure>
    /** The bets that were settled last, the last of them first. */
    readonly settledBets: (limit: number) => Effect.Effect<ReadonlyArray<BetAnswer.BetAnswer>, StorageFailure>
    /** Of the bets settled within the period. */
    readonly profit: (by: ProfitBy, period: Period) => Effect.Effect<ProfitAnswer, StorageFailure>
    /** @param race a market's id, or words such as `ascot 14:30 win` for a race of a day around now */
    readonly explain: (race: string) => Effect.Effect<ExplanationAnswer, RaceUnclear | StorageFailure>
    readonly strategies: Effect.Effect<ReadonlyArray<StrategyAnswer>, StorageFailure>
  }
>()("clever-better/http/Records") {
  /** @param clock by which races are around now */
  static readonly layer = (mode: Mode, clock?: Clock.Clock) => Layer.effect(Records, make(mode, clock))
}

/** How far from now a race is looked for by its name. */
const aroundMs = 24 * 3_600_000
/** Races that are named to somebody whose words fit several. */
const namedAtMost = 10

const make = Effect.fnUntraced(function* (mode: Mode, given?: Clock.Clock) {
  const { trading } = yield* Settings
  const bets = yield* BetRepository
  const decisions = yield* DecisionRepository
  const predictions = yield* PredictionRepository
  const races = yield* RaceRepository
  const strategies = yield* StrategyRepository
  const clock = given ?? (yield* Effect.clockWith(Effect.succeed))
  const zone = DateTime.zoneMakeNamedUnsafe(trading.timeZone)

  const find = Effect.fnUntraced(function* (race: string) {
    const marketId = RaceName.marketIdOf(race)
    if (marketId !== null) return { marketId, definition: yield* races.byMarketId(marketId) }
    const now = clock.currentTimeMillisUnsafe()
    const near = yield* races.between(now - aroundMs, now + aroundMs)
    const found = RaceName.matching(near, race, zone)
    const [definition] = found
    if (definition !== undefined && found.length === 1) return { marketId: definition.marketId, definition }
    const names = found.slice(0, namedAtMost).map((market) => `${RaceName.of(market, zone)} (${market.marketId})`)
    const more = found.length > namedAtMost ? `, and ${found.length - namedAtMost} more` : ""
    return yield* new RaceUnclear({
      message:
        found.length === 0
          ? `no race of yesterday, today or tomorrow is called ${race}; expected a market id such as 1.234567, or words of a race's name such as Ascot 14:30 WIN`
          : `${found.length} races are called ${race}: ${names.join(", ")}${more}`
    })
  })

  return Records.of({
    bets: Effect.fnUntraced(function* (page) {
      const found = yield* bets.page(mode, page)
      return { bets: found.map(BetAnswer.of), next: found.length < page.limit ? null : found.at(-1)!.id }
    }),
    recentBets: (limit) => Effect.map(bets.recent(mode, limit), (found) => found.map(BetAnswer.of)),
    settledBets: (limit) => Effect.map(bets.lastSettled(mode, limit), (found) => found.map(BetAnswer.of)),
    profit: Effect.fnUntraced(function* (by, { from, to }) {
      const settled = yield* bets.settledBetween(mode, from, to)
      const venues =
        by === "track"
          ? yield* races.venues([...new Set(settled.map(({ marketId }) => marketId))])
          : new Map<MarketId, string>()
      const key = ProfitReport.keyBy(by, zone, ({ marketId }) => venues.get(marketId))
      return { mode, by, timeZone: trading.timeZone, ...ProfitReport.make(settled, key) }
    }),
    explain: Effect.fnUntraced(function* (race) {
      const { definition, marketId } = yield* find(race)
      const refused = yield* decisions.onMarket(mode, marketId)
      const placed = yield* bets.onMarket(mode, marketId)
      const predicted = yield* predictions.latestOnMarket(mode, marketId)
      const keys = new Set([
        ...(definition?.runners ?? []).map(({ key }) => key),
        ...[...placed, ...predicted].map(({ handicap, selectionId }) => runnerKey(selectionId, handicap)),
        ...refused.flatMap(({ runner }) => (runner === null ? [] : [runner]))
      ])
      return {
        mode,
        marketId,
        name: definition === null ? marketId : RaceName.of(definition, zone),
        off: definition === null ? null : instant(definition.marketTime),
        market: refused.filter(({ runner }) => runner === null).map(Refusal.of),
        runners: [...keys].map((key) => ({
          selectionId: runnerOf(key).selectionId,
          name: runnerIn(definition, key)?.name ?? null,
          status: runnerIn(definition, key)?.status ?? null,
          predictions: predicted.filter(isOf(key)).map(PredictionAnswer.of),
          bets: placed.filter(isOf(key)).map(BetAnswer.of),
          refusals: refused.filter(({ runner }) => runner === key).map(Refusal.of)
        }))
      }
    }),
    strategies: Effect.map(strategies.all, (rows) => rows.map((row) => ({ ...row, trading: null })))
  })
})

const isOf =
  (key: RunnerKey) =>
  ({ handicap, selectionId }: { readonly handicap: number; readonly selectionId: SelectionId }): boolean =>
    runnerKey(selectionId, handicap) === key

const runnerIn = (definition: MarketDefinition | null, wanted: number) =>
  definition?.runners.find(({ key }) => key === wanted)

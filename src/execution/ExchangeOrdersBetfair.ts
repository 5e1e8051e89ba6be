/** Asks Betfair about our orders: listCurrentOrders, and the four lists of listClearedOrders. */
import { Clock, Effect, Layer } from "effect"
import type * as Enum from "../betfair/api/Enumerations.ts"
import type { ListClearedOrders, ListCurrentOrders } from "../betfair/api/Parameters.ts"
import type { BetfairError } from "../betfair/BetfairError.ts"
import { BettingApi } from "../betfair/BettingApi.ts"
import { Settings } from "../config/Settings.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import * as Money from "../domain/Money.ts"
import { fromCleared, fromSummary } from "./BetfairOrders.ts"
import { ExchangeOrders, ExchangeUnavailable, type Wanted } from "./ExchangeOrders.ts"

const lists = ["SETTLED", "VOIDED", "LAPSED", "CANCELLED"] as const

const unavailable = (operation: string) => (cause: BetfairError) =>
  new ExchangeUnavailable({ operation, message: cause.message, cause })

/** The two ways in which orders are named exclude each other in one question. */
const questions = ({ betfairBetIds, customerOrderRefs }: Wanted) => [
  ...(betfairBetIds.length > 0 ? [{ betIds: betfairBetIds }] : []),
  ...(customerOrderRefs.length > 0 ? [{ customerOrderRefs }] : [])
]

const make = Effect.gen(function* () {
  const api = yield* BettingApi
  const { orders } = yield* Settings
  const { strategyRef } = orders

  const current = Effect.fnUntraced(
    function* (filter: Omit<ListCurrentOrders, "fromRecord" | "recordCount">) {
      const at = yield* Clock.currentTimeMillis
      const summaries = yield* api.listCurrentOrders({ ...filter, orderProjection: "ALL" })
      return summaries.map((summary) => fromSummary(summary, at))
    },
    Effect.mapError(unavailable("listCurrentOrders"))
  )

  const clearedLines = (filter: ListClearedOrders) =>
    Effect.mapError(api.listClearedOrders(filter), unavailable("listClearedOrders"))

  const listed = (betStatus: Enum.BetStatus, filter: Omit<ListClearedOrders, "betStatus">) =>
    Effect.map(clearedLines({ ...filter, betStatus }), (lines) => lines.map((line) => [betStatus, line] as const))

  const cleared = Effect.fnUntraced(function* (filter: Omit<ListClearedOrders, "betStatus">) {
    const at = yield* Clock.currentTimeMillis
    const lines = yield* Effect.forEach(lists, (betStatus) => listed(betStatus, filter))
    return fromCleared(lines.flat(), at)
  })

  return ExchangeOrders.of({
    strategyRef,
    ofThisBot: current({ customerStrategyRefs: [strategyRef] }),
    current: (wanted) => Effect.map(Effect.forEach(questions(wanted), current), (found) => found.flat()),
    cleared: (wanted) => Effect.map(Effect.forEach(questions(wanted), cleared), (found) => found.flat()),
    settledSince: Effect.fnUntraced(function* (from) {
      const at = yield* Clock.currentTimeMillis
      const settledDateRange = { from: new Date(from).toISOString() }
      return fromCleared(yield* listed("SETTLED", { customerStrategyRefs: [strategyRef], settledDateRange }), at)
    }),
    clearedMarket: Effect.fnUntraced(function* (marketId: MarketId) {
      const orders = yield* cleared({ marketIds: [marketId] })
      const totals = yield* clearedLines({ betStatus: "SETTLED", marketIds: [marketId], groupBy: "MARKET" })
      const charges = totals.flatMap(({ commission }) => (commission === undefined ? [] : [commission]))
      return {
        orders,
        commission: charges.length === 0 ? null : charges.reduce((sum, charge) => sum + Money.fromDecimal(charge), 0)
      }
    })
  })
})

export const layer = Layer.effect(ExchangeOrders, make)

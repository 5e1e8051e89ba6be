/** Tells the result of each trading day when the next one has begun, as the bets in the database have it. */
import { Clock, Effect, Option } from "effect"
import { Settings } from "../config/Settings.ts"
import type { Bet } from "../domain/Bet.ts"
import * as TradingDay from "../domain/TradingDay.ts"
import { Executor } from "../execution/Executor.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import { RiskManager } from "../risk/RiskManager.ts"

const netOf = ({ settlement }: Bet) => (settlement?.profit ?? 0) - (settlement?.commission ?? 0)

/** What is settled at the last moment of a day has a minute to be written. */
const graceMs = 60_000

export const make = Effect.gen(function* () {
  const { trading } = yield* Settings
  const { mode } = yield* Executor
  const bets = yield* BetRepository
  const risk = yield* RiskManager
  const notifier = yield* Notifier
  const zone = Option.getOrThrow(TradingDay.zone(trading.timeZone))
  let day = TradingDay.at(yield* Clock.currentTimeMillis, zone)

  /** Fails while the database is away; then the day is told when it is back. */
  const check = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (now < day.end + graceMs) return
    const settled = yield* bets.settledBetween(mode, day.start, day.end)
    const { bankroll, openBets } = yield* risk.riskMetrics
    const nets = settled.map(netOf)
    const summary = {
      day: day.key,
      bets: settled.length,
      won: nets.filter((net) => net > 0).length,
      lost: nets.filter((net) => net < 0).length,
      net: nets.reduce((sum, net) => sum + net, 0),
      commission: settled.reduce((sum, { settlement }) => sum + (settlement?.commission ?? 0), 0),
      bankroll,
      openBets
    }
    day = TradingDay.at(now, zone)
    yield* notifier.notify({ _tag: "DailySummary", summary })
  })
  return { check }
})

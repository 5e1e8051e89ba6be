/** One line a minute that says how things stand, for whoever looks at the terminal. */
import { Clock, Context, Effect, Layer } from "effect"
import { Executor } from "../execution/Executor.ts"
import * as Money from "../domain/Money.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import { TradingState } from "../risk/TradingState.ts"
import { DecisionLog } from "./DecisionLog.ts"
import { Feed } from "./Feed.ts"
import { OddsRecorder } from "./OddsRecorder.ts"
import { Tally } from "./Tally.ts"

export class Heartbeat extends Context.Service<Heartbeat, { readonly beat: Effect.Effect<void> }>()(
  "clever-better/bot/Heartbeat"
) {
  static readonly layer = Layer.effect(
    Heartbeat,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { mode } = yield* Executor
  const risk = yield* RiskManager
  const breaker = yield* CircuitBreaker
  const trading = yield* TradingState
  const feed = yield* Feed
  const odds = yield* OddsRecorder
  const decisions = yield* DecisionLog
  const tally = yield* Tally
  let updatesBefore = 0

  return Heartbeat.of({
    beat: Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const { bankroll, dailyNet, exposure, openBets } = yield* risk.riskMetrics
      const { updates } = tally.activity
      const dropped = odds.dropped() + decisions.dropped()
      const line = [
        `${mode} ${trading.current().status.toLowerCase()}`,
        `${[...feed.tradable()].length} markets, ${updates - updatesBefore} updates`,
        `${openBets} open bets, ${Money.format(exposure)} at risk`,
        `today ${Money.format(dailyNet)}`,
        `balance ${Money.format(bankroll)}`,
        `breaker ${breaker.state(now).phase}`,
        ...(dropped > 0 ? [`${dropped} history rows dropped`] : [])
      ].join(" | ")
      updatesBefore = updates
      yield* Effect.logInfo(line)
    })
  })
})

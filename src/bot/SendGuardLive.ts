/**
 * The last look before an order with real money is sent: everything that must hold is asked again, in plain code and one step,
 * right before the wire. Each order has to be an intent that this process has committed and not sent before; one that is not
 * shows a bug, and halts the bot.
 */
import { Clock, Duration, Effect, Layer } from "effect"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import type { BetIntent } from "../domain/Bet.ts"
import { type Denial, deny, explain } from "../domain/Decision.ts"
import type { BetId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import { ExchangeLink } from "../execution/ExchangeLink.ts"
import { SendGuard } from "../execution/SendGuard.ts"
import { Books } from "../market/Books.ts"
import { MarketBook } from "../market/MarketBook.ts"
import * as Metrics from "../monitoring/Metrics.ts"
import { CommittedIntents } from "../persistence/CommittedIntents.ts"
import { InstanceLock } from "../persistence/InstanceLock.ts"
import { CircuitBreaker } from "../risk/CircuitBreaker.ts"
import * as RiskLimits from "../risk/RiskLimits.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import * as RiskRequest from "../risk/RiskRequest.ts"
import * as Rule from "../risk/Rule.ts"
import { TradingState } from "../risk/TradingState.ts"
import { TransactionCount } from "../risk/TransactionCount.ts"
import { ActiveStrategies } from "./ActiveStrategies.ts"
import { Funds } from "./Funds.ts"
import * as HaltFile from "./HaltFile.ts"
import type { Loop } from "./Loop.ts"
import { OpenBets } from "./OpenBets.ts"
import * as SendRules from "./SendRules.ts"

const limitsOf = ({ guards }: SettingsValue): SendRules.SendLimits => ({
  hardCapPerBet: guards.hardCapPerBet,
  hardCapTotal: guards.hardCapTotal,
  maxTransactions: guards.maxTransactionsPerHour,
  maxSilenceMs: Duration.toMillis(guards.maxFeedSilenceSeconds),
  maxSkewMs: Duration.toMillis(guards.maxClockSkewMs),
  maxFundsAgeMs: Duration.toMillis(guards.maxFundsAgeSeconds)
})

/** An order that was let pass, and when: the account may not have seen it when it last told of its funds. */
interface Passed {
  readonly need: Pence
  readonly at: number
}

/** An order that nobody knows any more was answered long before this. */
const forgottenAfterMs = 30_000

const isDefect = ({ reason }: Denial) => reason === "sent_before" || reason === "not_committed"

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const send = limitsOf(settings)
  const limits = RiskLimits.fromSettings(settings.trading)
  const clock = yield* Clock.Clock
  const books = yield* Books
  const link = yield* ExchangeLink
  const lock = yield* InstanceLock
  const breaker = yield* CircuitBreaker
  const trading = yield* TradingState
  const risk = yield* RiskManager
  const strategies = yield* ActiveStrategies
  const openBets = yield* OpenBets
  const intents = yield* CommittedIntents
  const transactions = yield* TransactionCount
  const funds = yield* Funds
  const passed = new Map<BetId, Passed>()

  /** The account had seen the order and its answer when it told of its funds. */
  const isSeen = (id: BetId, { at }: Passed, asOf: number): boolean => {
    const bet = openBets.get(id)
    if (bet === undefined) return asOf > at + forgottenAfterMs
    return bet.status !== "pending" && bet.status !== "unknown" && asOf > Math.max(at, bet.updatedAt)
  }

  const reserved = (): Pence => {
    const asOf = funds.known()?.asOf ?? -Infinity
    let sum = 0
    for (const [id, one] of passed) {
      if (isSeen(id, one, asOf)) passed.delete(id)
      else sum += one.need
    }
    return sum
  }

  const atRisk = (order: BetIntent): Pence => {
    let sum = 0
    for (const bet of openBets.all()) {
      if (bet.id !== order.id && bet.id !== order.replaces) sum += SendRules.openLossOf(bet)
    }
    return sum
  }

  const judge = (
    rules: ReadonlyArray<Rule.Rule<SendRules.Sending>>,
    order: BetIntent,
    clockSkewMs: number | null,
    now: number
  ): Denial | null => {
    const halting = HaltFile.reasonIn(settings.bot.haltFile)
    if (halting !== null) trading.haltNow(halting, "halt file")
    const book = books.get(order.marketId) ?? new MarketBook(order.marketId)
    const traits = strategies.get(order.strategyId)?.traits ?? { inPlay: false }
    return Rule.first(rules, {
      request: RiskRequest.fromBook(order, book, book.publishTime, traits, now),
      limits,
      send,
      trading: trading.denial(),
      isReducing: trading.isReducing(),
      raisesMarket: risk.raisesMarket(order),
      isBreakerOpen: breaker.isOpen(now),
      isAlone: lock.isHeld(),
      stream: link.marketStream(),
      clockSkewMs,
      atRisk: atRisk(order),
      transactions: transactions.thisHour(),
      funds: funds.known(),
      reserved: reserved()
    })
  }

  const judgeFirst = (order: BetIntent, clockSkewMs: number | null, now: number): Denial | null => {
    const standing = intents.standing(order.id)
    if (standing !== "unsent") return deny(standing === "sent" ? "sent_before" : "not_committed")
    return judge(SendRules.rules, order, clockSkewMs, now)
  }

  /** From here on the order counts as sent: if it is not, it is not sent later either. */
  const letPass = (order: BetIntent, at: number): void => {
    intents.take(order.id)
    passed.set(order.id, { need: risk.raisesMarket(order) ? SendRules.lossOf(order) : 0, at })
  }

  const tellDenial = Effect.fnUntraced(function* (order: BetIntent, denial: Denial) {
    yield* Metrics.count("send_denials_total", { reason: denial.reason })
    yield* Effect.logWarning("Not sent", { bet_id: order.id, market_id: order.marketId, reason: explain(denial) })
    if (isDefect(denial) || denial.reason === "trading_halted") yield* trading.check
  })

  return SendGuard.of({
    check: (order) =>
      Effect.flatMap(link.clockSkewMs, (clockSkewMs) => {
        const now = clock.currentTimeMillisUnsafe()
        const denial = judgeFirst(order, clockSkewMs, now)
        if (denial === null) {
          letPass(order, now)
          return Effect.succeed(null)
        }
        if (isDefect(denial)) trading.haltNow(`a bug: ${explain(denial)} (${order.id})`, "bot")
        return Effect.as(tellDenial(order, denial), denial)
      }),
    stands: (order) =>
      Effect.flatMap(link.clockSkewMs, (clockSkewMs) => {
        const denial = judge(SendRules.standing, order, clockSkewMs, clock.currentTimeMillisUnsafe())
        return denial === null ? Effect.succeed(null) : Effect.as(tellDenial(order, denial), denial)
      }),
    sent: (instructions) => Effect.sync(() => transactions.add(instructions))
  })
})

/** Needs what a bot has below its executor. */
export const layer = Layer.effect(SendGuard, make)

const linkEvery = Duration.millis(250)

/** What has to be looked at in the background for it: for `ExtraLoops`. */
export const loops = Effect.gen(function* () {
  const { guards } = yield* Settings
  const funds = yield* Funds
  const transactions = yield* TransactionCount
  const link = yield* ExchangeLink
  const risk = yield* RiskManager
  const count = Effect.gen(function* () {
    yield* transactions.save
    yield* Metrics.set("transactions", {}, transactions.thisHour())
    yield* Metrics.set("clock_skew_seconds", {}, (yield* link.clockSkewMs) ?? NaN)
  })
  /** Said before an intent is committed: what the last look would refuse anyway must not fill the database with refusals. */
  const watchLink = Effect.gen(function* () {
    const denial = (yield* link.hasSession) ? SendRules.ofStream(link.marketStream()) : deny("no_session")
    yield* risk.veto("exchange", denial)
  })
  return [
    { name: "exchange link", every: linkEvery, run: watchLink, inRealTimeOnly: true },
    { name: "funds", every: guards.fundsRefreshSeconds, run: funds.refresh, inRealTimeOnly: true },
    { name: "transactions", every: Duration.seconds(1), run: count, writes: true, inRealTimeOnly: true }
  ] satisfies ReadonlyArray<Loop>
})

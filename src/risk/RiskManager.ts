/**
 * Says how much to bet and whether a bet may be placed, and knows what is at risk. A bet that is approved has its worst
 * case reserved in the same step, so what is in flight counts like what is matched. Nothing here concerns cancelling.
 */
import { Clock, Context, Effect, Layer, MutableRef, Option, Result, Schema } from "effect"
import { Settings } from "../config/Settings.ts"
import { type ApprovedOrder, seal } from "../domain/ApprovedOrder.ts"
import * as Bet from "../domain/Bet.ts"
import { type Denial, deny } from "../domain/Decision.ts"
import type { BetId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { Pence } from "../domain/Money.ts"
import * as TradingDay from "../domain/TradingDay.ts"
import { CircuitBreaker } from "./CircuitBreaker.ts"
import * as Exposure from "./Exposure.ts"
import * as Kelly from "./Kelly.ts"
import * as OpenRisk from "./OpenRisk.ts"
import * as RiskLimits from "./RiskLimits.ts"
import * as RiskMetrics from "./RiskMetrics.ts"
import type { RiskRequest } from "./RiskRequest.ts"
import * as RiskRules from "./RiskRules.ts"
import * as RiskState from "./RiskState.ts"
import type { BetSettlement, Restored } from "./RiskState.ts"
import * as Rule from "./Rule.ts"
import { TradingState } from "./TradingState.ts"

export class TimeZoneUnknown extends Schema.TaggedError<TimeZoneUnknown>()("TimeZoneUnknown", {
  timeZone: Schema.String
}) {
  override get message() {
    return `trading.time_zone: ${this.timeZone} is no IANA time zone; an example is Europe/London`
  }
}

/** A bet whose size is wanted. */
export interface SizeRequest extends Omit<Kelly.Wager, "commission"> {
  readonly market: Pick<MarketDefinition, "marketBaseRate" | "discountAllowed">
}

export class RiskManager extends Context.Service<
  RiskManager,
  {
    /** The Kelly stake for the bankroll as it is, within the limits of one bet; or why there is no bet. */
    readonly calculatePositionSize: (request: SizeRequest) => Effect.Effect<Result.Result<Kelly.PositionSize, Denial>>
    /** Why no bet at all may be placed now, or null. `reserve` asks again for each order. */
    readonly checkRiskLimits: (now?: number) => Effect.Effect<Denial | null>
    readonly isWithinLimits: Effect.Effect<boolean>
    /**
     * Checks the order against every rule and takes its worst case, in one step. From then on the bet counts, until
     * `updateExposure` tells that it is over, `recordSettlement` what it brought, or `release` that it was never sent.
     */
    readonly reserve: (request: RiskRequest) => Effect.Effect<Result.Result<ApprovedOrder, Denial>>
    /** What the bet now stands for. Safe to repeat; older news than what is known changes nothing. */
    readonly updateExposure: (bet: Bet.Bet) => Effect.Effect<void>
    /** The bet was never sent. One that may have been sent keeps its reservation: that is what `unknown` is for. */
    readonly release: (betId: BetId) => Effect.Effect<void>
    /** Takes a result and returns the bankroll after it. A second, other result for a bet counts by its difference. */
    readonly recordSettlement: (settlement: BetSettlement) => Effect.Effect<Pence>
    readonly riskMetrics: Effect.Effect<RiskMetrics.RiskMetrics>
    /** Once at the start, before anything is reserved: until then every order is denied as `risk_unknown`. */
    readonly restore: (restored: Restored) => Effect.Effect<void>
    /** The bankroll as the account tells it. */
    readonly setBankroll: (bankroll: Pence) => Effect.Effect<void>
    /** Sets or (null) withdraws a reason of `by` why nothing may be bet: the database does not answer, prices stopped. */
    readonly veto: (by: string, denial: Denial | null) => Effect.Effect<void>
    /** From now on every order is denied. */
    readonly shutDown: Effect.Effect<void>
  }
>()("clever-better/risk/RiskManager") {
  static readonly layer = Layer.effect(
    RiskManager,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { trading } = yield* Settings
  const breaker = yield* CircuitBreaker
  const tradingState = yield* TradingState
  const limits = RiskLimits.fromSettings(trading)
  const zone = yield* Option.match(TradingDay.zone(trading.timeZone), {
    onNone: () => new TimeZoneUnknown({ timeZone: trading.timeZone }),
    onSome: Effect.succeed
  })
  // Changed by plain code only, between two turns of the event loop: no fiber ever sees half a change. That is what makes
  // a reservation and a trial permission of the breaker one step, without a transaction.
  const ref = MutableRef.make(RiskState.make(zone))
  const change = (next: (state: RiskState.RiskState) => RiskState.RiskState) => MutableRef.updateAndGet(ref, next)

  const standing = (now: number): Rule.Standing => {
    const state = change((before) => RiskState.atTime(before, now))
    return { state, limits, trading: tradingState.denial(), breaker: breaker.denial(now) }
  }

  const approve = (request: RiskRequest): Result.Result<ApprovedOrder, Denial> => {
    const { intent, market, now } = request
    if (!Number.isFinite(now)) return Result.fail(deny("risk_unknown"))
    const account = standing(now)
    const barred = Rule.first(RiskRules.accountRules, account)
    if (barred !== null) return Result.fail(barred)
    const { state } = account
    const winners = Exposure.winnersOf(market?.numberOfWinners ?? NaN)
    const bet = Bet.fromIntent(intent)
    const before = intent.replaces === null ? state.open : OpenRisk.withoutWaiting(state.open, intent.replaces)
    const after = OpenRisk.set(before, bet, winners)
    const refused = Rule.first(RiskRules.orderRules, { request, limits, state, before, after })
    if (refused !== null) return Result.fail(refused)
    MutableRef.set(ref, { ...state, open: before === state.open ? after : OpenRisk.set(state.open, bet, winners) })
    breaker.takeTrial(intent.id, now)
    return Result.succeed(seal(intent))
  }

  const giveBackTrial = (betId: BetId) => {
    breaker.giveBackTrial(betId)
    return breaker.flush
  }

  const checkRiskLimits = (now?: number) =>
    Effect.map(now === undefined ? Clock.currentTimeMillis : Effect.succeed(now), (at) => {
      const subject = standing(at)
      return Rule.first(RiskRules.accountRules, subject) ?? Rule.first(RiskRules.roomRules, subject)
    })

  return RiskManager.of({
    calculatePositionSize: ({ market, ...wager }) =>
      Effect.sync(() => {
        const { bankroll } = MutableRef.get(ref)
        if (bankroll === null) return Result.fail(deny("risk_unknown"))
        const discount = market.discountAllowed ? trading.commissionDiscount : 0
        const commission = (market.marketBaseRate / 100) * (1 - discount)
        return Kelly.positionSize({ ...wager, commission }, bankroll, limits)
      }),
    checkRiskLimits,
    isWithinLimits: Effect.map(checkRiskLimits(), (denial) => denial === null),
    reserve: (request) =>
      Effect.suspend(() => {
        const approved = approve(request)
        return Effect.as(breaker.flush, approved)
      }),
    updateExposure: (bet) =>
      Effect.suspend(() => {
        change((state) => RiskState.update(state, bet))
        // A settled trial is judged by its result.
        return Bet.isOpen(bet) || bet.status === "settled" ? Effect.void : giveBackTrial(bet.id)
      }),
    release: (betId) =>
      Effect.suspend(() => {
        change((state) => RiskState.release(state, betId))
        return giveBackTrial(betId)
      }),
    recordSettlement: (settlement) =>
      Effect.map(
        Clock.currentTimeMillis,
        (now) => change((state) => RiskState.settle(state, settlement, now)).bankroll ?? 0
      ),
    riskMetrics: Effect.map(Clock.currentTimeMillis, (now) =>
      RiskMetrics.of(
        change((state) => RiskState.atTime(state, now)),
        limits
      )
    ),
    restore: (restored) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        change((state) => RiskState.restore(state, restored, now))
        breaker.keepTrials(new Set(restored.openBets.map(({ id }) => id)))
        breaker.setBankroll(restored.bankroll)
        return breaker.flush
      }),
    setBankroll: (bankroll) =>
      Effect.suspend(() => {
        change((state) => ({ ...state, bankroll }))
        breaker.setBankroll(bankroll)
        return breaker.flush
      }),
    veto: (by, denial) =>
      Effect.sync(() => {
        change((state) => RiskState.veto(state, by, denial))
      }),
    shutDown: Effect.sync(() => {
      change((state) => ({ ...state, isShuttingDown: true }))
    })
  })
})

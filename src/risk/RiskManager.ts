/**
 * Says how much to bet and whether a bet may be placed, and knows what is at risk. A bet that is approved has its worst
 * case reserved in the same step, so what is in flight counts like what is matched. Nothing here concerns cancelling.
 */
import { Clock, Context, Effect, Layer, Option, Result, Schema } from "effect"
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
import * as RiskLimits from "./RiskLimits.ts"
import * as RiskMetrics from "./RiskMetrics.ts"
import type { RiskRequest } from "./RiskRequest.ts"
import * as RiskRules from "./RiskRules.ts"
import { type BetSettlement, type Restored, RiskState } from "./RiskState.ts"
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
    /**
     * Whether a bet that is reserved raises the worst case of its market; true, too, of a bet that is not. Plain code, for
     * the last look before an order is sent.
     */
    readonly raisesMarket: (bet: Bet.BetIntent) => boolean
    /** What the bet now stands for. Safe to repeat; older news than what is known changes nothing. Plain code, see `flush`. */
    readonly updateExposure: (bet: Bet.Bet) => void
    /**
     * How many of a market's runners win, as its definition was last told: what is open on it counts by that, and until it
     * is told as if every runner could win. Plain code.
     */
    readonly learnWinners: (market: Pick<MarketDefinition, "marketId" | "numberOfWinners">) => void
    /**
     * The bet was never sent. One that may have been sent keeps its reservation: that is what `unknown` is for. Plain code,
     * see `flush`.
     */
    readonly release: (betId: BetId) => void
    /** Writes what of the circuit breaker `updateExposure` and `release` have changed: mostly nothing. */
    readonly flush: Effect.Effect<void>
    /** Takes a result and returns the bankroll after it. A second, other result for a bet counts by its difference. */
    readonly recordSettlement: (settlement: BetSettlement) => Effect.Effect<Pence>
    /** The same with the results of a whole market, in one step. */
    readonly recordSettlements: (settlements: ReadonlyArray<BetSettlement>) => Effect.Effect<Pence>
    readonly riskMetrics: Effect.Effect<RiskMetrics.RiskMetrics>
    /** Once at the start, before anything is reserved: until then every order is denied as `risk_unknown`. */
    readonly restore: (restored: Restored) => Effect.Effect<void>
    /** What the account itself has left to bet with: stakes are sized from no more than that and what is at risk already. */
    readonly accountHolds: (available: Pence) => void
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
  const state = new RiskState(zone)

  const standing = (now: number): Rule.Standing => {
    state.atTime(now)
    return { state, limits, trading: tradingState.denial(), breaker: breaker.denial(now) }
  }

  const approve = (request: RiskRequest): Result.Result<ApprovedOrder, Denial> => {
    const { intent, market, now } = request
    if (!Number.isFinite(now)) return Result.fail(deny("risk_unknown"))
    const barred = Rule.first(RiskRules.accountRules, standing(now))
    if (barred !== null) return Result.fail(barred)
    const winners = Exposure.winnersOf(market?.numberOfWinners ?? NaN)
    const bet = Bet.fromIntent(intent)
    const { after, before } = state.open.tryOut(bet, winners)
    const isReducing = tradingState.isReducing()
    const refused = Rule.first(RiskRules.orderRules, { request, limits, state, isReducing, before, after })
    if (refused !== null) return Result.fail(refused)
    state.open.set(bet, winners)
    breaker.takeTrial(intent.id, now)
    return Result.succeed(seal(intent))
  }

  const checkRiskLimits = (now?: number) =>
    Effect.map(now === undefined ? Clock.currentTimeMillis : Effect.succeed(now), (at) => {
      const subject = standing(at)
      return Rule.first(RiskRules.accountRules, subject) ?? Rule.first(RiskRules.roomRules, subject)
    })

  const recordSettlements = (settlements: ReadonlyArray<BetSettlement>) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      for (const settlement of settlements) state.settle(settlement, now)
      return state.bankroll ?? 0
    })

  return RiskManager.of({
    calculatePositionSize: ({ market, ...wager }) =>
      Effect.sync(() => {
        const { bankroll, held } = state
        if (bankroll === null) return Result.fail(deny("risk_unknown"))
        const discount = market.discountAllowed ? trading.commissionDiscount : 0
        const commission = (market.marketBaseRate / 100) * (1 - discount)
        const usable = Math.min(bankroll, held + state.open.exposure)
        return Kelly.positionSize({ ...wager, commission }, usable, limits)
      }),
    checkRiskLimits,
    isWithinLimits: Effect.map(checkRiskLimits(), (denial) => denial === null),
    reserve: (request) =>
      Effect.suspend(() => {
        const approved = approve(request)
        return Effect.as(breaker.flush, approved)
      }),
    raisesMarket: (intent) =>
      state.open.find(intent.id) === undefined ||
      RiskRules.isRaised(state.open.tryOut(Bet.fromIntent(intent), null), ({ market }) => market),
    updateExposure: (bet) => {
      state.update(bet)
      // A settled trial is judged by its result.
      if (!Bet.isOpen(bet) && bet.status !== "settled") breaker.giveBackTrial(bet.id)
    },
    learnWinners: ({ marketId, numberOfWinners }) =>
      state.open.learnWinners(marketId, Exposure.winnersOf(numberOfWinners)),
    release: (betId) => {
      state.release(betId)
      breaker.giveBackTrial(betId)
    },
    flush: breaker.flush,
    recordSettlement: (settlement) => recordSettlements([settlement]),
    recordSettlements,
    riskMetrics: Effect.map(Clock.currentTimeMillis, (now) => {
      state.atTime(now)
      return RiskMetrics.of(state, limits)
    }),
    restore: (restored) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        state.restore(restored, now)
        breaker.keepTrials(new Set(restored.openBets.map(({ id }) => id)))
        breaker.setBankroll(restored.bankroll)
        return breaker.flush
      }),
    accountHolds: (available) => {
      state.held = available
    },
    veto: (by, denial) =>
      Effect.sync(() => {
        state.veto(by, denial)
      }),
    shutDown: Effect.sync(() => {
      state.isShuttingDown = true
    })
  })
})

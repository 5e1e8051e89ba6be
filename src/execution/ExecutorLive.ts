/**
 * Places, cancels and replaces orders at the exchange, with real money. The intent is committed before anything is sent, and
 * nothing is ever sent twice: where the answer is missing or says nothing clear the bet is `unknown`, and the reconciler
 * asks what became of it. Cancelling is never held up.
 */
import { Clock, Duration, Effect, Layer, Result } from "effect"
import type { Instructions } from "../betfair/api/Parameters.ts"
import { type BetfairError, execution } from "../betfair/BetfairError.ts"
import type { LastLook } from "../betfair/JsonRpc.ts"
import { BettingApi } from "../betfair/BettingApi.ts"
import type { ApprovedOrder } from "../domain/ApprovedOrder.ts"
import * as Bet from "../domain/Bet.ts"
import { type BetId, customerOrderRef } from "../domain/Identifiers.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import * as LogFields from "../monitoring/LogFields.ts"
import { Notifier } from "../monitoring/Notifier.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import { toInstruction } from "./BetfairOrders.ts"
import * as BoundedCall from "./BoundedCall.ts"
import { ExchangeOrders } from "./ExchangeOrders.ts"
import { Executor, type SendingTerms } from "./Executor.ts"
import { LiveOrders } from "./LiveOrders.ts"
import * as Cancelling from "./LiveCancelling.ts"
import * as Outcome from "./PlacementOutcome.ts"
import { Reconciler } from "./Reconciler.ts"
import { SendGuard } from "./SendGuard.ts"

/** A call that the client has not ended by then is given up; the client's own timeout is shorter. */
export const sendLimit = Duration.seconds(30)
/** Of one request. In Italy it is 50. */
export const placementsPerRequest = 200

const make = Effect.fnUntraced(function* (largestRequest: number) {
  const api = yield* BettingApi
  const repository = yield* BetRepository
  const exchange = yield* ExchangeOrders
  const orders = yield* LiveOrders
  const guard = yield* SendGuard
  const reconciler = yield* Reconciler
  const notifier = yield* Notifier
  const call = yield* BoundedCall.make(sendLimit)
  const cancelling = yield* Cancelling.make(call)
  const counts = { placed: 0, rejected: 0, unknown: 0 }

  /** Takes what is known of the bet's placing, whoever else has heard of it meanwhile. */
  const settle = Effect.fnUntraced(function* (bet: Bet.Bet, event: Bet.BetEvent) {
    orders.answered(bet.id, event)
    const after = Bet.transition(bet, event)
    const fields = { ...LogFields.placement(after), strategy_id: bet.strategyId }
    switch (event._tag) {
      case "Refused":
        counts.rejected++
        yield* Effect.logWarning("Bet refused", { ...fields, code: event.code })
        break
      case "OutcomeUnknown":
        counts.unknown++
        yield* notifier.notify({ _tag: "BetUnknown", bet: after })
        break
      default:
        counts.placed++
        yield* Effect.logInfo("Bet placed", fields)
    }
    return after
  })

  /** Those that may be sent; the others are refused here and now. */
  const guarded = Effect.fnUntraced(function* (bets: ReadonlyArray<Bet.Bet>) {
    const passed: Array<Bet.Bet> = []
    const held = new Map<BetId, Bet.BetEvent>()
    for (const bet of bets) {
      const denial = yield* guard.check(bet)
      if (denial === null) passed.push(bet)
      else held.set(bet.id, Outcome.refused(yield* Clock.currentTimeMillis, `NOT_SENT: ${denial.reason}`))
    }
    return { passed, held }
  })

  /** Asked by the client when the request would go out: its session and its turn may have been a while coming. */
  const lastLook = (bets: ReadonlyArray<Bet.Bet>): LastLook =>
    Effect.gen(function* () {
      for (const bet of bets) {
        const denial = yield* guard.stands(bet)
        if (denial !== null) return denial.reason
      }
      return null
    })

  const request = Effect.fnUntraced(function* (bets: ReadonlyArray<Bet.Bet>, terms: SendingTerms | undefined) {
    const [first] = bets
    if (first === undefined) return new Map<BetId, Bet.BetEvent>()
    yield* guard.sent(bets.length)
    const answer = yield* call(
      api.placeOrders(
        {
          marketId: first.marketId,
          instructions: bets.map(toInstruction) as unknown as Instructions<ReturnType<typeof toInstruction>>,
          // One request a bet in its life: its reference is unique, and in its row.
          customerRef: customerOrderRef(first.id),
          customerStrategyRef: exchange.strategyRef,
          ...versionOf(terms)
        },
        lastLook(bets)
      )
    )
    const at = yield* Clock.currentTimeMillis
    return Result.isSuccess(answer)
      ? Outcome.ofPlacement(bets, answer.success, at)
      : new Map(bets.map(({ id }) => [id, eventOf(answer.failure, at)]))
  })

  const place = Effect.fnUntraced(function* (approved: ReadonlyArray<ApprovedOrder>, terms: SendingTerms | undefined) {
    const bets = approved.map(({ intent }) => Bet.fromIntent(intent))
    yield* repository.create(bets)
    orders.sending(bets)
    return yield* Effect.onError(sendAll(bets, terms), () => leaveOpen(bets))
  }, Effect.uninterruptible)

  /** A bug in the middle of sending must not leave bets that nobody asks about. */
  const leaveOpen = (bets: ReadonlyArray<Bet.Bet>) =>
    Effect.map(Clock.currentTimeMillis, (at) => {
      for (const { id } of bets) {
        if (orders.inFlight().has(id)) orders.answered(id, Outcome.unknown(at, "its placing ended in a defect"))
      }
    })

  const sendAll = Effect.fnUntraced(function* (bets: ReadonlyArray<Bet.Bet>, terms: SendingTerms | undefined) {
    const after: Array<Bet.Bet> = []
    for (const ofMarket of Map.groupBy(bets, ({ marketId }) => marketId).values()) {
      for (let from = 0; from < ofMarket.length; from += largestRequest) {
        const part = ofMarket.slice(from, from + largestRequest)
        const { held, passed } = yield* guarded(part)
        const events = yield* request(passed, terms)
        const at = yield* Clock.currentTimeMillis
        for (const bet of part) {
          const event = held.get(bet.id) ?? events.get(bet.id) ?? Outcome.unknown(at, "nothing said of this order")
          after.push(yield* settle(bet, event))
        }
      }
    }
    return after
  })

  const sendReplacement = Effect.fnUntraced(function* (
    bet: Bet.Bet,
    next: Bet.Bet,
    terms: SendingTerms | undefined
  ): Effect.fn.Return<Outcome.Replacement> {
    const at = yield* Clock.currentTimeMillis
    const betId = orders.venueIdOf(bet)
    if (betId === null) return nothing(Outcome.refused(at, "BET_NOT_ACKNOWLEDGED"))
    if (next.order._tag === "MARKET_ON_CLOSE") return nothing(Outcome.refused(at, "NOT_SENT: it has no price"))
    const newPrice = PriceLadder.toDecimal(next.order.price)
    const { held } = yield* guarded([next])
    const refusal = held.get(next.id)
    if (refusal !== undefined) return nothing(refusal)
    // A replacement is a cancellation and a placement.
    yield* guard.sent(2)
    const answer = yield* call(
      api.replaceOrders(
        {
          marketId: bet.marketId,
          instructions: [{ betId, newPrice }],
          customerRef: customerOrderRef(next.id),
          ...versionOf(terms)
        },
        lastLook([next])
      )
    )
    const answeredAt = yield* Clock.currentTimeMillis
    if (Result.isSuccess(answer)) return Outcome.ofReplacement(next, answer.success, answeredAt)
    return nothing(eventOf(answer.failure, answeredAt))
  })

  const replace = Effect.fnUntraced(function* (bet: Bet.Bet, { intent }: ApprovedOrder, terms?: SendingTerms) {
    const next = Bet.fromIntent(intent)
    // The new order will carry the old one's reference: whose that is must be on record before.
    yield* repository.update([bet])
    yield* repository.create([next])
    orders.sending([next])
    return yield* Effect.onError(replaceSent(bet, next, terms), () => leaveOpen([next]))
  }, Effect.uninterruptible)

  const replaceSent = Effect.fnUntraced(function* (bet: Bet.Bet, next: Bet.Bet, terms: SendingTerms | undefined) {
    const { cancellation, event, isLost } = yield* sendReplacement(bet, next, terms)
    if (event._tag !== "Refused" || isLost) yield* cancelling.cancelled(bet, cancellation)
    else orders.doubt("an order was not replaced")
    const after = yield* settle(next, event)
    if (isLost && event._tag === "Refused") {
      yield* notifier.notify({ _tag: "ReplacementLost", bet, replacement: after, code: event.code })
    }
    return after
  })

  return Executor.of({
    mode: "live",
    executeSignal: Effect.fn("Executor.executeSignal")(function* (order, terms) {
      const [bet] = yield* place([order], terms)
      return bet!
    }),
    executeBatch: Effect.fn("Executor.executeBatch")(function* (approved, terms) {
      return approved.length === 0 ? [] : yield* place(approved, terms)
    }),
    cancelBet: Effect.fn("Executor.cancelBet")(cancelling.cancelBet, Effect.uninterruptible),
    cancelAll: Effect.fn("Executor.cancelAll")(cancelling.cancelAll, Effect.uninterruptible),
    updateBet: Effect.fn("Executor.updateBet")(cancelling.updateBet, Effect.uninterruptible),
    replace: Effect.fn("Executor.replace")(replace),
    resume: (openBets) =>
      Effect.suspend(() => {
        orders.resume(openBets)
        return reconciler.untilDone
      }),
    metrics: Effect.sync(() => ({ ...counts, cancelled: cancelling.count() }))
  })
})

const eventOf = (failure: BetfairError | BoundedCall.NoAnswer, at: number): Bet.BetEvent =>
  failure._tag !== "NoAnswer" && execution(failure) === "NotExecuted"
    ? Outcome.refused(at, codeOf(failure))
    : Outcome.unknown(at, failure._tag === "NoAnswer" ? failure.cause : failure.message)

const codeOf = (failure: BetfairError): string => {
  if (failure._tag === "Withheld") return `NOT_SENT: ${failure.reason}`
  return "errorCode" in failure ? failure.errorCode : failure._tag
}

/** The old order stands as far as is known. */
const nothing = (event: Bet.BetEvent): Outcome.Replacement => ({
  cancellation: { _tag: "Unknown", cause: "not answered" },
  event,
  isLost: false
})

const versionOf = (terms: SendingTerms | undefined) =>
  terms?.marketVersion === undefined ? {} : { marketVersion: { version: terms.marketVersion } }

/** @param largestRequest how many bets one request may place */
export const layer = (largestRequest = placementsPerRequest) => Layer.effect(Executor, make(largestRequest))

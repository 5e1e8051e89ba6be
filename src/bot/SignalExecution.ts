/**
 * From a signal to a bet: its size, its intent, the reservation of its risk, its placing. What stands in the way is a value
 * with its numbers. The intent is committed before anything is sent; from there to the executor's answer nothing can
 * interrupt, so that stopping the bot leaves no bet half placed.
 */
import { Clock, Context, Effect, Layer, Random, Result } from "effect"
import type { ApprovedOrder } from "../domain/ApprovedOrder.ts"
import * as Bet from "../domain/Bet.ts"
import { deny, type Decision, type Denial, type DenialReason } from "../domain/Decision.ts"
import { betIds } from "../domain/Identifiers.ts"
import type { OrderSpec } from "../domain/Order.ts"
import type { CancelSignal, PlaceSignal, ReplaceSignal, StrategySignal, UpdateSignal } from "../domain/Signal.ts"
import { Executor, type SendingTerms } from "../execution/Executor.ts"
import { cancelledNotPlaced } from "../execution/PlacementOutcome.ts"
import { Books } from "../market/Books.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import * as LogFields from "../monitoring/LogFields.ts"
import * as OnDemand from "../monitoring/OnDemand.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { RiskManager } from "../risk/RiskManager.ts"
import type { PositionSize } from "../risk/Kelly.ts"
import * as RiskRequest from "../risk/RiskRequest.ts"
import { ActiveStrategies } from "./ActiveStrategies.ts"
import { Feed } from "./Feed.ts"
import { OpenBets } from "./OpenBets.ts"
import { OrderManager } from "./OrderManager.ts"

export type Outcome =
  | { readonly _tag: "Placed"; readonly bet: Bet.Bet }
  | { readonly _tag: "CancelRequested"; readonly bet: Bet.Bet }
  | { readonly _tag: "UpdateRequested"; readonly bet: Bet.Bet }
  | { readonly _tag: "Denied"; readonly step: Decision["step"]; readonly denial: Denial }
  /** The intent could not be committed, so nothing was sent. */
  | { readonly _tag: "NotCommitted"; readonly failure: StorageFailure }

export class SignalExecution extends Context.Service<
  SignalExecution,
  { readonly execute: (wish: StrategySignal) => Effect.Effect<Outcome> }
>()("clever-better/bot/SignalExecution") {
  static readonly layer = Layer.effect(
    SignalExecution,
    Effect.suspend(() => make)
  )
}

const denied = (step: Decision["step"], denial: Denial): Outcome => ({ _tag: "Denied", step, denial })

const succeed = (size: PositionSize) => Effect.succeed(Result.succeed(size))
const fail = (denial: Denial) => Effect.succeed(Result.fail(denial))

const make = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const books = yield* Books
  const feed = yield* Feed
  const executor = yield* Executor
  const risk = yield* RiskManager
  const strategies = yield* ActiveStrategies
  const openBets = yield* OpenBets
  const orders = yield* OrderManager

  const nextId = betIds()
  const newId = Effect.map(Random.Random, (random) =>
    nextId(clock.currentTimeMillisUnsafe(), () => random.nextDoubleUnsafe())
  )

  /** What the risk manager said, in the trace and (at the debug level) in the log. */
  const tell = ({ order }: Bet.BetIntent, decision: "approved" | DenialReason) =>
    OnDemand.tell(
      "Debug",
      "Risk decision",
      Effect.map(risk.riskMetrics, ({ dailyLoss, exposure }) => {
        const proposedStake = order._tag === "LIMIT" ? order.size : order.liability
        return LogFields.riskDecision({ exposure, dailyLoss, proposedStake, decision })
      })
    )

  /** Reserves the intent's risk, then hands it to `send`; gives the risk back when nothing was sent. Not to be interrupted. */
  const commit = function* (
    intent: Bet.BetIntent,
    book: MarketBook,
    send: (order: ApprovedOrder) => Effect.Effect<Bet.Bet, StorageFailure>
  ): Effect.fn.Return<Outcome> {
    const traits = strategies.get(intent.strategyId)?.traits ?? { inPlay: false }
    // A quiet market is as fresh as the feed: no message means that nothing has changed.
    const publishTime = Math.max(book.publishTime, feed.lastPublishTime())
    const request = RiskRequest.fromBook(intent, book, publishTime, traits, intent.createdAt)
    const approval = yield* risk.reserve(request)
    yield* tell(intent, Result.isSuccess(approval) ? "approved" : approval.failure.reason)
    if (Result.isFailure(approval)) return denied("risk", approval.failure)
    const pending = Bet.fromIntent(intent)
    orders.expect(pending)
    const sent = yield* Effect.result(send(approval.success))
    if (Result.isSuccess(sent)) {
      orders.learn(sent.success)
      return { _tag: "Placed", bet: sent.success }
    }
    const { failure } = sent
    yield* orders.abandon(pending, failure.kind === "unavailable")
    return failure.kind === "conflict" ? denied("execution", deny("already_open")) : { _tag: "NotCommitted", failure }
  }

  const sizeOf = (signal: PlaceSignal, book: MarketBook): Effect.Effect<Result.Result<PositionSize, Denial>> => {
    const { order, probability, side, sizing } = signal
    if (sizing._tag === "FIXED") return succeed({ stake: sizing.amount, liability: sizing.amount })
    if (order._tag === "MARKET_ON_CLOSE" || book.definition === null) return fail(deny("no_price"))
    if (probability === undefined) return fail(deny("probability_invalid"))
    return risk.calculatePositionSize({ side, price: order.price, probability, market: book.definition })
  }

  const place = Effect.fnUntraced(function* ({ marketId, signal, strategyId }: StrategySignal<PlaceSignal>) {
    const book = books.get(marketId)
    if (book === undefined) return denied("risk", deny("market_not_open"))
    const size = yield* sizeOf(signal, book)
    if (Result.isFailure(size)) return denied("size", size.failure)
    const intent: Bet.BetIntent = {
      id: yield* newId,
      mode: executor.mode,
      strategyId,
      marketId,
      selectionId: signal.selectionId,
      handicap: signal.handicap ?? 0,
      side: signal.side,
      slot: signal.slot ?? "",
      order: orderOf(signal, size.success),
      confidence: signal.confidence,
      probability: signal.probability ?? null,
      reason: signal.reason,
      replaces: null,
      createdAt: clock.currentTimeMillisUnsafe()
    }
    return yield* commit(intent, book, (order) => executor.executeSignal(order, termsOf(signal)))
  }, Effect.uninterruptible)

  const ownBet = ({
    signal,
    strategyId
  }: StrategySignal<CancelSignal | ReplaceSignal | UpdateSignal>): Bet.Bet | undefined => {
    const bet = openBets.get(signal.betId)
    return bet !== undefined && bet.strategyId === strategyId && Bet.isExecutable(bet) ? bet : undefined
  }

  const cancel = (wish: StrategySignal<CancelSignal>) =>
    Effect.suspend(() => {
      const bet = ownBet(wish)
      if (bet === undefined) return Effect.succeed(denied("execution", deny("bet_not_found")))
      return Effect.map(executor.cancelBet(bet), (denial): Outcome =>
        denial === null ? { _tag: "CancelRequested", bet } : denied("execution", denial)
      )
    })

  const update = Effect.fnUntraced(function* (wish: StrategySignal<UpdateSignal>) {
    const bet = ownBet(wish)
    if (bet === undefined || bet.order._tag !== "LIMIT") return denied("execution", deny("bet_not_found"))
    const denial = yield* executor.updateBet(bet, wish.signal.persistence)
    return denial === null ? ({ _tag: "UpdateRequested", bet } as const) : denied("execution", denial)
  })

  const replace = Effect.fnUntraced(function* (wish: StrategySignal<ReplaceSignal>) {
    const bet = ownBet(wish)
    const book = books.get(wish.marketId)
    if (bet === undefined || book === undefined || bet.order._tag !== "LIMIT") {
      return denied("execution", deny("bet_not_found"))
    }
    const { price } = wish.signal
    const intent: Bet.BetIntent = {
      ...intentOf(bet),
      id: yield* newId,
      order: { ...bet.order, price, size: bet.sizeRemaining },
      reason: wish.signal.reason,
      replaces: bet.id,
      createdAt: clock.currentTimeMillisUnsafe()
    }
    const outcome = yield* commit(intent, book, (order) => executor.replace(bet, order, termsOf(wish.signal)))
    if (outcome._tag === "Placed" && isLost(outcome.bet)) strategies.replacementLost(bet, outcome.bet.note ?? "")
    return outcome
  }, Effect.uninterruptible)

  return SignalExecution.of({
    execute: ({ signal, ...from }) => {
      switch (signal._tag) {
        case "Place":
          return place({ ...from, signal })
        case "Cancel":
          return cancel({ ...from, signal })
        case "Replace":
          return replace({ ...from, signal })
        case "Update":
          return update({ ...from, signal })
      }
    }
  })
})

/** Its old order was cancelled and it was refused. */
const isLost = ({ note, status }: Bet.Bet): boolean =>
  status === "rejected" && note?.startsWith(cancelledNotPlaced) === true

const termsOf = ({ marketVersion }: PlaceSignal | ReplaceSignal): SendingTerms =>
  marketVersion === undefined ? {} : { marketVersion }

/** On the close a backer says the stake and a layer what may be lost. */
const orderOf = ({ order, side }: PlaceSignal, { liability, stake }: PositionSize): OrderSpec => {
  switch (order._tag) {
    case "LIMIT":
      return {
        _tag: "LIMIT",
        price: order.price,
        size: stake,
        persistence: order.persistence ?? "LAPSE",
        ...(order.fillOrKill === true ? { timeInForce: "FILL_OR_KILL" } : {}),
        ...(order.minFillSize === undefined ? {} : { minFillSize: order.minFillSize })
      }
    case "LIMIT_ON_CLOSE":
      return { _tag: "LIMIT_ON_CLOSE", price: order.price, liability: side === "BACK" ? stake : liability }
    case "MARKET_ON_CLOSE":
      return { _tag: "MARKET_ON_CLOSE", liability }
  }
}

const intentOf = (bet: Bet.Bet): Bet.BetIntent => ({
  id: bet.id,
  mode: bet.mode,
  strategyId: bet.strategyId,
  marketId: bet.marketId,
  selectionId: bet.selectionId,
  handicap: bet.handicap,
  side: bet.side,
  slot: bet.slot,
  order: bet.order,
  confidence: bet.confidence,
  probability: bet.probability,
  reason: bet.reason,
  replaces: bet.replaces,
  createdAt: bet.createdAt
})

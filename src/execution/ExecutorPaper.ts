/**
 * The executor without money: intents are committed as in live trading, and only then handed to the simulated venue. If
 * the process dies in between, the row stays `pending` and the venue refuses it when bets are restored.
 */
import { Clock, Effect, Layer } from "effect"
import type { ApprovedOrder } from "../domain/ApprovedOrder.ts"
import * as Bet from "../domain/Bet.ts"
import { deny } from "../domain/Decision.ts"
import type { Mode } from "../domain/Mode.ts"
import * as LogFields from "../monitoring/LogFields.ts"
import * as OnDemand from "../monitoring/OnDemand.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import { Executor, type SendingTerms } from "./Executor.ts"
import { venueId } from "./MatchingOrder.ts"
import { PaperVenue } from "./PaperVenue.ts"

const make = Effect.fnUntraced(function* (mode: Exclude<Mode, "live">) {
  const repository = yield* BetRepository
  const venue = yield* PaperVenue
  let placed = 0

  /** Commits the intents; from then to their being handed over nothing can interrupt. */
  const commit = function* (
    orders: ReadonlyArray<ApprovedOrder>,
    handOver: (bets: ReadonlyArray<Bet.Bet>, now: number) => void
  ): Effect.fn.Return<ReadonlyArray<Bet.Bet>, StorageFailure> {
    const bets = orders.map(({ intent }) => Bet.fromIntent(intent))
    yield* repository.create(bets)
    handOver(bets, yield* Clock.currentTimeMillis)
    placed += bets.length
    for (const bet of bets) {
      yield* OnDemand.log("Info", "Bet sent to the simulated venue", () =>
        LogFields.placement({ ...bet, betfairBetId: venueId(bet.id) })
      )
    }
    return bets
  }

  const placeBy = (terms: SendingTerms | undefined) => (bets: ReadonlyArray<Bet.Bet>, now: number) =>
    venue.place(bets, now, terms?.marketVersion ?? null)

  return Executor.of({
    mode,
    executeSignal: Effect.fnUntraced(
      function* (order, terms) {
        const [bet] = yield* commit([order], placeBy(terms))
        return bet!
      },
      Effect.uninterruptible,
      OnDemand.span("Executor.executeSignal")
    ),
    executeBatch: Effect.fnUntraced(
      function* (orders, terms) {
        return orders.length === 0 ? [] : yield* commit(orders, placeBy(terms))
      },
      Effect.uninterruptible,
      OnDemand.span("Executor.executeBatch")
    ),
    cancelBet: (bet) =>
      Effect.map(Clock.currentTimeMillis, (now) => (venue.cancel(bet, now) ? null : deny("bet_not_found"))).pipe(
        OnDemand.span("Executor.cancelBet")
      ),
    cancelAll: Effect.fnUntraced(function* (marketId) {
      return venue.cancelAll(yield* Clock.currentTimeMillis, marketId)
    }, OnDemand.span("Executor.cancelAll")),
    updateBet: Effect.fnUntraced(function* (bet, persistence) {
      return venue.update(bet, persistence, yield* Clock.currentTimeMillis) ? null : deny("bet_not_found")
    }, OnDemand.span("Executor.updateBet")),
    // What was approved is what is placed: the approved order already has the new price.
    replace: Effect.fnUntraced(
      function* (bet, order, terms) {
        const [replacement] = yield* commit([order], ([next], now) =>
          venue.replace(bet, next!, now, terms?.marketVersion ?? null)
        )
        return replacement!
      },
      Effect.uninterruptible,
      OnDemand.span("Executor.replace")
    ),
    resume: (openBets) => Effect.map(Clock.currentTimeMillis, (now) => venue.restore(openBets, now)),
    metrics: Effect.sync(() => {
      const { cancelled, refused } = venue.counts()
      return { placed, rejected: refused, unknown: 0, cancelled }
    })
  })
})

/** @param mode whose bets these are: of now, or of a recording */
export const layer = (mode: Exclude<Mode, "live">): Layer.Layer<Executor, never, BetRepository | PaperVenue> =>
  Layer.effect(Executor, make(mode))

/**
 * The bets of one replay, kept in a database where earlier replays of the same markets have left theirs: this run sees its
 * own bets only, so that it goes as it would in memory. What an earlier replay left open is voided first, because a bet
 * nobody follows any more would stand in the way of the same bet.
 */
import { Clock, Effect, Layer } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { BetId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import { BetRepository } from "./BetRepository.ts"

/** The last instant that the database takes. */
const farAway = Date.UTC(9999, 11, 31)

const abandoned = (bet: Bet.Bet, at: number): Bet.Bet =>
  Bet.transition(Bet.transition(bet, { _tag: "Refused", at, code: "ABANDONED" }), {
    _tag: "Updated",
    at,
    state: {
      ...bet,
      fills: [],
      sizeRemaining: 0,
      sizeVoided: bet.sizeVoided + bet.sizeRemaining + Bet.sizeMatched(bet),
      complete: true
    }
  })

const make = Effect.fnUntraced(function* (mode: Mode) {
  const all = yield* BetRepository
  const own = new Set<BetId>()
  const isOwn = (bet: Bet.Bet) => own.has(bet.id)
  const ofThisRun = <E, R>(bets: Effect.Effect<ReadonlyArray<Bet.Bet>, E, R>) =>
    Effect.map(bets, (bets) => bets.filter(isOwn))

  const now = yield* Clock.currentTimeMillis
  yield* all.update((yield* all.open(mode)).map((bet) => abandoned(bet, Math.max(now, bet.updatedAt))))

  return BetRepository.of({
    ...all,
    create: (bets) =>
      Effect.tap(all.create(bets), () =>
        Effect.sync(() => {
          for (const { id } of bets) own.add(id)
        })
      ),
    byId: (id) => (own.has(id) ? all.byId(id) : Effect.succeed(null)),
    open: (mode) => ofThisRun(all.open(mode)),
    onMarket: (mode, marketId) => ofThisRun(all.onMarket(mode, marketId)),
    settledBetween: (mode, from, to) => ofThisRun(all.settledBetween(mode, from, to)),
    lastSettled: (mode, limit) =>
      Effect.map(ofThisRun(all.settledBetween(mode, 0, farAway)), (own) => own.slice(-limit).toReversed()),
    totalNet: () => Effect.succeed(0)
  })
})

/** Takes the place of the repository below it. */
export const layer = (mode: Mode) => Layer.effect(BetRepository, make(mode))

/** One probe on one recording, through the whole bot: what it was made of before it was run is what this only looks on. */
import { Effect } from "effect"
import { Replay, type ReplaySource } from "../bot/Replay.ts"
import type { BetId, MarketId } from "../domain/Identifiers.ts"
import { Executor } from "../execution/Executor.ts"
import type { MatchingOrder } from "../execution/MatchingOrder.ts"
import { PaperVenue } from "../execution/PaperVenue.ts"
import { Books } from "../market/Books.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import * as ProbeReport from "./ProbeReport.ts"
import type { ProbedBet } from "./ProbeReport.ts"

/** A market of the recording, with the probe's orders on it, oldest first. */
export interface ProbedMarket {
  readonly marketId: MarketId
  readonly bets: ReadonlyArray<ProbedBet>
}

const bySubmission = (a: ProbedBet, b: ProbedBet): number =>
  a.bet.createdAt - b.bet.createdAt || a.order.sequence - b.order.sequence

/** Replays the source to its end. */
export const run = Effect.fnUntraced(function* (source: ReplaySource) {
  const replay = yield* Replay
  const venue = yield* PaperVenue
  const books = yield* Books
  const repository = yield* BetRepository
  const { mode } = yield* Executor
  const orders = new Map<BetId, MatchingOrder>()
  const markets = new Set<MarketId>()
  venue.follow((order) => void orders.set(order.id, order))
  books.listen({ forget: (marketId) => void markets.add(marketId) })
  yield* replay.run(source, Effect.void)
  for (const { marketId } of books.all()) markets.add(marketId)
  return yield* Effect.forEach([...markets], (marketId) =>
    Effect.map(repository.onMarket(mode, marketId), (rows): ProbedMarket => {
      const bets = rows.flatMap((bet) => {
        const order = orders.get(bet.id)
        return order === undefined ? [] : [{ bet, order }]
      })
      return { marketId, bets: bets.filter(ProbeReport.cameAbout).toSorted(bySubmission) }
    })
  )
})

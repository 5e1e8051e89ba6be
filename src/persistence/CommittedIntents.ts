/**
 * Which bets may be sent: those whose intent this process has committed, each once. The repository itself tells of what is
 * committed, so whoever sends cannot claim it. Bets of an earlier process are never among them: they were sent, or are for
 * reconciliation to close.
 */
import { Context, Effect, Layer } from "effect"
import type { BetId } from "../domain/Identifiers.ts"
import { BetRepository } from "./BetRepository.ts"

export class CommittedIntents extends Context.Service<
  CommittedIntents,
  {
    /** Whether the bet may be sent. Plain code. */
    readonly standing: (id: BetId) => "unsent" | "sent" | "not committed"
    /** It is about to be sent, and may not be again. */
    readonly take: (id: BetId) => void
  }
>()("clever-better/persistence/CommittedIntents") {}

/** Remembered at most, of each kind. Of more, the oldest are forgotten, and count as not committed. */
const remembered = 100_000

const add = (ids: Set<BetId>, id: BetId): void => {
  ids.add(id)
  if (ids.size > remembered) ids.delete(ids.values().next().value!)
}

/** Takes the place of the repository below it, and tells what has been committed through it. */
export const layer = Layer.effectContext(
  Effect.map(BetRepository, (repository) => {
    const unsent = new Set<BetId>()
    const sent = new Set<BetId>()
    const watched = BetRepository.of({
      ...repository,
      create: (bets) =>
        Effect.tap(repository.create(bets), () =>
          Effect.sync(() => {
            for (const { id } of bets) add(unsent, id)
          })
        )
    })
    const intents = CommittedIntents.of({
      standing: (id) => (unsent.has(id) ? "unsent" : sent.has(id) ? "sent" : "not committed"),
      take: (id) => {
        unsent.delete(id)
        add(sent, id)
      }
    })
    return Context.make(BetRepository, watched).pipe(Context.add(CommittedIntents, intents))
  })
)

/**
 * What a strategy is: a name, parameters with a schema, and a synchronous function from what is known now to signals.
 * The same object trades in replay, on paper and live. It must not do I/O, read a clock or keep the book it is shown.
 */
import { Effect, Result, Schema } from "effect"
import type { Bet } from "../domain/Bet.ts"
import type { MarketId, StrategyId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { Signal } from "../domain/Signal.ts"
import type { MarketBook } from "../market/MarketBook.ts"

/** Everything a strategy may know of a market at one instant. */
export interface Snapshot {
  /** Epoch milliseconds: the wall clock's, or the recording's. */
  readonly now: number
  /** To the scheduled off; negative after it. */
  readonly secondsToStart: number
  readonly market: MarketDefinition
  readonly book: MarketBook
  /** The strategy's own bets on this market that are not settled or finished. */
  readonly openBets: ReadonlyArray<Bet>
}

/** A running strategy. It may remember what it likes of the markets it has seen, until it is told to forget one. */
export interface Evaluator {
  readonly evaluate: (snapshot: Snapshot) => ReadonlyArray<Signal>
  /** Called on every update of a market in the window: for what must be followed between two evaluations. */
  readonly observe?: (market: MarketDefinition, book: MarketBook, now: number) => void
  /** The market is closed. */
  readonly forget?: (marketId: MarketId) => void
}

/** How the bot must treat a strategy. */
export interface Traits {
  /** It bets in play; otherwise it is neither asked nor allowed to after the off. */
  readonly inPlay: boolean
  /** Its signals need a model's prediction and are dropped without one. */
  readonly needsPrediction: boolean
  /** Seconds before the off between which it wants to be asked; absent: the configured window. */
  readonly window?: { readonly from: number; readonly to: number }
}

export interface StrategyKind<P> {
  readonly name: string
  /** One sentence for the list of strategies. */
  readonly description: string
  /** Shape, ranges and defaults; `{}` must decode. */
  readonly parameters: Schema.Codec<P, unknown>
  readonly traits: Traits
  readonly make: (parameters: P) => Evaluator
}

/** A strategy that is set up to trade. */
export interface Strategy extends Evaluator {
  readonly id: StrategyId
  readonly kind: string
  readonly traits: Traits
  /** As decoded, defaults filled in. */
  readonly parameters: unknown
}

export class StrategyRefused extends Schema.TaggedError<StrategyRefused>()("StrategyRefused", {
  id: Schema.String,
  message: Schema.String
}) {}

/** Declares a strategy; it only fixes the types, so that parameters are known where they are used. */
export const define = <P>(kind: StrategyKind<P>): StrategyKind<P> => kind

/** Sets a strategy up from parameters as they stand in the configuration or the database. */
export const configure = <P>(
  kind: StrategyKind<P>,
  id: StrategyId,
  parameters: unknown
): Effect.Effect<Strategy, StrategyRefused> => {
  const decoded = Schema.decodeUnknownResult(kind.parameters, { errors: "all", onExcessProperty: "error" })(parameters)
  if (Result.isFailure(decoded)) {
    return Effect.fail(new StrategyRefused({ id, message: `parameters of ${kind.name}: ${decoded.failure.message}` }))
  }
  return Effect.sync(() => ({
    ...kind.make(decoded.success),
    id,
    kind: kind.name,
    traits: kind.traits,
    parameters: decoded.success
  }))
}

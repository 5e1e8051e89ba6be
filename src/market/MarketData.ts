/**
 * Where prices come from. A source hands over the exchange's stream messages in batches, in the order of their publish
 * time; it neither interprets nor keeps them. The Betfair stream, the generated race day and recorded files are Layers
 * of this one tag.
 */
import { Context, Schema, type Stream } from "effect"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { MessageBatch } from "./MessageBatch.ts"

/** A market that an earlier process followed. */
export interface ResumedMarket {
  readonly marketId: MarketId
  /** As it was last recorded; null when it never was. */
  readonly definition: MarketDefinition | null
}

export class MarketDataFailure extends Schema.TaggedError<MarketDataFailure>()("MarketDataFailure", {
  source: Schema.String,
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export class MarketData extends Context.Service<
  MarketData,
  {
    /** One line for the start-up screen, for instance `generated races, seed 7`. */
    readonly description: string
    /**
     * The messages from now on. `resume` has the markets that bets are still open on: a source that knows how such a market
     * ended says so with a closing definition, even if it ended while nobody was listening. A batch is good until the next
     * one is asked for.
     */
    readonly messages: (resume: ReadonlyArray<ResumedMarket>) => Stream.Stream<MessageBatch, MarketDataFailure>
  }
>()("clever-better/market/MarketData") {}

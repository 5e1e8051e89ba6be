/** What markets and their runners are called, for whoever shows bets, which carry ids only; and what a caller may do. */
import { Schema } from "effect"
import { MarketId, SelectionId } from "../../domain/Identifiers.ts"
import { Instant } from "./Basic.ts"

export const NamesAnswer = Schema.Struct({
  marketId: MarketId,
  name: Schema.String,
  off: Instant,
  runners: Schema.Array(
    Schema.Struct({ selectionId: SelectionId, handicap: Schema.Finite, name: Schema.NullOr(Schema.String) })
  )
}).annotate({ identifier: "Names" })
export type NamesAnswer = typeof NamesAnswer.Type

export const AccessAnswer = Schema.Struct({
  scope: Schema.Literals(["read", "control"]),
  timeZone: Schema.String.annotate({ description: "trading.time_zone, by whose clocks races are named" })
}).annotate({ identifier: "Access" })
export type AccessAnswer = typeof AccessAnswer.Type

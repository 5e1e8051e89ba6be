/**
 * Whether money is at stake, and whether the bets are of now. It is part of every key in the database: the rows of one
 * mode never mix with another's.
 */
import { Schema } from "effect"

/** `paper`: real prices, no money. `live`: money. `replay`: recorded prices in their own time, when it is kept at all. */
export const Mode = Schema.Literals(["paper", "live", "replay"])
export type Mode = typeof Mode.Type

/** Which way a bet is: BACK wins when the runner does, LAY wins when it does not. */
import { Schema } from "effect"

export const Side = Schema.Literals(["BACK", "LAY"])
export type Side = typeof Side.Type

export const opposite = (side: Side): Side => (side === "BACK" ? "LAY" : "BACK")

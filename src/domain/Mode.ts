/** Whether money is at stake. It is part of every key in the database: paper and live rows never mix. */
import { Schema } from "effect"

export const Mode = Schema.Literals(["paper", "live"])
export type Mode = typeof Mode.Type

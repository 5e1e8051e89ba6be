/** One thing that betting leans on. */
import { Schema } from "effect"

export const StandingAnswer = Schema.Struct({
  name: Schema.String,
  state: Schema.Literals(["well", "warn", "bad", "none"]).annotate({
    description: "none: there is nothing to look at"
  }),
  text: Schema.String
}).annotate({ identifier: "Standing" })
export type StandingAnswer = typeof StandingAnswer.Type

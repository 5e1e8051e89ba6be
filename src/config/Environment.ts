/**
 * The process's environment as a value that tests replace. Nothing outside this folder reads it.
 */
import { Context } from "effect"

export type Variables = Readonly<Record<string, string | undefined>>

export const Environment = Context.Reference<Variables>("clever-better/config/Environment", {
  defaultValue: () => process.env
})

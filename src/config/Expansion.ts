/**
 * `${VAR}` and `${VAR:-default}` in the values of the settings file. As in a shell, `:-` also stands in for an empty
 * variable. `$${` is a plain `${`.
 */
import { Result } from "effect"
import type { Variables } from "./Environment.ts"

const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g
const wholeReference = /^\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}$/

/** Whether a text is one reference and nothing else, so that what it stands for may be a number. */
export const isWhole = (text: string): boolean => wholeReference.test(text)

export const hasReference = (text: string): boolean => text.includes("${")

/** The text with every reference replaced, or a sentence for each reference that can't be. */
export const expand = (text: string, variables: Variables): Result.Result<string, ReadonlyArray<string>> => {
  const faults: Array<string> = []
  const expanded = text.replace(reference, (match, name: string | undefined, byDefault: string | undefined) => {
    if (match === "$${") return "${"
    if (name === undefined) {
      faults.push('"${" begins no variable: write ${NAME} or ${NAME:-default}, or $${ for a plain "${"')
      return match
    }
    const value = variables[name]
    if (value !== undefined && !(value === "" && byDefault !== undefined)) return value
    if (byDefault !== undefined) return byDefault
    faults.push(`the environment variable ${name} is not set: set it, or write \${${name}:-default}`)
    return match
  })
  return faults.length === 0 ? Result.succeed(expanded) : Result.fail(faults)
}

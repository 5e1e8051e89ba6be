/** What the drills' programs have in common: options, lines of progress, and the verdict with its exit code. */
import { Effect, type Scope } from "effect"
import { parseArgs } from "node:util"
import * as Ground from "./Ground.ts"
import { render, type Verdict } from "./Verdict.ts"

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const sayAside = (line: string): void => void process.stderr.write(`${line}\n`)

export interface Given {
  /** The value of an option that is a number. */
  readonly number: (name: string) => number
  readonly flag: (name: string) => boolean
  readonly say: (line: string) => void
}

/** A number's default and its range. */
export type NumberOption = readonly [byDefault: number, minimum: number, maximum: number]

interface Options {
  readonly numbers: Readonly<Record<string, NumberOption>>
  readonly flags: ReadonlyArray<string>
}

class Misused extends Error {}

const read = ({ flags, numbers }: Options): Given => {
  const parsed = parseArgs({
    options: Object.fromEntries([
      ...Object.keys(numbers).map((name) => [name, { type: "string" }] as const),
      ...[...flags, "json"].map((name) => [name, { type: "boolean" }] as const)
    ])
  })
  const values: Readonly<Record<string, unknown>> = parsed.values
  const number = (name: string): number => {
    const [byDefault, minimum, maximum] = numbers[name]!
    const value = values[name] === undefined ? byDefault : Number(values[name])
    if (!(value >= minimum && value <= maximum)) {
      throw new Misused(`--${name}: found ${String(values[name])}, expected a number from ${minimum} to ${maximum}`)
    }
    return value
  }
  for (const name of Object.keys(numbers)) number(name)
  return { number, flag: (name) => values[name] === true, say: values["json"] === true ? sayAside : say }
}

export const main = async (
  options: Options,
  drill: (given: Given) => Effect.Effect<Verdict, unknown, Effect.Services<typeof Ground.services> | Scope.Scope>
): Promise<void> => {
  let given: Given
  try {
    given = read(options)
  } catch (problem) {
    sayAside(problem instanceof Error ? problem.message : String(problem))
    process.exitCode = 2
    return
  }
  const verdict = await Effect.runPromise(drill(given).pipe(Effect.scoped, Effect.provide(Ground.services)))
  say(given.flag("json") ? JSON.stringify(verdict, null, 2) : render(verdict))
  process.exitCode = verdict.passed ? 0 : 1
}

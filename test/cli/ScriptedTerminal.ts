/** A terminal in memory: what is typed is given beforehand, and what is shown is kept. */
import { type Cause, Effect, Option, Queue, Terminal } from "effect"

/** Keys that are no letters. */
export const enter = "\r"
export const down = "\u001b[B"
export const backspace = "\b"
export const controlC = "\u0003"

const plain = { ctrl: false, meta: false, shift: false }

const keyOf = (typed: string): Terminal.UserInput => {
  if (typed === enter) return { input: Option.some("\r"), key: { ...plain, name: "return" } }
  if (typed === backspace) return { input: Option.none(), key: { ...plain, name: "backspace" } }
  if (typed === down) return { input: Option.none(), key: { ...plain, name: "down" } }
  return { input: Option.some(typed), key: { ...plain, name: typed.toLowerCase() } }
}

/** Letters of a text one by one, a key that is none as one. */
const keysOf = (typed: string): ReadonlyArray<Terminal.UserInput> => (typed === down ? [typed] : [...typed]).map(keyOf)

/**
 * @param typed texts and keys, in order; control-C ends the input, as Node's terminal does, and so does the end of the list
 */
export const make = (typed: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const shown: Array<string> = []
    const input = yield* Queue.unbounded<Terminal.UserInput, Cause.Done>()
    const end = typed.indexOf(controlC)
    for (const key of typed.slice(0, end < 0 ? undefined : end).flatMap(keysOf)) Queue.offerUnsafe(input, key)
    Queue.endUnsafe(input)
    const terminal = Terminal.make({
      columns: Effect.succeed(80),
      rows: Effect.succeed(24),
      size: Effect.die("not asked for"),
      readInput: Effect.succeed(input),
      readLine: Effect.die("not asked for"),
      display: (text) => Effect.sync(() => void shown.push(text))
    })
    // oxlint-disable-next-line no-control-regex -- what moves the cursor and colours the text
    return { terminal, shown: () => shown.join("").replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, "") }
  })

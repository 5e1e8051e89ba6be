/**
 * Scripts of several statements, taken apart: the extended protocol takes one statement at a time. A semicolon ends a
 * statement unless it stands in a string, a quoted name, a comment or a dollar-quoted body.
 *
 * Source: PostgreSQL documentation, 4.1 Lexical Structure.
 */

/** What may hide a semicolon: the pattern that opens it, and the index just past its end. */
const shelters: ReadonlyArray<readonly [RegExp, (script: string, start: number, opening: string) => number]> = [
  [/--/y, (script, start) => after(script, "\n", start)],
  [/\/\*/y, (script, start) => afterComment(script, start)],
  [/[eE]'/y, (script, start) => afterEscapeString(script, start + 2)],
  [/'/y, (script, start) => after(script, "'", start + 1)],
  [/"/y, (script, start) => after(script, '"', start + 1)],
  [/\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y, (script, start, tag) => after(script, tag, start + tag.length)]
]

/** Identifiers and numbers may contain `$` and end in `e`: they are skipped as a whole. */
const word = /[\w\u0080-\uffff][\w$\u0080-\uffff]*(?!')|[\w\u0080-\uffff]/y

const after = (script: string, end: string, from: number): number => {
  const found = script.indexOf(end, from)
  return found < 0 ? script.length : found + end.length
}

/** Block comments nest. */
const afterComment = (script: string, start: number): number => {
  let depth = 0
  for (let index = start; index < script.length;) {
    if (script.startsWith("/*", index)) {
      depth++
      index += 2
    } else if (script.startsWith("*/", index)) {
      index += 2
      if (--depth === 0) return index
    } else {
      index++
    }
  }
  return script.length
}

const afterEscapeString = (script: string, from: number): number => {
  for (let index = from; index < script.length; index++) {
    if (script[index] === "\\") index++
    else if (script[index] === "'") return index + 1
  }
  return script.length
}

const matchAt = (pattern: RegExp, script: string, index: number): string | null => {
  pattern.lastIndex = index
  return pattern.exec(script)?.[0] ?? null
}

const afterShelter = (script: string, index: number): number | null => {
  for (const [opening, end] of shelters) {
    const opened = matchAt(opening, script, index)
    if (opened !== null) return end(script, index, opened)
  }
  return null
}

const isComment = (text: string) => text.startsWith("--") || text.startsWith("/*")

/** The statements without their semicolons. What holds only comments is no statement. */
export const split = (script: string): ReadonlyArray<string> => {
  const statements: Array<string> = []
  let start = 0
  let hasCode = false
  const finish = (end: number) => {
    if (hasCode) statements.push(script.slice(start, end).trim())
    start = end + 1
    hasCode = false
  }
  for (let index = 0; index < script.length;) {
    const sheltered = afterShelter(script, index)
    if (sheltered !== null) {
      hasCode ||= !isComment(script.slice(index, index + 2))
      index = sheltered
    } else if (script[index] === ";") {
      finish(index)
      index++
    } else {
      const name = matchAt(word, script, index)
      hasCode ||= name !== null || /\S/.test(script[index]!)
      index += name?.length ?? 1
    }
  }
  finish(script.length)
  return statements
}

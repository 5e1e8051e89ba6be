/**
 * JSON from clients, which may be anything. Reading it takes whatever depth, but most of what is done with it afterwards is
 * recursive, and the stack is not endless; no request of the API has more than a dozen levels.
 */

const deepest = 100

/** The value; undefined where the text is no JSON, or lists and objects stand in more than a hundred others. */
export const parse = (text: string): { readonly value: unknown } | undefined => {
  if (isTooDeep(text)) return undefined
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

const isTooDeep = (text: string): boolean => {
  let depth = 0
  let isInString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) isInString = !isInString
    else if (isInString) i += code === backslash ? 1 : 0
    else if (code === openBracket || code === openBrace) depth += 1
    else if (code === closeBracket || code === closeBrace) depth -= 1
    if (depth > deepest) return true
  }
  return false
}

const quote = 0x22
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/**
 * JSON's grammar over bytes, for what a scanner passes over: it must not take for a message what `JSON.parse` would refuse.
 * Text is UTF-8 in which whatever is no UTF-8 counts as some character, as a lenient decoder has it. Every function takes
 * the place at which its subject begins and answers the place behind it, -1 when it is none; so that no end need be
 * watched, the bytes must go on behind the subject with a newline, which is part of no value here.
 */

export const space = 0x20
export const quote = 0x22
export const comma = 0x2c
export const minus = 0x2d
export const dot = 0x2e
export const zero = 0x30
export const nine = 0x39
export const colon = 0x3a
export const openBracket = 0x5b
export const backslash = 0x5c
export const closeBracket = 0x5d
export const openBrace = 0x7b
export const closeBrace = 0x7d
const plus = 0x2b
const lowerE = 0x65
const lowerU = 0x75
/** Sets the bit in which small letters differ from capitals. */
const lower = 0x20

/** Objects and lists within each other beyond this are left to `JSON.parse`. */
const maximumDepth = 32

const isDigit = (byte: number): boolean => byte >= zero && byte <= nine

const isHexDigit = (byte: number): boolean => isDigit(byte) || ((byte | lower) >= 0x61 && (byte | lower) <= 0x66)

export const skipSpaces = (bytes: Uint8Array, at: number): number => {
  while (bytes[at] === space) at++
  return at
}

/** Behind the string whose opening quote stands at `at`. */
export const skipString = (bytes: Uint8Array, at: number): number => {
  for (let i = at + 1; ; i++) {
    const byte = bytes[i]!
    if (byte === quote) return i + 1
    if (byte < space) return -1
    if (byte !== backslash) continue
    i++
    const escaped = bytes[i]!
    if (escaped === lowerU) {
      for (const last = i + 4; i < last; i++) if (!isHexDigit(bytes[i + 1]!)) return -1
    } else if (!escapes.includes(escaped)) return -1
  }
}

const escapes: ReadonlyArray<number> = Array.from('"\\/bfnrt', (character) => character.charCodeAt(0))

export const skipNumber = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] === minus) at++
  if (bytes[at] === zero) at++
  else {
    const first = at
    while (isDigit(bytes[at]!)) at++
    if (at === first) return -1
  }
  if (bytes[at] === dot) {
    const first = ++at
    while (isDigit(bytes[at]!)) at++
    if (at === first) return -1
  }
  if ((bytes[at]! | lower) === lowerE) {
    at++
    if (bytes[at] === plus || bytes[at] === minus) at++
    const first = at
    while (isDigit(bytes[at]!)) at++
    if (at === first) return -1
  }
  return at
}

export const skipNull = (bytes: Uint8Array, at: number): number =>
  bytes[at] === 0x6e && bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c ? at + 4 : -1

export const skipTrue = (bytes: Uint8Array, at: number): number =>
  bytes[at] === 0x74 && bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65 ? at + 4 : -1

export const skipFalse = (bytes: Uint8Array, at: number): number =>
  bytes[at + 1] === 0x61 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x73 && bytes[at + 4] === 0x65 ? at + 5 : -1

export const skipValue = (bytes: Uint8Array, at: number, depth = 0): number => {
  switch (bytes[at]) {
    case quote:
      return skipString(bytes, at)
    case openBrace:
      return depth < maximumDepth ? skipObject(bytes, at, depth + 1) : -1
    case openBracket:
      return depth < maximumDepth ? skipList(bytes, at, depth + 1) : -1
    case 0x74:
      return skipTrue(bytes, at)
    case 0x66:
      return skipFalse(bytes, at)
    case 0x6e:
      return skipNull(bytes, at)
    default:
      return skipNumber(bytes, at)
  }
}

const skipObject = (bytes: Uint8Array, start: number, depth: number): number => {
  let at = skipSpaces(bytes, start + 1)
  if (bytes[at] === closeBrace) return at + 1
  for (;;) {
    if (bytes[at] !== quote) return -1
    at = skipString(bytes, at)
    if (at < 0) return -1
    at = skipSpaces(bytes, at)
    if (bytes[at] !== colon) return -1
    at = skipValue(bytes, skipSpaces(bytes, at + 1), depth)
    if (at < 0) return -1
    at = skipSpaces(bytes, at)
    if (bytes[at] === closeBrace) return at + 1
    if (bytes[at] !== comma) return -1
    at = skipSpaces(bytes, at + 1)
  }
}

const skipList = (bytes: Uint8Array, start: number, depth: number): number => {
  let at = skipSpaces(bytes, start + 1)
  if (bytes[at] === closeBracket) return at + 1
  for (;;) {
    at = skipValue(bytes, at, depth)
    if (at < 0) return -1
    at = skipSpaces(bytes, at)
    if (bytes[at] === closeBracket) return at + 1
    if (bytes[at] !== comma) return -1
    at = skipSpaces(bytes, at + 1)
  }
}

/**
 * Behind the object that opens at `at`, if it is one: braces and strings are followed, what stands between is not looked
 * at. For what is given to `JSON.parse` afterwards.
 */
export const skipLoosely = (bytes: Uint8Array, at: number): number => {
  let depth = 0
  for (let i = at; ; i++) {
    switch (bytes[i]) {
      case openBrace:
        depth++
        break
      case closeBrace:
        if (--depth === 0) return i + 1
        break
      case quote:
        i = skipString(bytes, i) - 1
        if (i < 0) return -1
        break
      case 0x0a:
        return -1
    }
  }
}

/**
 * What the link itself must know of a message: what it is, which request it belongs to, and where it stands in the
 * stream. Read from bytes, because market changes are many and their content is read elsewhere, once: `mc` and `oc` are
 * passed over. What cannot be read that way goes to `JSON.parse`.
 */

export interface Envelope {
  /** `mcm`, `ocm`, `status`, `connection`. */
  readonly op: string
  /** Of the request it answers or belongs to. */
  readonly id: number | null
  /** Publish time, epoch milliseconds. */
  readonly pt: number | null
  readonly clk: string | null
  readonly initialClk: string | null
  /** `SUB_IMAGE`, `RESUB_DELTA`, `HEARTBEAT`; null with a plain change. */
  readonly ct: string | null
  /** 503: the exchange is late. */
  readonly status: number | null
  /** `SEG_START`, `SEG`, `SEG_END`; null with a change that is in one piece. */
  readonly segmentType: string | null
  readonly heartbeatMs: number | null
}

const texts = ["op", "clk", "initialClk", "ct", "segmentType"] as const
const numbers = ["id", "pt", "status", "heartbeatMs"] as const

type Found = { -readonly [Key in keyof Envelope]: Envelope[Key] }

const blank = (): Found => ({
  op: "",
  id: null,
  pt: null,
  clk: null,
  initialClk: null,
  ct: null,
  status: null,
  segmentType: null,
  heartbeatMs: null
})

/** Reads a line that ends with LF; null when it is no message of the protocol. Never throws. */
export const read = (line: Buffer): Envelope | null => {
  const found = scan(line) ?? parse(line)
  return found === null || found.op === "" ? null : found
}

/** A line as an object; null when it is none. */
export const objectOf = (line: Buffer): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(line.toString("utf8"))
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null
  } catch {
    return null
  }
}

const parse = (line: Buffer): Found | null => {
  const object = objectOf(line)
  if (object === null) return null
  const found = blank()
  for (const key of texts) {
    const value = object[key]
    if (typeof value === "string") found[key] = value
  }
  for (const key of numbers) {
    const value = object[key]
    if (typeof value === "number") found[key] = value
  }
  return found
}

const newline = 0x0a
const space = 0x20
const quote = 0x22
const comma = 0x2c
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** Null: something is not as the exchange writes it, and is left to `JSON.parse`. Every loop ends at the LF. */
const scan = (line: Buffer): Found | null => {
  const found = blank()
  let at = past(line, 0)
  if (line[at] !== openBrace) return null
  at = past(line, at + 1)
  while (line[at] === quote) {
    const keyEnd = textEnd(line, at)
    if (keyEnd < 0) return null
    const key = keyOf(line, at + 1, keyEnd - 1)
    at = past(line, keyEnd)
    if (line[at] !== colon) return null
    at = past(line, at + 1)
    const end = valueEnd(line, at)
    if (end < 0) return null
    if (!take(found, key, line, at, end)) return null
    at = past(line, end)
    if (line[at] === closeBrace) return isOver(line, at + 1) ? found : null
    if (line[at] !== comma) return null
    at = past(line, at + 1)
  }
  return null
}

/** The usual keys without making a text of each. */
const keyOf = (line: Buffer, start: number, end: number): string => {
  const first = line[start]!
  const second = line[start + 1]!
  switch (end - start) {
    case 2:
      return shortKeys.get(first * 256 + second) ?? ""
    case 3:
      return first === 0x63 && second === 0x6c && line[start + 2] === 0x6b ? "clk" : ""
    default:
      return line.toString("latin1", start, end)
  }
}

const shortKeys = new Map(["op", "id", "pt", "ct"].map((key) => [key.charCodeAt(0) * 256 + key.charCodeAt(1), key]))

const isMarketChange = (line: Buffer, start: number, end: number): boolean =>
  end - start === 5 && line[start + 1] === 0x6d && line[start + 2] === 0x63 && line[start + 3] === 0x6d

/** Digits are read here, whatever else by `Number`: NaN when it is none. */
const numberOf = (line: Buffer, start: number, end: number): number => {
  let value = 0
  for (let at = start; at < end; at++) {
    const byte = line[at]!
    // Beyond fifteen digits a sum of them is no longer exact.
    if (byte < zero || byte > nine || at - start >= 15) return Number(line.toString("latin1", start, end))
    value = value * 10 + byte - zero
  }
  return value
}

/** False when the value is none that the key has. */
const take = (found: Found, key: string, line: Buffer, start: number, end: number): boolean => {
  switch (key) {
    case "op":
    case "clk":
    case "initialClk":
    case "ct":
    case "segmentType":
      if (line[start] !== quote) return line[start] === 0x6e
      found[key] = key === "op" && isMarketChange(line, start, end) ? "mcm" : line.toString("utf8", start + 1, end - 1)
      return true
    case "id":
    case "pt":
    case "status":
    case "heartbeatMs":
      if (line[start]! < zero || line[start]! > nine) return line[start] === 0x6e
      found[key] = numberOf(line, start, end)
      return Number.isFinite(found[key])
    default:
      return true
  }
}

const past = (line: Buffer, at: number): number => {
  while (line[at] === space) at++
  return at
}

/** Behind the text that opens at `at`; -1 when it has escapes or no end. */
const textEnd = (line: Buffer, at: number): number => {
  for (let i = at + 1; ; i++) {
    const byte = line[i]!
    if (byte === quote) return i + 1
    if (byte === backslash || byte < space || byte === undefined) return -1
  }
}

/** Behind the value at `at`: of lists and objects only brackets and texts are looked at. */
const valueEnd = (line: Buffer, at: number): number => {
  const first = line[at]
  if (first === quote) return textEnd(line, at)
  if (first === openBrace || first === openBracket) return nestedEnd(line, at)
  let end = at
  while (line[end] !== comma && line[end] !== closeBrace && line[end] !== space && line[end]! > newline) end++
  return end > at ? end : -1
}

const nestedEnd = (line: Buffer, at: number): number => {
  let depth = 0
  for (let i = at; ; i++) {
    switch (line[i]) {
      case openBrace:
      case openBracket:
        depth++
        break
      case closeBrace:
      case closeBracket:
        if (--depth === 0) return i + 1
        break
      case quote:
        for (i++; line[i] !== quote; i++) {
          if (line[i] === backslash) i++
          if (line[i] === newline || line[i] === undefined) return -1
        }
        break
      case newline:
      case undefined:
        return -1
    }
  }
}

const isOver = (line: Buffer, from: number): boolean => {
  let at = from
  while (line[at] === space || line[at] === 0x0d) at++
  return line[at] === newline
}

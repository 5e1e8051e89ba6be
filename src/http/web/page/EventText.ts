/** Server-sent events out of the text of a response that never ends. Pure, and bounded by the longest event. */

export interface Told {
  /** Undefined of an event that is not to be asked for again. */
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

/** Characters of an event that is not complete yet; a server that sends more has gone wrong. */
const longest = 8_000_000

const parse = (block: string): Told | null => {
  let id: string | undefined
  let event = "message"
  const data: Array<string> = []
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":")
    if (colon === 0) continue
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1))
    if (name === "id") id = value
    if (name === "event") event = value
    if (name === "data") data.push(value)
  }
  return data.length === 0 ? null : { id, event, data: data.join("\n") }
}

/** Takes the text as it comes, in pieces of any length, and gives the events that are complete with it. */
export const reader = (): ((piece: string) => ReadonlyArray<Told>) => {
  let rest = ""
  return (piece) => {
    rest = (rest + piece).replaceAll("\r\n", "\n")
    const blocks = rest.split("\n\n")
    rest = blocks.pop() ?? ""
    if (rest.length > longest) throw new Error("an event is too long")
    return blocks.map(parse).filter((told) => told !== null)
  }
}

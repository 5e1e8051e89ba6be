/**
 * Catalogues among recordings: told from them by their content, read whole, and kept apart. What only looked like one is
 * given back, to be read as a recording.
 */
import type { Catalogues } from "../Catalogues.ts"
import * as MarketCatalogue from "../MarketCatalogue.ts"
import type { RecordingProblems } from "./RecordingProblem.ts"

/** An answer of the exchange has at most 1,000 markets, of 16 kB each with all there is to tell. */
export const maximumCatalogueBytes = 32 * 1024 * 1024

/** Words that a catalogue, or an answer around it, has near its beginning, and a recording nowhere. */
const words = /"(?:jsonrpc|result|marketId|marketName|marketStartTime|marketCatalogue)"/
/** A catalogue whose keys are sorted begins with long ones. */
const firstKey = /^[\s[{]*"(?:competition|description|event|eventType|runners|totalMatched)"/

/** Whether the first bytes may be a catalogue's: then it is worth reading as a whole. */
export const mayBeCatalogue = (head: Uint8Array): boolean => {
  const text = textOf(head)
  return /^\s*[[{]/.test(text) && (words.test(text) || firstKey.test(text))
}

/** Takes a catalogue in; null when it was one, readable or not, otherwise the bytes anew. */
export const takeCatalogue = async (
  name: string,
  bytes: AsyncGenerator<Uint8Array, void>,
  catalogues: Catalogues,
  problems: RecordingProblems
): Promise<AsyncGenerator<Uint8Array, void> | null> => {
  const chunks: Array<Uint8Array> = []
  let length = 0
  let isWhole = false
  while (!isWhole && length <= maximumCatalogueBytes) {
    const { done, value } = await bytes.next()
    if (done === true) isWhole = true
    else {
      chunks.push(value)
      length += value.length
    }
  }
  const text = textOf(Buffer.concat(chunks))
  if (isLines(text)) return again(chunks, bytes)
  if (!isWhole) {
    problems.add(
      name,
      "UNSUPPORTED",
      null,
      `a market catalogue of more than ${maximumCatalogueBytes} bytes is not read`
    )
    await bytes.return()
    return null
  }
  const document = parse(text)
  if (document === undefined) {
    problems.add(
      name,
      "CATALOGUE",
      null,
      `a market catalogue that is not JSON, ending in ${JSON.stringify(text.slice(-40))}`
    )
    return null
  }
  const decoded = MarketCatalogue.decode(document)
  if (decoded === null) return again(chunks, bytes)
  for (const market of decoded.markets) catalogues.add(market)
  for (const problem of decoded.problems) problems.add(name, "CATALOGUE", null, problem)
  return null
}

async function* again(
  chunks: ReadonlyArray<Uint8Array>,
  rest: AsyncGenerator<Uint8Array, void>
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunks
    yield* rest
  } finally {
    await rest.return()
  }
}

/** Without a byte order mark. */
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The first line stands for itself, and others follow: a recording that begins with something else. */
const isLines = (text: string): boolean => {
  const start = text.trimStart()
  const end = start.indexOf("\n")
  return end > 0 && start.slice(end).trim() !== "" && parse(start.slice(0, end)) !== undefined
}

import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { Lines } from "../../../src/betfair/stream/Lines.ts"

const chunked = (bytes: Buffer, cuts: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length))
}

const through = (lines: Lines, chunks: ReadonlyArray<Buffer>): ReadonlyArray<string> | null => {
  const all: Array<string> = []
  for (const chunk of chunks) {
    const found = lines.push(chunk)
    if (found === null) return null
    all.push(...found.map(String))
  }
  return all
}

describe("Lines.push", () => {
  it.prop(
    "gives the same lines however the bytes are cut",
    { texts: Schema.Array(Schema.String), cuts: Schema.Array(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))) },
    ({ cuts, texts }) => {
      const lines = texts.map((text) => `${JSON.stringify({ name: `é€😀${text}` })}\r\n`)
      const bytes = Buffer.from(lines.join(""))
      expect(through(new Lines(), chunked(bytes, cuts))).toEqual(lines)
    }
  )

  it("gives the same lines byte by byte, characters and line ends cut in two", () => {
    const text = '{"a":"é€😀"}\r\n\r\n{"b":1}\n{"c":2}\r\n'
    const bytes = Buffer.from(text)
    const single = Array.from(bytes, (byte) => Buffer.of(byte))
    expect(through(new Lines(), single)).toEqual(['{"a":"é€😀"}\r\n', '{"b":1}\n', '{"c":2}\r\n'])
  })

  it("keeps what has no end yet", () => {
    const lines = new Lines()
    expect(lines.push(Buffer.from('{"a":'))).toEqual([])
    expect(lines.push(Buffer.from("1}\r"))).toEqual([])
    expect(lines.push(Buffer.from("\n"))?.map(String)).toEqual(['{"a":1}\r\n'])
  })

  it("takes lines up to the bound and none beyond, whether their end has come or not", () => {
    const at = Buffer.from(`${"x".repeat(9)}\n`)
    expect(new Lines(10).push(at)).toHaveLength(1)
    expect(new Lines(10).push(Buffer.from(`x${at}`))).toBe(null)
    const endless = new Lines(10)
    expect(endless.push(Buffer.alloc(10, "x"))).toEqual([])
    expect(endless.push(Buffer.alloc(1, "x"))).toBe(null)
  })
})

import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Envelope from "../../../src/betfair/stream/Envelope.ts"
import { isThere, messagesOf } from "./Recorded.ts"

const read = (text: string) => Envelope.read(Buffer.from(`${text}\r\n`))

const nothing = {
  op: "mcm",
  id: null,
  pt: null,
  clk: null,
  initialClk: null,
  ct: null,
  status: null,
  segmentType: null,
  heartbeatMs: null
}

/** What JSON.parse makes of it. */
const expected = (message: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(nothing).map(([key, absent]) => [key, message[key] ?? absent]))

const Text = Schema.NullOr(Schema.String)
const Head = Schema.Struct({
  op: Schema.Literals(["mcm", "ocm", "status"]),
  id: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  clk: Schema.optionalKey(Text),
  initialClk: Schema.optionalKey(Text),
  mc: Schema.Json,
  pt: Schema.Int.check(Schema.isGreaterThan(0)),
  later: Schema.Json,
  status: Schema.optionalKey(Schema.NullOr(Schema.Literal(503))),
  segmentType: Schema.optionalKey(Schema.Literals(["SEG_START", "SEG", "SEG_END"]))
})

describe("Envelope.read", () => {
  it.prop("reads what JSON.parse reads, whatever stands between", { head: Head, spaces: Schema.Boolean }, (given) => {
    const { head, spaces } = given
    // Read as the exchange's recordings have it: some with spaces behind colons and commas.
    const text = spaces ? JSON.stringify(head, null, 1).replaceAll(/\n */g, " ") : JSON.stringify(head)
    expect(read(text)).toEqual(expected(head))
  })

  it.prop("never throws, and takes nothing for a message that is no JSON", { text: Schema.String }, ({ text }) => {
    const line = text.replaceAll("\n", " ")
    for (const tried of [line, `{"op":"mcm",${line}`, `{"op":"mcm","pt":1}${line}`]) {
      const found = read(tried)
      if (found !== null && tried.trim() !== '{"op":"mcm","pt":1}')
        expect(Envelope.objectOf(Buffer.from(tried))).not.toBe(null)
    }
  })

  it.each([
    "",
    "{}",
    "[]",
    "null",
    "17",
    '"mcm"',
    '{"op":17}',
    '{"op":"mcm"',
    '{"op":"mcm"}}',
    '{"op":"mcm","mc":[}',
    "\u0000\u0001"
  ])("takes %j for no message", (text) => expect(read(text)).toBe(null))

  it("reads what is escaped", () => {
    expect(read('{"op":"mcm","clk":"A\\/B","pt":1}')).toEqual({ ...nothing, clk: "A/B", pt: 1 })
    expect(read('{"\\u006fp":"mcm","pt":1}')).toEqual({ ...nothing, pt: 1 })
  })

  it.skipIf(!isThere)("reads every recorded message", () => {
    for (const { file, message } of [...messagesOf("mcm-fixture", "mcm"), ...messagesOf("ocm", "ocm")]) {
      expect(read(JSON.stringify(message)), file).toEqual({ ...expected(message), op: message.op })
    }
  })
})

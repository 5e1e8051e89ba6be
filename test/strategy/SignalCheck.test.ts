import { describe, expect, it } from "vitest"
import * as SignalCheck from "../../src/strategy/SignalCheck.ts"

const place = {
  _tag: "Place",
  selectionId: 1,
  side: "BACK",
  order: { _tag: "LIMIT", price: 200 },
  sizing: { _tag: "FIXED", amount: 200 },
  confidence: 1,
  reason: "because"
}

describe("SignalCheck.complaint", () => {
  it.each([
    ["nothing", []],
    ["a limit order", [place]],
    [
      "every option",
      [
        {
          ...place,
          handicap: -0.5,
          probability: 0.5,
          slot: "a",
          order: { _tag: "LIMIT", price: 101, persistence: "PERSIST", fillOrKill: true, minFillSize: 100 }
        }
      ]
    ],
    [
      "orders on the close",
      [
        { ...place, order: { _tag: "MARKET_ON_CLOSE" } },
        { ...place, order: { _tag: "LIMIT_ON_CLOSE", price: 100_000 } }
      ]
    ],
    ["Kelly with a probability", [{ ...place, probability: 0.5, sizing: { _tag: "KELLY" } }]],
    [
      "a cancellation and a replacement",
      [
        { _tag: "Cancel", betId: "x", reason: "" },
        { _tag: "Replace", betId: "x", price: 300, reason: "" }
      ]
    ],
    [
      "an update and versions of the market",
      [
        { _tag: "Update", betId: "x", persistence: "PERSIST", reason: "" },
        { _tag: "Replace", betId: "x", price: 300, reason: "", marketVersion: 1 },
        { ...place, marketVersion: 2_000_000_000 }
      ]
    ]
  ])("has none about %s", (_, answer) => {
    expect(SignalCheck.complaint(answer)).toBeNull()
  })

  it.each([
    [undefined, /not a list of signals/],
    [Promise.resolve([]), /must be synchronous/],
    [{ length: 0 }, /not a list/],
    [[null], /signal 0: is null/],
    [[place, { ...place, _tag: "Bet" }], /signal 1: _tag is "Bet"/],
    [[{ ...place, selectionId: "1" }], /selectionId/],
    [[{ ...place, handicap: NaN }], /handicap/],
    [[{ ...place, side: "back" }], /side is "back"/],
    [[{ ...place, confidence: NaN }], /confidence is NaN/],
    [[{ ...place, confidence: 1.01 }], /confidence/],
    [[{ ...place, probability: 1 }], /probability is 1/],
    [[{ ...place, probability: NaN }], /probability is NaN/],
    [[{ ...place, reason: undefined }], /reason/],
    [[{ ...place, slot: 1 }], /slot/],
    [[{ ...place, order: undefined }], /order is undefined/],
    [[{ ...place, order: { _tag: "LIMIT", price: NaN } }], /price is NaN/],
    [[{ ...place, order: { _tag: "LIMIT", price: 2.5 } }], /price is 2.5/],
    [[{ ...place, order: { _tag: "LIMIT", price: 250.5 } }], /price is 250.5/],
    [[{ ...place, order: { _tag: "LIMIT", price: 200, persistence: "KEEP" } }], /persistence/],
    [[{ ...place, order: { _tag: "LIMIT", price: 200, minFillSize: 0.5 } }], /minFillSize/],
    [[{ ...place, order: { _tag: "LIMIT_ON_CLOSE" } }], /price is undefined/],
    [[{ ...place, order: { _tag: "MARKET" } }], /order._tag/],
    [[{ ...place, sizing: null }], /sizing is null/],
    [[{ ...place, sizing: { _tag: "FIXED", amount: Infinity } }], /amount/],
    [[{ ...place, sizing: { _tag: "KELLY" } }], /needs a probability/],
    [[{ ...place, sizing: { _tag: "ALL_IN" } }], /sizing._tag/],
    [[{ _tag: "Cancel", reason: "" }], /betId/],
    [[{ _tag: "Cancel", betId: "x" }], /reason/],
    [[{ _tag: "Replace", betId: "x", reason: "", price: -1 }], /price/],
    [[{ _tag: "Update", betId: "x", reason: "", persistence: "KEEP" }], /persistence is "KEEP"/],
    [[{ _tag: "Update", betId: "x", reason: "" }], /persistence/],
    [[{ _tag: "Update", persistence: "LAPSE", reason: "" }], /betId/],
    [[{ ...place, marketVersion: "7" }], /marketVersion is "7"/],
    [Array.from({ length: SignalCheck.maximumSignals + 1 }, () => place), /more than 500/]
  ])("complains about %j", (answer, complaint) => {
    expect(SignalCheck.complaint(answer)).toMatch(complaint)
  })
})

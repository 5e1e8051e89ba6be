import { it } from "@effect/vitest"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import { BookStore } from "../../../src/market/BookStore.ts"
import { MessageScanner } from "../../../src/market/scan/MessageScanner.ts"
import { MessageTape } from "../../../src/market/scan/MessageTape.ts"
import { bookState, BothWays, storeState } from "./BookState.ts"
import { WireText } from "./WireText.ts"

const bytesOf = (line: string | Uint8Array) => Buffer.concat([Buffer.from(line), Buffer.from("\n")])
const scan = (line: string | Uint8Array) => {
  const bytes = bytesOf(line)
  return new MessageScanner().scan(bytes, 0) === bytes.length - 1
}
const withStatus = (id: string, status: string) =>
  `{"op":"mcm","pt":1,"mc":[{"id":"${id}","marketDefinition":{"status":"${status}"}}]}\n`
const withRunner = (runner: string) => `{"op":"mcm","pt":1,"mc":[{"id":"1.1","rc":[${runner}]}]}`

/** Both ways over the lines; how many each took. */
const compare = (lines: ReadonlyArray<string | Uint8Array>) => {
  const both = new BothWays()
  let understood = 0
  for (const line of lines) {
    const bytes = bytesOf(line)
    const changed = both.apply(bytes, 0, bytes.length - 1)
    if (changed === null) continue
    if (changed.isScanned) understood++
    expect(changed.scanned.map(bookState)).toEqual(changed.parsed.map(bookState))
    expect(both.scannedProblems).toEqual(both.parsedProblems)
  }
  expect(storeState(both.scanned)).toEqual(storeState(both.parsed))
  return understood
}

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))

describe("MessageScanner.scan", () => {
  it.prop("leads to the books that JSON.parse leads to", { seed: Seed }, ({ seed }) => {
    const text = new WireText(seed)
    compare(Array.from({ length: 30 }, () => text.message()))
  })

  it.prop("does so too for messages that begin like the ones before", { seed: Seed }, ({ seed }) => {
    const text = new WireText(seed)
    const lines = Array.from({ length: 40 }, () => text.following())
    compare(lines.flatMap((line) => (text.next(4) === 0 ? [line, text.damaged(line)] : [line])))
  })

  it.prop(
    "takes no damaged line for a message that JSON.parse refuses or reads otherwise",
    { seed: Seed },
    ({ seed }) => {
      const text = new WireText(seed)
      compare(Array.from({ length: 30 }, () => text.damaged(text.message())))
    }
  )

  it("understands most of what is generated for these tests", () => {
    const text = new WireText(7)
    const lines = Array.from({ length: 600 }, () => text.message())
    expect(compare(lines) / lines.length).toBeGreaterThan(0.3)
  })

  it.each([
    ["keys in any order", '{"mc":[{"rc":[{"atb":[[2,3]],"id":7}],"id":"1.1"}],"pt":1,"op":"mcm"}'],
    [
      "spaces after colons and commas",
      '{"op": "mcm", "pt": 1, "mc": [{"id": "1.1", "rc": [{"id": 7, "atb": [[2, 3], [4, 5]]}]}]}'
    ],
    ["a carriage return at the end", `${withRunner('{"id":7,"ltp":2}')}\r`],
    ["a heartbeat", '{"op":"mcm","pt":1,"clk":"A","ct":"HEARTBEAT"}'],
    [
      "keys nobody knows, with anything behind them",
      '{"op":"mcm","pt":1,"x":{"a":[1,-2.5e3,"\\u00e9}"],"b":null},"mc":[]}'
    ],
    ["numbers with many digits", withRunner('{"id":7,"tv":1.23456789E7,"atb":[[1.1500000000000001,12345678.91]]}')],
    ["projected prices that are none", withRunner('{"id":7,"spn":"NaN","spf":"Infinity"}')],
    ["handicaps", withRunner('{"id":7,"hc":-0.75,"ltp":2}')],
    [
      "a definition with braces in names",
      '{"op":"mcm","pt":1,"mc":[{"id":"1.1","marketDefinition":{"name":"}{\\""}}]}'
    ],
    ["levels that are gone", withRunner('{"id":7,"batb":[[0,2,3],[1,0,0]]}')]
  ])("understands %s", (_, line) => {
    expect(scan(line)).toBe(true)
    compare([line, line])
  })

  it.each([
    ["another operation", '{"op":"ocm","pt":1}'],
    ["a time that is none", '{"op":"mcm","pt":-1}'],
    ["a key twice", withRunner('{"id":7,"ltp":2,"ltp":3}')],
    ["an escaped key", withRunner('{"id":7,"\\u006ctp":2}')],
    ["a price of nothing", withRunner('{"id":7,"atb":[[0,1]]}')],
    ["a negative size", withRunner('{"id":7,"atb":[[2,-1]]}')],
    ["a runner without an id", withRunner('{"ltp":2}')],
    ["a level that is none", withRunner('{"id":7,"batb":[[10,2,3]]}')],
    ["a market id that is none", '{"op":"mcm","pt":1,"mc":[{"id":"1.1.1"}]}'],
    ["a definition that is none", '{"op":"mcm","pt":1,"mc":[{"id":"1.1","marketDefinition":[]}]}'],
    ["something behind the message", `${withRunner('{"id":7}')} 1`],
    ["a leading zero", withRunner('{"id":7,"ltp":01}')],
    ["a leading zero of a price", withRunner('{"id":7,"atb":[[02,3]]}')],
    ["a leading zero of a size", withRunner('{"id":7,"atb":[[2,03]]}')],
    ["a comma too many", withRunner('{"id":7,"atb":[[2,3],]}')],
    ["nothing", ""],
    ["a byte order mark", `\u{feff}${withRunner('{"id":7}')}`]
  ])("leaves %s to others", (_, line) => expect(scan(line)).toBe(false))

  it("understands no beginning of a message", () => {
    const line = '{"op":"mcm","clk":"A","pt":1,"mc":[{"id":"1.1","tv":1.5,"rc":[{"id":7,"atb":[[2.5,3]],"spn":4.5}]}]}'
    for (let end = 0; end < line.length; end++) expect(scan(line.slice(0, end))).toBe(false)
    expect(scan(line)).toBe(true)
  })

  it("keeps to the line it was given", () => {
    const bytes = bytesOf(`${withRunner('{"id":7,"ltp":2}')}\n${withRunner('{"id":8,"ltp":3}')}`)
    const scanner = new MessageScanner()
    const first = scanner.scan(bytes, 0)
    expect(bytes[first]).toBe(10)
    expect(scanner.scan(bytes, first + 1)).toBe(bytes.length - 1)
    expect(scanner.tape.marketCount).toBe(1)
  })

  it("writes messages behind one another, and of one it does not understand nothing", () => {
    const scanner = new MessageScanner()
    const tape = new MessageTape()
    const bytes = Buffer.from(
      [withStatus("1.1", "OPEN"), `${withRunner('{"id":7,"atb":[[2,3],[4,]]}')}\n`, withStatus("1.2", "CLOSED")].join(
        ""
      )
    )
    const entries: Array<number> = []
    for (let start = 0; start < bytes.length; start = bytes.indexOf(10, start) + 1) {
      entries.push(tape.length)
      scanner.scanOnto(tape, bytes, start)
    }
    expect(entries[2]).toBe(entries[1])
    const store = new BookStore()
    const statuses = [entries[0]!, entries[2]!].map(
      (entry) => store.applyScanned(tape, entry, 1)[0]?.definition?.status
    )
    expect(statuses).toEqual(["OPEN", "CLOSED"])
    tape.drop(entries[2]!)
    expect([tape.length, tape.marketCount, tape.definitionCount]).toEqual([entries[2], 1, 1])
  })

  it("gives an unchanged definition as the same object, each market's its own", () => {
    const scanner = new MessageScanner()
    const definitionOf = (text: string) => {
      expect(scanner.scan(Buffer.from(text), 0)).toBeGreaterThan(0)
      return scanner.tape.definitions[0]
    }
    const first = definitionOf(withStatus("1.1", "OPEN"))
    expect(definitionOf(withStatus("1.2", "SUSPENDED"))).toEqual({ status: "SUSPENDED" })
    expect(definitionOf(withStatus("1.1", "OPEN"))).toBe(first)
    expect(definitionOf(withStatus("1.1", "CLOSED"))).toEqual({ status: "CLOSED" })
  })
})

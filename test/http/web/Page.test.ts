/** What the page is made of, without a browser. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { reader } from "../../../src/http/web/page/EventText.ts"
import * as Format from "../../../src/http/web/page/Format.ts"
import { withSite } from "../Bot.ts"

const inPage = (name: string) => readFileSync(join(import.meta.dirname, "../../../src/http/web/page", name), "utf8")

describe("the page's files", () => {
  it.effect("are served without a token, complete, and as what they are", () =>
    withSite(({ ask }) =>
      Effect.gen(function* () {
        const page = yield* ask("/", { token: null })
        expect(page.status).toBe(200)
        expect(page.headers["content-type"]).toBe("text/html; charset=utf-8")
        expect(page.headers["content-security-policy"]).toContain("script-src 'self'")
        const referred = [...page.text.matchAll(/(?:href|src)="(\/web\/[^"]+)"/g)].map(([, path]) => path!)
        expect(referred).toContain("/web/main.ts")
        const types: Record<string, string> = { ts: "text/javascript", js: "text/javascript", css: "text/css" }
        for (const path of new Set(referred)) {
          const { headers, status, text } = yield* ask(path, { token: null })
          const type = types[path.split(".").at(-1)!] ?? "image/svg+xml"
          expect({ path, status, type: String(headers["content-type"]).split(";")[0] }).toEqual({
            path,
            status: 200,
            type
          })
          // Every module that a module asks for is one that the page names.
          for (const [, name] of text.matchAll(/from "\.\/([^"]+)"/g)) expect(referred).toContain(`/web/${name}`)
        }
      })
    )
  )

  it.effect("are the only ones", () =>
    withSite(({ ask }) =>
      Effect.gen(function* () {
        for (const path of ["/web/tsconfig.json", "/web/..%2fPageFiles.ts", "/web/", "/web/a/b", "/web/constructor"]) {
          expect((yield* ask(path, { token: null })).status).toBe(404)
        }
      })
    )
  )

  it("hold no script and no style within the page, which its headers forbid", () => {
    const html = inPage("index.html")
    expect(html).not.toMatch(/<script(?![^>]* src=)/)
    expect(html).not.toMatch(/<style|style="|\son\w+=/)
  })
})

/** WCAG 2.2, "relative luminance" and "contrast ratio". */
const luminance = (hex: string): number => {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

const contrast = (a: string, b: string): number => {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (light! + 0.05) / (dark! + 0.05)
}

const colors = (text: string) =>
  new Map([...text.matchAll(/--([\w-]+): (#\w{6});/g)].map(([, name, hex]) => [name!, hex!]))

describe("the colours", () => {
  const [, day, night] = inPage("theme.css").split(":root")
  const onBoth = ["ink", "quiet", "link", "won", "lost", "amber"]
  const pairs = [
    ...onBoth.flatMap((name) => [`${name} ground`, `${name} surface`]),
    "amber amber-ground",
    "paper-ink paper-ground",
    "live-ink live-ground",
    "stop-ink stop",
    "back-ink back-ground",
    "lay-ink lay-ground",
    "surface link"
  ]

  it.each([
    ["light", day!],
    ["dark", night!]
  ])("can be read in %s", (_, text) => {
    const known = colors(text)
    const poor = pairs.filter((pair) => {
      const [front, behind] = pair.split(" ")
      return contrast(known.get(front!)!, known.get(behind!)!) < 4.5
    })
    expect(poor).toEqual([])
  })
})

describe("events out of text", () => {
  const text = 'id: a.1\nevent: status\ndata: {"n":1}\n\n:still here\n\nevent: bets\r\ndata: one\r\ndata: two\r\n\r\n'
  const told = [
    { id: "a.1", event: "status", data: '{"n":1}' },
    { id: undefined, event: "bets", data: "one\ntwo" }
  ]

  it("are the same however the text comes in pieces", () => {
    for (let size = 1; size <= text.length; size++) {
      const read = reader()
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
        text.slice(n * size, (n + 1) * size)
      )
      expect(pieces.flatMap(read)).toEqual(told)
    }
  })

  it("do not gather without end", () => {
    const read = reader()
    expect(() => {
      for (let n = 0; n < 20; n++) read("data: " + "x".repeat(1_000_000))
    }).toThrow("too long")
  })
})

describe("figures", () => {
  it("read as people write them", () => {
    expect([123_456_789, 5, 0, -50].map(Format.money)).toEqual(["1,234,567.89", "0.05", "0.00", "\u22120.50"])
    expect([1200, 0, -340].map(Format.gain)).toEqual(["+12.00", "0.00", "\u22123.40"])
    expect([0.0514, -0.0514, null].map((part) => Format.change(part))).toEqual([
      "+5.1\u00a0%",
      "\u22125.1\u00a0%",
      "\u2013"
    ])
    expect([-0.0001, 0.5].map((part) => Format.percent(part))).toEqual(["0.0\u00a0%", "50.0\u00a0%"])
    expect([3, -2, 0].map(Format.streak)).toEqual(["3 won", "2 lost", "\u2013"])
    expect(Format.readable("no value: -0.008945887638668451, limit 0")).toBe("no value: -0.00895, limit 0")
  })

  it("tell times in the units that matter", () => {
    expect([900, 59_999, 300_000, 7_500_000, 273_600_000].map(Format.age)).toEqual([
      "0 s",
      "59 s",
      "5 min",
      "2 h 05 min",
      "3 d 4 h"
    ])
    expect([245_000, 59_100, 0, -30_000, 3_729_000].map(Format.countdown)).toEqual([
      "4:05",
      "1:00",
      "0:00",
      "+0:30",
      "1:02:09"
    ])
    const clocks = Format.clocks("Europe/London")
    const at = Date.parse("2026-07-01T13:30:05Z")
    expect([clocks.time(at), clocks.moment(at, at), clocks.moment(at, at + 86_400_000)]).toEqual([
      "14:30:05",
      "14:30",
      "1 Jul 14:30"
    ])
  })
})

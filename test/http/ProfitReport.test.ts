import { describe, expect, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"
import * as BetsCsv from "../../src/http/BetsCsv.ts"
import * as ProfitReport from "../../src/http/ProfitReport.ts"
import * as BetAnswer from "../../src/http/wire/BetAnswer.ts"
import { after, AnyBet, bet, betOf, matched, newBetId, settled } from "../persistence/builders.ts"

const london = DateTime.zoneMakeNamedUnsafe("Europe/London")

const none = () => undefined

const won = (at: string, profit: number, changes = {}) =>
  after(bet(changes), matched(1000), { ...settled(profit, Date.parse(at)), commission: profit > 0 ? 5 : 0 } as never)

describe("ProfitReport", () => {
  it("puts a settlement on the day of its time zone, and its week on that Monday", () => {
    const late = won("2026-03-29T23:30:00Z", 100)
    const key = (by: "day" | "week" | "month") => ProfitReport.keyBy(by, london, none)(late)
    // Half past midnight in London: summer time began in the morning.
    expect([key("day"), key("week"), key("month")]).toEqual(["2026-03-30", "2026-03-30", "2026-03"])
    const sunday = won("2026-03-29T22:30:00Z", 100)
    expect(ProfitReport.keyBy("week", london, none)(sunday)).toBe("2026-03-23")
  })

  it("counts what was won and lost, net of commission", () => {
    const bets = [
      won("2026-05-01T12:00:00Z", 105),
      won("2026-05-01T13:00:00Z", -1000),
      won("2026-05-01T14:00:00Z", 0),
      bet()
    ]
    const { rows } = ProfitReport.make(bets, ProfitReport.keyBy("day", london, none))
    expect(rows).toEqual([
      {
        key: "2026-05-01",
        bets: 3,
        wins: 1,
        losses: 1,
        stakedPence: 3000,
        profitPence: -895,
        commissionPence: 5,
        netPence: -900,
        roi: -0.3
      }
    ])
  })

  it.prop("loses and makes no penny, however it is grouped", { bets: Schema.Array(AnyBet) }, ({ bets }) => {
    const made = bets.map((any) => betOf(any, "profit"))
    for (const by of ["day", "week", "month", "strategy", "track"] as const) {
      const { rows, total } = ProfitReport.make(made, ProfitReport.keyBy(by, london, none))
      const sum = (of: (row: ProfitReport.Figures) => number) => rows.reduce((all, row) => all + of(row), 0)
      expect(sum(({ netPence }) => netPence)).toBe(total.netPence)
      expect(sum(({ stakedPence }) => stakedPence)).toBe(total.stakedPence)
      expect(sum(({ bets }) => bets)).toBe(made.filter(({ settlement }) => settlement !== null).length)
    }
  })
})

const cells = (line: string): ReadonlyArray<string> =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ""
  )

const columns = cells(BetsCsv.header)

const cellOf = (line: string, column: string) => cells(line)[columns.indexOf(column)]

const reasonCell = (text: string) => cellOf(BetsCsv.row(BetAnswer.of(bet({ id: newBetId(), reason: text }))), "reason")

describe("BetsCsv", () => {
  it.prop("keeps every amount to the penny, and every bet on its line", { any: AnyBet }, ({ any }) => {
    const answer = BetAnswer.of(betOf(any, "csv"))
    const line = BetsCsv.row(answer)
    expect(cells(line)).toHaveLength(columns.length)
    const pence = (column: string) => {
      const [, sign, pounds, rest] = /^(-?)(\d+)\.(\d\d)$/.exec(cellOf(line, column) ?? "") ?? []
      return Number(`${sign}${pounds}${rest}`)
    }
    expect(pence("size")).toBe(answer.sizePence)
    expect(pence("matched")).toBe(answer.matchedPence)
    expect(pence("remaining")).toBe(answer.remainingPence)
    if (answer.netPence === null) expect(cellOf(line, "net")).toBe("")
    else expect(pence("net") + 0).toBe(answer.netPence + 0)
  })

  it("quotes what has commas, quotes and lines, and lets no text be a formula", () => {
    expect(reasonCell('a "b", c\nd')).toBe('a "b", c\nd')
    expect(reasonCell("=1+1")).toBe("'=1+1")
    expect(reasonCell("-2.5 ticks")).toBe("-2.5 ticks")
  })
})

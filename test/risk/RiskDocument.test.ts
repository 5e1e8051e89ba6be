/** Holds `docs/RISK.md` to the code: the rules in their order, and every reason why a signal does not become a bet. */
import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type DenialReason, denialReasons } from "../../src/domain/Decision.ts"
import * as RiskRules from "../../src/risk/RiskRules.ts"

const document = readFileSync(join(import.meta.dirname, "../../docs/RISK.md"), "utf8")

/** The cells of the table under a heading, without its head. */
const tableUnder = (heading: string): ReadonlyArray<ReadonlyArray<string>> => {
  const section = document.split(`\n### ${heading}\n`)[1]?.split("\n#")[0] ?? ""
  return section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim())
    )
}

const rowsOf = (rules: ReadonlyArray<{ readonly reasons: ReadonlyArray<DenialReason>; readonly asks: string }>) =>
  rules.map(({ asks, reasons }) => [asks, reasons.map((reason) => `\`${reason}\``).join(", ")])

describe("docs/RISK.md", () => {
  it("names every reason with its meaning", () => {
    expect(tableUnder("Reasons")).toEqual(
      Object.entries(denialReasons).map(([reason, text]) => [`\`${reason}\``, text])
    )
  })

  it("lists the rules in the order in which they are asked", () => {
    expect(tableUnder("The account")).toEqual(rowsOf(RiskRules.accountRules))
    expect(tableUnder("The order")).toEqual(rowsOf(RiskRules.orderRules))
    expect(tableUnder("Room for any bet")).toEqual(rowsOf(RiskRules.roomRules))
  })
})

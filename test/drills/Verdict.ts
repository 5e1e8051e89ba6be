/** What a drill has found, for people and for machines. */
import * as Money from "../../src/domain/Money.ts"
import type { Bet } from "../../src/domain/Bet.ts"
import type { Compared } from "./Comparison.ts"
import { evidence } from "./Evidence.ts"
import type { Ground } from "./Ground.ts"

export interface Verdict {
  readonly drill: string
  readonly passed: boolean
  readonly seed: number
  readonly figures: Readonly<Record<string, number>>
  readonly compared: Compared
  readonly problems: ReadonlyArray<string>
  /** Warnings and errors of the bot, and how often each came. */
  readonly complaints: Readonly<Record<string, number>>
  /** Rows and lines of the log about the first differences. */
  readonly evidence: ReadonlyArray<string>
  /** Book, database and logs; gone when the drill has passed. */
  readonly folder: string
}

export type Found = Pick<Verdict, "seed" | "figures" | "compared" | "problems">

export const verdictOf = (
  drill: string,
  { folder, tally }: Ground,
  { rows, ...found }: Found & { readonly rows: ReadonlyArray<Bet> }
): Verdict => ({
  drill,
  passed: found.problems.length === 0 && found.compared.differences.length === 0 && found.compared.orders > 0,
  ...found,
  complaints: Object.fromEntries([...tally.complaints].toSorted(([, a], [, b]) => b - a)),
  evidence: evidence(folder, rows, found.compared.differences),
  folder
})

/** A long list says no more than its beginning. */
const shownDifferences = 50

export const render = (verdict: Verdict): string => {
  const { compared, complaints, drill, evidence, figures, folder, passed, problems, seed } = verdict
  const { bets, byStatus, commission, differences, orders, profit } = compared
  const statuses = Object.entries(byStatus).map(([status, count]) => `${count} ${status}`)
  return [
    "",
    ...Object.entries(figures).map(([what, count]) => `  ${what.padEnd(34)} ${count}`),
    `  ${"bets in the database".padEnd(34)} ${bets} (${statuses.join(", ")})`,
    `  ${"orders at the exchange".padEnd(34)} ${orders}`,
    `  ${"profit, commission".padEnd(34)} ${Money.format(profit)}, ${Money.format(commission)}`,
    "",
    "what the bot complained of:",
    ...Object.entries(complaints).map(([said, count]) => `  ${String(count).padStart(6)}  ${said}`),
    "",
    ...differences
      .slice(0, shownDifferences)
      .map(({ bot, exchange, subject, what }) => `DIFFERENCE  ${what}: ${subject}: bot ${bot}, exchange ${exchange}`),
    ...problems.map((problem) => `PROBLEM  ${problem}`),
    ...evidence,
    passed
      ? `${drill} passed (seed ${seed}): nothing lost, nothing doubled, nothing unknown`
      : `${drill} FAILED (seed ${seed}): ${differences.length} differences, ${problems.length} problems; all is in ${folder}`
  ].join("\n")
}

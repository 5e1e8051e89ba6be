/** A replay's report for people. */
import type { ReplayReport } from "../bot/ReplayReport.ts"
import * as ProblemLine from "./ProblemLine.ts"

const money = (amount: number) => amount.toFixed(2)
const percent = (fraction: number | null) => (fraction === null ? "-" : `${(fraction * 100).toFixed(1)} %`)

const counts = (values: Readonly<Record<string, number>>, none: string): string => {
  const some = Object.entries(values).filter(([, count]) => count > 0)
  return some.length === 0 ? none : some.map(([name, count]) => `${count} ${name.replaceAll("_", " ")}`).join(", ")
}

const strategyLine = ({ bets, losses, name, net, roi, wins }: ReplayReport["strategies"][number]) =>
  `  ${name.padEnd(24)} ${bets} settled bets, ${wins} won, ${losses} lost, net ${money(net)}, ROI ${percent(roi)}`

export const render = (report: ReplayReport): string =>
  [
    `${report.recordings.length} recordings, ${report.markets} markets, ${report.updates} updates in ${report.wallSeconds.toFixed(2)} s (${report.updatesPerSecond}/s), matching profile ${report.profile}`,
    `Bets: ${counts({ ...report.bets }, "none")}`,
    `Refused: ${counts(report.denied, "none")}`,
    `Matched ${money(report.stakeMatched)}, profit ${money(report.profit)}, commission ${money(report.commission)}, net ${money(report.net)}`,
    `Circuit breaker: ${report.breaker.state}, opened ${report.breaker.trips} times`,
    ...(report.strategies.length > 0 ? ["Strategies:", ...report.strategies.map(strategyLine)] : []),
    ...(report.skipped.length > 0
      ? ["Problems:", ...report.skipped.map((problem) => `  ${ProblemLine.render(problem)}`)]
      : [])
  ].join("\n")

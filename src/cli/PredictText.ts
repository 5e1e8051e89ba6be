/** What `predict train` and `predict evaluate` print for people: the verdict first. */
import type { Judgement } from "../prediction/training/Judgement.ts"

/** Nats a race are small: in ten-thousandths they can be read. */
const fine = (nats: number): string => `${nats > 0 ? "+" : ""}${(nats * 1e4).toFixed(2)}e-4`

export const verdict = ({ beatsMarket, difference, races, segment }: Judgement): string =>
  `${segment}: the model ${beatsMarket ? "beats" : "does not beat"} the market: ` +
  `${fine(difference.mean)} nats a race (95 %: ${fine(difference.low)} to ${fine(difference.high)}, ${races} races)`

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

const bettor = (name: string, { bets, profit, roi, staked }: Judgement["flat"]): string =>
  `  ${name} ${bets} bets, ${staked.toFixed(2)} staked, profit ${profit.toFixed(2)} (${percent(roi)})`

export const render = (judgement: Judgement, leftOut: Readonly<Record<string, number>>): string => {
  const { bands, brier, commission, flat, from, kelly, logLoss, marketBrier, marketLogLoss, to } = judgement
  return [
    verdict(judgement),
    `  judged on         ${from} to ${to}`,
    `  log loss          ${logLoss.toFixed(5)}, the market's ${marketLogLoss.toFixed(5)} (nats a race)`,
    `  Brier score       ${brier.toFixed(6)}, the market's ${marketBrier.toFixed(6)} (a runner)`,
    bettor("flat stakes of 1 ", flat),
    bettor("a quarter Kelly  ", kelly),
    `  commission        ${percent(commission)} of a race's net winnings`,
    ...Object.entries(leftOut).map(([reason, races]) => `  left out          ${races} races: ${reason}`),
    "  odds of the model  runners      said    market       won",
    ...bands.map(
      ({ fromOdds, market, predicted, runners, toOdds, won }) =>
        `  ${`${fromOdds} to ${toOdds}`.padEnd(16)} ${String(runners).padStart(9)} ` +
        [predicted, market, won].map((share) => percent(share).padStart(9)).join(" ")
    )
  ].join("\n")
}

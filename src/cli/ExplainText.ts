/** What `explain` prints for people: what each runner's chance was said to be, what was bet on it, and why nothing was. */
import * as Money from "../domain/Money.ts"
import type { ExplanationAnswer, RefusalAnswer } from "../http/wire/Answers.ts"
import type { BetAnswer } from "../http/wire/BetAnswer.ts"
import type { PredictionAnswer } from "../http/wire/PredictionAnswer.ts"

const refusal = ({ at, step, strategyId, text }: RefusalAnswer): string =>
  `    not bet by ${strategyId} (${step}, ${at.slice(11, 19)}): ${text}`

/** What became of a signal by the prediction. */
const judged = ({ decision, expectedValue, side, strategyId, text }: PredictionAnswer): string => {
  if (decision === null) return "no signal was judged by it"
  const value = expectedValue === null ? "" : ` (${expectedValue.toFixed(3)} a pound at risk)`
  const done = {
    passed: `lets the ${side} of ${strategyId} pass`,
    repriced: `takes the place of the own probability of ${strategyId}'s ${side}`,
    blocked: `blocks the ${side} of ${strategyId}: ${text}`
  }
  return done[decision] + value
}

const prediction = (answer: PredictionAnswer): string => {
  const { at, confidence, modelName, modelVersion, probability } = answer
  const sure = confidence === null ? "" : `, confidence ${confidence.toFixed(2)}`
  return `    predicted ${(100 * probability).toFixed(1)} %${sure} (model ${modelVersion} of ${modelName}, ${at.slice(11, 19)}): ${judged(answer)}`
}

const bet = ({ matchedPence, netPence, note, price, reason, side, sizePence, status, strategyId }: BetAnswer): string =>
  [
    `    bet by ${strategyId}: ${side} ${Money.format(sizePence)}${price === null ? "" : ` at ${price.toFixed(2)}`}, ${status}`,
    `${Money.format(matchedPence)} matched`,
    ...(netPence === null ? [] : [`${Money.format(netPence)} net`]),
    ...(note === null ? [] : [note])
  ].join(", ") + ` (${reason})`

export const render = ({ market, marketId, mode, name, off, runners }: ExplanationAnswer): string =>
  [
    `${name} (${marketId}, ${mode})${off === null ? "" : `, off ${off}`}`,
    ...(market.length === 0 ? [] : ["  the whole market", ...market.map(refusal)]),
    ...runners.flatMap((runner) => [
      `  ${runner.name ?? runner.selectionId}${runner.status === null ? "" : ` (${runner.status.toLowerCase()})`}`,
      ...runner.predictions.map(prediction),
      ...runner.bets.map(bet),
      ...runner.refusals.map(refusal),
      ...(runner.bets.length + runner.refusals.length === 0 ? ["    no strategy gave a signal for it"] : [])
    ]),
    ...(runners.length + market.length === 0 ? ["  nothing is known of it: no bet, no signal, no runner"] : [])
  ].join("\n")

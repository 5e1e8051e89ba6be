/** A recorded decision as it is shown. */
import { type Decision, explain } from "../domain/Decision.ts"
import { runnerOf } from "../domain/Identifiers.ts"
import type { RefusalAnswer } from "./wire/Answers.ts"
import { instant } from "./wire/Basic.ts"

/** JSON has no NaN and no Infinity; a denial may be about one. */
const finite = (number: number | undefined): number | null =>
  number === undefined || !Number.isFinite(number) ? null : number

export const of = ({ at, denial, runner, step, strategyId }: Decision): RefusalAnswer => ({
  at: instant(at),
  strategyId,
  selectionId: runner === null ? null : runnerOf(runner).selectionId,
  step,
  reason: denial.reason,
  value: finite(denial.value),
  limit: finite(denial.limit),
  text: explain(denial)
})

/**
 * What a risk rule is, and what it is asked about. What cannot be evaluated is refused: every comparison is written so that
 * a NaN fails it.
 */
import { type Denial, type DenialReason, deny } from "../domain/Decision.ts"
import type { Figures } from "./OpenRisk.ts"
import type { RiskLimits } from "./RiskLimits.ts"
import type { RiskRequest } from "./RiskRequest.ts"
import type { RiskState } from "./RiskState.ts"

export interface Rule<Subject> {
  /** What it can answer. */
  readonly reasons: ReadonlyArray<DenialReason>
  /** One sentence for the documents. */
  readonly asks: string
  readonly check: (subject: Subject) => Denial | null
}

/** The account as it stands, and what pause, halt and circuit breaker say. */
export interface Standing {
  readonly state: RiskState
  readonly limits: RiskLimits
  readonly trading: Denial | null
  readonly breaker: Denial | null
}

/** An order on top of what is open. */
export interface Proposal {
  readonly request: RiskRequest
  readonly limits: RiskLimits
  readonly state: RiskState
  /** Trading only reduces. */
  readonly isReducing: boolean
  /** What is open without the new order, and without the waiting part of the bet it replaces. */
  readonly before: Figures
  /** The same with the new order in it. */
  readonly after: Figures
}

/** An order and the prices it meets, whatever is open. */
export type Quote = Pick<Proposal, "request" | "limits">

export const rule = <Subject>(
  reasons: DenialReason | ReadonlyArray<DenialReason>,
  asks: string,
  check: (subject: Subject) => Denial | null
): Rule<Subject> => ({ reasons: typeof reasons === "string" ? [reasons] : reasons, asks, check })

/** Refuses a value above its limit, and one that is no number. */
export const above = (reason: DenialReason, value: number, limit: number): Denial | null =>
  value <= limit ? null : deny(reason, value, limit)

/** The first rule's refusal, or null. */
export const first = <Subject>(rules: ReadonlyArray<Rule<Subject>>, subject: Subject): Denial | null => {
  for (const { check } of rules) {
    const denial = check(subject)
    if (denial !== null) return denial
  }
  return null
}

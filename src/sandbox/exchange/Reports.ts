/** How an execution report sums up its instructions, and what is told of a bet that has been placed. */
import { toDecimal } from "../../domain/Money.ts"
import type { PlaceInstructionReport, Report } from "./Answers.ts"
import type { Bet } from "./Bet.ts"
import { isoSecond } from "./BetWire.ts"
import type { Request } from "./Request.ts"

/** What a request of its kind says about itself, repeated in its report. */
export interface Heading {
  readonly customerRef: string | null
  readonly marketId: string | null
}

const headed = ({ customerRef, marketId }: Heading) => ({
  ...(customerRef === null ? {} : { customerRef }),
  ...(marketId === null ? {} : { marketId })
})

/** Refused as a whole: no instruction was looked at, or each failed because all did. */
export const refused = <A>(heading: Heading, errorCode: string, reports?: ReadonlyArray<A>): Report<A> => ({
  ...headed(heading),
  status: "FAILURE",
  errorCode,
  ...(reports === undefined ? {} : { instructionReports: reports })
})

/** Each instruction for itself: some may have failed. */
export const summed = <A extends { readonly status: string }>(
  heading: Heading,
  reports: ReadonlyArray<A>
): Report<A> => {
  const failed = reports.filter(({ status }) => status !== "SUCCESS").length
  const outcome =
    failed === 0
      ? ({ status: "SUCCESS" } as const)
      : failed === reports.length
        ? ({ status: "FAILURE", errorCode: "BET_ACTION_ERROR" } as const)
        : ({ status: "PROCESSED_WITH_ERRORS", errorCode: "PROCESSED_WITH_ERRORS" } as const)
  return { ...headed(heading), ...outcome, instructionReports: reports }
}

/** Every instruction failed for one reason. */
export const allFailed = (instructions: ReadonlyArray<Request>, errorCode: string) =>
  instructions.map(({ raw }) => ({ status: "FAILURE", errorCode, instruction: raw }) as const)

/** A placed bet as it stands. */
export const placed = (bet: Bet, instruction: unknown): PlaceInstructionReport => ({
  status: "SUCCESS",
  instruction,
  betId: bet.terms.betId,
  placedDate: isoSecond(bet.placedAt),
  averagePriceMatched: bet.averagePrice,
  sizeMatched: toDecimal(bet.sizeMatched),
  orderStatus: bet.status
})

/** A bet placed asynchronously: it is found by its customerOrderRef. */
export const accepted = (instruction: unknown): PlaceInstructionReport => ({
  status: "SUCCESS",
  instruction,
  orderStatus: "PENDING"
})

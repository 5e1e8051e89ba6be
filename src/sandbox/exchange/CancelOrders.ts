/** cancelOrders: orders of one market, all of a market, or all there are. Cancelling knows no bet delay. */
import * as Money from "../../domain/Money.ts"
import type { Pence } from "../../domain/Money.ts"
import type { Account } from "./Account.ts"
import type { CancelExecutionReport, CancelInstructionReport } from "./Answers.ts"
import type { Bet } from "./Bet.ts"
import { isoSecond } from "./BetWire.ts"
import type { Floor } from "./Floor.ts"
import { mostInstructions, openMarket, readOrderRequest, refuseRequest } from "./OrderRequest.ts"
import { answer, type Reply } from "./Reply.ts"
import { allFailed, refused, summed } from "./Reports.ts"
import { penceOf, type Request } from "./Request.ts"

export const cancelOrders = (floor: Floor, account: Account, params: unknown): Reply<CancelExecutionReport> => {
  const order = readOrderRequest(params)
  const { heading, instructions } = order
  for (const instruction of instructions) instruction.requiredText("betId")
  const refusal = refuseRequest(account, order, mostInstructions.cancel, floor.now)
  if (refusal !== null) return answer(refused(heading, refusal))
  if (heading.marketId === null && instructions.length === 0)
    return answer(summed(heading, cancelEverywhere(floor, account)))
  const market = openMarket(floor, heading.marketId)
  if (typeof market === "string") return answer(refused(heading, market, allCancelsFailed(instructions)))
  if (instructions.length === 0) return answer(summed(heading, cancelMarket(floor, account, market.marketId)))
  if (hasDuplicates(instructions)) return answer(refused(heading, "DUPLICATE_BETIDS"))
  return answer(
    summed(
      heading,
      instructions.map((instruction) => cancelOne(floor, account, market.marketId, instruction))
    )
  )
}

const allCancelsFailed = (instructions: ReadonlyArray<Request>): ReadonlyArray<CancelInstructionReport> =>
  allFailed(instructions, "ERROR_IN_ORDER").map((report) => ({ ...report, sizeCancelled: 0 }))

export const hasDuplicates = (instructions: ReadonlyArray<Request>): boolean =>
  new Set(instructions.map(({ raw }) => raw["betId"])).size < instructions.length

/** Cancels part of a LIMIT order, or all that is left of any, as has been found possible. */
export const cancelBet = (
  floor: Floor,
  bet: Bet,
  size: Pence,
  instruction: unknown = { betId: bet.terms.betId }
): CancelInstructionReport => {
  floor.act(bet.marketId, { act: "cancel", at: floor.now, betId: bet.terms.betId, size })
  return {
    status: "SUCCESS",
    instruction,
    sizeCancelled: Money.toDecimal(size),
    cancelledDate: isoSecond(floor.now)
  }
}

const isCancellable = (bet: Bet): boolean => bet.isLimit && bet.status === "EXECUTABLE"

const cancelOne = (floor: Floor, account: Account, marketId: string, instruction: Request): CancelInstructionReport => {
  const failed = (errorCode: string): CancelInstructionReport => ({
    status: "FAILURE",
    errorCode,
    instruction: instruction.raw,
    sizeCancelled: 0
  })
  const found = floor.findBet(account.options.accountId, instruction.requiredText("betId"))
  if (found === undefined || found.bet.marketId !== marketId) return failed("INVALID_BET_ID")
  const { bet } = found
  if (!isCancellable(bet)) return failed("BET_TAKEN_OR_LAPSED")
  const wanted = instruction.number("sizeReduction")
  const size = wanted === null ? bet.remaining : penceOf(wanted)
  if (size === null || size <= 0) return failed("INVALID_BET_SIZE")
  return cancelBet(floor, bet, Math.min(size, bet.remaining), instruction.raw)
}

const cancelMarket = (floor: Floor, account: Account, marketId: string): ReadonlyArray<CancelInstructionReport> =>
  (floor.betsIn(marketId)?.of(account.options.accountId) ?? [])
    .filter(isCancellable)
    .map((bet) => cancelBet(floor, bet, bet.remaining))

/** In every market; bets in suspended ones stay, and are reported as failed. */
export const cancelEverywhere = (floor: Floor, account: Account): ReadonlyArray<CancelInstructionReport> =>
  floor
    .betsOf(account.options.accountId)
    .filter(isCancellable)
    .map((bet) =>
      typeof openMarket(floor, bet.marketId) === "string"
        ? { status: "FAILURE", errorCode: "ERROR_IN_ORDER", instruction: { betId: bet.terms.betId }, sizeCancelled: 0 }
        : cancelBet(floor, bet, bet.remaining)
    )

/**
 * replaceOrders: cancels first, then places what was cancelled at the new prices, all or none. A cancellation is not taken
 * back when its replacement cannot be placed (CANCELLED_NOT_PLACED): the account is left without the bet.
 */
import * as Money from "../../domain/Money.ts"
import type { Pence } from "../../domain/Money.ts"
import * as PriceLadder from "../../domain/PriceLadder.ts"
import type { Account } from "./Account.ts"
import type { CancelInstructionReport, ReplaceExecutionReport, ReplaceInstructionReport } from "./Answers.ts"
import type { Bet, BetTerms } from "./Bet.ts"
import { cancelBet, hasDuplicates } from "./CancelOrders.ts"
import type { ExchangeMarket } from "./ExchangeMarket.ts"
import type { Floor } from "./Floor.ts"
import { marketVersionOf, mostInstructions, openMarket, readOrderRequest, refuseRequest } from "./OrderRequest.ts"
import { matchesItself } from "./PlaceInstruction.ts"
import { canAfford } from "./PlaceOrders.ts"
import { answer, type Reply } from "./Reply.ts"
import { accepted, allFailed, placed, refused, summed } from "./Reports.ts"
import { invalid, type Request } from "./Request.ts"

/** A bet that goes, and the one that is to come; or why neither. */
type Step =
  | { readonly _tag: "Refused"; readonly errorCode: string }
  | {
      readonly _tag: "Cancelled"
      readonly old: Bet
      readonly size: Pence
      readonly cancel: CancelInstructionReport
      readonly next: BetTerms | "INVALID_ODDS"
    }

export const replaceOrders = (floor: Floor, account: Account, params: unknown): Reply<ReplaceExecutionReport> => {
  const order = readOrderRequest(params)
  const { heading, instructions, request } = order
  for (const instruction of instructions) newPriceOf(instruction)
  const refusal = refuseRequest(account, order, mostInstructions.replace, floor.now)
  if (refusal !== null) return answer(refused(heading, refusal))
  if (instructions.length === 0) return answer(refused(heading, "NO_ACTION_REQUIRED"))
  account.countTransactions(instructions.length, floor.now)
  const market = openMarket(floor, heading.marketId)
  if (typeof market === "string") return answer(refused(heading, market, allFailed(instructions, "ERROR_IN_ORDER")))
  if (hasDuplicates(instructions)) return answer(refused(heading, "DUPLICATE_BETIDS"))
  const version = marketVersionOf(request)
  if (version !== null && version > market.version) return answer(refused(heading, "INVALID_MARKET_VERSION"))

  const steps = instructions.map((instruction) => cancel(floor, account, market, instruction))
  const next = steps.flatMap((step) => (step._tag === "Cancelled" ? [step.next] : []))
  const bets = next.filter((terms): terms is BetTerms => typeof terms !== "string")
  const why = bets.length < next.length ? "RELATED_ACTION_FAILED" : refuse(floor, account, market, bets)
  const isAsync = request.flag("async") === true
  if (why === null && bets.length > 0) {
    floor.act(market.marketId, { act: "place", at: floor.now, bets, version })
  }
  const own = floor.betsIn(market.marketId)
  const take = () =>
    summed(
      heading,
      steps.map((step, i): ReplaceInstructionReport => {
        const { raw } = instructions[i]!
        if (step._tag === "Refused") return notCancelled(step.errorCode, raw["betId"])
        const instruction = asPlaced(step.old, step.size, raw["newPrice"])
        if (why !== null) return notPlaced(step, instruction, why)
        const bet = own!.bets.get((step.next as BetTerms).betId)!
        return {
          status: "SUCCESS",
          cancelInstructionReport: step.cancel,
          placeInstructionReport: isAsync ? accepted(instruction) : placed(bet, instruction)
        }
      })
    )
  const delayMs = market.betDelaySeconds * 1000
  if (why !== null || isAsync || delayMs === 0 || bets.length === 0) return answer(take())
  return { _tag: "Delayed", until: floor.now + delayMs, take }
}

const newPriceOf = (instruction: Request): number => {
  instruction.requiredText("betId")
  return instruction.number("newPrice") ?? invalid("newPrice", "a number", null)
}

/** Cancels what is left of a bet; what is to replace it, with the same references. */
const cancel = (floor: Floor, account: Account, market: ExchangeMarket, instruction: Request): Step => {
  const found = floor.findBet(account.options.accountId, instruction.requiredText("betId"))
  if (found === undefined || found.bet.marketId !== market.marketId)
    return { _tag: "Refused", errorCode: "INVALID_BET_ID" }
  const { bet } = found
  const { orderType, side } = bet.terms
  if (bet.status !== "EXECUTABLE" || orderType === "MARKET_ON_CLOSE")
    return { _tag: "Refused", errorCode: "BET_TAKEN_OR_LAPSED" }
  const price = newPriceOf(instruction)
  const tick = PriceLadder.tickOf(PriceLadder.fromDecimal(price))
  const isOnLadder = tick >= 0 && PriceLadder.toDecimal(PriceLadder.classic[tick]!) === price
  if (orderType === "LIMIT_ON_CLOSE" && isOnLadder && (side === "LAY" ? tick < bet.tick : tick > bet.tick)) {
    return { _tag: "Refused", errorCode: "INVALID_PRICE_EDIT" }
  }
  if (isOnLadder && tick === bet.tick) return { _tag: "Refused", errorCode: "NO_ACTION_REQUIRED" }
  const size = bet.remaining
  const report = cancelBet(floor, bet, size)
  const { persistenceType } = bet
  const next = { ...bet.terms, betId: floor.makeBetId(), tick, size, persistenceType }
  return { _tag: "Cancelled", old: bet, size, cancel: report, next: isOnLadder ? next : "INVALID_ODDS" }
}

const refuse = (floor: Floor, account: Account, market: ExchangeMarket, bets: ReadonlyArray<BetTerms>) => {
  if (matchesItself(bets)) return "INVALID_BACK_LAY_COMBINATION"
  return canAfford(floor, account, market, bets) ? null : "INSUFFICIENT_FUNDS"
}

/** What is not cancelled is not replaced either. */
const notCancelled = (errorCode: string, betId: unknown): ReplaceInstructionReport => ({
  status: "FAILURE",
  errorCode,
  cancelInstructionReport: { status: "FAILURE", errorCode, instruction: { betId }, sizeCancelled: 0 }
})

const notPlaced = (
  { cancel, next }: Extract<Step, { readonly _tag: "Cancelled" }>,
  instruction: unknown,
  why: string
): ReplaceInstructionReport => ({
  status: "FAILURE",
  errorCode: "CANCELLED_NOT_PLACED",
  cancelInstructionReport: cancel,
  placeInstructionReport: { status: "FAILURE", errorCode: typeof next === "string" ? next : why, instruction }
})

/** The instruction that would have placed the replacement. */
const asPlaced = ({ persistenceType, terms }: Bet, size: Pence, price: unknown) => ({
  selectionId: terms.selectionId,
  handicap: 0,
  side: terms.side,
  orderType: terms.orderType,
  ...(terms.orderType === "LIMIT"
    ? { limitOrder: { size: Money.toDecimal(size), price, persistenceType } }
    : { limitOnCloseOrder: { liability: Money.toDecimal(size), price } }),
  ...(terms.customerOrderRef === "" ? {} : { customerOrderRef: terms.customerOrderRef })
})

/** updateOrders: what is to become of unmatched bets at the off. */
import type { Account } from "./Account.ts"
import type { InstructionReport, UpdateExecutionReport } from "./Answers.ts"
import type { PersistenceType } from "./Bet.ts"
import { hasDuplicates } from "./CancelOrders.ts"
import type { ExchangeMarket } from "./ExchangeMarket.ts"
import type { Floor } from "./Floor.ts"
import { mostInstructions, openMarket, readOrderRequest, refuseRequest } from "./OrderRequest.ts"
import { isPersistable, persistenceTypes } from "./PlaceInstruction.ts"
import { answer, type Reply } from "./Reply.ts"
import { allFailed, refused, summed } from "./Reports.ts"
import type { Request } from "./Request.ts"

const wantedOf = (instruction: Request): PersistenceType =>
  instruction.choice("newPersistenceType", persistenceTypes, null)

export const updateOrders = (floor: Floor, account: Account, params: unknown): Reply<UpdateExecutionReport> => {
  const order = readOrderRequest(params)
  const { heading, instructions } = order
  for (const instruction of instructions) {
    instruction.requiredText("betId")
    wantedOf(instruction)
  }
  const refusal = refuseRequest(account, order, mostInstructions.update, floor.now)
  if (refusal !== null) return answer(refused(heading, refusal))
  if (instructions.length === 0) return answer(refused(heading, "NO_ACTION_REQUIRED"))
  const market = openMarket(floor, heading.marketId)
  if (typeof market === "string") return answer(refused(heading, market, allFailed(instructions, "ERROR_IN_ORDER")))
  if (hasDuplicates(instructions)) return answer(refused(heading, "DUPLICATE_BETIDS"))
  return answer(
    summed(
      heading,
      instructions.map((instruction) => updateOne(floor, account, market, instruction))
    )
  )
}

const updateOne = (floor: Floor, account: Account, market: ExchangeMarket, instruction: Request): InstructionReport => {
  const failed = (errorCode: string): InstructionReport => ({
    status: "FAILURE",
    errorCode,
    instruction: instruction.raw
  })
  const found = floor.findBet(account.options.accountId, instruction.requiredText("betId"))
  if (found === undefined || found.bet.marketId !== market.marketId) return failed("INVALID_BET_ID")
  const { bet } = found
  if (!bet.isLimit || bet.status !== "EXECUTABLE") return failed("BET_TAKEN_OR_LAPSED")
  const wanted = wantedOf(instruction)
  if (bet.persistenceType === wanted) return failed("NO_ACTION_REQUIRED")
  if (!isPersistable(market, wanted)) return failed("INVALID_PERSISTENCE_TYPE")
  floor.act(market.marketId, { act: "update", at: floor.now, betId: bet.terms.betId, persistenceType: wanted })
  return { status: "SUCCESS", instruction: instruction.raw }
}

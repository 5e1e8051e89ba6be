/** placeOrders: all bets of a request are placed or none. */
import type { Account } from "./Account.ts"
import type { PlaceExecutionReport } from "./Answers.ts"
import type { BetTerms } from "./Bet.ts"
import { currencies } from "./Currencies.ts"
import type { ExchangeMarket } from "./ExchangeMarket.ts"
import type { Floor } from "./Floor.ts"
import type { MarketBets } from "./MarketBets.ts"
import * as PlaceInstruction from "./PlaceInstruction.ts"
import type { Refusal } from "./PlaceInstruction.ts"
import { answer, type Reply } from "./Reply.ts"
import { accepted, allFailed, placed, refused, summed, type Heading } from "./Reports.ts"
import type { Request } from "./Request.ts"
import {
  marketVersionOf,
  mostInstructions,
  openMarket,
  readOrderRequest,
  refuseRequest,
  type OrderRequest
} from "./OrderRequest.ts"

export const placeOrders = (floor: Floor, account: Account, params: unknown): Reply<PlaceExecutionReport> => {
  const order = readOrderRequest(params)
  const { heading, instructions, request } = order
  const wanted = instructions.map(PlaceInstruction.read)
  const refusal = refuseRequest(account, order, mostInstructions.place, floor.now)
  if (refusal !== null) return answer(refused(heading, refusal))
  if (instructions.length === 0) return answer(refused(heading, "NO_ACTION_REQUIRED"))
  account.countTransactions(instructions.length, floor.now)
  const market = openMarket(floor, heading.marketId)
  if (typeof market === "string") return fail(order, market)
  const version = marketVersionOf(request)
  if (version !== null && version > market.version) return fail(order, "INVALID_MARKET_VERSION")
  const setting = {
    market,
    accountId: account.options.accountId,
    limits: currencies[account.options.currencyCode]!,
    own: floor.betsIn(market.marketId)?.of(account.options.accountId) ?? [],
    customerStrategyRef: request.text("customerStrategyRef") ?? "",
    makeBetId: () => floor.makeBetId()
  }
  const checked = wanted.map((instruction) => PlaceInstruction.check(instruction, setting))
  const bets = checked.filter((bet): bet is BetTerms => typeof bet !== "string")
  if (bets.length < checked.length) return reject(order, checked)
  if (PlaceInstruction.matchesItself(bets)) return rejectAll(order, "INVALID_BACK_LAY_COMBINATION")
  if (!canAfford(floor, account, market, bets)) return fail(order, "INSUFFICIENT_FUNDS")
  const own = floor.act(market.marketId, { act: "place", at: floor.now, bets, version })
  return told(heading, instructions, own, bets, market.betDelaySeconds, request.flag("async") === true, floor.now)
}

/** Placed at once, after the bet delay, or found by its reference whenever it is. */
const told = (
  heading: Heading,
  instructions: ReadonlyArray<Request>,
  own: MarketBets,
  bets: ReadonlyArray<BetTerms>,
  delaySeconds: number,
  isAsync: boolean,
  now: number
): Reply<PlaceExecutionReport> => {
  if (isAsync)
    return answer(
      summed(
        heading,
        instructions.map(({ raw }) => accepted(raw))
      )
    )
  const take = () =>
    summed(
      heading,
      bets.map(({ betId }, i) => placed(own.bets.get(betId)!, instructions[i]!.raw))
    )
  return delaySeconds === 0 ? answer(take()) : { _tag: "Delayed", until: now + delaySeconds * 1000, take }
}

/** Whether the account could bear the worst with the bets as well; what does not make it worse is always borne. */
export const canAfford = (
  floor: Floor,
  account: Account,
  market: ExchangeMarket,
  bets: ReadonlyArray<BetTerms>
): boolean => {
  const { accountId, exposureLimitPence } = account.options
  const after = floor.exposure(accountId, { marketId: market.marketId, bets })
  if (after >= floor.exposure(accountId)) return true
  return account.balance + after >= 0 && (exposureLimitPence === undefined || -after <= exposureLimitPence)
}

/** The request as a whole cannot be; its instructions fail with it. */
const fail = ({ heading, instructions }: OrderRequest, errorCode: string): Reply<PlaceExecutionReport> =>
  answer(refused(heading, errorCode, allFailed(instructions, "ERROR_IN_ORDER")))

const rejectAll = (order: OrderRequest, refusal: Refusal): Reply<PlaceExecutionReport> =>
  reject(
    order,
    order.instructions.map(() => refusal)
  )

/** One bad instruction takes the others with it. */
const reject = ({ heading, instructions }: OrderRequest, checked: ReadonlyArray<BetTerms | Refusal>) =>
  answer(
    refused(
      heading,
      "BET_ACTION_ERROR",
      checked.map((found, i) => ({
        status: "FAILURE" as const,
        errorCode: typeof found === "string" ? found : "ERROR_IN_ORDER",
        instruction: instructions[i]!.raw
      }))
    )
  )

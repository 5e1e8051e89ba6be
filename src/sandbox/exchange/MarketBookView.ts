/** listMarketBook: markets as they stand, with as much of their prices and of the account's own bets as is asked for. */
import * as Money from "../../domain/Money.ts"
import { classic, toDecimal } from "../../domain/PriceLadder.ts"
import type { MarketDefinitionMessage, RunnerDefinitionMessage } from "../../market/MarketMessage.ts"
import type { Account } from "./Account.ts"
import type { MarketBook, PriceSize, Runner } from "./Answers.ts"
import type { Bet } from "./Bet.ts"
import { bookWeight, priceDataKinds, weigh, type PriceData } from "./DataWeight.ts"
import type { ExchangeMarket, ExchangeRunner } from "./ExchangeMarket.ts"
import type { Floor } from "./Floor.ts"
import { matchesOf, orderStatuses, ordersOf } from "./OwnOrders.ts"
import { answer, type Reply } from "./Reply.ts"
import { invalid, Request } from "./Request.ts"

interface Projection {
  readonly data: ReadonlySet<PriceData>
  readonly depth: number
  /** Levels smaller than this are added to the next; pence, of stake or of payout. */
  readonly rollup: { readonly limit: number; readonly isPayout: boolean }
  readonly orders: (typeof orderStatuses)[number] | null
  readonly matches: "NO_ROLLUP" | "ROLLED_UP_BY_PRICE" | "ROLLED_UP_BY_AVG_PRICE" | null
}

const rollupModels = ["STAKE", "PAYOUT", "MANAGED_LIABILITY", "NONE"] as const
const matchProjections = ["NO_ROLLUP", "ROLLED_UP_BY_PRICE", "ROLLED_UP_BY_AVG_PRICE"] as const
const usualDepth = 3
const usualRollup = 1

const projectionOf = (request: Request): Projection => {
  const prices = request.part("priceProjection")
  const overrides = prices.part("exBestOffersOverrides")
  const data = prices.texts("priceData") ?? []
  const unknown = data.find((kind) => !priceDataKinds.some((known) => known === kind))
  if (unknown !== undefined) invalid("priceProjection.priceData", `of ${priceDataKinds.join(", ")}`, unknown)
  const model = overrides.choice("rollupModel", rollupModels, "STAKE")
  return {
    data: new Set(data as ReadonlyArray<PriceData>),
    depth: overrides.wholeNumber("bestPricesDepth", 1) ?? usualDepth,
    rollup: {
      limit: model === "NONE" ? 0 : (overrides.wholeNumber("rollupLimit") ?? usualRollup) * 100,
      isPayout: model === "PAYOUT"
    },
    orders: request.has("orderProjection") ? request.choice("orderProjection", orderStatuses, null) : null,
    matches: request.has("matchProjection") ? request.choice("matchProjection", matchProjections, null) : null
  }
}

export const listMarketBook = (floor: Floor, account: Account, params: unknown): Reply<ReadonlyArray<MarketBook>> => {
  const request = new Request(params)
  const marketIds = request.texts("marketIds") ?? invalid("marketIds", "a list of market ids", null)
  const projection = projectionOf(request)
  weigh(bookWeight(projection.data, projection.depth), marketIds.length)
  return answer(
    [...new Set(marketIds)].flatMap((marketId) => {
      const market = floor.races.known(marketId)
      const own = floor.betsIn(marketId)?.of(account.options.accountId) ?? []
      return market === undefined ? [] : [bookOf(market, own, projection)]
    })
  )
}

/** The market's book with one runner in it. */
export const listRunnerBook = (floor: Floor, account: Account, params: unknown): Reply<ReadonlyArray<MarketBook>> => {
  const request = new Request(params)
  const marketIds = [request.requiredText("marketId")]
  const selectionId = request.wholeNumber("selectionId", 1) ?? invalid("selectionId", "a whole number", null)
  const reply = listMarketBook(floor, account, { ...request.raw, marketIds })
  if (reply._tag !== "Answer") return reply
  const ofRunner = (book: MarketBook) => book.runners.filter((runner) => runner.selectionId === selectionId)
  return answer(reply.result.map((book) => ({ ...book, runners: ofRunner(book) })))
}

const bookOf = (market: ExchangeMarket, own: ReadonlyArray<Bet>, projection: Projection): MarketBook => {
  const definition: MarketDefinitionMessage = market.definition()
  const sizes = market.runners.flatMap(({ book }) => [...book.backs.sizes, ...book.lays.sizes])
  return {
    marketId: market.marketId,
    isMarketDataDelayed: false,
    status: market.status,
    betDelay: market.betDelaySeconds,
    bspReconciled: market.bspReconciled,
    complete: true,
    inplay: market.inPlay,
    numberOfWinners: market.numberOfWinners,
    numberOfRunners: market.runners.length,
    numberOfActiveRunners: definition.numberOfActiveRunners!,
    totalMatched: Money.toDecimal(market.totalMatched),
    totalAvailable: Money.toDecimal(sizes.reduce((sum, size) => sum + size, 0)),
    crossMatching: definition.crossMatching!,
    runnersVoidable: false,
    version: market.version,
    runners: market.runners.map((runner, i) => runnerOf(runner, definition.runners![i]!, own, projection))
  }
}

const runnerOf = (
  runner: ExchangeRunner,
  definition: RunnerDefinitionMessage,
  bets: ReadonlyArray<Bet>,
  { data, matches, orders, ...levels }: Projection
): Runner => {
  const { book, entry, status } = runner
  const own = bets.filter((bet) => bet.terms.selectionId === entry.selectionId)
  const hasPrices = data.has("EX_ALL_OFFERS") || data.has("EX_BEST_OFFERS") || data.has("EX_TRADED")
  return {
    selectionId: entry.selectionId,
    handicap: 0,
    status,
    adjustmentFactor: definition.adjustmentFactor!,
    ...(book.lastTick < 0 ? {} : { lastPriceTraded: toDecimal(classic[book.lastTick]!) }),
    totalMatched: Money.toDecimal(book.totalTraded),
    ...(definition.removalDate === undefined ? {} : { removalDate: definition.removalDate }),
    ...(data.has("SP_AVAILABLE") || data.has("SP_TRADED") ? { sp: startingPricesOf(runner) } : {}),
    ...(hasPrices ? { ex: offersOf(runner, data, levels) } : {}),
    ...(orders === null ? {} : { orders: ordersOf(own, orders) }),
    ...(matches === null ? {} : { matches: matchesOf(own, matches) })
  }
}

const offersOf = (
  { book }: ExchangeRunner,
  data: ReadonlySet<PriceData>,
  { depth, rollup }: Pick<Projection, "depth" | "rollup">
) => {
  const back = levelsOf(book.lays.sizes).toReversed()
  const lay = levelsOf(book.backs.sizes)
  const best = (levels: ReadonlyArray<PriceSize>) => rolledUp(levels, rollup).slice(0, depth)
  return {
    ...(data.has("EX_ALL_OFFERS")
      ? { availableToBack: back, availableToLay: lay }
      : data.has("EX_BEST_OFFERS")
        ? { availableToBack: best(back), availableToLay: best(lay) }
        : {}),
    ...(data.has("EX_TRADED") ? { tradedVolume: levelsOf(book.traded) } : {})
  }
}

const levelsOf = (sizes: Float64Array): ReadonlyArray<PriceSize> => {
  const levels: Array<PriceSize> = []
  sizes.forEach((size, tick) => {
    if (size > 0) levels.push({ price: toDecimal(classic[tick]!), size: Money.toDecimal(size) })
  })
  return levels
}

/** Best price first: what is smaller than the limit is offered with the next price's. */
const rolledUp = (
  levels: ReadonlyArray<PriceSize>,
  { isPayout, limit }: Projection["rollup"]
): ReadonlyArray<PriceSize> => {
  const rolled: Array<PriceSize> = []
  let pence = 0
  for (const { price, size } of levels) {
    pence += Money.fromDecimal(size)
    if ((isPayout ? pence * price : pence) < limit) continue
    rolled.push({ price, size: Money.toDecimal(pence) })
    pence = 0
  }
  return rolled
}

const startingPricesOf = (runner: ExchangeRunner) => {
  const { spf, spn } = runner.image()
  return {
    ...(spn === undefined ? {} : { nearPrice: spn }),
    ...(spf === undefined ? {} : { farPrice: spf }),
    backStakeTaken: levelsOf(runner.bets.backs),
    layLiabilityTaken: levelsOf(runner.bets.lays),
    ...(runner.startingPrice === null ? {} : { actualSP: runner.startingPrice })
  }
}

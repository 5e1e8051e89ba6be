/** An account's orders as an order subscription shows them: images, and changes folded by market and runner. */
import type { PriceSize } from "../../market/MarketMessage.ts"
import type { AccountId } from "../exchange/ExchangeContract.ts"
import type { MatchedLevels, OrderMarketChange, OrderRunnerChange, UnmatchedOrder } from "../exchange/OrderMessage.ts"
import type { Driver } from "./Driver.ts"
import { runnerKey } from "./MarketState.ts"
import type { Feed, Told } from "./Subscription.ts"

export interface OrderFilter {
  /** Undefined: all. */
  readonly strategyRefs: ReadonlySet<string> | undefined
  readonly includesOverallPosition: boolean
  readonly partitionsByStrategyRef: boolean
}

export class OrderFeed implements Feed<OrderMarketChange> {
  readonly op = "ocm"
  readonly key = "oc"
  private readonly driver: Driver
  private readonly accountId: AccountId
  private readonly filter: OrderFilter

  constructor(driver: Driver, accountId: AccountId, filter: OrderFilter) {
    this.driver = driver
    this.accountId = accountId
    this.filter = filter
  }

  get last(): number {
    return this.driver.orders.last
  }

  image(): ReadonlyArray<OrderMarketChange> {
    const image = this.driver.exchange.view.orderImage(this.accountId)
    return this.shown(image.map((change) => ({ ...change, fullImage: true })))
  }

  since(after: number): Told<OrderMarketChange> | undefined {
    const published = this.driver.orders.since(after)
    if (published === undefined) return undefined
    const own = published.filter(({ accountId }) => accountId === this.accountId)
    return { changes: this.shown(own.map(({ change }) => change)), at: own.at(-1)?.at ?? 0 }
  }

  private shown(changes: ReadonlyArray<OrderMarketChange>): ReadonlyArray<OrderMarketChange> {
    const markets = new Map<string, FoldedMarket>()
    for (const change of changes) {
      const market = markets.get(change.id) ?? new FoldedMarket(change)
      markets.set(change.id, market)
      market.apply(change)
    }
    return [...markets.values()].flatMap((market) => market.shown(this.filter) ?? [])
  }
}

interface FoldedLevels {
  readonly mb: Map<number, number>
  readonly ml: Map<number, number>
}

interface FoldedRunner extends FoldedLevels {
  readonly id: number
  readonly hc: number | undefined
  fullImage: boolean
  readonly orders: Map<string, UnmatchedOrder>
  readonly strategies: Map<string, FoldedLevels>
}

class FoldedMarket {
  private readonly id: string
  private readonly accountId: number | undefined
  private fullImage = false
  private closed = false
  private readonly runners = new Map<string, FoldedRunner>()

  constructor({ accountId, id }: OrderMarketChange) {
    this.id = id
    this.accountId = accountId
  }

  apply(change: OrderMarketChange): void {
    if (change.fullImage === true) {
      this.fullImage = true
      this.runners.clear()
    }
    if (change.closed === true) this.closed = true
    for (const runner of change.orc ?? []) this.applyRunner(runner)
  }

  shown(filter: OrderFilter): OrderMarketChange | undefined {
    const orc = [...this.runners.values()].flatMap((runner) => shownRunner(runner, this.fullImage, filter) ?? [])
    if (orc.length === 0 && !this.closed) return undefined
    return {
      id: this.id,
      ...(this.accountId !== undefined && { accountId: this.accountId }),
      ...(this.fullImage && { fullImage: true }),
      ...(this.closed && { closed: true }),
      ...(orc.length > 0 && { orc })
    }
  }

  private applyRunner(change: OrderRunnerChange): void {
    const key = runnerKey(change.id, change.hc)
    if (change.fullImage === true) this.runners.delete(key)
    const runner = this.runners.get(key) ?? {
      ...noLevels(),
      id: change.id,
      hc: change.hc,
      fullImage: false,
      orders: new Map<string, UnmatchedOrder>(),
      strategies: new Map<string, FoldedLevels>()
    }
    this.runners.set(key, runner)
    if (change.fullImage === true) runner.fullImage = true
    for (const order of change.uo ?? []) runner.orders.set(order.id, order)
    fold(runner, change)
    for (const [ref, levels] of Object.entries(change.smc ?? {})) {
      const strategy = runner.strategies.get(ref) ?? noLevels()
      runner.strategies.set(ref, strategy)
      fold(strategy, levels)
    }
  }
}

const noLevels = (): FoldedLevels => ({ mb: new Map<number, number>(), ml: new Map<number, number>() })

const fold = (folded: FoldedLevels, { mb, ml }: MatchedLevels) => {
  for (const [price, size] of mb ?? []) folded.mb.set(price, size)
  for (const [price, size] of ml ?? []) folded.ml.set(price, size)
}

const shownRunner = (runner: FoldedRunner, inImage: boolean, filter: OrderFilter): OrderRunnerChange | undefined => {
  const { strategyRefs } = filter
  const isMeant = (ref: string) => strategyRefs === undefined || strategyRefs.has(ref)
  const uo = [...runner.orders.values()].filter(({ rfs }) => isMeant(rfs))
  const strategies = [...runner.strategies]
    .filter(([ref]) => isMeant(ref))
    .map(([ref, levels]) => [ref, shownLevels(levels)])
  const body = {
    ...(uo.length > 0 && { uo }),
    ...(filter.includesOverallPosition && shownLevels(runner)),
    ...(filter.partitionsByStrategyRef && strategies.length > 0 && { smc: Object.fromEntries(strategies) })
  }
  if (Object.keys(body).length === 0) return undefined
  return {
    ...((inImage || runner.fullImage) && { fullImage: true }),
    id: runner.id,
    ...(runner.hc !== undefined && { hc: runner.hc }),
    ...body
  }
}

const shownLevels = ({ mb, ml }: FoldedLevels): MatchedLevels => ({
  ...(mb.size > 0 && { mb: [...mb] satisfies ReadonlyArray<PriceSize> }),
  ...(ml.size > 0 && { ml: [...ml] satisfies ReadonlyArray<PriceSize> })
})

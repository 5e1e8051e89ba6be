/**
 * Moves the exchange with the clock and keeps what it publishes, for the streams to tell: prices as they stand, and the
 * latest changes. Synchronous, so that between two calls everything is of one moment.
 */
import { randomBytes } from "node:crypto"
import type { AccountId, Publication } from "../exchange/ExchangeContract.ts"
import type { OrderMarketChange } from "../exchange/OrderMessage.ts"
import type { MarketChange } from "../../market/MarketMessage.ts"
import { HeartbeatSwitch } from "./HeartbeatSwitch.ts"
import { History } from "./History.ts"
import type { KeptExchange } from "./KeptExchange.ts"
import { MarketState } from "./MarketState.ts"

export interface PublishedMarket {
  readonly at: number
  readonly change: MarketChange
}

export interface PublishedOrders {
  readonly at: number
  readonly accountId: AccountId
  readonly change: OrderMarketChange
}

/** At five thousand changes a second this is the last thirteen seconds, on a usual day the last minutes. */
const marketsKept = 65_536
const ordersKept = 16_384

export class Driver {
  readonly exchange: KeptExchange
  readonly heartbeats = new HeartbeatSwitch()
  /** Other after each restart: positions in the histories of another run mean nothing. */
  run: string
  readonly markets = new History<PublishedMarket>(marketsKept)
  readonly orders = new History<PublishedOrders>(ordersKept)
  private readonly states = new Map<string, MarketState>()
  private readonly closed: Array<string> = []

  constructor(exchange: KeptExchange, now: number) {
    this.exchange = exchange
    this.run = newRun()
    exchange.advance(now)
    this.beginAnew()
  }

  /** The market as published so far. */
  stateOf(marketId: string): MarketState | undefined {
    return this.states.get(marketId)
  }

  get openMarkets(): number {
    return this.states.size - this.closed.length
  }

  /** Plays the exchange up to `now` (epoch milliseconds). */
  advance(now: number): void {
    this.heartbeats.check(now, (accountId) => this.exchange.cancelAll(now, accountId))
    for (const publication of this.exchange.advance(now)) this.publish(publication)
  }

  /** Sets the exchange up again from its book, as a restarted server would. */
  restart(now: number): void {
    this.exchange.restart()
    this.heartbeats.forget()
    this.run = newRun()
    this.exchange.advance(now)
    this.beginAnew()
  }

  /** Takes the markets as they stand; subscriptions will get new images. */
  private beginAnew(): void {
    const { view } = this.exchange
    const open = view.matchingMarkets({})
    if (open._tag !== "Answer") throw new Error("the exchange refuses the empty filter")
    this.states.clear()
    this.closed.length = 0
    for (const image of view.marketImages(open.result)) this.apply(image)
    this.markets.skip()
    this.orders.skip()
  }

  private publish(publication: Publication): void {
    switch (publication._tag) {
      case "Market":
        for (const change of publication.message.mc ?? []) {
          this.apply(change)
          this.markets.push({ at: publication.at, change })
        }
        break
      case "Orders": {
        const { accountId, at, change } = publication
        this.orders.push({ at, accountId, change })
        break
      }
      case "Gap":
        this.beginAnew()
    }
  }

  private apply(change: MarketChange): void {
    const state = this.states.get(change.id) ?? new MarketState(change.id)
    state.apply(change)
    if (state.definition?.status === "CLOSED") this.closed.push(change.id)
    this.states.set(change.id, state)
    while (this.closed.length > closedKept) this.states.delete(this.closed.shift()!)
  }
}

/** Closed markets whose last state can still be told. */
const closedKept = 500

const newRun = () => randomBytes(6).toString("base64url")

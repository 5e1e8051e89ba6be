/** One client's connection to the stream: authentication, its subscriptions, and what it is refused. */
import { createHash } from "node:crypto"
import type { Driver } from "./Driver.ts"
import { marketsOf, MarketFeed, maximumMarkets } from "./MarketFeed.ts"
import { fields, MarketView } from "./MarketView.ts"
import { OrderFeed } from "./OrderFeed.ts"
import type { Caller, Sessions } from "./Sessions.ts"
import type { StreamLines } from "./StreamLines.ts"
import * as StreamRequest from "./StreamRequest.ts"
import { type Feed, positionOf, Subscription } from "./Subscription.ts"

/** A connection without a subscription is closed after this time. */
const idleMs = 15_000
/** Delayed keys see prices folded over so long. */
const delayedConflateMs = 180_000
const defaultLevels = 3

export interface StreamConnectionOptions {
  readonly connectionId: string
  readonly driver: Driver
  readonly sessions: Sessions
  readonly lines: StreamLines
  readonly openedAt: number
  /** Connections that the account may still open, this one not counted; negative when there are too many. */
  readonly available: (account: string) => number
}

interface Refusal {
  readonly errorCode: string
  readonly errorMessage: string
  /** Most refusals end the connection. */
  readonly staysOpen?: boolean
}

export class StreamConnection {
  private readonly options: StreamConnectionOptions
  private caller: Caller | undefined
  private markets: Subscription<unknown> | undefined
  private orders: Subscription<unknown> | undefined

  constructor(options: StreamConnectionOptions) {
    this.options = options
    const { connectionId, lines, openedAt } = options
    lines.write({ op: "connection", connectionId }, openedAt)
  }

  /** Undefined until it has authenticated. */
  get account(): string | undefined {
    return this.caller?.account.username
  }

  receive(line: string, now: number): void {
    const request = StreamRequest.read(line)
    if (StreamRequest.isRefused(request)) return this.refuse(request.id, request, now)
    const id = request.id ?? undefined
    if (request.op === "authentication") return this.authenticate(id, request.appKey, request.session, now)
    if (request.op === "heartbeat") return this.accept(id, now)
    if (this.caller === undefined) {
      return this.refuse(id, { errorCode: "NOT_AUTHORIZED", errorMessage: "Authenticate before subscribing" }, now)
    }
    const subscription =
      request.op === "marketSubscription"
        ? this.subscribeMarkets(request, this.caller)
        : this.subscribeOrders(request, this.caller)
    if ("errorCode" in subscription) return this.refuse(id, subscription, now)
    this.accept(id, now)
    for (const message of subscription.begin(now)) this.options.lines.write(message, now)
    if (request.op === "marketSubscription") this.markets = subscription
    else this.orders = subscription
  }

  /** Tells what is new. */
  pulse(now: number): void {
    const { lines, openedAt } = this.options
    if (!lines.isReady(now)) return
    if (this.markets === undefined && this.orders === undefined && now - openedAt >= idleMs) {
      const errorMessage = `Connection is not subscribed and is idle: ${idleMs} ms`
      return this.refuse(undefined, { errorCode: "TIMEOUT", errorMessage }, now)
    }
    for (const subscription of [this.markets, this.orders]) {
      if (subscription === undefined) continue
      for (const message of subscription.pulse(now, lines.isUnavailable(now))) lines.write(message, now)
    }
  }

  /** Ends the connection with a refusal that answers no request. */
  refuse(id: number | undefined, { errorCode, errorMessage, staysOpen = false }: Refusal, now: number): void {
    const { connectionId, lines } = this.options
    const status = {
      op: "status",
      ...(id !== undefined && { id }),
      statusCode: "FAILURE",
      errorCode,
      errorMessage,
      connectionClosed: !staysOpen,
      connectionId
    }
    if (staysOpen) lines.write(status, now)
    else lines.end(status, now)
  }

  private accept(id: number | undefined, now: number, more: Readonly<Record<string, unknown>> = {}): void {
    const status = { op: "status", ...(id !== undefined && { id }), statusCode: "SUCCESS", connectionClosed: false }
    this.options.lines.write({ ...status, ...more }, now)
  }

  private authenticate(
    id: number | undefined,
    appKey: string | null | undefined,
    session: string | null | undefined,
    now: number
  ): void {
    if (this.caller !== undefined) {
      return this.refuse(id, { errorCode: "INVALID_REQUEST", errorMessage: "Connection is already authenticated" }, now)
    }
    const caller = this.options.sessions.caller(appKey ?? undefined, session ?? undefined, now)
    if (typeof caller === "string")
      return this.refuse(id, { errorCode: caller, errorMessage: "Not authenticated" }, now)
    const available = this.options.available(caller.account.username) - 1
    if (available < 0) {
      const errorMessage = "The account has too many connections"
      return this.refuse(id, { errorCode: "MAX_CONNECTION_LIMIT_EXCEEDED", errorMessage }, now)
    }
    this.caller = caller
    this.options.lines.account = caller.account.username
    this.accept(id, now, { connectionsAvailable: available })
  }

  private subscribeMarkets(
    request: StreamRequest.MarketSubscription,
    { isDelayed }: Caller
  ): Subscription<unknown> | Refusal {
    const { driver } = this.options
    const wanted = request.marketDataFilter?.fields ?? []
    const unknown = wanted.find((field) => !fields.some((known) => known === field))
    if (unknown !== undefined) return { errorCode: "INVALID_INPUT", errorMessage: `Unknown field: ${unknown}` }
    const markets = marketsOf(driver, request.marketFilter)
    if (markets._tag !== "Answer") {
      const details = markets._tag === "Fault" ? markets.fault.details : "Unknown market filter"
      return { errorCode: "INVALID_INPUT", errorMessage: details }
    }
    if (markets.result.length > maximumMarkets) {
      const errorMessage = `trying to subscribe to ${markets.result.length} markets, the limit is ${maximumMarkets}`
      return { errorCode: "SUBSCRIPTION_LIMIT_EXCEEDED", errorMessage, staysOpen: true }
    }
    const shown = new Set(fields.filter((field) => wanted.length === 0 || wanted.includes(field)))
    const view = new MarketView(shown, request.marketDataFilter?.ladderLevels ?? defaultLevels)
    const feed = new MarketFeed(driver, request.marketFilter, view, markets.result)
    const filter = [request.marketFilter, request.marketDataFilter]
    return this.subscription(request, feed, filter, isDelayed ? delayedConflateMs : 0)
  }

  private subscribeOrders(
    request: StreamRequest.OrderSubscription,
    { account }: Caller
  ): Subscription<unknown> | Refusal {
    const filter = request.orderFilter
    if ((filter?.accountIds ?? []).length > 0) {
      return { errorCode: "INVALID_INPUT", errorMessage: "accountIds is for internal use only" }
    }
    const refs = filter?.customerStrategyRefs ?? undefined
    const feed = new OrderFeed(this.options.driver, account.accountId, {
      strategyRefs: refs === undefined ? undefined : new Set(refs),
      includesOverallPosition: filter?.includeOverallPosition ?? true,
      partitionsByStrategyRef: filter?.partitionMatchedByStrategyRef ?? false
    })
    return this.subscription(request, feed, [account.accountId, filter], 0)
  }

  private subscription<Change>(
    request: StreamRequest.MarketSubscription | StreamRequest.OrderSubscription,
    feed: Feed<Change>,
    filter: unknown,
    leastConflateMs: number
  ): Subscription<unknown> | Refusal {
    const { clk, initialClk } = request
    const resume = clk != null && initialClk != null ? { clk, initialClk } : undefined
    if (resume !== undefined && positionOf(resume.clk) === undefined) {
      return { errorCode: "INVALID_CLOCK", errorMessage: "clk is not one of this stream" }
    }
    return new Subscription<unknown>(feed, {
      id: request.id ?? undefined,
      heartbeatMs: between(500, 5000, request.heartbeatMs ?? 5000),
      conflateMs: Math.max(leastConflateMs, between(0, 120_000, request.conflateMs ?? 0)),
      isSegmented: request.segmentationEnabled ?? false,
      initialClk: `${this.options.driver.run}.${feed.op}.${fingerprint(filter)}`,
      resume
    })
  }
}

const between = (minimum: number, maximum: number, value: number) => Math.min(maximum, Math.max(minimum, value))

const fingerprint = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16)

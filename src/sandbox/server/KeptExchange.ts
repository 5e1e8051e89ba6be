/**
 * The exchange behind its servers: every request that may change it is written down first, and from what is written
 * it can be set up again. Plain and synchronous, as the exchange is; only the flush to the disk is waited for.
 */
import type { AccountId, ExchangeContract, Publication } from "../exchange/ExchangeContract.ts"
import { type Reply } from "../exchange/Reply.ts"
import type { Snapshot } from "../exchange/Snapshot.ts"
import type { Book, Entry, KnownAccount } from "./Book.ts"

/** What the API can ask of the exchange. */
export type Operation =
  | "listEventTypes"
  | "listEvents"
  | "listVenues"
  | "listCountries"
  | "listMarketTypes"
  | "listCompetitions"
  | "listTimeRanges"
  | "listMarketCatalogue"
  | "listMarketBook"
  | "listRunnerBook"
  | "listCurrentOrders"
  | "listClearedOrders"
  | "listMarketProfitAndLoss"
  | "getAccountFunds"
  | "getAccountDetails"
  | "getAccountStatement"
  | "listCurrencyRates"
  | OrderOperation

/** Those that change it. */
export const orderOperations = ["placeOrders", "cancelOrders", "updateOrders", "replaceOrders"] as const
export type OrderOperation = (typeof orderOperations)[number]

/** A journal longer than this is not worth reading: time for a snapshot. */
const longestJournal = 2000
/** A snapshot as often as this, so that little has to be played again at the start. */
const snapshotEveryMs = 60_000

/** Of entries that are no account's. */
const nobody = 0

export type MakeExchange = (snapshot: Snapshot | undefined) => ExchangeContract

export interface KeptExchangeOptions {
  readonly make: MakeExchange
  readonly accounts: ReadonlyArray<KnownAccount>
  /** Without one the exchange lives in memory only. */
  readonly book?: Book
  readonly kept?: { readonly snapshot: Snapshot; readonly entries: ReadonlyArray<Entry> }
}

export class KeptExchange {
  private readonly options: KeptExchangeOptions
  private exchange: ExchangeContract
  private snapshotAt: number
  /** Since the last snapshot: what a restart plays again. With a book the same is on the disk. */
  private base: Snapshot | undefined
  private since: Array<Entry> = []

  constructor(options: KeptExchangeOptions) {
    this.options = options
    this.exchange = options.make(options.kept?.snapshot)
    for (const entry of options.kept?.entries ?? []) this.replay(entry)
    this.snapshotAt = this.exchange.now
    this.takeSnapshot()
  }

  /** The exchange of the moment, for what changes nothing. */
  get view(): ExchangeContract {
    return this.exchange
  }

  /** Carries a request out; one that may change something is on the disk when `flushed` is done. */
  request(operation: Operation, now: number, accountId: AccountId, params: unknown): Reply<unknown> {
    if (isOrderOperation(operation)) this.write({ at: Math.max(now, this.exchange.now), accountId, operation, params })
    return this.exchange[operation](now, accountId, params)
  }

  cancelAll(now: number, accountId: AccountId): { readonly found: number; readonly cancelled: number } {
    this.write({ at: Math.max(now, this.exchange.now), accountId, operation: "cancelAll", params: null })
    return this.exchange.cancelAll(now, accountId)
  }

  /** Suspends a market by hand, or lets it go on; false when it is not open. */
  hold(now: number, marketId: string, isHeld: boolean): boolean {
    const params = { marketId, isHeld }
    this.write({ at: Math.max(now, this.exchange.now), accountId: nobody, operation: "hold", params })
    return this.exchange.hold(now, marketId, isHeld)
  }

  advance(now: number): ReadonlyArray<Publication> {
    const published = this.exchange.advance(now)
    if (now - this.snapshotAt >= snapshotEveryMs || this.since.length >= longestJournal) {
      this.snapshotAt = now
      this.takeSnapshot()
    }
    return published
  }

  /** Done when all requests so far are on the disk. */
  async flushed(): Promise<void> {
    await this.options.book?.flushed()
  }

  /** Forgets the exchange and sets it up again from what was written, as the next process would. */
  restart(): void {
    const { base, since } = this
    this.exchange = this.options.make(base)
    for (const entry of since) this.replay(entry)
  }

  close(): void {
    this.takeSnapshot()
    this.options.book?.close()
  }

  private write(entry: Entry): void {
    this.options.book?.append(entry)
    // The exchange may keep, and change, what it was given.
    this.since.push(structuredClone(entry))
  }

  private replay({ accountId, at, operation, params }: Entry): void {
    if (operation === "cancelAll") return void this.exchange.cancelAll(at, accountId)
    if (operation === "hold") {
      const { isHeld, marketId } = params as { readonly marketId: string; readonly isHeld: boolean }
      return void this.exchange.hold(at, marketId, isHeld)
    }
    if (!isOrderOperation(operation)) throw new Error(`the journal has an unknown operation ${operation}`)
    this.exchange[operation](at, accountId, params)
  }

  private takeSnapshot(): void {
    const snapshot = this.exchange.snapshot()
    this.base = snapshot
    this.since = []
    this.options.book?.begin({ accounts: this.options.accounts, snapshot })
  }
}

export const isOrderOperation = (operation: string): operation is OrderOperation =>
  orderOperations.some((known) => known === operation)

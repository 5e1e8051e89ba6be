/**
 * The exchange's state: races, bets, accounts and what has been settled. It plays on with time, settles what closes, and
 * keeps what there is to publish. Operations are modules of their own beside it.
 */
import type { Pence } from "../../domain/Money.ts"
import { Account } from "./Account.ts"
import type { Bet } from "./Bet.ts"
import * as ExchangeDay from "./ExchangeDay.ts"
import type { ExchangeOptions, Publication } from "./ExchangeContract.ts"
import type { MarketAct } from "./MarketAct.ts"
import { MarketBets } from "./MarketBets.ts"
import { ExposureCache, exposureOn } from "./MarketRisk.ts"
import { OrderFeed } from "./OrderFeed.ts"
import { settleMarket } from "./MarketClosing.ts"
import type { BetTerms } from "./Bet.ts"
import type { Programme } from "./Programme.ts"
import { SettledOrders } from "./SettledOrders.ts"
import type { Snapshot } from "./Snapshot.ts"

/** Order changes are collected this long, so that each tells of one moment. */
const sliceMs = 100
/** After a longer halt listeners get images instead of everything they missed. */
const longestHaltMs = 60_000

export class Floor {
  readonly options: ExchangeOptions
  readonly accounts: ReadonlyMap<number, Account>
  races: Programme
  readonly settled: SettledOrders
  private readonly bets = new Map<string, MarketBets>()
  private readonly marketOfBet = new Map<string, MarketBets>()
  private readonly feeds = new Map<MarketBets, OrderFeed>()
  private readonly changedAt = new Map<MarketBets, number>()
  private readonly exposures = new ExposureCache()
  private readonly day: ExchangeDay.KeptDay
  private out: Array<Publication> = []
  private nextBetId: number
  private time: number

  constructor(options: ExchangeOptions, now: number, snapshot?: Snapshot) {
    const at = snapshot === undefined ? now : snapshot.now
    const acts = Object.entries(snapshot?.acts ?? {})
    this.options = options
    this.time = at
    this.accounts = new Map(
      options.accounts.map((account) => {
        const state = snapshot?.accounts.find(({ accountId }) => accountId === account.accountId)
        return [account.accountId, new Account(account, at, state)]
      })
    )
    this.settled = new SettledOrders(snapshot?.cleared ?? [], snapshot?.clearedBefore ?? 0, options.clearedOrdersKept)
    // Twelve digits, and beyond those of an exchange that was started earlier without being restored.
    this.nextBetId = snapshot?.nextBetId ?? Math.floor(now / 10)
    this.day = ExchangeDay.begin(options.day, at, snapshot?.day)
    this.races = ExchangeDay.open(options.day, this.day, at, new Set(acts.map(([marketId]) => marketId)))
    this.replay(acts)
  }

  /** Does again what accounts did, each at its time, in the races begun anew. */
  private replay(acts: ReadonlyArray<readonly [string, ReadonlyArray<MarketAct>]>): void {
    const all = acts.flatMap(([marketId, list]) => list.map((act) => ({ marketId, act })))
    for (const { act, marketId } of all.toSorted((a, b) => a.act.at - b.act.at)) {
      const bets = this.betsOn(marketId)
      bets.race.fastForward(act.at)
      this.perform(bets, act)
    }
    this.races.play(this.time, false)
    for (const bets of this.changedAt.keys()) this.feeds.get(bets)!.take(bets, false)
    this.changedAt.clear()
  }

  get now(): number {
    return this.time
  }

  /** Plays everything up to `now`; an earlier time than the last changes nothing. */
  play(now: number): void {
    const told = now - this.time <= longestHaltMs
    while (this.time < now) {
      if (now - this.time > longestHaltMs && this.bets.size === 0) {
        // Nobody watches and nobody has bet: what was run meanwhile need not be played.
        this.races = ExchangeDay.open(this.options.day, this.day, now, new Set())
        this.time = now
        break
      }
      const next = this.bets.size === 0 ? now : Math.min(now, (Math.floor(this.time / sliceMs) + 1) * sliceMs)
      this.time = next
      for (const message of this.races.play(next, told)) this.out.push({ _tag: "Market", at: message.pt, message })
      this.tellOrders()
    }
    if (!told) this.out.push({ _tag: "Gap", at: now })
    for (const account of this.accounts.values()) account.rollOver(this.time)
  }

  /** What has been published since the last call, in the order of its time. */
  takePublications(): ReadonlyArray<Publication> {
    this.tellOrders()
    const { out } = this
    this.out = []
    return out.toSorted((a, b) => a.at - b.at)
  }

  account(accountId: number): Account {
    const account = this.accounts.get(accountId)
    if (account === undefined) throw new Error(`the exchange has no account ${accountId}`)
    return account
  }

  makeBetId(): string {
    return String(this.nextBetId++)
  }

  /** Markets in which there are bets. */
  get betMarkets(): Iterable<MarketBets> {
    return this.bets.values()
  }

  /** The bets on an open market; undefined when there are none. */
  betsIn(marketId: string): MarketBets | undefined {
    return this.bets.get(marketId)
  }

  /** The account's bet of that id in a market that is not settled. */
  findBet(accountId: number, betId: string): { readonly bets: MarketBets; readonly bet: Bet } | undefined {
    const bets = this.marketOfBet.get(betId)
    const bet = bets?.bets.get(betId)
    return bets === undefined || bet?.terms.accountId !== accountId ? undefined : { bets, bet }
  }

  /** All bets of the account in markets that are not settled, by market, in the order of their placing. */
  betsOf(accountId: number): ReadonlyArray<Bet> {
    return [...this.bets.values()].flatMap((bets) => bets.of(accountId))
  }

  /** An account, or who runs the exchange, acts in an open market. */
  act(marketId: string, act: MarketAct): MarketBets {
    const bets = this.betsOn(marketId)
    this.perform(bets, act)
    return bets
  }

  private perform(bets: MarketBets, act: MarketAct): void {
    bets.perform(act)
    if (act.act !== "place") return
    for (const { accountId, betId } of act.bets) {
      this.marketOfBet.set(betId, bets)
      this.exposures.forget(bets, accountId)
    }
  }

  /** Suspends an open market by hand, or lets it go on; false when there is no such market. */
  hold(marketId: string, isHeld: boolean): boolean {
    const market = this.races.find(marketId)?.market
    if (market === undefined) return false
    if (market.isHeld !== isHeld) this.act(marketId, { act: "hold", at: this.time, isHeld })
    return true
  }

  /** Over all markets, 0 or less; of the market of `more` as if those bets stood there too. */
  exposure(accountId: number, more?: { readonly marketId: string; readonly bets: ReadonlyArray<BetTerms> }): Pence {
    let total = 0
    for (const bets of this.bets.values()) {
      if (bets.market.marketId !== more?.marketId) total += this.exposures.of(bets, accountId)
    }
    if (more === undefined) return total
    const market = this.races.find(more.marketId)!.market
    return total + exposureOn(market, this.bets.get(more.marketId), accountId, more.bets)
  }

  get snapshot(): Snapshot {
    return {
      version: 1,
      day: this.day,
      now: this.time,
      nextBetId: this.nextBetId,
      accounts: [...this.accounts.values()].map((account) => account.state),
      acts: Object.fromEntries([...this.bets].map(([marketId, bets]) => [marketId, [...bets.acts]])),
      cleared: [...this.settled.all],
      clearedBefore: this.settled.before
    }
  }

  private betsOn(marketId: string): MarketBets {
    const known = this.bets.get(marketId)
    if (known !== undefined) return known
    const { market, race } = this.races.find(marketId)!
    const bets = new MarketBets(race, market, {
      changed: (bets, bet) => this.changed(bets, bet),
      closed: (bets) => this.close(bets)
    })
    this.bets.set(marketId, bets)
    this.feeds.set(bets, new OrderFeed())
    return bets
  }

  private changed(bets: MarketBets, bet: Bet): void {
    this.exposures.forget(bets, bet.terms.accountId)
    this.feeds.get(bets)!.add(bet)
    this.changedAt.set(bets, bets.now)
  }

  private tellOrders(): void {
    for (const [bets, at] of this.changedAt) this.tell(bets, at, false)
    this.changedAt.clear()
  }

  private tell(bets: MarketBets, at: number, closed: boolean): void {
    for (const [accountId, change] of this.feeds.get(bets)!.take(bets, closed)) {
      this.out.push({ _tag: "Orders", at, accountId, change })
    }
  }

  private close(bets: MarketBets): void {
    const at = bets.now
    for (const accountId of bets.accountIds) {
      this.settled.add(settleMarket(bets, this.account(accountId), at))
    }
    const keptSince = this.settled.forget(at)
    if (keptSince !== null) for (const account of this.accounts.values()) account.forget(keptSince)
    this.tell(bets, at, true)
    this.changedAt.delete(bets)
    this.feeds.delete(bets)
    this.exposures.drop(bets)
    this.bets.delete(bets.market.marketId)
    for (const betId of bets.bets.keys()) this.marketOfBet.delete(betId)
  }
}

/** What the exchange's tests share: an exchange at a moment of one race, and accounts that bet on it. */
import { classic, toDecimal } from "../../../src/domain/PriceLadder.ts"
import { Race } from "../../../src/sandbox/Race.ts"
import * as RaceCard from "../../../src/sandbox/RaceCard.ts"
import type { AccountOptions, Publication } from "../../../src/sandbox/exchange/ExchangeContract.ts"
import { Exchange } from "../../../src/sandbox/exchange/Exchange.ts"
import type { OrderMarketChange } from "../../../src/sandbox/exchange/OrderMessage.ts"
import type { Reply } from "../../../src/sandbox/exchange/Reply.ts"
import type { Snapshot } from "../../../src/sandbox/exchange/Snapshot.ts"

/** One race at a time: the next opens after the last has closed. */
export const day: RaceCard.Day = { seed: 7, intervalMs: 1_200_000 }
const firstIndex = 1_495_000

export const cardOf = (wanted: (card: RaceCard.RaceCard) => boolean): RaceCard.RaceCard => {
  for (let index = firstIndex; index < firstIndex + 500; index++) {
    const card = RaceCard.make(day, index)
    if (wanted(card)) return card
  }
  throw new Error("no such race")
}

export const horses = cardOf(({ sport, withdrawal }) => sport === "horses" && withdrawal === null)
export const greyhounds = cardOf(({ sport, withdrawal }) => sport === "greyhounds" && withdrawal === null)
/** The favourite is withdrawn, or nearly. */
export const withdrawn = cardOf(
  ({ sport, withdrawal }) => sport === "horses" && withdrawal !== null && withdrawal.entry < 2
)

/** The selection that will have won: results do not depend on bets. */
export const winnerOf = (card: RaceCard.RaceCard): number => {
  const race = new Race(day, card.index)
  race.fastForward(card.closeAt)
  return card.entries[race.finish[0]!]!.selectionId
}

export const account = (accountId: number, more: Partial<AccountOptions> = {}): AccountOptions => ({
  accountId,
  firstName: "Ada",
  lastName: "Smith",
  currencyCode: "GBP",
  startingBalancePence: 1_000_000,
  discountRate: 0,
  ...more
})

export const answered = <A>(reply: Reply<A>): A => {
  if (reply._tag !== "Answer") throw new Error(`not answered at once: ${JSON.stringify(reply)}`)
  return reply.result
}

/** A race's exchange at a time, which moves on with `to` and `pass`. */
export class Scene {
  readonly card: RaceCard.RaceCard
  exchange: Exchange
  now: number
  readonly publications: Array<Publication> = []
  readonly win: string
  readonly place: string
  private readonly accounts: ReadonlyArray<AccountOptions>

  constructor(
    card: RaceCard.RaceCard,
    now: number,
    accounts: ReadonlyArray<AccountOptions> = [account(1), account(2)]
  ) {
    this.card = card
    this.now = now
    this.accounts = accounts
    this.exchange = new Exchange({ day, accounts }, now)
    const [win, place] = new Race(day, card.index).markets
    this.win = win!.marketId
    this.place = place!.marketId
  }

  to(now: number): this {
    while (this.now < now) {
      this.now = Math.min(now, this.now + 10_000)
      this.publications.push(...this.exchange.advance(this.now))
    }
    return this
  }

  pass(ms: number): this {
    return this.to(this.now + ms)
  }

  /** Killed and started again from what a file would hold. */
  restart(snapshot: Snapshot = this.exchange.snapshot()): this {
    this.exchange = new Exchange({ day, accounts: this.accounts }, JSON.parse(JSON.stringify(snapshot)))
    return this
  }

  as(accountId: number, marketId = this.win): Bettor {
    return new Bettor(this, accountId, marketId)
  }

  /** Selection ids as the card lists them. */
  get selections(): ReadonlyArray<number> {
    return this.card.entries.map(({ selectionId }) => selectionId)
  }

  ordersTold(accountId = 1): ReadonlyArray<OrderMarketChange> {
    return this.publications.flatMap((publication) =>
      publication._tag === "Orders" && publication.accountId === accountId ? [publication.change] : []
    )
  }
}

export const limit = (
  selectionId: number,
  side: string,
  price: number,
  size: number,
  more: object = {},
  outer: object = {}
) => ({
  selectionId,
  handicap: 0,
  side,
  orderType: "LIMIT",
  limitOrder: { price, size, persistenceType: "LAPSE", ...more },
  ...outer
})

export const onClose = (selectionId: number, side: string, liability: number, price?: number) =>
  price === undefined
    ? { selectionId, side, orderType: "MARKET_ON_CLOSE", marketOnCloseOrder: { liability } }
    : { selectionId, side, orderType: "LIMIT_ON_CLOSE", limitOnCloseOrder: { liability, price } }

export class Bettor {
  readonly scene: Pick<Scene, "exchange" | "now">
  readonly accountId: number
  readonly marketId: string

  constructor(scene: Bettor["scene"], accountId: number, marketId: string) {
    this.scene = scene
    this.accountId = accountId
    this.marketId = marketId
  }

  placing(instructions: ReadonlyArray<unknown>, more: object = {}) {
    const { accountId, marketId, scene } = this
    return scene.exchange.placeOrders(scene.now, accountId, { marketId, instructions, ...more })
  }

  place(...instructions: ReadonlyArray<unknown>) {
    return answered(this.placing(instructions))
  }

  /** Places one bet that must be accepted; its id. */
  bet(instruction: unknown): string {
    const report = this.place(instruction)
    if (report.status !== "SUCCESS") throw new Error(JSON.stringify(report))
    return report.instructionReports![0]!.betId!
  }

  cancel(instructions?: ReadonlyArray<unknown>, more: object = {}) {
    const { accountId, marketId, scene } = this
    return answered(scene.exchange.cancelOrders(scene.now, accountId, { marketId, instructions, ...more }))
  }

  update(...instructions: ReadonlyArray<unknown>) {
    const { accountId, marketId, scene } = this
    return answered(scene.exchange.updateOrders(scene.now, accountId, { marketId, instructions }))
  }

  replace(...instructions: ReadonlyArray<unknown>) {
    const { accountId, marketId, scene } = this
    return answered(scene.exchange.replaceOrders(scene.now, accountId, { marketId, instructions }))
  }

  orders(params: object = {}) {
    return answered(this.scene.exchange.listCurrentOrders(this.scene.now, this.accountId, params)).currentOrders
  }

  order(betId: string) {
    return this.orders({ betIds: [betId] })[0]
  }

  cleared(betStatus: string, more: object = {}) {
    const { accountId, scene } = this
    return answered(scene.exchange.listClearedOrders(scene.now, accountId, { betStatus, ...more })).clearedOrders
  }

  funds() {
    return answered(this.scene.exchange.getAccountFunds(this.scene.now, this.accountId, {}))
  }

  statement() {
    return answered(this.scene.exchange.getAccountStatement(this.scene.now, this.accountId, {})).accountStatement
  }

  book(priceData: ReadonlyArray<string> = ["EX_ALL_OFFERS", "EX_TRADED"]) {
    const { accountId, marketId, scene } = this
    const params = { marketIds: [marketId], priceProjection: { priceData } }
    return answered(scene.exchange.listMarketBook(scene.now, accountId, params))[0]!
  }

  runner(selectionId: number) {
    return this.book().runners.find((runner) => runner.selectionId === selectionId)!
  }
}

/** Prices so many ticks away. */
export const ticks = (price: number, steps: number): number =>
  toDecimal(classic[classic.indexOf(Math.round(price * 100)) + steps]!)

export const errorsOf = (report: { readonly instructionReports?: ReadonlyArray<{ readonly errorCode?: string }> }) =>
  report.instructionReports?.map(({ errorCode }) => errorCode)

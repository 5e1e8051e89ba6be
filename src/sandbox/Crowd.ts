/**
 * Everybody else in a market: makers who quote about what they think is fair, takers who cross the spread, and owners who
 * withdraw. They know what the race has revealed with some delay, and err, each market's crowd in its own way; so prices
 * are right on average, and wrong at times.
 *
 * The crowd only places, takes and withdraws orders of its own, so accounts' orders can stand among them.
 */
import type { Pence } from "../domain/Money.ts"
import { classic } from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"
import type { CrowdConditions, MarketKind } from "./CrowdConditions.ts"
import { tickOfChance } from "./FairTick.ts"
import { isCrowds, OrderBook, type Order, type RestingOrders } from "./OrderBook.ts"
import { placeChances, softmax } from "./RaceProgress.ts"
import type { SeededRandom } from "./SeededRandom.ts"
import { StartingPriceBets } from "./StartingPrice.ts"

const lastTick = classic.length - 1

/** The mean size of one order on a runner of that chance, in pence, in a market of liquidity 1. */
const sizeOf = (chance: number): Pence => 20_000 * chance ** 0.8

export class Crowd {
  readonly books: ReadonlyArray<OrderBook>
  readonly startingPrices: ReadonlyArray<StartingPriceBets>
  /** What the crowd thinks fair: chances of winning (or of a place), and the same as ticks. */
  readonly chances: Float64Array
  readonly fairTicks: Float64Array
  private readonly market: MarketKind
  private readonly random: SeededRandom
  private readonly opinions: Float64Array
  private readonly errors: Float64Array
  private readonly strengths: Float64Array
  private readonly winChances: Float64Array
  private conditions: CrowdConditions

  constructor(market: MarketKind, random: SeededRandom, strengths: Float64Array, conditions: CrowdConditions) {
    const runners = strengths.length
    this.market = market
    this.random = random
    this.conditions = conditions
    this.books = Array.from({ length: runners }, () => new OrderBook())
    this.startingPrices = Array.from({ length: runners }, () => new StartingPriceBets())
    this.opinions = Float64Array.from(strengths)
    this.errors = Float64Array.from(strengths, () => random.normal() * conditions.error)
    this.strengths = new Float64Array(runners)
    this.winChances = new Float64Array(runners)
    this.chances = new Float64Array(runners)
    this.fairTicks = new Float64Array(runners)
    this.value()
    for (let runner = 0; runner < runners; runner++) {
      this.trade(runner)
      this.quoteFarOff(runner)
      for (let i = 0; i < conditions.ordersPerSide; i++) {
        this.quote(runner, "BACK")
        this.quote(runner, "LAY")
      }
    }
  }

  get actionsPerSecond(): number {
    return this.conditions.actionsPerSecond
  }

  /** Some time has passed: the crowd learns, forgets its errors, makes new ones, and orders that are now wrong go. */
  revalue(strengths: Float64Array, seconds: number, conditions: CrowdConditions): void {
    this.conditions = conditions
    const learnt = 1 - Math.exp(-seconds / conditions.delaySeconds)
    const kept = Math.exp(-seconds / conditions.errorSeconds)
    const fresh = conditions.error * Math.sqrt(1 - kept * kept)
    for (let runner = 0; runner < strengths.length; runner++) {
      const opinion = this.opinions[runner]!
      if (opinion === Number.NEGATIVE_INFINITY) continue
      this.opinions[runner] = opinion + (strengths[runner]! - opinion) * learnt
      this.errors[runner] = this.errors[runner]! * kept + fresh * this.random.normal()
    }
    this.value()
    for (let runner = 0; runner < strengths.length; runner++) if (this.chances[runner]! > 0) this.correct(runner)
  }

  /** One of the crowd does something. */
  act(): void {
    const { random } = this
    const runner = this.pickRunner()
    const choice = random.next()
    if (choice < this.conditions.takerShare) return this.takeBest(runner, random.chance(0.5) ? "BACK" : "LAY")
    const side = random.chance(0.5) ? "BACK" : "LAY"
    const orders = this.side(runner, side)
    if (random.chance(orders.count < this.conditions.ordersPerSide ? 0.7 : 0.4)) this.quote(runner, side)
    else this.withdrawOne(orders)
  }

  /** One of the crowd bets at the starting price; layers stand to lose about what backers stand to win. */
  betAtStartingPrice(): void {
    const { random } = this
    const runner = this.pickRunner()
    const chance = this.chances[runner]!
    const bets = this.startingPrices[runner]!
    const stake = this.randomSize(chance, 0.25)
    const limit = random.chance(0.15) ? Math.round(this.fairTicks[runner]! + 4 * random.normal()) : null
    if (random.chance(0.5)) return bets.back(limit === null ? 0 : Math.max(0, Math.min(lastTick, limit)), stake)
    const liability = Math.max(1000, Math.round(stake * Math.min(999, 1 / chance - 1)))
    bets.lay(limit === null ? lastTick : Math.max(1, Math.min(lastTick, limit)), liability)
  }

  /**
   * A runner is withdrawn: its orders are void. Where the reduction matters, unmatched lays of the others go, and those
   * that are kept in-play are scaled down with the prices.
   */
  withdraw(withdrawn: number, reductionPercent: number, cancelsLays: boolean): void {
    this.opinions[withdrawn] = Number.NEGATIVE_INFINITY
    this.value()
    this.books.forEach((book, runner) => {
      if (runner === withdrawn) {
        book.backs.removeWhere(isCrowds)
        book.lays.removeWhere(isCrowds)
        this.startingPrices[runner]!.clear()
      } else if (cancelsLays) {
        for (const order of book.lays.removeWhere(isCrowds)) {
          if (!order.persists) continue
          const reduced = tickOfChance(100 / (classic[order.tick]! * (1 - reductionPercent / 100)))
          book.lays.add({ ...order, tick: Math.max(0, Math.floor(reduced)) })
        }
      }
    })
  }

  /** The market turns in-play: orders that are not to be kept lapse, and bets at the starting price are done. */
  turnInPlay(): void {
    for (const book of this.books) {
      book.backs.removeWhere((order) => isCrowds(order) && !order.persists)
      book.lays.removeWhere((order) => isCrowds(order) && !order.persists)
    }
  }

  /** The race is over: none of its orders is left. */
  leave(): void {
    for (const book of this.books) {
      book.backs.removeWhere(isCrowds)
      book.lays.removeWhere(isCrowds)
    }
  }

  private side(runner: number, side: Side): RestingOrders {
    const book = this.books[runner]!
    return side === "BACK" ? book.backs : book.lays
  }

  private value(): void {
    const { chances, errors, fairTicks, market, opinions, strengths, winChances } = this
    for (let i = 0; i < strengths.length; i++) strengths[i] = opinions[i]! + errors[i]!
    if (market.places === 1) softmax(strengths, chances)
    else {
      softmax(strengths, winChances)
      placeChances(winChances, market.places, chances)
    }
    for (let i = 0; i < chances.length; i++) fairTicks[i] = tickOfChance(Math.min(1, chances[i]!))
  }

  /** Likely runners see more of the action. */
  private pickRunner(): number {
    const { chances, random } = this
    let total = 0
    for (const chance of chances) total += chance > 0 ? Math.sqrt(chance) + 0.05 : 0
    let left = random.next() * total
    for (let runner = 0; runner < chances.length; runner++) {
      const chance = chances[runner]!
      if (chance <= 0) continue
      left -= Math.sqrt(chance) + 0.05
      if (left < 0) return runner
    }
    return chances.indexOf(Math.max(...chances))
  }

  /** Log-normal about the usual size; a third of all bets are round numbers. */
  private randomSize(chance: number, spread: number, factor = 1): Pence {
    const { random } = this
    const mean = sizeOf(chance) * this.market.liquidity * this.conditions.size * factor
    const pence = Math.max(100, Math.round(mean * Math.exp(spread * (random.normal() - spread / 2))))
    if (!random.chance(0.35)) return pence
    const unit = 10 ** Math.floor(Math.log10(pence))
    return Math.round(pence / unit) * unit
  }

  /**
   * A maker's order: from far away (`place` near 0) through somewhere in the book to the nearest price (`place` near 1).
   * If makers disagree enough, it is matched at once.
   */
  private quote(runner: number, side: Side, place = this.random.next()): void {
    const { conditions, random } = this
    const far = place < 0.12
    const depth = far ? 25 : place < 0.6 ? conditions.depth : 0
    const distance = conditions.halfSpread * random.between(0.5, 1.5) + random.exponential() * depth
    const opinion = this.fairTicks[runner]! + 0.35 * random.normal()
    const tick =
      side === "LAY" ? Math.floor(Math.min(lastTick, opinion - distance)) : Math.ceil(Math.max(0, opinion + distance))
    if (tick < 0 || tick > lastTick) return
    const remaining = this.randomSize(this.chances[runner]!, 0.9)
    this.books[runner]!.place({ side, tick, remaining, persists: far && random.chance(0.4) })
  }

  /** A taker's order at the best price, or a tick beyond; what is not matched rests or is withdrawn. */
  private takeBest(runner: number, side: Side): void {
    const { conditions, random } = this
    const opposite = this.side(runner, side === "BACK" ? "LAY" : "BACK")
    if (opposite.isEmpty) return
    const loss = (this.fairTicks[runner]! - opposite.best) * -opposite.worse
    if (loss > 2 + 2 * conditions.halfSpread) return
    const tick = opposite.best + (random.chance(0.15) ? opposite.worse : 0)
    if (tick < 0 || tick > lastTick) return
    const order: Order = { side, tick, remaining: this.randomSize(this.chances[runner]!, 1.3, 2), persists: false }
    const book = this.books[runner]!
    if (random.chance(0.3)) book.place(order)
    else book.take(order)
  }

  /** An owner withdraws an order, most often near the best price. */
  private withdrawOne(orders: RestingOrders): void {
    if (orders.isEmpty) return
    const tick = orders.tickAtLevel(Math.floor(this.random.exponential() * 5))
    const order = this.random.pick(orders.queueAt(tick))
    if (isCrowds(order) && !order.persists) orders.remove(order)
  }

  private correct(runner: number): void {
    this.clearWrong(runner, "LAY")
    this.clearWrong(runner, "BACK")
    this.fillGap(runner, "LAY")
    this.fillGap(runner, "BACK")
  }

  /** Orders that have become too good are matched by the quick or withdrawn by their owners. */
  private clearWrong(runner: number, side: Side): void {
    const { conditions, random } = this
    const orders = this.side(runner, side)
    for (let i = 0; i < 40 && !orders.isEmpty; i++) {
      if ((this.fairTicks[runner]! - orders.best) * orders.worse <= conditions.tolerance) return
      const order = orders.queueAt(orders.best)[0]!
      if (!random.chance(0.35)) {
        // Its owner is not one of the crowd and does not run; the quick have it.
        if (isCrowds(order)) orders.remove(order)
      } else {
        const remaining = this.randomSize(this.chances[runner]!, 0.9)
        const taker = side === "BACK" ? "LAY" : "BACK"
        this.books[runner]!.take({ side: taker, tick: orders.best, remaining, persists: false })
      }
    }
  }

  private fillGap(runner: number, side: Side): void {
    const orders = this.side(runner, side)
    const distance = orders.isEmpty ? Number.POSITIVE_INFINITY : (orders.best - this.fairTicks[runner]!) * orders.worse
    if (distance > this.conditions.gap + this.conditions.halfSpread && this.random.chance(0.6))
      this.quote(runner, side, 1)
  }

  /** What was matched before the market was looked at: some dozens of bets about the price of now. */
  private trade(runner: number): void {
    const { random } = this
    const chance = this.chances[runner]!
    for (let i = 0; i < 30; i++) {
      const tick = Math.round(this.fairTicks[runner]! + 4 * random.normal() * (1 - i / 30))
      const size = this.randomSize(chance, 0.8, (this.market.sport === "horses" ? 8 : 1) * (i < 25 ? 1 : 0.1))
      this.books[runner]!.recordTrade(Math.max(0, Math.min(lastTick, tick)), size)
    }
  }

  /** Orders that hope for the impossible: big at 1.01, small at 1000. */
  private quoteFarOff(runner: number): void {
    const { market, random } = this
    const book = this.books[runner]!
    const fair = this.fairTicks[runner]!
    for (const tick of [0, 1, 2, 4, 9, 19, 49, 99]) {
      if (tick >= fair - 3) break
      const pounds = (tick < 2 ? 3000 : 150) * market.liquidity * Math.exp(random.normal()) * 20 ** (-tick / 50)
      book.lays.add({ side: "LAY", tick, remaining: Math.max(200, Math.round(pounds * 100)), persists: true })
    }
    for (const tick of [lastTick, lastTick - 1, lastTick - 20, 310, 290]) {
      if (tick <= fair + 3) break
      book.backs.add({ side: "BACK", tick, remaining: random.below(800) + 10, persists: true })
    }
  }
}

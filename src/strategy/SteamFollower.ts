/**
 * Follows money: a runner whose traded price shortens by so many ticks within a window, with so much money traded since, is
 * backed ("steam"); one that drifts is laid. A withdrawn runner moves every price, so the memory of a market begins anew
 * when its field changes. It bets before the off only.
 *
 * Confidence is the geometric mean of the move (½ at the ticks demanded), the money traded behind it (½ at the volume demanded)
 * and the tightness of the spread.
 */
import { choice, integer, money, number, section } from "../config/Setting.ts"
import type { MarketId, RunnerKey } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"
import type { Signal } from "../domain/Signal.ts"
import type { MarketBook, RunnerBook } from "../market/MarketBook.ts"
import * as Confidence from "./Confidence.ts"
import * as Offer from "./Offer.ts"
import * as OwnBets from "./OwnBets.ts"
import * as Parameter from "./Parameter.ts"
import { type Move, RecentPrices } from "./RecentPrices.ts"
import * as Strategy from "./Strategy.ts"

const parameters = section(
  {
    ticks: integer(5, { minimum: 1, maximum: 349 }, "Ticks the traded price must have moved within the window"),
    windowSeconds: number(120, { minimum: 1, maximum: 86_400 }, "Length of the window"),
    minVolume: money(
      100,
      { minimum: 0, maximum: 100_000_000 },
      "Money that must have been traded on the runner since the move began"
    ),
    maxSpreadTicks: integer(4, { minimum: 1, maximum: 349 }, "No bet when the spread is wider than so many ticks"),
    follow: choice(["steam", "drift", "both"], "both", "Back shortening prices, lay drifting ones, or both"),
    minOdds: Parameter.odds(1.5, "No bet at shorter odds"),
    maxOdds: Parameter.odds(12, "No bet at longer odds"),
    sizing: choice(["fixed", "kelly"], "fixed", "A fixed stake, or Kelly from the price expected after further ticks"),
    stake: money(2, { minimum: 0.01, maximum: 1_000_000 }, "Backer's stake of a fixed bet"),
    furtherTicks: integer(
      5,
      { minimum: 1, maximum: 349 },
      "With kelly: the fair price is this many ticks further on than the price bet at"
    ),
    approach: Parameter.approach,
    persistence: Parameter.persistence
  },
  "steam_follower"
).check(Parameter.ordered)

type Parameters = typeof parameters.Type

export const steamFollower = Strategy.define<Parameters>({
  name: "steam_follower",
  description: "Backs runners whose traded price shortens fast with money behind it, lays those that drift",
  parameters,
  traits: { inPlay: false, needsPrediction: false },
  make: (parameters) => new SteamFollower(parameters)
})

interface MarketMemory {
  /** Active runners, by which a changed field is seen. */
  active: number
  readonly runners: Map<RunnerKey, RecentPrices>
}

class SteamFollower implements Strategy.Evaluator {
  private readonly parameters: Parameters
  private readonly minPrice: number
  private readonly maxPrice: number
  private readonly memories = new Map<MarketId, MarketMemory>()

  constructor(parameters: Parameters) {
    this.parameters = parameters
    this.minPrice = PriceLadder.fromDecimal(parameters.minOdds)
    this.maxPrice = PriceLadder.fromDecimal(parameters.maxOdds)
  }

  observe(market: Strategy.Snapshot["market"], book: MarketBook, now: number): void {
    if (market.inPlay) return
    const memory = this.memory(market.marketId)
    let active = 0
    for (const runner of book.runners) if (runner.isActive) active++
    if (active !== memory.active) {
      memory.runners.clear()
      memory.active = active
    }
    for (const runner of book.runners) {
      if (!runner.isActive || runner.lastPriceTraded <= 0) continue
      let prices = memory.runners.get(runner.key)
      if (prices === undefined) {
        memory.runners.set(runner.key, (prices = new RecentPrices(this.parameters.windowSeconds * 1000)))
      }
      prices.record(now, runner.lastPriceTraded, tradedVolume(runner))
    }
  }

  forget(marketId: MarketId): void {
    this.memories.delete(marketId)
  }

  evaluate(snapshot: Strategy.Snapshot): ReadonlyArray<Signal> {
    const { book, market, now } = snapshot
    this.observe(market, book, now)
    if (market.status !== "OPEN" || market.inPlay) return []
    const { runners } = this.memory(market.marketId)
    const { follow } = this.parameters
    const signals: Array<Signal> = []
    for (const runner of book.runners) {
      const prices = runners.get(runner.key)
      if (prices === undefined || !runner.isActive) continue
      if (follow !== "drift") signals.push(...this.follow(snapshot, runner, "BACK", prices.shortening()))
      if (follow !== "steam") signals.push(...this.follow(snapshot, runner, "LAY", prices.drifting()))
    }
    return signals
  }

  private memory(marketId: MarketId): MarketMemory {
    let memory = this.memories.get(marketId)
    if (memory === undefined) this.memories.set(marketId, (memory = { active: 0, runners: new Map() }))
    return memory
  }

  private follow(
    { market, openBets }: Strategy.Snapshot,
    runner: RunnerBook,
    side: Side,
    move: Move
  ): ReadonlyArray<Signal> {
    const { approach, maxSpreadTicks, minVolume, persistence, sizing, stake, ticks } = this.parameters
    if (move.ticks < ticks || move.volume < minVolume) return []
    const spread = Offer.spreadTicks(runner)
    const price = Offer.price(runner, side, approach, market)
    if (spread > maxSpreadTicks || price < this.minPrice || price > this.maxPrice) return []
    if (OwnBets.stand(openBets, runner, side)) return []
    const probability = this.expectedProbability(side, price)
    if (sizing === "kelly" && probability === null) return []
    return [
      {
        _tag: "Place",
        selectionId: runner.selectionId,
        handicap: runner.handicap,
        side,
        order: { _tag: "LIMIT", price, persistence: Offer.persistence(persistence, market) },
        ...(sizing === "kelly" && probability !== null
          ? { sizing: { _tag: "KELLY" }, probability }
          : { sizing: { _tag: "FIXED", amount: stake } }),
        confidence: Confidence.geometricMean(
          Confidence.saturation(move.ticks, ticks),
          Confidence.saturation(move.volume, minVolume),
          Confidence.tightness(spread)
        ),
        reason:
          `traded from ${PriceLadder.toDecimal(move.from)} to ${PriceLadder.toDecimal(move.to)} ` +
          `(${move.ticks} ticks) with ${Math.round(move.volume / 100)} behind it`
      }
    ]
  }

  /** Of the price the move is expected to go on to; null where the ladder ends before any further move. */
  private expectedProbability(side: Side, price: Price): number | null {
    const { furtherTicks } = this.parameters
    const expected = PriceLadder.move(price, side === "BACK" ? -furtherTicks : furtherTicks)
    return expected === price ? null : 100 / expected
  }
}

/** As the exchange tells it, else the sum of what was traded at each price. */
const tradedVolume = (runner: RunnerBook): Pence => {
  if (runner.totalMatched > 0) return runner.totalMatched
  let sum = 0
  for (let level = 0; level < runner.traded.length; level++) sum += runner.traded.size(level)
  return sum
}

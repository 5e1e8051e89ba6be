/**
 * Lays short prices in play: most runners that trade low win, but the price pays for those that don't. A runner has one bet at
 * a time; what is not matched within seconds is taken back, because a price in play is old at once. What is matched stays,
 * and the runner is not laid again.
 *
 * Confidence is the geometric mean of the spread's tightness and, counted twice, the share of the order that the best price
 * can take: what is not filled at once in play seldom is.
 */
import { choice, money, number, section } from "../config/Setting.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { Price } from "../domain/PriceLadder.ts"
import type { Signal } from "../domain/Signal.ts"
import type { RunnerBook } from "../market/MarketBook.ts"
import * as Confidence from "./Confidence.ts"
import * as Offer from "./Offer.ts"
import * as OwnBets from "./OwnBets.ts"
import * as Parameter from "./Parameter.ts"
import * as Strategy from "./Strategy.ts"

const parameters = section(
  {
    maxPrice: Parameter.odds(1.5, "Runners at or below these odds are laid; no lay is ever made above them"),
    trigger: choice(["last_price", "best_lay"], "last_price", "Which price must be at or below max_price"),
    sizing: choice(["stake", "liability"], "stake", "Whether amount is the backer's stake or what may be lost"),
    amount: money(2, { minimum: 0.01, maximum: 1_000_000 }, "Size of each bet"),
    cancelAfterSeconds: number(5, { minimum: 0, maximum: 86_400 }, "What is not matched after this long is cancelled")
  },
  "inplay_layer"
)

type Parameters = typeof parameters.Type

export const inplayLayer = Strategy.define<Parameters>({
  name: "inplay_layer",
  description: "Lays runners that trade at short odds in play, and takes back what is not matched within seconds",
  parameters,
  traits: { inPlay: true, needsPrediction: false, window: { from: 0, to: 0 } },
  make: (parameters) => new InplayLayer(parameters)
})

class InplayLayer implements Strategy.Evaluator {
  private readonly parameters: Parameters
  private readonly maxPrice: Price
  private readonly cancellations = new OwnBets.Cancellations()

  constructor(parameters: Parameters) {
    this.parameters = parameters
    this.maxPrice = PriceLadder.fromDecimal(parameters.maxPrice)
  }

  forget(marketId: MarketId): void {
    this.cancellations.forget(marketId)
  }

  evaluate(snapshot: Strategy.Snapshot): ReadonlyArray<Signal> {
    const { book, market } = snapshot
    if (market.status === "CLOSED") return []
    const signals: Array<Signal> = this.tooOld(snapshot)
    if (market.status !== "OPEN" || !market.inPlay) return signals
    for (const runner of book.runners) {
      if (runner.isActive) signals.push(...this.lay(snapshot, runner))
    }
    return signals
  }

  private tooOld({ now, openBets }: Strategy.Snapshot): Array<Signal> {
    const { cancelAfterSeconds } = this.parameters
    return openBets.flatMap((bet) =>
      OwnBets.isCancellable(bet) && now - (bet.placedAt ?? now) >= cancelAfterSeconds * 1000
        ? this.cancellations.request(bet, now, `not matched within ${cancelAfterSeconds} s`)
        : []
    )
  }

  private lay({ market, openBets }: Strategy.Snapshot, runner: RunnerBook): ReadonlyArray<Signal> {
    const price = Offer.price(runner, "LAY", "take", market)
    const trigger = this.parameters.trigger === "last_price" ? runner.lastPriceTraded : price
    if (price === 0 || price > this.maxPrice || trigger <= 0 || trigger > this.maxPrice) return []
    const stake = this.stakeAt(price)
    if (stake <= 0 || OwnBets.stand(openBets, runner, "LAY")) return []
    const filled = Math.min(1, runner.availableToLay.size(0) / stake)
    return [
      {
        _tag: "Place",
        selectionId: runner.selectionId,
        handicap: runner.handicap,
        side: "LAY",
        order: { _tag: "LIMIT", price, persistence: "LAPSE" },
        sizing: { _tag: "FIXED", amount: stake },
        confidence: Confidence.geometricMean(Confidence.tightness(Offer.spreadTicks(runner)), filled, filled),
        reason: `in play at ${PriceLadder.toDecimal(trigger)}, laid at ${PriceLadder.toDecimal(price)}`
      }
    ]
  }

  /** Backer's stake; from a liability it is rounded down, so that no more than the liability can be lost. */
  private stakeAt(price: Price): Pence {
    const { amount, sizing } = this.parameters
    return sizing === "stake" ? amount : Math.floor((amount * 100) / (price - 100) + 1e-9)
  }
}

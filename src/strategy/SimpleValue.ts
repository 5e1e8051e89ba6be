/**
 * Value against the market's own recent past: the time-weighted, de-margined probability of each runner is held to be fair,
 * and a price that has left it far enough is taken. It bets before the off only.
 *
 * Confidence is the geometric mean of three: how much money stands behind the market's opinion (½ at the least volume
 * demanded), how tight the spread is (1 at one tick, ½ at nine), and how long the runner was watched (½ at one half-life).
 */
import { number, section } from "../config/Setting.ts"
import type { Bet } from "../domain/Bet.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { Pence } from "../domain/Money.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"
import type { PlaceSignal, Signal } from "../domain/Signal.ts"
import * as Value from "../domain/Value.ts"
import type { RunnerBook } from "../market/MarketBook.ts"
import * as Confidence from "./Confidence.ts"
import * as Offer from "./Offer.ts"
import * as OwnBets from "./OwnBets.ts"
import * as Parameter from "./Parameter.ts"
import { ReferenceProbability } from "./ReferenceProbability.ts"
import * as Strategy from "./Strategy.ts"

const unit = { minimum: 0, maximum: 1 }

const parameters = section(
  {
    minEdge: number(0.03, unit, "Least expected profit per pound at risk, after commission: 0.03 is 3 %"),
    minConfidence: number(0.5, unit, "Least confidence, from volume, spread and history"),
    halfLifeSeconds: number(
      120,
      { minimum: 1, maximum: 86_400 },
      "A price this old weighs half as much in the reference probability"
    ),
    minOdds: Parameter.odds(1.5, "No bet at shorter odds"),
    maxOdds: Parameter.odds(12, "No bet at longer odds"),
    minTradedVolume: Parameter.minTradedVolume,
    sides: Parameter.sides,
    approach: Parameter.approach,
    persistence: Parameter.persistence,
    stake: Parameter.stake
  },
  "simple_value"
).check(Parameter.ordered)

type Parameters = typeof parameters.Type

export const simpleValue = Strategy.define<Parameters>({
  name: "simple_value",
  description: "Bets when a price has left the market's own recent, de-margined probability by more than an edge",
  parameters,
  traits: { inPlay: false, needsPrediction: false },
  make: (parameters) => new SimpleValue(parameters)
})

class SimpleValue implements Strategy.Evaluator {
  private readonly parameters: Parameters
  private readonly minPrice: number
  private readonly maxPrice: number
  private readonly references = new Map<MarketId, ReferenceProbability>()
  private readonly cancellations = new OwnBets.Cancellations()

  constructor(parameters: Parameters) {
    this.parameters = parameters
    this.minPrice = PriceLadder.fromDecimal(parameters.minOdds)
    this.maxPrice = PriceLadder.fromDecimal(parameters.maxOdds)
  }

  observe(market: Strategy.Snapshot["market"], book: Strategy.Snapshot["book"], now: number): void {
    this.reference(market.marketId).observe(market, book, now)
  }

  forget(marketId: MarketId): void {
    this.references.delete(marketId)
    this.cancellations.forget(marketId)
  }

  evaluate(snapshot: Strategy.Snapshot): ReadonlyArray<Signal> {
    const { book, market, now } = snapshot
    const reference = this.reference(market.marketId)
    reference.observe(market, book, now)
    if (market.status !== "OPEN" || market.inPlay) return []
    const signals: Array<Signal> = []
    for (const bet of snapshot.openBets) signals.push(...this.withdraw(snapshot, bet, reference))
    if (book.totalMatched < this.parameters.minTradedVolume) return signals
    for (const runner of book.runners) {
      if (!runner.isActive) continue
      const probability = reference.of(runner.key)
      if (Number.isNaN(probability)) continue
      const confidence = this.confidence(book.totalMatched, runner, reference)
      if (confidence < this.parameters.minConfidence) continue
      const signal = this.better(
        this.bet(snapshot, runner, "BACK", probability, confidence),
        this.bet(snapshot, runner, "LAY", probability, confidence)
      )
      if (signal !== null) signals.push(signal)
    }
    return signals
  }

  private reference(marketId: MarketId): ReferenceProbability {
    let reference = this.references.get(marketId)
    if (reference === undefined) {
      reference = new ReferenceProbability(this.parameters.halfLifeSeconds * 1000)
      this.references.set(marketId, reference)
    }
    return reference
  }

  /** An order of ours that still waits at a price without any value is taken back. */
  private withdraw(
    { book, market, now }: Strategy.Snapshot,
    bet: Bet,
    reference: ReferenceProbability
  ): ReadonlyArray<Signal> {
    if (bet.order._tag !== "LIMIT" || !OwnBets.isCancellable(bet)) return []
    const runner = book.runners.find(
      (runner) => runner.selectionId === bet.selectionId && runner.handicap === bet.handicap
    )
    const probability = runner === undefined ? NaN : reference.of(runner.key)
    const edge = Value.expectedReturn(bet.side, bet.order.price, probability, Value.commissionOf(market))
    return edge < 0 ? this.cancellations.request(bet, now, `the edge is gone: ${percent(edge)}`) : []
  }

  private confidence(matched: Pence, runner: RunnerBook, reference: ReferenceProbability): number {
    return Confidence.geometricMean(
      Confidence.saturation(matched, this.parameters.minTradedVolume),
      Confidence.tightness(Offer.spreadTicks(runner)),
      reference.history(runner.key)
    )
  }

  private bet(
    { market, openBets }: Strategy.Snapshot,
    runner: RunnerBook,
    side: Side,
    probability: number,
    confidence: number
  ): Candidate | null {
    const { approach, minEdge, persistence, sides, stake } = this.parameters
    if (sides !== "both" && sides !== side.toLowerCase()) return null
    const price = Offer.price(runner, side, approach, market)
    if (price === 0 || price < this.minPrice || price > this.maxPrice) return null
    const edge = Value.expectedReturn(side, price, probability, Value.commissionOf(market))
    if (edge <= 0 || edge < minEdge || OwnBets.stand(openBets, runner, side)) return null
    const signal: PlaceSignal = {
      _tag: "Place",
      selectionId: runner.selectionId,
      handicap: runner.handicap,
      side,
      order: { _tag: "LIMIT", price, persistence: Offer.persistence(persistence, market) },
      sizing: stake === null ? { _tag: "KELLY" } : { _tag: "FIXED", amount: stake },
      probability,
      confidence,
      reason: `${PriceLadder.toDecimal(price)} against fair odds of ${(1 / probability).toFixed(2)}: edge ${percent(edge)}`
    }
    return { edge, signal }
  }

  private better(a: Candidate | null, b: Candidate | null): PlaceSignal | null {
    return (a !== null && b !== null && b.edge > a.edge ? b : (a ?? b))?.signal ?? null
  }
}

interface Candidate {
  readonly edge: number
  readonly signal: PlaceSignal
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`

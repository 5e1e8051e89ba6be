/**
 * Bets where the model sees value: it offers every price it would take, and what a model says of each decides, because a
 * strategy that needs predictions has its signals blocked where they show no value and sized by them where they do. Its own
 * probability is the market's, de-margined, at which no price has value. It bets before the off only.
 *
 * Confidence is the geometric mean of two: how much money stands behind the market (½ at the least volume demanded), and how
 * tight the spread is (1 at one tick, ½ at nine). How sure the model is of itself is counted apart.
 */
import { section } from "../config/Setting.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { Side } from "../domain/Side.ts"
import type { PlaceSignal, Signal } from "../domain/Signal.ts"
import type { RunnerBook } from "../market/MarketBook.ts"
import * as Confidence from "./Confidence.ts"
import * as Offer from "./Offer.ts"
import * as OwnBets from "./OwnBets.ts"
import * as Parameter from "./Parameter.ts"
import * as Strategy from "./Strategy.ts"

const parameters = section(
  {
    minOdds: Parameter.odds(1.5, "No bet at shorter odds"),
    maxOdds: Parameter.odds(12, "No bet at longer odds"),
    minTradedVolume: Parameter.minTradedVolume,
    sides: Parameter.sides,
    approach: Parameter.approach,
    persistence: Parameter.persistence,
    stake: Parameter.stake
  },
  "model_value"
).check(Parameter.ordered)

type Parameters = typeof parameters.Type

export const modelValue = Strategy.define<Parameters>({
  name: "model_value",
  description: "Bets where the model's probability gives a price value; without a usable prediction it places nothing",
  parameters,
  traits: { inPlay: false, needsPrediction: true },
  make: (parameters) => ({ evaluate: (snapshot) => evaluate(parameters, snapshot) })
})

const sidesOf: Readonly<Record<Parameters["sides"], ReadonlyArray<Side>>> = {
  back: ["BACK"],
  lay: ["LAY"],
  both: ["BACK", "LAY"]
}

const evaluate = (parameters: Parameters, snapshot: Strategy.Snapshot): ReadonlyArray<Signal> => {
  const { book, market, openBets } = snapshot
  // Of a race with several winners no model is asked.
  if (market.status !== "OPEN" || market.inPlay || market.numberOfWinners !== 1) return []
  if (book.totalMatched < parameters.minTradedVolume) return []
  const runners = book.runners.filter(({ isActive }) => isActive)
  const implied = runners.map(middle)
  const total = implied.reduce((sum, probability) => sum + probability, 0)
  // A runner without prices leaves the market's own opinion unknown, and the model's with it.
  if (runners.length < 2 || !(total > 0)) return []
  return runners.flatMap((runner, n) => {
    const probability = implied[n]! / total
    return sidesOf[parameters.sides].flatMap((side) =>
      OwnBets.stand(openBets, runner, side) ? [] : bet(parameters, snapshot, runner, side, probability)
    )
  })
}

/** Between the probabilities of the best prices; NaN unless both sides have one. */
const middle = ({ availableToBack, availableToLay }: RunnerBook): number => {
  const back = availableToBack.price(0)
  const lay = availableToLay.price(0)
  return back > 0 && lay > 0 ? 50 / back + 50 / lay : NaN
}

const bet = (
  { approach, maxOdds, minOdds, minTradedVolume, persistence, stake }: Parameters,
  { book, market }: Strategy.Snapshot,
  runner: RunnerBook,
  side: Side,
  probability: number
): ReadonlyArray<PlaceSignal> => {
  const price = Offer.price(runner, side, approach, market)
  if (price < PriceLadder.fromDecimal(minOdds) || price > PriceLadder.fromDecimal(maxOdds)) return []
  return [
    {
      _tag: "Place",
      selectionId: runner.selectionId,
      handicap: runner.handicap,
      side,
      order: { _tag: "LIMIT", price, persistence: Offer.persistence(persistence, market) },
      sizing: stake === null ? { _tag: "KELLY" } : { _tag: "FIXED", amount: stake },
      probability,
      confidence: Math.sqrt(
        Confidence.saturation(book.totalMatched, minTradedVolume) * Confidence.tightness(Offer.spreadTicks(runner))
      ),
      reason: `${PriceLadder.toDecimal(price)}, if the model gives it value`
    }
  ]
}

/**
 * What a market itself says of its runners at one moment, as numbers for a model. Everything is read from the book as it
 * stands, so nothing from after the moment can be in it; the past is in the ladder of what was traded so far.
 *
 * The same numbers are computed from recordings when a model is trained and from the live book when it is asked.
 */
import type { RunnerKey } from "../domain/Identifiers.ts"
import * as PriceLadder from "../domain/PriceLadder.ts"
import type { RunnerBook } from "../market/MarketBook.ts"
import type { PriceSizes } from "../market/PriceSizes.ts"
import type { Race } from "./Predictor.ts"

/**
 * The order of the numbers in a row. Logarithms are natural. What is the same for all runners of a race cannot tell them
 * apart, so field size and overround come multiplied with the market's own log-probability.
 */
export const names = [
  /** Logarithm of the de-margined probability: middle of the spread, over the field's sum. */
  "market",
  /** The same × logarithm of (runners / 10). */
  "market_by_field",
  /** The same × (overround of the prices to back - 1). */
  "market_by_overround",
  /** Logarithm of average price traded so far / price now: above zero the runner has shortened. */
  "trend",
  /** Logarithm of last price traded / price now. */
  "last_trend",
  /** Logarithm of (probability of the best prices, each weighted by the money on the other side) / (their middle). */
  "micro_gap",
  /** Logarithm of (probability of the middle of the best three prices a side) / (that of the best). */
  "depth_gap",
  /** Money waiting to back less money waiting to lay over their sum, best three prices: -1 to 1. */
  "weight_of_money",
  /** Logarithm of the runner's share of the traded volume over its probability, held within ±3. */
  "volume_share",
  /** Logarithm of best price to lay / best price to back. */
  "spread",
  /** 0 for the favourite to 1 for the longest price. */
  "rank",
  /** 1 for the favourite, else 0. */
  "favourite"
] as const

/** Rows beside their runners: those that can still win, in the order of the book. */
export interface RaceFeatures {
  readonly runners: ReadonlyArray<RunnerKey>
  readonly rows: ReadonlyArray<ReadonlyArray<number>>
}

const levels = 3
const widestShare = 3

/** Null when the market is not one to be priced: not open, in play, not of one winner, or a runner has no price. */
export const compute = ({ book, market }: Race): RaceFeatures | null => {
  if (market.status !== "OPEN" || market.inPlay || market.numberOfWinners !== 1) return null
  const runners = book.runners.filter((runner) => runner.isActive)
  const raw = runners.map(impliedProbability)
  if (runners.length < 2 || !raw.every((probability) => probability > 0 && probability < 1)) return null
  const total = sum(raw)
  const chances = raw.map((probability) => probability / total)
  const fieldSize = Math.log(runners.length / 10)
  const overround = sum(runners.map((runner, i) => 100 / (runner.availableToBack.price(0) || 100 / raw[i]!))) - 1
  const volume = sum(runners.map(({ totalMatched }) => totalMatched))
  const rows = runners.map((runner, i): ReadonlyArray<number> => {
    const chance = chances[i]!
    const market = Math.log(chance)
    const rank = chances.filter((other) => other > chance).length
    const price = 100 / raw[i]!
    return [
      market,
      market * fieldSize,
      market * overround,
      logOf(averageTraded(runner.traded) / price),
      logOf(runner.lastPriceTraded / price),
      logOf(microChance(runner) / raw[i]!),
      logOf(depthChance(runner) / raw[i]!),
      weightOfMoney(runner),
      held(logOf(runner.totalMatched / volume / chance), widestShare),
      logOf(runner.availableToLay.price(0) / runner.availableToBack.price(0)),
      rank / (runners.length - 1),
      rank === 0 ? 1 : 0
    ]
  })
  return { runners: runners.map(({ key }) => key), rows }
}

/**
 * The columns a model wants out of rows in the order of `names`.
 *
 * @returns the names it wants that are not known from a live market, if there are any
 */
export const columnsFor = (
  features: ReadonlyArray<string>
): { readonly columns: ReadonlyArray<number>; readonly unknown: ReadonlyArray<string> } => {
  const known: ReadonlyArray<string> = names
  return {
    columns: features.map((name) => known.indexOf(name)),
    unknown: features.filter((name) => !known.includes(name))
  }
}

/** Middle of the spread, else the one side there is, held by the last price traded; NaN when nothing is offered. */
const impliedProbability = ({ availableToBack, availableToLay, lastPriceTraded }: RunnerBook): number => {
  const back = availableToBack.price(0)
  const lay = availableToLay.price(0)
  if (back > 0 && lay > 0) return 50 / back + 50 / lay
  if (back > 0) return 100 / Math.max(back, lastPriceTraded)
  if (lay > 0) return 100 / (lastPriceTraded > 0 ? Math.min(lay, lastPriceTraded) : lay)
  return NaN
}

/** Weighted by the money; NaN when nothing was traded or the data does not say at which prices. */
const averageTraded = (traded: PriceSizes): number => {
  let money = 0
  let size = 0
  for (let level = 0; level < traded.length; level++) {
    money += traded.size(level) / PriceLadder.toDecimal(traded.price(level))
    size += traded.size(level)
  }
  return money > 0 ? (100 * size) / money : NaN
}

/** Much money on offer to backers pushes the price towards the layers' side, and the reverse. */
const microChance = ({ availableToBack, availableToLay }: RunnerBook): number => {
  const toBack = availableToBack.size(0)
  const toLay = availableToLay.size(0)
  if (toBack === 0 || toLay === 0) return NaN
  return (100 * (toLay / availableToBack.price(0) + toBack / availableToLay.price(0))) / (toBack + toLay)
}

/** NaN unless there are so many prices on both sides. */
const depthChance = ({ availableToBack, availableToLay }: RunnerBook): number => {
  if (availableToBack.length < levels || availableToLay.length < levels) return NaN
  let chances = 0
  for (let level = 0; level < levels; level++) {
    chances += 50 / availableToBack.price(level) + 50 / availableToLay.price(level)
  }
  return chances / levels
}

/** Backers wait where a layer can take, and the reverse. */
const weightOfMoney = ({ availableToBack, availableToLay }: RunnerBook): number => {
  let backers = 0
  let layers = 0
  for (let level = 0; level < levels; level++) {
    backers += availableToLay.size(level)
    layers += availableToBack.size(level)
  }
  return backers + layers > 0 ? (backers - layers) / (backers + layers) : 0
}

/** What cannot be said is 0, as if the numbers were the same. */
const logOf = (ratio: number): number => (ratio > 0 && Number.isFinite(ratio) ? Math.log(ratio) : 0)

const held = (value: number, most: number): number => Math.max(-most, Math.min(most, value))

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/**
 * How good probabilities were, beside the market's own on the same races: what is printed by `predict evaluate` and kept in
 * a model's file. All of it is a function of the races, the probabilities and the random numbers of the bootstrap.
 */
import type { Difference } from "../model/Model.ts"
import * as Bettors from "./Bettors.ts"
import { periodOf, type RaceSample } from "./Samples.ts"

/** What became of runners whose probability was in a band. */
export interface Band {
  /** Decimal odds of the model's probability, from (inclusive) and to. */
  readonly fromOdds: number
  readonly toOdds: number
  readonly runners: number
  /** Means over the runners. */
  readonly predicted: number
  readonly market: number
  readonly won: number
}

export interface Judgement {
  readonly segment: string
  readonly from: string
  readonly to: string
  readonly races: number
  readonly runners: number
  /** Nats a race. */
  readonly logLoss: number
  readonly marketLogLoss: number
  readonly difference: Difference
  readonly beatsMarket: boolean
  readonly confidence: number
  /** Mean over runners of (probability - share of the win) squared. */
  readonly brier: number
  readonly marketBrier: number
  readonly bands: ReadonlyArray<Band>
  readonly commission: number
  readonly flat: Bettors.BettorResult
  readonly kelly: Bettors.BettorResult
}

export interface Terms {
  readonly segment: string
  /** A fraction of net winnings. */
  readonly commission: number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

const resamples = 2000
const bandEdges = [1, 2, 3, 4, 6, 8, 12, 20, 40, 100, Number.POSITIVE_INFINITY]

/** @param predictions for each race, in the order of its runners */
export const judge = (
  races: ReadonlyArray<RaceSample>,
  predictions: ReadonlyArray<ReadonlyArray<number>>,
  { commission, random, segment }: Terms
): Judgement => {
  const losses = races.map(({ shares }, r) => lossOf(predictions[r]!, shares))
  const marketLosses = races.map(({ market, shares }) => lossOf(market, shares))
  const differences = losses.map((loss, r) => loss - marketLosses[r]!)
  const { confidence, difference } = bootstrap(differences, random)
  return {
    segment,
    ...periodOf(races),
    races: races.length,
    runners: races.reduce((count, { shares }) => count + shares.length, 0),
    logLoss: mean(losses),
    marketLogLoss: mean(marketLosses),
    difference,
    beatsMarket: difference.high < 0,
    confidence,
    brier: brierOf(races, (r) => predictions[r]!),
    marketBrier: brierOf(races, (r) => races[r]!.market),
    bands: bandsOf(races, predictions),
    commission,
    flat: Bettors.flat(races, predictions, commission),
    kelly: Bettors.kelly(races, predictions, commission)
  }
}

/** Minus the logarithm of the winner's probability; of a dead heat, the mean over its winners. */
export const lossOf = (chances: ReadonlyArray<number>, shares: ReadonlyArray<number>): number =>
  chances.reduce((loss, chance, i) => (shares[i]! > 0 ? loss - shares[i]! * Math.log(chance) : loss), 0)

export const mean = (values: ReadonlyArray<number>): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

/** The mean and its 95 % percentile interval, whole races drawn with replacement. */
const bootstrap = (
  differences: ReadonlyArray<number>,
  random: () => number
): { readonly difference: Difference; readonly confidence: number } => {
  const count = differences.length
  const means: Array<number> = []
  for (let i = 0; i < resamples; i++) {
    let sum = 0
    for (let drawn = 0; drawn < count; drawn++) sum += differences[Math.floor(random() * count)]!
    means.push(count === 0 ? 0 : sum / count)
  }
  means.sort((a, b) => a - b)
  const at = (share: number) => means[Math.round(share * (resamples - 1))]!
  return {
    difference: { mean: mean(differences), low: at(0.025), high: at(0.975) },
    confidence: means.filter((value) => value < 0).length / resamples
  }
}

const brierOf = (races: ReadonlyArray<RaceSample>, chancesOf: (race: number) => ReadonlyArray<number>): number =>
  mean(races.flatMap(({ shares }, r) => shares.map((share, i) => (chancesOf(r)[i]! - share) ** 2)))

const bandsOf = (
  races: ReadonlyArray<RaceSample>,
  predictions: ReadonlyArray<ReadonlyArray<number>>
): ReadonlyArray<Band> => {
  const bands = bandEdges.slice(1).map(() => ({ runners: 0, predicted: 0, market: 0, won: 0 }))
  races.forEach(({ market, shares }, r) => {
    predictions[r]!.forEach((chance, i) => {
      const band = bands[bandEdges.findIndex((edge) => 1 / chance < edge) - 1]
      if (band === undefined) return
      band.runners += 1
      band.predicted += chance
      band.market += market[i]!
      band.won += shares[i]!
    })
  })
  return bands.flatMap(({ market, predicted, runners, won }, b) =>
    runners === 0
      ? []
      : {
          fromOdds: bandEdges[b]!,
          // JSON has no infinity; no chance is longer than this.
          toOdds: Math.min(bandEdges[b + 1]!, 1000),
          runners,
          predicted: predicted / runners,
          market: market / runners,
          won: won / runners
        }
  )
}

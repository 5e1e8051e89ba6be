/**
 * From samples to a model. Days are split in their order, never shuffled: the earliest for the coefficients, with groups
 * of features and strength of the penalty chosen by cross-validation over time within them; the next for the calibration;
 * the last, looked at once, for the results. The same samples give the same model, byte for byte.
 */
import { createHash } from "node:crypto"
import * as Model from "../model/Model.ts"
import * as ConditionalLogit from "./ConditionalLogit.ts"
import * as Judgement from "./Judgement.ts"
import { dayAfterShare, fingerprintOf, periodOf, type RaceSample, type Samples, splitAt } from "./Samples.ts"

export interface Options {
  /** The first day of the test, for instance `2025-01-01`; null for one that leaves the last fifth of the races. */
  readonly testFrom: string | null
  /** A fraction, for the bettors. */
  readonly commission: number
  /** Uniform in [0, 1), for the bootstrap. */
  readonly random: () => number
}

export interface Trained {
  readonly model: Model.Model
  readonly judgement: Judgement.Judgement
  readonly candidates: ReadonlyArray<Candidate>
}

/** A number of features and a penalty, and how they did over the blocks of the cross-validation. */
export interface Candidate {
  readonly width: number
  readonly penalty: number
  /** Nats a race, less the market's. */
  readonly difference: number
  /** The difference's standard error. */
  readonly error: number
}

/** Too few races to split: fewer than this before or after. */
export const fewestRaces = 100

const testShare = 0.2
const calibrationShare = 0.15
const penalties = [1, 10, 100, 1000, 10_000]
/** Blocks in the later half of the races, each judged by what is learnt from all before it. */
const blocks = 4

export const firstTestDay = ({ races }: Samples, { testFrom }: Pick<Options, "testFrom">): string =>
  testFrom ?? dayAfterShare(races, 1 - testShare)

/** A sentence when there is too little to train and to judge. */
export const train = (samples: Samples, options: Options): Trained | string => {
  const { commission, random } = options
  const [earlier, test] = splitAt(samples.races, firstTestDay(samples, options))
  if (earlier.length < fewestRaces || test.length < fewestRaces) {
    return `${earlier.length} races to train on and ${test.length} to judge by: expected ${fewestRaces} of each at least`
  }
  const [learnt, calibration] = splitAt(earlier, dayAfterShare(earlier, 1 - calibrationShare))
  const scaling = scalingOf(learnt, samples.features.length)
  const candidates = validate(scale(learnt, scaling), samples.choices)
  const best = candidates.reduce((best, candidate) => (cautious(candidate) < cautious(best) ? candidate : best))
  const { penalty, width } = best
  const coefficients = ConditionalLogit.fit(ConditionalLogit.design(scale(learnt, scaling), width), penalty)
  const kept = {
    features: samples.features.slice(0, width),
    coefficients: Array.from(coefficients),
    scaling: { means: scaling.means.slice(0, width), scales: scaling.scales.slice(0, width) }
  }
  const uncalibrated = { ...kept, calibration: { exponent: 1 } }
  const fitted = { ...kept, calibration: { exponent: exponentFor(uncalibrated, calibration) } }
  const judgement = Judgement.judge(test, predict(fitted, test), { segment: samples.segment, commission, random })
  const body: Omit<Model.Model, "version"> = {
    format: 1,
    kind: "conditional_logit",
    ...fitted,
    penalty,
    data: {
      fingerprint: fingerprintOf(samples.races),
      source: samples.segment,
      races: earlier.length,
      ...periodOf(earlier)
    },
    results: resultsOf(judgement)
  }
  const version = createHash("sha256").update(JSON.stringify(body)).digest("hex").slice(0, 16)
  return { model: { ...body, version }, judgement, candidates }
}

/** The model's probabilities, race by race; rows may have more features than the model uses. */
export const predict = (
  model: Pick<Model.Model, "calibration" | "coefficients" | "features" | "scaling">,
  races: ReadonlyArray<RaceSample>
): ReadonlyArray<ReadonlyArray<number>> =>
  races.map(({ rows }) =>
    Model.probabilities(
      model,
      rows.map((row) => row.slice(0, model.features.length))
    )
  )

const resultsOf = (judgement: Judgement.Judgement): Model.Results => {
  const { beatsMarket, confidence, difference, from, logLoss, marketLogLoss, races, to } = judgement
  return { from, to, races, logLoss, marketLogLoss, difference, beatsMarket, confidence }
}

interface Scaling {
  readonly means: ReadonlyArray<number>
  readonly scales: ReadonlyArray<number>
}

/** The market's logarithm keeps its scale, so that its coefficient of 1 is the market itself. */
const scalingOf = (races: ReadonlyArray<RaceSample>, width: number): Scaling => {
  const rows = races.flatMap((race) => race.rows)
  const means = Array.from({ length: width }, (_, k) => (k === 0 ? 0 : Judgement.mean(rows.map((row) => row[k]!))))
  const scales = means.map((middle, k) => {
    if (k === 0) return 1
    const deviation = Math.sqrt(Judgement.mean(rows.map((row) => (row[k]! - middle) ** 2)))
    return deviation > 0 ? deviation : 1
  })
  return { means, scales }
}

/** The least mean is often luck: what gains no more than its own error must not lead away from the market. */
const cautious = ({ difference, error }: Candidate): number => difference + error

type ScaledRace = Pick<RaceSample, "rows" | "shares">

const scale = (races: ReadonlyArray<RaceSample>, { means, scales }: Scaling): ReadonlyArray<ScaledRace> =>
  races.map(({ rows, shares }) => ({
    rows: rows.map((row) => row.map((value, k) => (value - means[k]!) / scales[k]!)),
    shares
  }))

/** All candidates, judged on the later half of the races block by block. */
const validate = (races: ReadonlyArray<ScaledRace>, choices: ReadonlyArray<number>): ReadonlyArray<Candidate> => {
  const cuts = Array.from({ length: blocks + 1 }, (_, b) => Math.round(races.length * (0.5 + (0.5 * b) / blocks)))
  return choices.flatMap((width) => {
    const folds = cuts.slice(1).map((end, b) => ({
      learnt: ConditionalLogit.design(races.slice(0, cuts[b]), width),
      judged: ConditionalLogit.design(races.slice(cuts[b], end), width)
    }))
    const starts = folds.map(() => ConditionalLogit.marketsOwn(width))
    return penalties.toReversed().map((penalty): Candidate => {
      const differences = folds.flatMap(({ judged, learnt }, f) => {
        starts[f] = ConditionalLogit.fit(learnt, penalty, starts[f])
        const market = ConditionalLogit.losses(judged, ConditionalLogit.marketsOwn(width))
        return Array.from(ConditionalLogit.losses(judged, starts[f]), (loss, r) => loss - market[r]!)
      })
      const difference = Judgement.mean(differences)
      const variance = Judgement.mean(differences.map((each) => (each - difference) ** 2))
      return { width, penalty, difference, error: Math.sqrt(variance / differences.length) }
    })
  })
}

/** Half of the 95 % quantile of chi-squared with one degree of freedom: less is what chance alone would gain. */
const leastGain = 1.92

/** 1 unless races later than those learnt from ask for another exponent by more than chance would. */
const exponentFor = (model: Parameters<typeof predict>[0], races: ReadonlyArray<RaceSample>): number => {
  const scores = predict(model, races).map((chances, r) => ({
    rows: chances.map((chance) => [Math.log(Math.max(chance, Number.MIN_VALUE))]),
    shares: races[r]!.shares
  }))
  const data = ConditionalLogit.design(scores, 1)
  const fitted = ConditionalLogit.fit(data, 1e-6)
  const gain =
    ConditionalLogit.slope(data, ConditionalLogit.marketsOwn(1), 0).loss - ConditionalLogit.slope(data, fitted, 0).loss
  return gain > leastGain && fitted[0]! > 0 ? fitted[0]! : 1
}

/**
 * Parameters of built-in strategies that are worth a backtest: drawn around their defaults within their declared ranges,
 * the same ones for the same wish. What a proposal may be expected to bring is known only when its own backtests have been
 * submitted under its id; until then every expectation and its confidence are 0, which means that nothing is known.
 */
import { createHash } from "node:crypto"
import type * as Protocol from "../generated/mlservice.ts"
import type { Feedback } from "./FeedbackStore.ts"

export interface ParameterRange {
  readonly name: string
  readonly minimum: number
  readonly maximum: number
  readonly isWhole: boolean
  readonly byDefault: number
}

/** A strategy that can be proposed, and whether it takes such parameters (some must be in order). */
export interface ProposableStrategy {
  readonly kind: string
  readonly ranges: ReadonlyArray<ParameterRange>
  readonly accepts: (parameters: Readonly<Record<string, number>>) => boolean
}

type Wish = Protocol.StrategyGenerationRequest

/** How many times larger or smaller than its default a parameter may be drawn. */
const spreads: ReadonlyMap<string, number> = new Map([
  ["low", 1.5],
  ["medium", 3],
  ["high", 10]
])
export const riskLevels = [...spreads.keys()]

export const mostCandidates = 100
const usualCandidates = 10
/** Draws of one proposal: parameters that must be in order may not be at first. */
const attempts = 20
/** Bets by which the confidence in the results of as many is one half. */
const halfConfidence = 100

/** The best by their own results first, then those without results. */
export const propose = (
  wish: Wish,
  strategies: ReadonlyArray<ProposableStrategy>,
  resultsOf: (strategyId: string) => ReadonlyArray<Feedback>
): ReadonlyArray<Protocol.GeneratedStrategy> => {
  const count = Math.min(mostCandidates, wish.maxCandidates <= 0 ? usualCandidates : wish.maxCandidates)
  const candidates: Array<Protocol.GeneratedStrategy> = []
  // As many again are looked at, so that those whose results fall short have others in their place.
  for (let n = 0; n < 2 * count && strategies.length > 0 && candidates.length < count; n++) {
    const strategy = strategies[n % strategies.length]!
    const parameters = draw(strategy, `${wish.riskLevel} ${strategy.kind} ${n}`, spreads.get(wish.riskLevel) ?? 3)
    if (parameters === null) continue
    const strategyId = `${strategy.kind}_${digest(JSON.stringify(parameters)).toString("hex").slice(0, 8)}`
    const results = resultsOf(strategyId)
    if (results.length > 0 && !fulfils(results, wish)) continue
    candidates.push({
      strategyId,
      kind: strategy.kind,
      parameters: new Map(Object.entries(parameters)),
      ...expect(results)
    })
  }
  return candidates.toSorted((one, other) => other.expectedReturn - one.expectedReturn)
}

/** The mean of results, each weighing as its bets. */
export const mean = (results: ReadonlyArray<Feedback>, of: (result: Feedback) => number): number => {
  const bets = betsOf(results)
  if (bets === 0) return 0
  return results.reduce((sum, result) => sum + of(result) * result.totalBets, 0) / bets
}

export const betsOf = (results: ReadonlyArray<Feedback>): number =>
  results.reduce((sum, { totalBets }) => sum + totalBets, 0)

const expect = (results: ReadonlyArray<Feedback>) => {
  const bets = betsOf(results)
  return {
    confidence: bets / (bets + halfConfidence),
    expectedReturn: mean(results, ({ roi }) => roi),
    expectedSharpe: mean(results, ({ sharpeRatio }) => sharpeRatio),
    expectedWinRate: mean(results, ({ winRate }) => winRate)
  }
}

/** A limit of 0 is none. */
const fulfils = (results: ReadonlyArray<Feedback>, { maxDrawdownLimit, minWinRate, targetReturn }: Wish): boolean =>
  mean(results, ({ winRate }) => winRate) >= minWinRate &&
  (targetReturn === 0 || mean(results, ({ roi }) => roi) >= targetReturn) &&
  (maxDrawdownLimit === 0 || results.every(({ maxDrawdown }) => maxDrawdown <= maxDrawdownLimit))

const draw = ({ accepts, ranges }: ProposableStrategy, seed: string, spread: number) => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const parameters = Object.fromEntries(
      ranges.map((range) => [range.name, valueOf(range, fraction(`${seed} ${attempt} ${range.name}`), spread)])
    )
    if (accepts(parameters)) return parameters
  }
  return null
}

/** Two decimals, because money and odds have no more. */
const valueOf = ({ byDefault, isWhole, maximum, minimum }: ParameterRange, at: number, spread: number): number => {
  const drawn =
    byDefault === 0 ? minimum + (maximum - minimum) * at * (spread / 100) : byDefault * spread ** (2 * at - 1)
  const digits = isWhole ? 1 : Math.abs(drawn) < 1 ? 10_000 : 100
  return Math.min(maximum, Math.max(minimum, Math.round(drawn * digits) / digits))
}

/** From 0 to 1, the same for the same seed. */
const fraction = (seed: string): number => digest(seed).readUInt32BE(0) / 0xffff_ffff

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

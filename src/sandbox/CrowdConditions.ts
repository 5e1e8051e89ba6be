/**
 * How busy and how deep a market is at a moment of its life. The numbers were set by eye against recorded British
 * markets: a win market on horses trades about 200,000 by the off, has 5 messages a second five minutes before it and 10
 * in the last minute, spreads of a tick or two; greyhound markets wake up in the last two minutes.
 */
import type { Sport } from "./Stable.ts"

export interface CrowdConditions {
  /** Orders placed, withdrawn and matched, all together. */
  readonly actionsPerSecond: number
  /** Ticks between the fair price and the nearest price a maker quotes. */
  readonly halfSpread: number
  /** Mean distance of further quotes behind the nearest, in ticks. */
  readonly depth: number
  /** Orders a runner's book tends to have on each side. */
  readonly ordersPerSide: number
  /** Factor on the size of orders. */
  readonly size: number
  /** Share of actions that cross the spread. */
  readonly takerShare: number
  /** Ticks by which an order may be too good before somebody takes it or its owner runs. */
  readonly tolerance: number
  /** Ticks of emptiness beside the fair price that draw a maker in at once. */
  readonly gap: number
  /** Standard deviation of the crowd's error about a runner's log-odds, and seconds in which it forgets one. */
  readonly error: number
  readonly errorSeconds: number
  /** Seconds in which most of what can be known gets into the crowd's price. */
  readonly delaySeconds: number
}

/** What a market is, as far as its crowd cares. */
export interface MarketKind {
  readonly sport: Sport
  readonly places: number
  /** 1 for an ordinary win market on horses. */
  readonly liquidity: number
}

const activity = ({ liquidity, places, sport }: MarketKind): number =>
  Math.sqrt(liquidity) * (places > 1 ? 0.45 : 1) * (sport === "horses" ? 1 : 1.3)

export const beforeOff = (market: MarketKind, secondsToOff: number): CrowdConditions => {
  const seconds = Math.max(0, secondsToOff)
  const isHorses = market.sport === "horses"
  /** 0 in a market that nobody looks at yet, 1 at the off. */
  const thickness = isHorses ? 0.35 + 0.65 * Math.exp(-seconds / 180) : 0.08 + 0.92 * Math.exp(-seconds / 110)
  const thinness = 1 - thickness
  return {
    actionsPerSecond: activity(market) * (4 + 8 * Math.exp(-seconds / 200) + 60 * Math.exp(-seconds / 40)),
    halfSpread: (isHorses ? 0.2 + 0.4 * thinness : 0.25 + 3 * thinness * thinness) * (market.places > 1 ? 1.5 : 1),
    depth: 3,
    ordersPerSide: (isHorses ? 20 : 8) + 45 * thickness,
    size: 0.4 + 0.6 * thickness,
    takerShare: 0.22,
    tolerance: 0.3,
    gap: 0.8 + 2.5 * thinness,
    error: 0.025,
    errorSeconds: 60,
    delaySeconds: 12
  }
}

/** Once the race is on, books are thin and wide, and grow thinner towards the line. */
export const inPlay = (market: MarketKind, progress: number): CrowdConditions => ({
  actionsPerSecond: 45 * activity(market),
  halfSpread: 1.5 + 2.5 * progress,
  depth: 6,
  ordersPerSide: 9,
  size: 0.15,
  takerShare: 0.2,
  tolerance: 1,
  gap: 12,
  error: 0.06,
  errorSeconds: 4,
  delaySeconds: 1.5
})

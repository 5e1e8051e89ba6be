/**
 * What the probes have in common: fourteen fixed strategies by which a simulator is compared with another one, since each of
 * them walks into another corner of matching. A probe's rule is asked on every update of a market, before and after the
 * off, and acts through a turn.
 */
import { Schema } from "effect"
import type { MarketId } from "../domain/Identifiers.ts"
import * as Strategy from "../strategy/Strategy.ts"
import { ProbeMemory, ProbeTurn } from "./ProbeTurn.ts"

export type ProbeRule = (turn: ProbeTurn) => void

export interface Probe {
  /** As the reference results name it. */
  readonly name: string
  readonly kind: Strategy.StrategyKind
}

/** Before and after the off alike, and at whatever distance to it: when to act is the rule's own business. */
const traits: Strategy.Traits = {
  inPlay: true,
  needsPrediction: false,
  window: { from: Infinity, to: -Infinity }
}

/** `LimitOnce` trades as `limit_once`. */
const strategyName = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter, at: number) => (at === 0 ? "" : "_") + letter.toLowerCase())

export const define = (name: string, description: string, rule: ProbeRule): Probe => ({
  name,
  kind: Strategy.define({
    name: strategyName(name),
    description,
    parameters: Schema.Struct({}),
    traits,
    make: () => evaluatorOf(name, rule)
  })
})

const evaluatorOf = (name: string, rule: ProbeRule): Strategy.Evaluator => {
  const markets = new Map<MarketId, ProbeMemory>()
  const memoryOf = (marketId: MarketId): ProbeMemory => {
    const known = markets.get(marketId) ?? new ProbeMemory(name)
    markets.set(marketId, known)
    return known
  }
  return {
    evaluate: (snapshot) => {
      if (snapshot.market.status === "CLOSED") return []
      const turn = new ProbeTurn(snapshot, memoryOf(snapshot.market.marketId))
      rule(turn)
      return turn.signals
    },
    forget: (marketId) => void markets.delete(marketId)
  }
}

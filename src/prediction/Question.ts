/**
 * What a model is asked of one race: the features of all runners that can still win. It is read from the book at once, so
 * that what is sent, what is remembered and what is recorded are the same numbers.
 */
import { createHash } from "node:crypto"
import { type MarketId, type RunnerKey, runnerOf } from "../domain/Identifiers.ts"
import * as Features from "./Features.ts"
import type { Race } from "./Predictor.ts"

export interface Question extends Features.RaceFeatures {
  readonly marketId: MarketId
  /** Of the runners and their features: two questions of one race with the same hash are the same. */
  readonly hash: string
}

/** Null when there is nothing to ask of the market as it stands. */
export const of = (race: Race): Question | null => {
  const features = Features.compute(race)
  return features === null ? null : { marketId: race.market.marketId, hash: hashOf(features), ...features }
}

const hashOf = ({ rows, runners }: Features.RaceFeatures): string =>
  createHash("sha256").update(Float64Array.from(runners)).update(Float64Array.from(rows.flat())).digest("base64")

/** The runner's name on the wire: the exchange's selection id, with the handicap where there is one (`123/-1.5`). */
export const runnerId = (key: RunnerKey): string => {
  const { handicap, selectionId } = runnerOf(key)
  return handicap === 0 ? String(selectionId) : `${selectionId}/${handicap}`
}

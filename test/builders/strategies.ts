/** Strategies that do what a test tells them, and the signals they give. */
import { Schema } from "effect"
import { SelectionId } from "../../src/domain/Identifiers.ts"
import * as Money from "../../src/domain/Money.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import type { Side } from "../../src/domain/Side.ts"
import type { PlaceSignal, Signal } from "../../src/domain/Signal.ts"
import type { Snapshot, StrategyKind, Traits } from "../../src/strategy/Strategy.ts"

/** A kind of strategy, and the name under which it trades. */
export const strategy = (
  name: string,
  evaluate: (snapshot: Snapshot) => ReadonlyArray<Signal>,
  traits: Partial<Traits> = {}
): StrategyKind => ({
  name,
  description: "does what a test tells it",
  parameters: Schema.Struct({}),
  traits: { inPlay: false, needsPrediction: false, ...traits },
  make: () => ({ evaluate })
})

/** Decimal odds and money. */
const place = (
  side: Side,
  runner: number,
  odds: number,
  stake: number,
  changes: Partial<PlaceSignal>
): PlaceSignal => ({
  _tag: "Place",
  selectionId: SelectionId.make(runner),
  side,
  order: { _tag: "LIMIT", price: PriceLadder.fromDecimal(odds) },
  sizing: { _tag: "FIXED", amount: Money.fromDecimal(stake) },
  confidence: 0.8,
  reason: "test",
  ...changes
})

export const back = (runner: number, odds: number, stake: number, changes: Partial<PlaceSignal> = {}) =>
  place("BACK", runner, odds, stake, changes)

export const lay = (runner: number, odds: number, stake: number, changes: Partial<PlaceSignal> = {}) =>
  place("LAY", runner, odds, stake, changes)

/** Backs runner 1 at 3.0, where it is matched at once, for 2.00. */
export const backer = (name = "backer") => strategy(name, () => [back(1, 3, 2)])

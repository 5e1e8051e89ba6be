/**
 * How the built-in strategies put a number on how sure they are: several reasons, each in [0, 1], joined by their
 * geometric mean, so that one missing reason is worth nothing and three middling ones stay middling.
 */

/** 0 at nothing, ½ at `half`, towards 1 for much more; with no `half` demanded, 1. */
export const saturation = (amount: number, half: number): number => {
  if (half <= 0) return 1
  return amount > 0 ? amount / (amount + half) : 0
}

/** 1 for a spread of one tick (or none), ½ at nine, falling towards 0. */
export const tightness = (spreadTicks: number): number => 8 / (7 + Math.max(1, spreadTicks))

export const geometricMean = (a: number, b: number, c: number): number => Math.cbrt(a * b * c)

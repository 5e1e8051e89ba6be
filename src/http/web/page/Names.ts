/** What markets and runners are called, asked for once and kept for as many as a day has. */
import type { NamesAnswer } from "../../wire/NamesAnswer.ts"
import { get } from "./Request.ts"

/** Markets that are remembered; the oldest are forgotten first. */
const keptAtMost = 1000
const askedAtOnce = 100

const known = new Map<string, NamesAnswer>()
/** Under way, or known to nobody: not asked for again at once. */
const asked = new Set<string>()
const listeners = new Set<() => void>()

/** Runs when names have come. Returns how to end it. */
export const onCome = (act: () => void): (() => void) => {
  listeners.add(act)
  return () => void listeners.delete(act)
}

/** Until its name is known, a market is called by its id. */
export const market = (marketId: string): string => known.get(marketId)?.name ?? marketId

export const runner = (marketId: string, selectionId: number, handicap = 0): string => {
  const runners = known.get(marketId)?.runners ?? []
  const found = runners.find((one) => one.selectionId === selectionId && one.handicap === handicap)
  return found?.name ?? `selection ${selectionId}`
}

const keep = (names: ReadonlyArray<NamesAnswer>) => {
  for (const one of names) known.set(one.marketId, one)
  for (const marketId of known.keys()) {
    if (known.size <= keptAtMost) break
    known.delete(marketId)
    asked.delete(marketId)
  }
  for (const act of listeners) act()
}

/** Asks for those that are not known yet; what goes wrong is asked for again with the next list. */
export const want = (marketIds: Iterable<string>): void => {
  const missing = [...new Set(marketIds)].filter((id) => !known.has(id) && !asked.has(id)).slice(0, askedAtOnce)
  if (missing.length === 0) return
  if (asked.size > 2 * keptAtMost) asked.clear()
  for (const id of missing) asked.add(id)
  get<ReadonlyArray<NamesAnswer>>(`/api/names?markets=${missing.join(",")}`).then(keep, () => {
    for (const id of missing) asked.delete(id)
  })
}

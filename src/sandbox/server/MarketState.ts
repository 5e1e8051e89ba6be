/** A market as its changes add up: its full ladders, or, when `keepsRemoved`, the changes themselves folded into one. */
import type { MarketChange, MarketDefinitionMessage, PriceSize, RunnerChange } from "../../market/MarketMessage.ts"

export const ladders = ["atb", "atl", "trd", "spb", "spl"] as const
export type Ladder = (typeof ladders)[number]

export interface RunnerState {
  readonly id: number
  readonly hc: number | undefined
  /** Price to size; a removed price is absent, or 0 where removals are kept. */
  readonly ladders: { readonly [L in Ladder]?: Map<number, number> }
  ltp?: number
  tv?: number
  spn?: number | string
  spf?: number | string
}

type MutableRunner = { -readonly [K in keyof RunnerState]: RunnerState[K] } & {
  ladders: { [L in Ladder]?: Map<number, number> }
}

export class MarketState {
  readonly id: string
  definition: MarketDefinitionMessage | undefined
  tv: number | undefined
  /** By `runnerKey`. */
  readonly runners = new Map<string, RunnerState>()
  /** Whether the changes begin anew. */
  isImage = false
  /** How many changes went into it. */
  changes = 0
  private readonly keepsRemoved: boolean

  constructor(id: string, keepsRemoved = false) {
    this.id = id
    this.keepsRemoved = keepsRemoved
  }

  apply(change: MarketChange): void {
    this.changes += 1
    if (change.img === true) {
      this.isImage = true
      this.runners.clear()
      this.definition = undefined
      this.tv = undefined
    }
    if (change.marketDefinition !== undefined) this.definition = change.marketDefinition
    if (change.tv !== undefined) this.tv = change.tv
    for (const runner of change.rc ?? []) this.applyRunner(runner)
  }

  private applyRunner(change: RunnerChange): void {
    const key = runnerKey(change.id, change.hc)
    const runner: MutableRunner = this.runners.get(key) ?? { id: change.id, hc: change.hc, ladders: {} }
    this.runners.set(key, runner)
    if (change.ltp !== undefined) runner.ltp = change.ltp
    if (change.tv !== undefined) runner.tv = change.tv
    if (change.spn !== undefined) runner.spn = change.spn
    if (change.spf !== undefined) runner.spf = change.spf
    for (const name of ladders) {
      const levels = change[name]
      if (levels === undefined) continue
      const ladder = (runner.ladders[name] ??= new Map<number, number>())
      for (const [price, size] of levels) {
        if (size === 0 && !this.keepsRemoved) ladder.delete(price)
        else ladder.set(price, size)
      }
    }
  }
}

export const runnerKey = (id: number, hc: number | undefined): string => `${id}/${hc ?? 0}`

/** The best prices of a side, best first: the highest to back at, the lowest to lay at. */
export const best = (runner: RunnerState | undefined, side: "atb" | "atl", levels: number): ReadonlyArray<PriceSize> =>
  [...(runner?.ladders[side] ?? [])]
    .filter(([, size]) => size > 0)
    .toSorted(([one], [other]) => (side === "atb" ? other - one : one - other))
    .slice(0, levels)

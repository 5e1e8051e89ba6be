/**
 * What a market subscription shows of the markets: the fields it asked for, and of the best offers the levels it asked for.
 * It remembers the best offers it has shown, because a level is told again only when it changes.
 */
import type { LevelPriceSize, MarketChange, PriceSize, RunnerChange } from "../../market/MarketMessage.ts"
import { best, type MarketState, runnerKey, type RunnerState } from "./MarketState.ts"

export const fields = [
  "EX_BEST_OFFERS_DISP",
  "EX_BEST_OFFERS",
  "EX_ALL_OFFERS",
  "EX_TRADED",
  "EX_TRADED_VOL",
  "EX_LTP",
  "EX_MARKET_DEF",
  "SP_TRADED",
  "SP_PROJECTED"
] as const
export type Field = (typeof fields)[number]

type Side = "atb" | "atl"

export class MarketView {
  private readonly fields: ReadonlySet<Field>
  private readonly levels: number
  /** By market, then by runner and side. */
  private readonly shown = new Map<string, Map<string, ReadonlyArray<PriceSize>>>()

  /** @param levels of the best offers, 1 to 10 */
  constructor(fields: ReadonlySet<Field>, levels: number) {
    this.fields = fields
    this.levels = levels
  }

  /** The whole market. */
  image(state: MarketState): MarketChange {
    const nothing = [...state.runners.keys()].flatMap((key) => [
      [`${key} atb`, []] as const,
      [`${key} atl`, []] as const
    ])
    this.shown.set(state.id, new Map(nothing))
    return { id: state.id, img: true, ...this.common(state), ...this.runners(state, state) }
  }

  /** What changed, by the folded changes and the market they led to; undefined when it is nothing of what was asked for. */
  delta(changes: MarketState, state: MarketState): MarketChange | undefined {
    if (changes.isImage) return this.image(state)
    const body = { ...this.common(changes), ...this.runners(changes, state) }
    if (Object.keys(body).length === 0) return undefined
    return { id: changes.id, ...(changes.changes > 1 && { con: true }), ...body }
  }

  forget(marketId: string): void {
    this.shown.delete(marketId)
  }

  private common({ definition, tv }: MarketState): Partial<MarketChange> {
    return {
      ...(definition !== undefined && this.fields.has("EX_MARKET_DEF") && { marketDefinition: definition }),
      ...(tv !== undefined && this.fields.has("EX_TRADED_VOL") && { tv })
    }
  }

  private runners(changes: MarketState, state: MarketState): Partial<MarketChange> {
    const rc: Array<RunnerChange> = []
    for (const [key, runner] of changes.runners) {
      const body = { ...this.prices(runner), ...this.offers(changes.id, key, runner, state) }
      if (Object.keys(body).length === 0) continue
      rc.push({ id: runner.id, ...(runner.hc !== undefined && { hc: runner.hc }), ...body })
    }
    return rc.length === 0 ? {} : { rc }
  }

  private prices({ ladders, ltp, spf, spn, tv }: RunnerState): Partial<RunnerChange> {
    const has = (field: Field) => this.fields.has(field)
    return {
      ...(ltp !== undefined && has("EX_LTP") && { ltp }),
      ...(tv !== undefined && has("EX_TRADED_VOL") && { tv }),
      ...(has("EX_ALL_OFFERS") && { ...listed("atb", ladders.atb), ...listed("atl", ladders.atl) }),
      ...(has("EX_TRADED") && listed("trd", ladders.trd)),
      ...(has("SP_TRADED") && { ...listed("spb", ladders.spb), ...listed("spl", ladders.spl) }),
      ...(spn !== undefined && has("SP_PROJECTED") && { spn }),
      ...(spf !== undefined && has("SP_PROJECTED") && { spf })
    }
  }

  /** The display offers are the same, as no price is made of other runners' here. */
  private offers(marketId: string, key: string, changed: RunnerState, state: MarketState): Partial<RunnerChange> {
    const plain = this.fields.has("EX_BEST_OFFERS")
    const display = this.fields.has("EX_BEST_OFFERS_DISP")
    if (!plain && !display) return {}
    const runner = state.runners.get(runnerKey(changed.id, changed.hc))
    const atb = changed.ladders.atb === undefined ? [] : this.levelsChanged(marketId, key, "atb", runner)
    const atl = changed.ladders.atl === undefined ? [] : this.levelsChanged(marketId, key, "atl", runner)
    return {
      ...(atb.length > 0 && { ...(plain && { batb: atb }), ...(display && { bdatb: atb }) }),
      ...(atl.length > 0 && { ...(plain && { batl: atl }), ...(display && { bdatl: atl }) })
    }
  }

  private levelsChanged(
    marketId: string,
    runner: string,
    side: Side,
    state: RunnerState | undefined
  ): ReadonlyArray<LevelPriceSize> {
    const market = this.shown.get(marketId) ?? new Map<string, ReadonlyArray<PriceSize>>()
    this.shown.set(marketId, market)
    const before = market.get(`${runner} ${side}`)
    const now = best(state, side, this.levels)
    market.set(`${runner} ${side}`, now)
    // Resumed from elsewhere, what was shown is not known: all levels are told, the empty ones too.
    const told = before === undefined ? this.levels : before.length
    return Array.from({ length: Math.max(now.length, told) }, (_, level): LevelPriceSize => {
      const [price, size] = now[level] ?? [0, 0]
      return [level, price, size]
    }).filter(([level, price, size]) => {
      const was = before?.[level]
      return was === undefined || was[0] !== price || was[1] !== size
    })
  }
}

const listed = <K extends "atb" | "atl" | "trd" | "spb" | "spl">(name: K, ladder: Map<number, number> | undefined) =>
  ladder === undefined || ladder.size === 0 ? {} : { [name]: [...ladder] }

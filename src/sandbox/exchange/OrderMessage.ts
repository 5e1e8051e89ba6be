/** The exchange's order-change messages as they are on the wire (Exchange Stream API, `ocm`), as far as the exchange fills them. */
import type { PriceSize } from "../../market/MarketMessage.ts"

/** A bet. Fields that do not apply are absent; times are epoch milliseconds. */
export interface UnmatchedOrder {
  readonly id: string
  /** Absent for MARKET_ON_CLOSE. */
  readonly p?: number
  /** 0 for orders at the starting price until they are matched. */
  readonly s: number
  /** Liability of an order at the starting price. */
  readonly bsp?: number
  readonly side: "B" | "L"
  readonly status: "E" | "EC"
  readonly pt: "L" | "P" | "MOC"
  readonly ot: "L" | "LOC" | "MOC"
  readonly pd: number
  readonly md?: number
  readonly cd?: number
  readonly ld?: number
  readonly lsrc?: string
  readonly avp?: number
  readonly sm: number
  readonly sr: number
  readonly sl: number
  readonly sc: number
  readonly sv: number
  readonly rac: string
  readonly rc: string
  readonly rfo: string
  readonly rfs: string
}

export interface MatchedLevels {
  /** [price, size] matched in all; size 0 removes the price. */
  readonly mb?: ReadonlyArray<PriceSize>
  readonly ml?: ReadonlyArray<PriceSize>
}

export interface OrderRunnerChange extends MatchedLevels {
  readonly id: number
  readonly hc?: number
  readonly fullImage?: boolean
  readonly uo?: ReadonlyArray<UnmatchedOrder>
  /** By customerStrategyRef (the empty one included): for subscriptions with `partitionMatchedByStrategyRef`. */
  readonly smc?: Readonly<Record<string, MatchedLevels>>
}

export interface OrderMarketChange {
  readonly id: string
  readonly accountId?: number
  readonly fullImage?: boolean
  readonly closed?: boolean
  readonly orc?: ReadonlyArray<OrderRunnerChange>
}

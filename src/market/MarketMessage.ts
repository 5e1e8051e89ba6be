/**
 * The exchange's market-change messages as they are on the wire (Exchange Stream API, `mcm`). Everything is optional:
 * what a message does not mention has not changed, and recordings leave out more than the exchange does.
 */

/** [price, size]: decimal odds and decimal money. Size 0 removes the price. */
export type PriceSize = readonly [price: number, size: number]
/** [level, price, size], level 0 being the best. */
export type LevelPriceSize = readonly [level: number, price: number, size: number]

export interface RunnerDefinitionMessage {
  readonly id: number
  readonly hc?: number
  readonly name?: string
  readonly status?: string
  readonly sortPriority?: number
  readonly adjustmentFactor?: number
  readonly removalDate?: string
  /** Settled starting price; the strings "NaN" and "Infinity" occur. */
  readonly bsp?: number | string
}

export interface MarketDefinitionMessage {
  readonly status?: string
  readonly runners?: ReadonlyArray<RunnerDefinitionMessage>
  readonly venue?: string
  readonly name?: string
  readonly eventId?: string
  readonly eventName?: string
  readonly eventTypeId?: string
  readonly marketType?: string
  readonly bettingType?: string
  readonly countryCode?: string
  readonly timezone?: string
  readonly raceType?: string
  readonly marketTime?: string
  readonly suspendTime?: string
  readonly settledTime?: string
  readonly openDate?: string
  readonly inPlay?: boolean
  readonly turnInPlayEnabled?: boolean
  readonly persistenceEnabled?: boolean
  readonly bspMarket?: boolean
  readonly bspReconciled?: boolean
  readonly complete?: boolean
  readonly crossMatching?: boolean
  readonly runnersVoidable?: boolean
  readonly discountAllowed?: boolean
  readonly betDelay?: number
  readonly betDelayModels?: ReadonlyArray<string>
  readonly marketBaseRate?: number
  readonly numberOfWinners?: number
  readonly numberOfActiveRunners?: number
  readonly eachWayDivisor?: number
  readonly version?: number
  readonly regulators?: ReadonlyArray<string>
  readonly priceLadderDefinition?: { readonly type?: string }
}

export interface RunnerChange {
  readonly id: number
  readonly hc?: number
  readonly atb?: ReadonlyArray<PriceSize>
  readonly atl?: ReadonlyArray<PriceSize>
  readonly batb?: ReadonlyArray<LevelPriceSize>
  readonly batl?: ReadonlyArray<LevelPriceSize>
  readonly bdatb?: ReadonlyArray<LevelPriceSize>
  readonly bdatl?: ReadonlyArray<LevelPriceSize>
  readonly trd?: ReadonlyArray<PriceSize>
  readonly spb?: ReadonlyArray<PriceSize>
  readonly spl?: ReadonlyArray<PriceSize>
  readonly ltp?: number
  readonly tv?: number
  readonly spn?: number | string
  readonly spf?: number | string
}

export interface MarketChange {
  readonly id: string
  /** True: this replaces everything known of the market. */
  readonly img?: boolean
  /** True: several changes were folded into one. */
  readonly con?: boolean
  readonly tv?: number
  readonly marketDefinition?: MarketDefinitionMessage
  readonly rc?: ReadonlyArray<RunnerChange>
}

export interface MarketMessage {
  readonly op: "mcm"
  readonly id?: number
  /** Publish time, epoch milliseconds. */
  readonly pt: number
  readonly clk?: string
  readonly initialClk?: string
  readonly ct?: "SUB_IMAGE" | "RESUB_DELTA" | "HEARTBEAT"
  readonly status?: number | null
  readonly heartbeatMs?: number
  readonly conflateMs?: number
  readonly segmentType?: "SEG_START" | "SEG" | "SEG_END"
  readonly mc?: ReadonlyArray<MarketChange>
}

/** One runner of a recorded market: its state by the definition, its prices, and the bets at its starting price. */
import type { RunnerKey } from "../../domain/Identifiers.ts"
import type { RunnerDefinition } from "../../domain/Market.ts"
import { classic } from "../../domain/PriceLadder.ts"
import type { RunnerBook as RecordedPrices } from "../../market/MarketBook.ts"
import type { RunnerDefinitionMessage } from "../../market/MarketMessage.ts"
import type { ExchangeRunner } from "../exchange/ExchangeMarket.ts"
import { isoTime } from "../GeneratedRunner.ts"
import { PublishedRunner } from "../PublishedRunner.ts"
import { StartingPriceBets } from "../StartingPrice.ts"
import { addUp, RecordedBook } from "./RecordedBook.ts"
import type { RecordedVenue } from "./RecordedVenue.ts"

const next = new Float64Array(classic.length)

export class RecordedRunner extends PublishedRunner<RecordedBook> implements ExchangeRunner {
  readonly entry: { readonly selectionId: number; readonly name: string }
  readonly key: RunnerKey
  /** Hidden until a definition names it. */
  status = "HIDDEN"
  adjustmentFactor = 0
  startingPrice: number | null = null
  private defined: RunnerDefinition | undefined
  /** Bets at the starting price that the recording tells of. */
  private readonly recordedBacks = new Float64Array(classic.length)
  private readonly recordedLays = new Float64Array(classic.length)

  constructor(entry: RecordedRunner["entry"], key: RunnerKey, venue: RecordedVenue) {
    super(entry.selectionId, new RecordedBook(key, venue), new StartingPriceBets())
    this.entry = entry
    this.key = key
  }

  get isActive(): boolean {
    return this.status === "ACTIVE"
  }

  /** Takes its new definition; true when it is withdrawn by it. */
  define(definition: RunnerDefinition | undefined): boolean {
    if (definition === undefined) return false
    const wasRemoved = this.status === "REMOVED"
    this.defined = definition
    this.status = definition.status === "REMOVED_VACANT" ? "REMOVED" : definition.status
    this.adjustmentFactor = definition.adjustmentFactor ?? 0
    this.startingPrice = definition.bsp
    return this.status === "REMOVED" && !wasRemoved
  }

  /** What the recording shows now. */
  show(recorded: RecordedPrices): void {
    const { bets, recordedBacks, recordedLays } = this
    this.book.show(recorded)
    next.fill(0)
    addUp(next, recorded.startingPriceBack)
    for (let tick = 0; tick < next.length; tick++) {
      if (next[tick] !== recordedLays[tick]) bets.lay(tick, next[tick]! - recordedLays[tick]!)
    }
    recordedLays.set(next)
    next.fill(0)
    addUp(next, recorded.startingPriceLay)
    for (let tick = 0; tick < next.length; tick++) {
      if (next[tick] !== recordedBacks[tick]) bets.back(tick, next[tick]! - recordedBacks[tick]!)
    }
    recordedBacks.set(next)
    const { startingPriceFar: far, startingPriceNear: near } = recorded
    if (near !== null || far !== null || this.isProjected) this.project(near ?? "NaN", far ?? "NaN")
  }

  /** @param shift from a recorded time to the sandbox's */
  definition(sortPriority: number, shift: (recordedMs: number) => number): RunnerDefinitionMessage {
    const { adjustmentFactor, defined, entry, startingPrice, status } = this
    return {
      id: entry.selectionId,
      name: entry.name,
      status,
      sortPriority: defined?.sortPriority ?? sortPriority,
      adjustmentFactor,
      ...(defined?.removedAt == null ? {} : { removalDate: isoTime(shift(defined.removedAt)) }),
      ...(startingPrice === null ? {} : { bsp: startingPrice })
    }
  }
}

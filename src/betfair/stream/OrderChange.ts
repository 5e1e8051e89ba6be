/**
 * Changes of the account's orders as the stream tells them (Exchange Stream API, `ocm`), in the exchange's own short names,
 * its decimals and its dates (epoch milliseconds). The reader is tolerant: keys it does not know pass, null is as good as
 * absent. But an order it cannot understand is not left out in silence: it is named in `unreadable`, and whoever
 * follows orders must then ask for them another way.
 */
import { Exit, Predicate, Schema } from "effect"

const amount = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))
const size = Schema.Finite

/** An order as it stands now: all sizes are totals, so that a doubled or late message tells nothing new. */
export const StreamOrder = Schema.Struct({
  /** The exchange's bet id. */
  id: Schema.NonEmptyString,
  /** Price asked for; absent where the order has none (MARKET_ON_CLOSE). */
  p: optional(amount),
  /** Size asked for. */
  s: optional(amount),
  /** Liability of an order at the starting price. */
  bsp: optional(amount),
  /** B: back, L: lay. */
  side: Schema.Literals(["B", "L"]),
  /** E: executable, EC: execution complete. */
  status: Schema.Literals(["E", "EC"]),
  /** L: lapse, P: persist, MOC: market on close. */
  pt: optional(Schema.String),
  /** L: limit, LOC: limit on close, MOC: market on close. */
  ot: optional(Schema.String),
  /** Placed, matched, cancelled, lapsed. */
  pd: optional(Schema.Finite),
  md: optional(Schema.Finite),
  cd: optional(Schema.Finite),
  ld: optional(Schema.Finite),
  /** Why it, or part of it, has lapsed. */
  lsrc: optional(Schema.String),
  /** Average price matched. */
  avp: optional(size),
  /** Sizes matched, remaining, lapsed, cancelled, voided. */
  sm: amount,
  sr: amount,
  sl: amount,
  sc: amount,
  sv: amount,
  /** `customerOrderRef` and `customerStrategyRef`; empty or absent when none was given. */
  rfo: optional(Schema.String),
  rfs: optional(Schema.String)
})
export type StreamOrder = typeof StreamOrder.Type

/** [price, size matched at it so far]; size 0 takes the price away. */
export type MatchedAt = readonly [price: number, size: number]

/** Matched backs and lays of one strategy reference. */
export interface StrategyMatches {
  readonly mb: ReadonlyArray<MatchedAt>
  readonly ml: ReadonlyArray<MatchedAt>
}

export interface OrderRunnerChange {
  /** Selection. */
  readonly id: number
  readonly hc: number
  /**
   * Forget what was told of this runner: `uo` holds all its unmatched orders, `mb` and `ml` its whole position. An order
   * that is not among them is no longer executable, which says nothing of how it ended.
   */
  readonly fullImage: boolean
  readonly uo: ReadonlyArray<StreamOrder>
  readonly mb: ReadonlyArray<MatchedAt>
  readonly ml: ReadonlyArray<MatchedAt>
  /** By `customerStrategyRef`, when the subscription asks for it. */
  readonly smc: ReadonlyMap<string, StrategyMatches>
}

export interface OrderMarketChange {
  readonly id: string
  /** The market is over: no order of it is executable. */
  readonly closed: boolean
  /** As for a runner, of the whole market: runners that are not in `orc` have nothing. */
  readonly fullImage: boolean
  readonly orc: ReadonlyArray<OrderRunnerChange>
}

export interface OrderChanges {
  readonly markets: ReadonlyArray<OrderMarketChange>
  /** What could not be understood, one line each; empty with everything the exchange is known to send. */
  readonly unreadable: ReadonlyArray<string>
}

/** An order and where it stands. */
export interface PlacedOrder {
  readonly marketId: string
  readonly selectionId: number
  readonly handicap: number
  readonly order: StreamOrder
}

/** All orders that are told of, in their order. */
export const ordersOf = ({ markets }: OrderChanges): ReadonlyArray<PlacedOrder> =>
  markets.flatMap((market) =>
    market.orc.flatMap((runner) =>
      runner.uo.map((order) => ({ marketId: market.id, selectionId: runner.id, handicap: runner.hc, order }))
    )
  )

const readOrder = Schema.decodeUnknownExit(StreamOrder)

type Fields = Readonly<Record<string, unknown>>

/** Reads `oc` of a message. Never throws. */
export const read = (oc: unknown): OrderChanges => {
  const unreadable: Array<string> = []
  const refuse = (where: string, found: unknown, problem: string): void => {
    unreadable.push(`${where}: ${problem}, found ${shortened(found)}`)
  }

  const listOf = <A>(where: string, value: unknown, item: (value: unknown, where: string) => A | null) => {
    const items: Array<A> = []
    if (value === undefined || value === null) return items
    if (!Array.isArray(value)) refuse(where, value, "expected a list")
    else {
      for (const [index, element] of value.entries()) {
        const found = item(element, `${where}[${index}]`)
        if (found !== null) items.push(found)
      }
    }
    return items
  }

  const matchedAt = (value: unknown, where: string): MatchedAt | null => {
    if (Array.isArray(value) && value.length >= 2 && value.slice(0, 2).every(isAmount)) return [value[0], value[1]]
    refuse(where, value, "expected a price and a size")
    return null
  }

  const matches = (value: unknown, where: string): StrategyMatches => {
    const fields = objectOf(value)
    if (fields === null) refuse(where, value, "expected matches")
    return { mb: listOf(`${where}.mb`, fields?.mb, matchedAt), ml: listOf(`${where}.ml`, fields?.ml, matchedAt) }
  }

  const order = (value: unknown, where: string): StreamOrder | null => {
    const exit = readOrder(value)
    if (Exit.isSuccess(exit)) return exit.value
    refuse(where, value, "expected an order")
    return null
  }

  const runner = (value: unknown, where: string): OrderRunnerChange | null => {
    const fields = objectOf(value)
    const hc = fields?.hc ?? 0
    if (fields === null || !Number.isSafeInteger(fields.id) || typeof hc !== "number") {
      refuse(where, value, "expected a runner")
      return null
    }
    const { fullImage, id, mb, ml, smc, uo } = fields
    const strategies = objectOf(smc ?? {})
    if (strategies === null) refuse(`${where}.smc`, smc, "expected strategies")
    return {
      id: id as number,
      hc,
      fullImage: fullImage === true,
      uo: listOf(`${where}.uo`, uo, order),
      mb: listOf(`${where}.mb`, mb, matchedAt),
      ml: listOf(`${where}.ml`, ml, matchedAt),
      smc: new Map(Object.entries(strategies ?? {}).map(([name, of]) => [name, matches(of, `${where}.smc.${name}`)]))
    }
  }

  const market = (value: unknown, where: string): OrderMarketChange | null => {
    const fields = objectOf(value)
    if (fields === null || typeof fields.id !== "string") {
      refuse(where, value, "expected a market")
      return null
    }
    const { closed, fullImage, id, orc } = fields
    return {
      id: fields.id,
      closed: closed === true,
      fullImage: fullImage === true,
      orc: listOf(`${where} ${id}.orc`, orc, runner)
    }
  }

  return { markets: listOf("oc", oc, market), unreadable }
}

const isAmount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0

const objectOf = (value: unknown): Fields | null =>
  Predicate.isObject(value) && !Array.isArray(value) ? (value as Fields) : null

/** Gotcha: JSON.stringify throws for JSON that is nested deeper than the stack. */
const shortened = (value: unknown): string => {
  try {
    const text = JSON.stringify(value) ?? "nothing"
    return text.length > 200 ? `${text.slice(0, 200)}…` : text
  } catch {
    return "something that is nested too deeply"
  }
}

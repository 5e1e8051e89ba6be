/**
 * From a `marketDefinition` on the wire to the market's definition in the domain. Recordings leave out fields at will, so
 * everything has a careful default: an unknown status reads as suspended, an unknown runner as hidden.
 */
import {
  largestSelectionId,
  lowestHandicap,
  type MarketId,
  type RunnerKey,
  runnerKey,
  type SelectionId
} from "../domain/Identifiers.ts"
import {
  type BettingType,
  type MarketDefinition,
  type MarketStatus,
  noCard,
  type RunnerDefinition,
  type RunnerStatus
} from "../domain/Market.ts"
import type { Ladder } from "../domain/PriceLadder.ts"
import type { OnBookProblem } from "./BookProblem.ts"

const marketStatuses: ReadonlySet<unknown> = new Set<MarketStatus>(["INACTIVE", "OPEN", "SUSPENDED", "CLOSED"])
const runnerStatuses: ReadonlySet<unknown> = new Set<RunnerStatus>([
  "ACTIVE",
  "WINNER",
  "LOSER",
  "PLACED",
  "REMOVED",
  "REMOVED_VACANT",
  "HIDDEN"
])
const bettingTypes: ReadonlySet<unknown> = new Set<BettingType>([
  "ODDS",
  "LINE",
  "RANGE",
  "ASIAN_HANDICAP_SINGLE_LINE",
  "ASIAN_HANDICAP_DOUBLE_LINE",
  "FIXED_ODDS"
])

type Fields = Readonly<Record<string, unknown>>

/** The key of a runner, or null when its id or handicap is none. Handicaps are multiples of a quarter. */
export const readRunnerKey = (id: unknown, handicap: unknown): RunnerKey | null => {
  if (typeof id !== "number" || !(id > 0 && id <= largestSelectionId) || !Number.isInteger(id)) return null
  if (handicap === undefined || handicap === null || handicap === 0) return runnerKey(id)
  if (typeof handicap !== "number" || !Number.isInteger(handicap * 4)) return null
  if (!(handicap >= lowestHandicap && handicap < -lowestHandicap)) return null
  return runnerKey(id, handicap)
}

/** Equal as JSON values; a definition that is sent again unchanged is told by this. */
export const isSameJson = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((value, index) => isSameJson(value, b[index]))
  }
  if (Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && isSameJson((a as Fields)[key], (b as Fields)[key]))
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null)

export const decodeDefinition = (marketId: MarketId, message: object, onProblem: OnBookProblem): MarketDefinition => {
  const fields = message as Fields
  const absurd = (name: string) => onProblem("ABSURD_NUMBER", `marketDefinition.${name}`, marketId, fields[name])
  const number = <A>(name: string, otherwise: A): number | A => {
    const value = fields[name]
    if (value === undefined || value === null) return otherwise
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value
    absurd(name)
    return otherwise
  }
  const time = <A>(name: string, otherwise: A): number | A => {
    const value = fields[name]
    if (value === undefined || value === null) return otherwise
    const at = typeof value === "string" ? Date.parse(value) : Number.NaN
    if (Number.isFinite(at)) return at
    absurd(name)
    return otherwise
  }
  const oneOf = <A>(name: string, known: ReadonlySet<unknown>, missing: A, unknown: A): A => {
    const value = fields[name]
    if (value === undefined || value === null) return missing
    if (known.has(value)) return value as A
    onProblem("UNKNOWN_VALUE", `marketDefinition.${name}`, marketId, value)
    return unknown
  }
  const runners = decodeRunners(marketId, fields["runners"], onProblem)
  const delays = fields["betDelayModels"]
  return {
    marketId,
    eventTypeId: text(fields["eventTypeId"]) ?? "",
    eventId: text(fields["eventId"]),
    eventName: text(fields["eventName"]),
    marketType: text(fields["marketType"]),
    name: text(fields["name"]),
    venue: text(fields["venue"]),
    countryCode: text(fields["countryCode"]),
    timezone: text(fields["timezone"]),
    raceType: text(fields["raceType"]),
    bettingType: oneOf<BettingType>("bettingType", bettingTypes, "ODDS", "FIXED_ODDS"),
    marketTime: time("marketTime", null) ?? time("suspendTime", null) ?? time("openDate", 0),
    settledAt: time("settledTime", null),
    status: oneOf<MarketStatus>("status", marketStatuses, "INACTIVE", "SUSPENDED"),
    inPlay: fields["inPlay"] === true,
    turnInPlayEnabled: fields["turnInPlayEnabled"] === true,
    persistenceEnabled: fields["persistenceEnabled"] === true,
    bspMarket: fields["bspMarket"] === true,
    bspReconciled: fields["bspReconciled"] === true,
    complete: fields["complete"] === true,
    crossMatching: fields["crossMatching"] === true,
    runnersVoidable: fields["runnersVoidable"] === true,
    discountAllowed: fields["discountAllowed"] === true,
    betDelay: number("betDelay", 0),
    betDelayModels: Array.isArray(delays) ? delays.filter((model) => typeof model === "string") : [],
    marketBaseRate: number("marketBaseRate", 5),
    numberOfWinners: number("numberOfWinners", 1),
    numberOfActiveRunners: number(
      "numberOfActiveRunners",
      runners.filter((runner) => runner.status === "ACTIVE").length
    ),
    eachWayDivisor: number("eachWayDivisor", null),
    version: number("version", 0),
    ladder: decodeLadder(fields["priceLadderDefinition"]),
    runners
  }
}

const decodeLadder = (value: unknown): Ladder => {
  const type = typeof value === "object" && value !== null ? (value as Fields)["type"] : undefined
  return type === "FINEST" || type === "LINE_RANGE" ? type : "CLASSIC"
}

const decodeRunners = (
  marketId: MarketId,
  value: unknown,
  onProblem: OnBookProblem
): ReadonlyArray<RunnerDefinition> => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    onProblem("MALFORMED", "marketDefinition.runners", marketId, value)
    return []
  }
  const runners: Array<RunnerDefinition> = []
  for (const entry of value as ReadonlyArray<unknown>) {
    const fields = (typeof entry === "object" && entry !== null ? entry : {}) as Fields
    const key = readRunnerKey(fields["id"], fields["hc"])
    if (key === null) onProblem("MALFORMED", "marketDefinition.runners", marketId, entry)
    else runners.push(decodeRunner(key, marketId, fields, runners.length + 1, onProblem))
  }
  return runners
}

const decodeRunner = (
  key: RunnerKey,
  marketId: MarketId,
  fields: Fields,
  position: number,
  onProblem: OnBookProblem
): RunnerDefinition => {
  const status = fields["status"]
  const isKnown = status === undefined || status === null || runnerStatuses.has(status)
  if (!isKnown) onProblem("UNKNOWN_VALUE", "marketDefinition.runners.status", marketId, status)
  const absurd = (name: string) => {
    onProblem("ABSURD_NUMBER", `marketDefinition.runners.${name}`, marketId, fields[name])
    return null
  }
  const factor = fields["adjustmentFactor"] ?? null
  const removal = fields["removalDate"] ?? null
  const removedAt = typeof removal === "string" ? Date.parse(removal) : Number.NaN
  const sortPriority = fields["sortPriority"]
  return {
    ...noCard,
    key,
    selectionId: fields["id"] as SelectionId,
    handicap: typeof fields["hc"] === "number" ? fields["hc"] : 0,
    name: text(fields["name"]),
    sortPriority: typeof sortPriority === "number" && Number.isFinite(sortPriority) ? sortPriority : position,
    status: isKnown ? ((status ?? "ACTIVE") as RunnerStatus) : "HIDDEN",
    adjustmentFactor:
      factor === null
        ? null
        : typeof factor === "number" && factor >= 0 && factor <= 100
          ? factor
          : absurd("adjustmentFactor"),
    removedAt: removal === null ? null : Number.isFinite(removedAt) ? removedAt : absurd("removalDate"),
    bsp: readStartingPrice(fields["bsp"]) ?? (isStartingPrice(fields["bsp"]) ? null : absurd("bsp"))
  }
}

/** Missing, a number above zero, or one of the exchange's two words for "none". */
export const isStartingPrice = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "NaN" ||
  value === "Infinity" ||
  (typeof value === "number" && value >= 0 && Number.isFinite(value))

/** Decimal odds, or null where the exchange has none to give. */
export const readStartingPrice = (value: unknown): number | null =>
  typeof value === "number" && value > 0 && Number.isFinite(value) ? value : null

/**
 * What a strategy returns is not trusted: it may be anybody's module. A look at each field, cheap enough for every
 * evaluation, keeps numbers that are none and tags that nobody knows away from position size and risk.
 */
import * as PriceLadder from "../domain/PriceLadder.ts"

/** No evaluation of one market can sensibly ask for more. */
export const maximumSignals = 500

/** What is wrong with a strategy's answer, in words; null when it is a list of well-formed signals. */
export const complaint = (answer: unknown): string | null => {
  if (!Array.isArray(answer)) {
    const found = answer instanceof Promise ? "a promise: evaluate must be synchronous" : describe(answer)
    return `evaluate returned ${found}, not a list of signals`
  }
  if (answer.length > maximumSignals) return `evaluate returned ${answer.length} signals, more than ${maximumSignals}`
  for (let i = 0; i < answer.length; i++) {
    const wrong = complaintOf(answer[i])
    if (wrong !== null) return `signal ${i}: ${wrong}`
  }
  return null
}

/** An object of which nothing is known: any field may be missing or of any kind. */
type Untrusted = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Untrusted => typeof value === "object" && value !== null

const complaintOf = (value: unknown): string | null => {
  if (!isObject(value)) return `is ${describe(value)}`
  switch (value._tag) {
    case "Place":
      return complaintOfPlace(value)
    case "Cancel":
      return betId(value)
    case "Replace":
      return betId(value) ?? price(value.price) ?? version(value)
    case "Update":
      return betId(value) ?? persistence(value)
    default:
      return `_tag is ${describe(value._tag)}, not Place, Cancel, Replace or Update`
  }
}

const complaintOfPlace = (place: Untrusted): string | null => {
  const { confidence, handicap, probability, reason, selectionId, side, slot } = place
  if (!isPositiveInteger(selectionId)) return `selectionId is ${describe(selectionId)}`
  if (handicap !== undefined && !Number.isFinite(handicap)) return `handicap is ${describe(handicap)}`
  if (side !== "BACK" && side !== "LAY") return `side is ${describe(side)}, not BACK or LAY`
  if (!isWithin(confidence, 0, 1)) return `confidence is ${describe(confidence)}, not a number from 0 to 1`
  if (probability !== undefined && !isProbability(probability)) {
    return `probability is ${describe(probability)}, not a number between 0 and 1`
  }
  if (typeof reason !== "string") return `reason is ${describe(reason)}, not a text`
  if (slot !== undefined && typeof slot !== "string") return `slot is ${describe(slot)}, not a text`
  return complaintOfOrder(place.order) ?? complaintOfSizing(place.sizing, probability) ?? version(place)
}

const complaintOfOrder = (order: unknown): string | null => {
  if (!isObject(order)) return `order is ${describe(order)}`
  switch (order._tag) {
    case "LIMIT":
      if (order.persistence !== undefined && persistence(order) !== null) return `order.${persistence(order)}`
      if (order.minFillSize !== undefined && !isPositiveInteger(order.minFillSize)) {
        return `order.minFillSize is ${describe(order.minFillSize)}, not whole pence`
      }
      return price(order.price)
    case "LIMIT_ON_CLOSE":
      return price(order.price)
    case "MARKET_ON_CLOSE":
      return null
    default:
      return `order._tag is ${describe(order._tag)}, not LIMIT, LIMIT_ON_CLOSE or MARKET_ON_CLOSE`
  }
}

const complaintOfSizing = (sizing: unknown, probability: unknown): string | null => {
  if (!isObject(sizing)) return `sizing is ${describe(sizing)}`
  switch (sizing._tag) {
    case "KELLY":
      return probability === undefined ? "sizing KELLY needs a probability" : null
    case "FIXED":
      return isPositiveInteger(sizing.amount) ? null : `sizing.amount is ${describe(sizing.amount)}, not whole pence`
    default:
      return `sizing._tag is ${describe(sizing._tag)}, not KELLY or FIXED`
  }
}

const betId = ({ betId, reason }: Untrusted): string | null => {
  if (typeof betId !== "string") return `betId is ${describe(betId)}`
  return typeof reason === "string" ? null : `reason is ${describe(reason)}, not a text`
}

const persistence = ({ persistence }: Untrusted): string | null =>
  persistences.has(persistence) ? null : `persistence is ${describe(persistence)}`

const version = ({ marketVersion }: Untrusted): string | null =>
  marketVersion === undefined || isPositiveInteger(marketVersion)
    ? null
    : `marketVersion is ${describe(marketVersion)}, not a market's version`

const price = (value: unknown): string | null =>
  isWithin(value, PriceLadder.minimum, PriceLadder.maximum) && Number.isInteger(value)
    ? null
    : `price is ${describe(value)}, not odds in hundredths (${PriceLadder.minimum} to ${PriceLadder.maximum})`

const persistences: ReadonlySet<unknown> = new Set(["LAPSE", "PERSIST", "MARKET_ON_CLOSE"])

const isPositiveInteger = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0

const isWithin = (value: unknown, minimum: number, maximum: number): boolean =>
  typeof value === "number" && value >= minimum && value <= maximum

const isProbability = (value: unknown): boolean => typeof value === "number" && value > 0 && value < 1

const describe = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40))
  return isObject(value) ? "an object" : String(value)
}

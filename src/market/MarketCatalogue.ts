/**
 * What the exchange's catalogue tells of a market (an answer to `listMarketCatalogue`): names, times and the card of each
 * runner, which recordings mostly leave out. How much an answer holds, its asker chose, so any field may be missing;
 * what is there and cannot be read is said in words and left out.
 */
import { Schema } from "effect"
import * as Excerpt from "../domain/Excerpt.ts"
import { MarketId, type RunnerKey } from "../domain/Identifiers.ts"
import { type MarketDefinition, noCard, type RunnerCard, type RunnerDefinition } from "../domain/Market.ts"
import { readRunnerKey } from "./DefinitionDecoder.ts"

/** A runner as the catalogue names it. */
export interface CatalogueRunner extends RunnerCard {
  readonly name: string | null
}

/** The facts of one market; null is what the catalogue does not tell. */
export interface MarketCatalogue {
  readonly marketId: MarketId
  readonly eventTypeId: string | null
  readonly eventId: string | null
  readonly eventName: string | null
  readonly marketType: string | null
  readonly name: string | null
  readonly venue: string | null
  readonly countryCode: string | null
  readonly timezone: string | null
  readonly raceType: string | null
  /** Scheduled off, epoch milliseconds. */
  readonly marketTime: number | null
  readonly eachWayDivisor: number | null
  readonly runners: ReadonlyMap<RunnerKey, CatalogueRunner>
}

export interface Decoded {
  readonly markets: ReadonlyArray<MarketCatalogue>
  /** What could not be read: the field, what was found there, and what that costs. */
  readonly problems: ReadonlyArray<string>
}

type Fields = Readonly<Record<string, unknown>>
type Tell = (field: string, found: unknown, consequence: string) => null

const asFields = (value: unknown): Fields | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null

const asList = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [value])

/** The entries of a bare array, of a JSON-RPC answer, of an array of such answers, or one entry alone. */
const entriesIn = (document: unknown): ReadonlyArray<unknown> =>
  asList(document).flatMap((answer) => {
    const result = asFields(answer)?.["result"]
    return result === undefined ? [answer] : asList(result)
  })

/** A parsed JSON document's markets; null when it is no catalogue, which always names its markets. */
export const decode = (document: unknown): Decoded | null => {
  const entries = entriesIn(document)
  if (!entries.some((entry) => Object.hasOwn(asFields(entry) ?? {}, "marketName"))) return null
  const markets: Array<MarketCatalogue> = []
  const problems: Array<string> = []
  for (const entry of entries) {
    const market = decodeEntry(entry, problems)
    if (market !== null) markets.push(market)
  }
  return { markets, problems }
}

/** Fills in what the definition leaves open. Where both tell, the definition is right: it is kept up to date. */
export const merge = (definition: MarketDefinition, market: MarketCatalogue): MarketDefinition => ({
  ...definition,
  eventTypeId: definition.eventTypeId === "" ? (market.eventTypeId ?? "") : definition.eventTypeId,
  eventId: definition.eventId ?? market.eventId,
  eventName: definition.eventName ?? market.eventName,
  marketType: definition.marketType ?? market.marketType,
  name: definition.name ?? market.name,
  venue: definition.venue ?? market.venue,
  countryCode: definition.countryCode ?? market.countryCode,
  timezone: definition.timezone ?? market.timezone,
  raceType: definition.raceType ?? market.raceType,
  marketTime: definition.marketTime === 0 ? (market.marketTime ?? 0) : definition.marketTime,
  eachWayDivisor: definition.eachWayDivisor ?? market.eachWayDivisor,
  runners: definition.runners.map((runner) => mergeRunner(runner, market.runners.get(runner.key)))
})

const mergeRunner = (runner: RunnerDefinition, known: CatalogueRunner | undefined): RunnerDefinition =>
  known === undefined
    ? runner
    : {
        ...runner,
        name: runner.name ?? known.name,
        clothNumber: runner.clothNumber ?? known.clothNumber,
        stallDraw: runner.stallDraw ?? known.stallDraw,
        jockeyName: runner.jockeyName ?? known.jockeyName,
        trainerName: runner.trainerName ?? known.trainerName,
        age: runner.age ?? known.age,
        weightPounds: runner.weightPounds ?? known.weightPounds
      }

const isMarketId = Schema.is(MarketId)

const decodeEntry = (entry: unknown, problems: Array<string>): MarketCatalogue | null => {
  const fields = asFields(entry)
  const marketId = fields?.["marketId"]
  if (fields === null || !isMarketId(marketId)) {
    const [what, found] = fields === null ? ["an entry", entry] : ["marketId", marketId]
    problems.push(`${what} is ${Excerpt.of(found, 80, "missing")}: the entry is left out`)
    return null
  }
  const tell: Tell = (field, found, consequence) => {
    problems.push(`${field} of ${marketId} is ${Excerpt.of(found, 80, "missing")}: ${consequence}`)
    return null
  }
  const part = (name: string) => partOf(fields, name, name, tell)
  const description = part("description")
  const event = part("event")
  const divisor = description["eachWayDivisor"] ?? null
  return {
    marketId,
    eventTypeId: identifier(part("eventType")["id"], "eventType.id", tell),
    eventId: identifier(event["id"], "event.id", tell),
    eventName: text(event["name"], "event.name", tell),
    marketType: text(description["marketType"], "description.marketType", tell),
    name: text(fields["marketName"], "marketName", tell),
    venue: text(event["venue"], "event.venue", tell),
    countryCode: text(event["countryCode"], "event.countryCode", tell),
    timezone: text(event["timezone"], "event.timezone", tell),
    raceType: text(description["raceType"], "description.raceType", tell),
    marketTime:
      time(fields["marketStartTime"], "marketStartTime", tell) ??
      time(description["marketTime"], "description.marketTime", tell),
    eachWayDivisor:
      divisor === null || isPositive(divisor) ? divisor : tell("description.eachWayDivisor", divisor, leftOut),
    runners: decodeRunners(fields["runners"] ?? [], tell)
  }
}

const decodeRunners = (value: unknown, tell: Tell): ReadonlyMap<RunnerKey, CatalogueRunner> => {
  const runners = new Map<RunnerKey, CatalogueRunner>()
  if (!Array.isArray(value)) tell("runners", value, leftOut)
  else {
    for (const entry of value as ReadonlyArray<unknown>) {
      const fields = asFields(entry) ?? {}
      const metadata = partOf(fields, "metadata", "runners.metadata", tell)
      const id = fields["selectionId"] ?? Number(metadata["runnerId"] ?? metadata["RUNNER_ID"])
      const key = readRunnerKey(id, fields["handicap"])
      if (key === null) tell("runners", entry, "the runner is left out")
      else runners.set(key, decodeRunner(fields, metadata, tell))
    }
  }
  return runners
}

const decodeRunner = (fields: Fields, metadata: Fields, tell: Tell): CatalogueRunner => {
  const name = text(fields["runnerName"], "runners.runnerName", tell)
  const word = (key: string) => text(known(metadata[key]), `runners.metadata.${key}`, tell)
  const count = (key: string) => wholeNumber(known(metadata[key]), `runners.metadata.${key}`, tell)
  return {
    ...noCard,
    name,
    clothNumber: clothNumber(metadata, tell) ?? (name === null ? null : (/^(\d{1,2})\. /.exec(name)?.[1] ?? null)),
    stallDraw: count("STALL_DRAW"),
    jockeyName: word("JOCKEY_NAME"),
    trainerName: word("TRAINER_NAME"),
    age: count("AGE"),
    weightPounds: metadata["WEIGHT_UNITS"] === "pounds" ? weight(metadata["WEIGHT_VALUE"], tell) : null
  }
}

const leftOut = "left out"

/** Metadata says that it does not know in several ways. */
const known = (value: unknown): unknown =>
  value === null || value === "" || value === "null" || value === 0 || value === "0" ? undefined : value

/** Names have a few dozen characters; what is as long as this is none. */
const longestText = 200

const partOf = (fields: Fields, name: string, path: string, tell: Tell): Fields => {
  const value = fields[name]
  if (value === undefined || value === null) return {}
  return asFields(value) ?? tell(path, value, leftOut) ?? {}
}

/** Without what a database or a terminal would stumble over: control characters and halves of characters. */
const text = (value: unknown, field: string, tell: Tell): string | null => {
  if (value === undefined || value === null) return null
  if (typeof value !== "string" || value.length > longestText) return tell(field, value, leftOut)
  const clean = value
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
  return clean === "" ? null : clean
}

/** Some clients write the exchange's numeric ids as numbers. */
const identifier = (value: unknown, field: string, tell: Tell): string | null =>
  text(Number.isSafeInteger(value) ? String(value) : value, field, tell)

const time = (value: unknown, field: string, tell: Tell): number | null => {
  if (value === undefined || value === null) return null
  const at = typeof value === "string" && /^[12]\d{3}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isFinite(at) ? at : tell(field, value, leftOut)
}

const isPositive = (value: unknown): value is number => typeof value === "number" && value > 0 && Number.isFinite(value)

/** Of one to three digits, as a number or a text. */
const wholeNumber = (value: unknown, field: string, tell: Tell): number | null => {
  if (value === undefined) return null
  return /^\d{1,3}$/.test(String(value)) ? Number(value) : tell(field, value, leftOut)
}

const weight = (value: unknown, tell: Tell): number | null => {
  const found = known(value)
  if (found === undefined) return null
  return /^\d{1,3}(\.\d+)?$/.test(String(found)) ? Number(found) : tell("runners.metadata.WEIGHT_VALUE", found, leftOut)
}

const clothNumber = (metadata: Fields, tell: Tell): string | null => {
  const found = known(metadata["CLOTH_NUMBER"]) ?? known(metadata["CLOTH_NUMBER_ALPHA"])
  if (found === undefined) return null
  return /^\d{1,3}[A-Z]?$/.test(String(found)) ? String(found) : tell("runners.metadata.CLOTH_NUMBER", found, leftOut)
}

/** A strategy's parameters as a table: names, ranges and defaults, read off its schema so that they cannot be wrong. */
import { Predicate, Schema } from "effect"

/** As in the configuration: decimal money, decimal odds. */
export interface Parameter {
  readonly name: string
  readonly description: string
  /** In words: `number from 0 to 1`, `back | lay | both`, `number from 0.01 to 100 or null`. */
  readonly allowed: string
  readonly minimum?: number
  readonly maximum?: number
  readonly values?: ReadonlyArray<unknown>
  readonly default: unknown
}

/** @param parameters a schema that decodes `{}` */
export const of = (parameters: Schema.Codec<unknown, unknown>): ReadonlyArray<Parameter> => {
  const defaults = asRecord(Schema.encodeSync(parameters)(Schema.decodeSync(parameters)({})))
  return properties(parameters).map(([name, property]): Parameter => ({
    name,
    description: descriptionOf(property),
    allowed: inWords(property),
    ...rangeOf(property),
    ...(Array.isArray(property.enum) ? { values: property.enum } : {}),
    default: defaults[name]
  }))
}

/** What each parameter may be, in words, by its name. */
export const allowed = (parameters: Schema.Codec<unknown, unknown>): ReadonlyMap<string, string> =>
  new Map(properties(parameters).map(([name, property]) => [name, inWords(property)]))

const properties = (parameters: Schema.Codec<unknown, unknown>): ReadonlyArray<readonly [string, JsonSchema]> =>
  Object.entries(asRecord(Schema.toJsonSchemaDocument(parameters).schema.properties)).map(([name, property]) => [
    name,
    asRecord(property)
  ])

type JsonSchema = Readonly<Record<string, unknown>>

const asRecord = (value: unknown): JsonSchema => (Predicate.isObject(value) ? (value as JsonSchema) : {})

const alternatives = ({ anyOf }: JsonSchema): ReadonlyArray<JsonSchema> =>
  Array.isArray(anyOf) ? anyOf.map(asRecord) : []

/** A check may stand beside the type or in an `allOf` of its own; and what may be null in an `anyOf`. */
const parts = (schema: JsonSchema): ReadonlyArray<JsonSchema> => [
  schema,
  ...(Array.isArray(schema.allOf) ? schema.allOf.map(asRecord) : []),
  ...alternatives(schema).flatMap(parts)
]

const first = <A>(schema: JsonSchema, key: string, is: (value: unknown) => value is A): A | undefined =>
  parts(schema)
    .map((part) => part[key])
    .find(is)

const descriptionOf = (schema: JsonSchema) => first(schema, "description", Predicate.isString) ?? ""

const rangeOf = (schema: JsonSchema) => {
  const minimum = first(schema, "minimum", Predicate.isNumber)
  const maximum = first(schema, "maximum", Predicate.isNumber)
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) }
}

const inWords = (schema: JsonSchema): string => {
  const choices = alternatives(schema)
  if (choices.length > 0) return choices.map(inWords).join(" or ")
  if (Array.isArray(schema.enum)) return schema.enum.join(" | ")
  const { maximum, minimum } = rangeOf(schema)
  const type = schema.type === "integer" ? "whole number" : String(schema.type ?? "any value")
  return type + (minimum === undefined ? "" : ` from ${minimum}`) + (maximum === undefined ? "" : ` to ${maximum}`)
}

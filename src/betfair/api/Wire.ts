/**
 * How Betfair's messages are written down: the vocabulary of the schemas of this folder. Decoding is tolerant where
 * Betfair may change without telling: unknown fields are ignored, an optional field may be absent or null, and an unknown
 * value of an enumeration stays the text it came as.
 */
import { Option, Schema, SchemaGetter } from "effect"

/** Any text besides the known values of an enumeration, which Betfair may add to at any time. */
export type Other = string & {}

/** One of the `known` values, or whatever text came instead. */
export const oneOf = <const L extends ReadonlyArray<string>>(known: L): Schema.Codec<L[number] | Other, string> =>
  Schema.String.annotate({ examples: known }) as Schema.Codec<string>

/** A field that may be absent or null; both are absent once decoded. */
export const maybe = <T, E>(schema: Schema.Codec<T, E>) =>
  Schema.optionalKey(Schema.NullOr(schema)).pipe(
    Schema.decodeTo(Schema.optionalKey(Schema.toType(schema)), {
      decode: SchemaGetter.transformOptional<T, T | null>(Option.filter((value): value is T => value !== null)),
      encode: SchemaGetter.transformOptional<T | null, T>((value) => value)
    })
  )

/** A list that counts as empty when it is absent or null. */
export const list = <T, E>(schema: Schema.Codec<T, E>) => maybe(Schema.Array(schema))

/** A finite number. Nothing else may become money: an order whose sizes are none counts as not understood. */
export const double = Schema.Finite

/** A starting price. One that does not exist comes as the text `NaN` or `Infinity`, and is that number here. */
export const startingPrice = Schema.Union([Schema.Finite, Schema.Literals(["NaN", "Infinity", "-Infinity"])]).pipe(
  // @effect-diagnostics-next-line schemaNumber:off
  Schema.decodeTo(Schema.Number, { decode: SchemaGetter.transform(Number), encode: SchemaGetter.passthrough() })
)

/** A whole number. */
export const integer = Schema.Int

/** A text that may come as a number or a truth value as well. */
export const text = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]).pipe(
  Schema.decodeTo(Schema.String, { decode: SchemaGetter.transform(String), encode: SchemaGetter.passthrough() })
)

/** An id. Betfair writes ids as texts; a number is taken as its digits. */
export const id = Schema.Union([Schema.String, Schema.Int]).pipe(
  Schema.decodeTo(Schema.String, { decode: SchemaGetter.transform(String), encode: SchemaGetter.passthrough() })
)

/** An instant of ISO 8601 in UTC, such as `2026-11-22T13:54:48.000Z`, as it was written. */
export const dateTime = Schema.String

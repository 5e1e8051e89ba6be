/**
 * The vocabulary of `Settings`: what a key holds, its unit, its range and its default. Keys are snake_case in the file
 * and camelCase in the program; money is decimal in the file and pence in the program, intervals are seconds in the file
 * and `Duration` in the program.
 *
 * Every check stands on the file's side of a setting and every annotation with it, so that one pass over the encoded
 * schema finds all that is wrong with a file, and messages, example and reference say the same of a key.
 */
import { DateTime, Duration, Effect, Option, Redacted, Schema, SchemaGetter, String as Text } from "effect"
import * as Money from "../domain/Money.ts"

/** What is known of a key besides its type. */
export interface About {
  readonly description: string
  /** Type, unit and range in words, to follow "expected". */
  readonly expected: string
  /** As it stands in the file; absent where the key must be given. */
  readonly byDefault?: Schema.Json
  /** Money is written with its two decimals. */
  readonly money?: boolean
  readonly secret?: boolean
  /** The environment variable that gives the value where the file does not. */
  readonly environment?: string
}

declare module "effect/Schema" {
  namespace Annotations {
    interface Annotations {
      readonly "clever-better/setting"?: About | undefined
    }
  }
}

interface Range {
  readonly minimum: number
  readonly maximum: number
}

/** The annotations by which a schema of the file's side becomes a setting. */
export const about = (setting: About) => ({
  description: setting.description,
  expected: setting.expected,
  "clever-better/setting": setting,
  ...(setting.byDefault === undefined ? {} : { default: setting.byDefault as never })
})

const between = (range: Range) => Schema.isBetween(range)

const span = (range: Range) => `from ${range.minimum} to ${range.maximum}`

const amountOf = (range: Range) => `an amount ${span(range)} with at most two decimals`

const orNull =
  <A, B>(f: (value: A) => B) =>
  (value: A | null): B | null =>
    value === null ? null : f(value)

/** A third decimal would be rounded away silently, and with it what the user meant. */
const wholePence = Schema.makeFilter<number>((amount) => Money.toDecimal(Money.fromDecimal(amount)) === amount)

const amount = (range: Range) => Schema.Finite.check(wholePence, between(range))

/** Decimal money in the file, pence in the program. */
export const money = (byDefault: number, range: Range, description: string) =>
  amount(range)
    .annotate(about({ description, byDefault, money: true, expected: amountOf(range) }))
    .pipe(
      Schema.decodeTo(Schema.Int, {
        decode: SchemaGetter.transform(Money.fromDecimal),
        encode: SchemaGetter.transform(Money.toDecimal)
      }),
      Schema.withDecodingDefaultKey(Effect.succeed(byDefault))
    )

/** As `money`, but `null` (the default) switches the limit off. */
export const optionalMoney = (range: Range, description: string) =>
  Schema.NullOr(amount(range))
    .annotate(about({ description, byDefault: null, money: true, expected: `${amountOf(range)}, or null` }))
    .pipe(
      Schema.decodeTo(Schema.NullOr(Schema.Int), {
        decode: SchemaGetter.transform(orNull(Money.fromDecimal)),
        encode: SchemaGetter.transform(orNull(Money.toDecimal))
      }),
      Schema.withDecodingDefaultKey(Effect.succeed(null))
    )

export const number = (byDefault: number, range: Range, description: string) =>
  Schema.Finite.check(between(range))
    .annotate(about({ description, byDefault, expected: `a number ${span(range)}` }))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed(byDefault)))

export const integer = (byDefault: number, range: Range, description: string) =>
  Schema.Int.check(between(range))
    .annotate(about({ description, byDefault, expected: `a whole number ${span(range)}` }))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed(byDefault)))

const duration =
  (unit: string, fromUnits: (amount: number) => Duration.Duration, inUnits: (duration: Duration.Duration) => number) =>
  (byDefault: number, range: Range, description: string) =>
    Schema.Finite.check(between(range))
      .annotate(about({ description, byDefault, expected: `a number of ${unit} ${span(range)}` }))
      .pipe(
        Schema.decodeTo(Schema.Duration, {
          decode: SchemaGetter.transform(fromUnits),
          encode: SchemaGetter.transform(inUnits)
        }),
        Schema.withDecodingDefaultKey(Effect.succeed(byDefault))
      )

export const milliseconds = duration("milliseconds", Duration.millis, Duration.toMillis)
export const seconds = duration("seconds", Duration.seconds, Duration.toSeconds)
export const minutes = duration("minutes", Duration.minutes, Duration.toMinutes)

export const flag = (byDefault: boolean, description: string) =>
  Schema.Boolean.annotate(about({ description, byDefault, expected: "true or false" })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(byDefault))
  )

export const text = (byDefault: string, description: string) =>
  Schema.NonEmptyString.annotate(about({ description, byDefault, expected: "text" })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(byDefault))
  )

/** Text that must be given. */
export const requiredText = (description: string) =>
  Schema.NonEmptyString.annotate(about({ description, expected: "text" }))

export const optionalText = (description: string) =>
  Schema.NullOr(Schema.NonEmptyString)
    .annotate(about({ description, byDefault: null, expected: "text, or null" }))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))

export const timeZone = (byDefault: string, description: string) =>
  Schema.String.check(
    Schema.makeFilter((zone) => Option.isSome(DateTime.zoneMakeNamed(zone))),
    // Last, because JSON Schema drops the annotations of a check which it can't express.
    Schema.isNonEmpty()
  )
    .annotate(about({ description, byDefault, expected: "an IANA time zone such as Europe/London" }))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed(byDefault)))

/** An address of one of the given protocols (with their colon), or `null`, the default. */
export const optionalUrl = (protocols: ReadonlyArray<string>, description: string) =>
  Schema.NullOr(Schema.NonEmptyString.check(isUrl(protocols)))
    .annotate(about({ description, byDefault: null, expected: `${addressOf(protocols)}, or null` }))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))

/**
 * As `optionalUrl`, for an address with a password in it. It is never shown: `config show`, logs and errors print
 * `<redacted>`.
 */
export const secretUrl = (protocols: ReadonlyArray<string>, environment: string, description: string) =>
  hidden(Schema.NonEmptyString.check(isUrl(protocols)), {
    description,
    environment,
    expected: `${addressOf(protocols)}, or null`
  })

/** As `secretUrl`, without a variable that stands in for it. */
export const secretAddress = (protocols: ReadonlyArray<string>, description: string) =>
  hidden(Schema.NonEmptyString.check(isUrl(protocols)), { description, expected: `${addressOf(protocols)}, or null` })

/** Never shown: `config show`, logs and errors print `<redacted>`. */
export const secret = (description: string) => hidden(Schema.NonEmptyString, { description, expected: "text, or null" })

export const choice = <const L extends ReadonlyArray<string>>(options: L, byDefault: L[number], description: string) =>
  Schema.Literals(options)
    .annotate(about({ description, byDefault, expected: `one of ${options.join(", ")}` }))
    .pipe(Schema.withDecodingDefaultKey<Schema.Literals<L>>(Effect.succeed(byDefault)))

/** A choice that must be made. */
export const requiredChoice = <const L extends ReadonlyArray<string>>(options: L, description: string) =>
  Schema.Literals(options).annotate(about({ description, expected: `one of ${options.join(", ")}` }))

/** A list of texts. */
export const texts = (byDefault: ReadonlyArray<string>, description: string) =>
  list(Schema.NonEmptyString.annotate({ expected: "text" }), byDefault, description, "a list of texts")

/** A list of whatever `item` describes; `byDefault` is written as in the file. */
export const list = <S extends Schema.Top>(
  item: S,
  byDefault: ReadonlyArray<S["Encoded"] & Schema.Json>,
  description: string,
  expected: string
) =>
  Schema.Array(item).pipe(
    Schema.annotateEncoded(about({ description, byDefault, expected })),
    Schema.withDecodingDefaultKey(Effect.succeed(byDefault as never))
  )

/** Keys whose names and meaning belong to someone else, who decodes them. */
export const anything = (description: string) =>
  Schema.Record(Schema.String, Schema.Unknown)
    .annotate(about({ description, byDefault: {}, expected: "a mapping" }))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed({})))

/** A section of the file: a struct whose keys are snake_case there; left out, every key of it has its default. */
export const section = <const F extends Schema.Struct.Fields>(fields: F, description: string) => {
  const names = Object.fromEntries(Object.keys(fields).map((key) => [key, Text.camelToSnake(key)]))
  const struct = Schema.Struct(fields).pipe(
    Schema.encodeKeys(names as {}),
    Schema.annotateEncoded(about({ description, expected: "a mapping" }) as {})
  )
  return (struct as unknown as Schema.Codec<Schema.Struct.Type<F>, {}>).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed({}))
  )
}

const hidden = (file: typeof Schema.NonEmptyString, setting: About) =>
  Schema.NullOr(file)
    .annotate(about({ ...setting, byDefault: null, secret: true }))
    .pipe(
      Schema.decodeTo(Schema.NullOr(Schema.Redacted(Schema.NonEmptyString)), {
        decode: SchemaGetter.transform(orNull((value: string) => Redacted.make(value))),
        encode: SchemaGetter.transform(orNull((value: Redacted.Redacted<string>) => Redacted.value(value)))
      }),
      Schema.withDecodingDefaultKey(Effect.succeed(null))
    )

const isUrl = (protocols: ReadonlyArray<string>) =>
  Schema.makeFilter<string>((address) => URL.canParse(address) && protocols.includes(new URL(address).protocol))

const addressOf = (protocols: ReadonlyArray<string>) =>
  `an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`

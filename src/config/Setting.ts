/**
 * The vocabulary of `Settings`: what a key holds, its unit, its range and its default. Keys are snake_case in the file
 * and camelCase in the program; money is decimal in the file and pence in the program, intervals are seconds in the file
 * and `Duration` in the program.
 */
import { Duration, Effect, Schema, SchemaGetter, String as Text } from "effect"
import * as Money from "../domain/Money.ts"

interface Range {
  readonly minimum: number
  readonly maximum: number
}

const describe = (description: string) => ({ description })

const between = (range: Range) => Schema.isBetween(range)

/** Decimal money in the file, pence in the program. */
export const money = (byDefault: number, range: Range, description: string) =>
  Schema.Finite.annotate(describe(description))
    .check(between(range))
    .pipe(
      Schema.decodeTo(Schema.Int, {
        decode: SchemaGetter.transform((amount: number) => Money.fromDecimal(amount)),
        encode: SchemaGetter.transform((pence: number) => Money.toDecimal(pence))
      }),
      Schema.withDecodingDefaultKey(Effect.succeed(byDefault))
    )

/** As `money`, but `null` (the default) switches the limit off. */
export const optionalMoney = (range: Range, description: string) =>
  Schema.NullOr(
    Schema.Finite.annotate(describe(description))
      .check(between(range))
      .pipe(
        Schema.decodeTo(Schema.Int, {
          decode: SchemaGetter.transform((amount: number) => Money.fromDecimal(amount)),
          encode: SchemaGetter.transform((pence: number) => Money.toDecimal(pence))
        })
      )
  ).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))

export const number = (byDefault: number, range: Range, description: string) =>
  Schema.Finite.annotate(describe(description))
    .check(between(range))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed(byDefault)))

export const integer = (byDefault: number, range: Range, description: string) =>
  Schema.Int.annotate(describe(description))
    .check(between(range))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed(byDefault)))

const duration =
  (unit: (amount: number) => Duration.Duration, amountOf: (duration: Duration.Duration) => number) =>
  (byDefault: number, range: Range, description: string) =>
    Schema.Finite.annotate(describe(description))
      .check(between(range))
      .pipe(
        Schema.decodeTo(Schema.Duration, {
          decode: SchemaGetter.transform(unit),
          encode: SchemaGetter.transform(amountOf)
        }),
        Schema.withDecodingDefaultKey(Effect.succeed(byDefault))
      )

export const milliseconds = duration(Duration.millis, Duration.toMillis)
export const seconds = duration(Duration.seconds, Duration.toSeconds)
export const minutes = duration(Duration.minutes, Duration.toMinutes)

export const flag = (byDefault: boolean, description: string) =>
  Schema.Boolean.annotate(describe(description)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(byDefault)))

export const text = (byDefault: string, description: string) =>
  Schema.NonEmptyString.annotate(describe(description)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(byDefault)))

export const optionalText = (description: string) =>
  Schema.NullOr(Schema.NonEmptyString.annotate(describe(description))).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(null))
  )

/** Never shown: `config show`, logs and errors print `<redacted>`. */
export const secret = (description: string) =>
  Schema.NullOr(Schema.RedactedFromValue(Schema.NonEmptyString.annotate(describe(description)))).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(null))
  )

export const choice = <const L extends ReadonlyArray<string>>(options: L, byDefault: L[number], description: string) =>
  Schema.Literals(options)
    .annotate(describe(description))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed(byDefault)))

/** A section of the file: a struct whose keys are snake_case there; left out, every key of it has its default. */
export const section = <const F extends Schema.Struct.Fields>(fields: F, description: string) => {
  const names = Object.fromEntries(Object.keys(fields).map((key) => [key, Text.camelToSnake(key)]))
  const struct = Schema.Struct(fields).pipe(Schema.encodeKeys(names as {}))
  return (struct as unknown as Schema.Codec<Schema.Struct.Type<F>, {}>)
    .annotate(describe(description))
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed({})))
}

/**
 * How rows are written down: a schema a table, camelCase and integers in the program, snake_case and decimals in the
 * database. The same schema decodes what the driver returns and encodes what a batch is written from, which goes over in
 * one parameter, as JSON, whatever the number of rows.
 */
import { Effect, Schema, SchemaGetter, String as Text } from "effect"
import type { SqlClient } from "effect/sql"
import * as Money from "../domain/Money.ts"

/**
 * Hundredths (pence, prices) as NUMERIC. Shifting the exponent is exact both ways, for fractions of a hundredth too, which
 * a multiplication by 100 is not.
 */
export const Hundredths = Schema.String.pipe(
  Schema.decodeTo(Schema.Finite, {
    decode: SchemaGetter.transform((decimal: string) => Number(shift(decimal, 2))),
    encode: SchemaGetter.transform((hundredths: number) =>
      Number.isInteger(hundredths) ? Money.format(hundredths) : shift(String(hundredths), -2)
    )
  })
)

/** The decimal times a power of ten, as text: `12.5` shifted by -2 is `12.5e-2`. */
const shift = (decimal: string, places: number): string => {
  const [digits, exponent = "0"] = decimal.split("e")
  return `${digits}e${Number(exponent) + places}`
}

/** A number that is neither money nor odds, as NUMERIC. */
export const Decimal = Schema.String.pipe(
  Schema.decodeTo(Schema.Finite, {
    decode: SchemaGetter.transform(Number),
    encode: SchemaGetter.transform(String)
  })
)

/** BIGINT; everything kept there is far below 2^53. */
export const BigInteger = Schema.BigInt.pipe(
  Schema.decodeTo(Schema.Int, {
    decode: SchemaGetter.transform(Number),
    encode: SchemaGetter.transform(BigInt)
  })
)

/** Epoch milliseconds as TIMESTAMPTZ. */
export const Timestamp = Schema.Date.pipe(
  Schema.decodeTo(Schema.Int, {
    decode: SchemaGetter.transform((date: Date) => date.getTime()),
    encode: SchemaGetter.transform((milliseconds: number) => new Date(milliseconds))
  })
)

export interface Table<T> {
  readonly name: string
  /** Column names in the order of the schema, for the SQL text. */
  readonly columns: ReadonlyArray<string>
  readonly schema: Schema.Codec<T, unknown>
}

/** Every field is a column of the same name in snake_case. */
export const table = <const F extends Schema.Struct.Fields>(name: string, fields: F): Table<Schema.Struct.Type<F>> => {
  const names = Object.fromEntries(Object.keys(fields).map((key) => [key, Text.camelToSnake(key)]))
  return {
    name,
    columns: Object.values(names),
    schema: Schema.Struct(fields).pipe(Schema.encodeKeys(names as {})) as unknown as Schema.Codec<
      Schema.Struct.Type<F>,
      unknown
    >
  }
}

/** Rows as the driver returns them, into the program's form. */
export const decoder = <T>({ schema }: Table<T>) => Schema.decodeUnknownEffect(Schema.Array(schema))

/** Rows of the program as the JSON that `records` reads. */
export const encoder = <T>({ schema }: Table<T>) => {
  const encode = Schema.encodeEffect(Schema.Array(schema))
  return (rows: ReadonlyArray<T>): Effect.Effect<string, Schema.SchemaError> =>
    Effect.map(encode(rows), (encoded) => JSON.stringify(encoded, bigIntAsNumber))
}

const bigIntAsNumber = (_key: string, value: unknown) => (typeof value === "bigint" ? Number(value) : value)

/** The parts of SQL that read a batch: `INSERT INTO t (columns) SELECT columns FROM records`. */
export const parts = <T>(sql: SqlClient.SqlClient, { columns, name }: Table<T>) => ({
  table: sql(name),
  columns: sql.literal(columns.join(", ")),
  /** The batch as rows of the table's own type, columns that it does not name being NULL. */
  records: (json: string) => sql`jsonb_populate_recordset(NULL::${sql(name)}, ${json}::jsonb)`
})

/** Protocol buffers by hand: fields as bytes by their number, as any other program would write them. */

const varint = (value: number): ReadonlyArray<number> =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]

const bytesOf = (value: number): ReadonlyArray<number> => {
  const buffer = Buffer.alloc(8)
  buffer.writeDoubleLE(value)
  return [...buffer]
}

const delimited = (field: number, content: ReadonlyArray<number>) => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content
]

export const text = (field: number, value: string) => delimited(field, [...Buffer.from(value)])
export const double = (field: number, value: number) => [...varint(field * 8 + 1), ...bytesOf(value)]
export const int32 = (field: number, value: number) => [...varint(field * 8), ...varint(value)]
/** Packed, as proto3 writes repeated numbers. */
export const doubles = (field: number, values: ReadonlyArray<number>) => delimited(field, values.flatMap(bytesOf))
export const message = (field: number, ...fields: ReadonlyArray<ReadonlyArray<number>>) =>
  delimited(field, fields.flat())
export const entry = (field: number, key: string, value: number) => message(field, text(1, key), double(2, value))

export const bytes = (...fields: ReadonlyArray<ReadonlyArray<number>>) => Uint8Array.from(fields.flat())

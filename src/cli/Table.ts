/** Rows as text: columns as wide as their widest cell, two spaces between; numbers stand right. */
export type Row = ReadonlyArray<string>

const isNumber = (cell: string): boolean => /^-?[\d.]+ ?%?$/.test(cell)

/** @param header has no say in where its column stands */
export const render = (header: Row, rows: ReadonlyArray<Row>): string => {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)))
  const isRight = header.map((_, column) => rows.length > 0 && rows.every((row) => isNumber(row[column]!)))
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => (isRight[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

/**
 * Rounding of decimal numbers that are kept as binary fractions, as the reference simulator keeps its pounds: to be equal
 * to it to the penny, halves have to fall as they do there.
 */

/** Hundredths of a decimal number, by the exact value of its binary form, ties to even. */
export const hundredths = (decimal: number): number => {
  const eighths = decimal * 8
  if (Number.isInteger(eighths) && eighths % 2 !== 0) {
    const below = Math.floor(decimal * 100)
    return below % 2 === 0 ? below : below + 1
  }
  return Math.round(Number(decimal.toFixed(2)) * 100)
}

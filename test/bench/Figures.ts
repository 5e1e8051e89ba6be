/**
 * Numbers that can be compared on a machine that others use too: the things to compare are run in turn, round after round,
 * and each round gives a ratio of its own, so that a slow moment of the machine slows both sides of a ratio.
 */
export const repetitions = 5
const warmUps = 2

/** Median and range of a few samples. */
export interface Figure {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** The value that this part (0 to 1) of the samples does not exceed. */
export const quantile = (samples: ReadonlyArray<number>, part: number): number => {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

export const figureOf = (samples: ReadonlyArray<number>): Figure => ({
  median: quantile(samples, 0.5),
  least: Math.min(...samples),
  most: Math.max(...samples)
})

/** `a / b`, round by round. */
export const ratios = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): Figure =>
  figureOf(a.map((sample, round) => sample / b[round]!))

export interface Work {
  /**
   * What has to be there but is not measured; it returns what is.
   * Gotcha: no forced collection of garbage in between, it would throw away compiled code as well and double all times.
   */
  readonly prepare: () => Promise<() => unknown>
}

const once = async ({ prepare }: Work): Promise<number> => {
  const run = await prepare()
  const start = performance.now()
  await run()
  return performance.now() - start
}

/** Milliseconds of each work in each round, the works taking turns. */
export const measure = async (works: ReadonlyArray<Work>): Promise<ReadonlyArray<ReadonlyArray<number>>> => {
  for (let round = 0; round < warmUps; round++) for (const work of works) await once(work)
  const samples = works.map((): Array<number> => [])
  for (let round = 0; round < repetitions; round++) {
    for (const [index, work] of works.entries()) samples[index]!.push(await once(work))
  }
  return samples
}

export const say = (line: string): void => void process.stdout.write(`${line}\n`)

export const withRange = ({ least, median, most }: Figure, digits: number): string =>
  `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`

/** Columns under their heads, the first to the left and numbers to the right. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): void => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  for (const row of rows) {
    say(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join("  ")
        .trimEnd()
    )
  }
}

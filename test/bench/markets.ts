/**
 * What many markets and large files cost: `npm run bench:markets -- [FILE]`. A file of 200 markets that are open together
 * against a file of one, per line; and the peak memory of a replay over files of more and more markets.
 */
import { rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { figureOf, measure, ratios, repetitions, say, table, withRange } from "./Figures.ts"
import { inputsOf, templateOf, withFolder, writeAgain, writeLarge, writeTogether } from "./Inputs.ts"
import { peakOf } from "./PeakMemory.ts"
import { type ScenarioName, scenarios } from "./Scenarios.ts"

const markets = 200
/** As many lines in both files, of the beginning of one recording. */
const linesEach = 1000
const compared = ["replay, no strategies", "replay, three strategies"] as const satisfies ReadonlyArray<ScenarioName>

const largestBytes = 400e6
const sizes = [largestBytes / 16, largestBytes / 4, largestBytes]
const openTogether = 20
/** A market's whole life, so that it is closed and forgotten again. */
const longestLife = 100_000

const perLine = async (source: string, folder: string): Promise<void> => {
  const template = await templateOf(source, linesEach)
  const one = join(folder, "one")
  const many = join(folder, "many")
  await writeAgain(one, template, markets)
  await writeTogether(many, template, markets)
  const lines = template.length * markets
  say(`\n${markets} markets in one file against one market, ${lines} lines each`)
  const rows = [["", "one, µs a line", "many, µs a line", "ratio", "peak MiB of many"]]
  for (const name of compared) {
    const samples = await measure([scenarios[name]([one]), scenarios[name]([many])])
    const [ofOne = [], ofMany = []] = samples.map((own) => own.map((ms) => (ms / lines) * 1000))
    rows.push([
      name,
      withRange(figureOf(ofOne), 2),
      withRange(figureOf(ofMany), 2),
      withRange(ratios(ofMany, ofOne), 2),
      (await peakOf(name, [many])).toFixed(0)
    ])
  }
  table(rows)
  for (const file of [one, many]) await rm(file)
}

const large = async (source: string, folder: string): Promise<void> => {
  const template = await templateOf(source, longestLife)
  say(`\nFiles of more and more markets, ${openTogether} at a time, replayed with three strategies`)
  const rows = [["MB", "peak MiB"]]
  for (const bytes of sizes) {
    const file = join(folder, "large")
    await writeLarge(file, template, openTogether, bytes)
    const megabytes = (await stat(file)).size / 1e6
    rows.push([megabytes.toFixed(0), (await peakOf("replay, three strategies", [file])).toFixed(0)])
    await rm(file)
  }
  table(rows)
}

await withFolder(async (folder) => {
  const [input] = await inputsOf(process.argv.slice(2, 3), folder)
  say(`Many markets, made from ${input!.name}: median and range of ${repetitions} rounds`)
  await perLine(input!.file, folder)
  await large(input!.file, folder)
})

/**
 * What a replay costs, layer by layer: `npm run bench:replay -- [FILE…]`. Each recording by itself and, if there are
 * several, all of them: one run after the other, and their times summed.
 */
import { stat } from "node:fs/promises"
import type { MarketMessage } from "../../src/market/MarketMessage.ts"
import { figureOf, measure, ratios, repetitions, say, table, withRange, type Work } from "./Figures.ts"
import { type Input, inputsOf, unpack, withFolder } from "./Inputs.ts"
import { peakOf } from "./PeakMemory.ts"
import { linesOf, replayPacked, scenarioNames, scenarios, separately } from "./Scenarios.ts"

const sizeOf = async (files: ReadonlyArray<string>) => {
  let bytes = 0
  for (const file of files) bytes += (await stat(file)).size
  const lines = await linesOf(files)
  const updates = lines.reduce((sum, line) => sum + ((JSON.parse(line) as MarketMessage).mc?.length ?? 0), 0)
  return { bytes, lines: lines.length, updates }
}

const unpacking = (inputs: ReadonlyArray<Input>): Work => ({
  prepare: async () => async () => {
    for (const { packed } of inputs) {
      if (packed === null) continue
      for await (const chunk of unpack(packed)) if (chunk.length === 0) return
    }
  }
})

const head = ["", "ms", "lines/s", "updates/s", "MB/s", "of the floor's rate", "peak MiB"]

const compare = async (name: string, inputs: ReadonlyArray<Input>): Promise<void> => {
  const files = inputs.map(({ file }) => file)
  const { bytes, lines, updates } = await sizeOf(files)
  const isPacked = inputs.some(({ packed }) => packed !== null)
  const works = scenarioNames.map((scenario) => separately(scenario, files))
  const others: Array<string> = []
  const add = (name: string, work: Work) => {
    others.push(name)
    works.push(work)
  }
  if (files.length > 1) add("replay, no strategies, by one bot", scenarios["replay, no strategies"](files))
  if (isPacked) add("unpacking alone", unpacking(inputs))
  const samples = await measure(works)
  const rows = [head]
  for (const [index, own] of samples.entries()) {
    const scenario = scenarioNames[index]
    const { median } = figureOf(own)
    const perSecond = (count: number) => Math.round((count / median) * 1000)
    rows.push([
      scenario ?? others[index - scenarioNames.length]!,
      withRange(figureOf(own), 1),
      perSecond(lines).toLocaleString("en"),
      perSecond(updates).toLocaleString("en"),
      perSecond(bytes / 1e6).toString(),
      withRange(ratios(samples[0]!, own), 2),
      scenario === undefined ? "" : (await peakOf(scenario, files)).toFixed(0)
    ])
  }
  say(`\n${name}: ${lines} lines, ${updates} updates, ${(bytes / 1e6).toFixed(1)} MB`)
  table(rows)
  if (isPacked) await comparePacked(inputs)
}

/** The replay of the packed files, beside what unpacking them takes by itself. */
const comparePacked = async (inputs: ReadonlyArray<Input>): Promise<void> => {
  const files = [...new Set(inputs.map(({ file, packed }) => packed?.file ?? file))]
  const counts = [0, 1, 2]
  const samples = await measure([unpacking(inputs), ...counts.map((workers) => replayPacked(files, workers))])
  const names = ["unpacking alone", ...counts.map((workers) => `packed, no strategies, --workers ${workers}`)]
  const rows = samples.map((own, index) => [
    names[index]!,
    withRange(figureOf(own), 1),
    withRange(ratios(own, samples[0]!), 2)
  ])
  table([["", "ms", "of unpacking's time"], ...rows])
}

await withFolder(async (folder) => {
  const inputs = await inputsOf(process.argv.slice(2), folder)
  say(`Replay: median and range of ${repetitions} rounds; node ${process.version} ${process.execArgv.join(" ")}`)
  for (const input of inputs) await compare(input.name, [input])
  if (inputs.length > 1) await compare(`all ${inputs.length}, one after the other`, inputs)
})

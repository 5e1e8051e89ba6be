/** The most memory a process ever has that does one thing once: `node test/bench/PeakMemory.ts SCENARIO FILE…`. */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { type ScenarioName, scenarioNames, separately } from "./Scenarios.ts"

/** Where `launch.js` keeps what is compiled: a bot mostly starts with it. */
const compiled = join(import.meta.dirname, "../../node_modules/.cache/clever-better")

const start = (scenario: ScenarioName, files: ReadonlyArray<string>) =>
  promisify(execFile)(process.execPath, [...process.execArgv, import.meta.filename, scenario, ...files], {
    env: { ...process.env, NODE_COMPILE_CACHE: compiled }
  })

/** The first start compiles for those that are measured. */
let compiling: Promise<unknown> | null = null

/** Mebibytes resident at the peak, of a process of its own that is started with the same flags. */
export const peakOf = async (scenario: ScenarioName, files: ReadonlyArray<string>): Promise<number> => {
  await (compiling ??= start(scenario, files))
  const { stdout } = await start(scenario, files)
  return Number(stdout) / 1024
}

if (import.meta.main) {
  const [asked, ...files] = process.argv.slice(2)
  const scenario = scenarioNames.find((name) => name === asked)
  if (scenario === undefined) throw new Error(`No scenario is called ${asked}`)
  const run = await separately(scenario, files).prepare()
  await run()
  process.stdout.write(String(process.resourceUsage().maxRSS))
}

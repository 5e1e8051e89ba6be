/** Every benchmark, each in a process of its own: `npm run bench -- [FILE…]`. */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { say } from "./Figures.ts"

for (const name of ["replay.ts", "markets.ts", "cycle.ts", "update.ts"]) {
  const file = join(import.meta.dirname, name)
  const { status } = spawnSync(process.execPath, [...process.execArgv, file, ...process.argv.slice(2)], {
    stdio: "inherit"
  })
  if (status !== 0) process.exitCode = 1
  say("")
}

/** Runs the program as its users do: as a process of its own. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

const pathOf = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url))

export const main = pathOf("src/main.ts")
export const launcher = pathOf("src/launch.js")
export const exitModule = pathOf("src/cli/Exit.ts")

/** Where processes of tests keep what they compiled, so that only the first one of a run compiles all of the program. */
export const keepsCompiled = { NODE_COMPILE_CACHE: pathOf("node_modules/.cache/clever-better-tests") }

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Options {
  readonly cwd?: string
  readonly variables?: Readonly<Record<string, string>>
}

export const start = (argv: ReadonlyArray<string>, { cwd, variables }: Options = {}) => {
  const process_ = spawn(process.execPath, argv, { cwd, env: { PATH: process.env["PATH"], ...variables } })
  const ended = Promise.all([once(process_, "close"), text(process_.stdout), text(process_.stderr)]).then(
    ([[code], stdout, stderr]): Ended => ({ code: code as number | null, stdout, stderr })
  )
  return { process: process_, ended }
}

/** `clever-better` with these arguments. */
export const run = (argv: ReadonlyArray<string>, options: Options = {}): Promise<Ended> =>
  start([main, ...argv], { ...options, variables: { ...keepsCompiled, ...options.variables } }).ended

/**
 * `clever-better` within the process of the test: the whole command line, without what it takes to start a process. Where the
 * process itself is meant (its end, its signals, its log) a test wants `Process.ts`.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer, Stdio } from "effect"
import { format } from "node:util"
import { program } from "../../src/cli/CommandLine.ts"
import { codeOf, report } from "../../src/cli/Exit.ts"
import { Environment } from "../../src/config/Environment.ts"
import type { Ended, Options } from "./Process.ts"

/**
 * `clever-better` with these arguments.
 *
 * Gotcha: the folder is the whole process's, so commands in different folders must not run at the same time.
 */
export const run = async (argv: ReadonlyArray<string>, { cwd, variables = {} }: Options = {}): Promise<Ended> => {
  const out: Array<string> = []
  const err: Array<string> = []
  const printed: Console.Console = {
    ...globalThis.console,
    log: (...values) => void out.push(`${format(...values)}\n`),
    error: (...values) => void err.push(`${format(...values)}\n`)
  }
  const before = process.cwd()
  if (cwd !== undefined) process.chdir(cwd)
  try {
    const exit = await Effect.runPromiseExit(
      Effect.tapCause(program, report).pipe(
        Effect.provideService(Console.Console, printed),
        Effect.provideService(Environment, variables),
        Effect.provide(Layer.provideMerge(Stdio.layerTest({ args: Effect.succeed(argv) }), NodeServices.layer))
      )
    )
    return { code: codeOf(exit, false), stdout: out.join(""), stderr: err.join("") }
  } finally {
    process.chdir(before)
  }
}

/** The program as a process in a folder of its own, with what its user would have there. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach } from "vitest"
import * as Yaml from "yaml"
import * as EmptyDatabase from "../builders/EmptyDatabase.ts"
import { keepsCompiled, main } from "../cli/Process.ts"

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A line of its log. */
export type LogLine = { readonly message: string; readonly level: string } & Readonly<Record<string, unknown>>

export interface Program {
  readonly pid: number
  readonly ended: Promise<Ended>
  readonly kill: (signal: NodeJS.Signals) => void
  readonly logs: () => ReadonlyArray<LogLine>
  /** The first line of the log from `from` on that is wanted; fails with all that was said if the program ends without. */
  readonly until: (wanted: (line: LogLine) => boolean, from?: number) => Promise<LogLine>
}

const parse = (text: string): ReadonlyArray<LogLine> =>
  text
    .split("\n")
    .slice(0, -1)
    .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as LogLine] : []))

const launch = (argv: ReadonlyArray<string>, cwd: string): Program => {
  const child = spawn(process.execPath, [main, ...argv], { cwd, env: { PATH: process.env["PATH"], ...keepsCompiled } })
  let stdout = ""
  let stderr = ""
  const listeners = new Set<() => void>()
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => void (stdout += chunk))
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk
    for (const look of listeners) look()
  })
  const ended = once(child, "close").then(([code]): Ended => ({ code: code as number | null, stdout, stderr }))
  return {
    pid: child.pid!,
    ended,
    kill: (signal) => void child.kill(signal),
    logs: () => parse(stderr),
    until: (wanted, from = 0) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = parse(stderr).slice(from).find(wanted)
          if (found === undefined) return
          listeners.delete(look)
          resolve(found)
        }
        listeners.add(look)
        look()
        void ended.then(({ code }) => reject(new Error(`ended with ${code}:\n${stdout}\n${stderr}`)))
      })
  }
}

/** True of a line whose message begins so. */
export const says =
  (beginning: string) =>
  ({ message }: LogLine): boolean =>
    message.startsWith(beginning)

/** A folder for each test; what was started in it is over when the test is. */
export const workplace = () => {
  let folder = ""
  let programs: Array<Program> = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "clever-better-e2e-"))
    programs = []
  })
  afterEach(async () => {
    for (const program of programs) program.kill("SIGKILL")
    await Promise.all(programs.map(({ ended }) => ended))
    rmSync(folder, { recursive: true, force: true })
  })
  const start = (...argv: ReadonlyArray<string>): Program => {
    const program = launch(argv, folder)
    programs.push(program)
    return program
  }
  return {
    path: (name: string) => join(folder, name),
    write: (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content),
    /** Writes `settings.yaml`, which `start` and `run` are to be told of. */
    settings: (tree: object) => writeFileSync(join(folder, "settings.yaml"), Yaml.stringify(tree)),
    /** The usual database, with nothing in it. */
    database: () => EmptyDatabase.layAt(join(folder, ".clever-better/database")),
    start,
    run: (...argv: ReadonlyArray<string>): Promise<Ended> => start(...argv).ended
  }
}

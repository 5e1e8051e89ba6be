/**
 * Workers that take compiled code from where the process keeps its own (see `launch.js`): they are ready in half the time,
 * and need no compiler of types. Node has a worker look there only when it is told to.
 */
import { getCompileCacheDir } from "node:module"
import { dirname } from "node:path"
import { Worker } from "node:worker_threads"

const fromKept = `
const { script, kept } = require("node:worker_threads").workerData
require("node:module").enableCompileCache(kept)
import(script)`

/** The folder that was given to `enableCompileCache`; what it answers is a folder in there. */
const keptFolder = (): string | null => {
  const folder = getCompileCacheDir()
  return folder === undefined ? null : dirname(folder)
}

/** @param kept the folder of compiled code, null where none is kept */
export const start = (script: URL, kept: string | null = keptFolder()): Worker =>
  kept === null ? new Worker(script) : new Worker(fromKept, { eval: true, workerData: { script: script.href, kept } })

/**
 * A worker that reads the page's modules and takes their types away, with Node's own means, once: what it needs for that
 * (20 MiB) goes with it, and the bot's thread does not wait.
 */
import { readdirSync, readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { join } from "node:path"
import { parentPort, workerData } from "node:worker_threads"

const folder = String(workerData)

const modules = readdirSync(folder)
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name): readonly [string, string] => [name, stripTypeScriptTypes(readFileSync(join(folder, name), "utf8"))])

parentPort?.postMessage(modules, [])

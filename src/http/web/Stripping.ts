/**
 * A program of its own that reads the page's modules (in the folder it is told), takes their types away with Node's own means,
 * and prints them: names with texts, as JSON. What it needs for that (20 MiB) is gone with it, and the bot's thread does not
 * wait.
 */
import { readdirSync, readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { join } from "node:path"

const folder = process.argv[2]!

const modules = readdirSync(folder)
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name): readonly [string, string] => [name, stripTypeScriptTypes(readFileSync(join(folder, name), "utf8"))])

process.stdout.write(JSON.stringify(modules))

/**
 * How people reach a bot on the embedded database, which no other process can open: a folder beside it, one file a request.
 * A file appears whole or not at all, and is gone once the bot has taken it.
 */
import { Context, Effect, Layer } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { Settings } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"

/** Where this bot looks for requests; null: nowhere, because a server's tables serve for that. */
export const ControlFolder = Context.Reference<string | null>("clever-better/persistence/ControlFolder", {
  defaultValue: () => null
})

/** @param directory of the embedded database */
export const beside = (directory: string): string => `${directory}.control`

/** The folder beside the database of the settings, if that is embedded. */
export const layer = Layer.effect(
  ControlFolder,
  Effect.map(Settings, ({ database }) => (database.url === null ? beside(database.directory) : null))
)

const suffix = ".json"

const fileOf = (folder: string, mode: Mode, id: string) => join(folder, `${mode}-${id}${suffix}`)

/** Only its owner may write into the folder: whoever can, can make the bot trade. */
export const put = (folder: string, mode: Mode, id: string, text: string): void => {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = fileOf(folder, mode, id)
  const draft = `${file}.${process.pid}.tmp`
  fs.writeFileSync(draft, text, { mode: 0o600 })
  fs.renameSync(draft, file)
}

/** The ids of what waits, in their order. Throws if the folder is there and cannot be read. */
export const list = (folder: string, mode: Mode): ReadonlyArray<string> => {
  if (fs.statSync(folder, { throwIfNoEntry: false }) === undefined) return []
  const prefix = `${mode}-`
  return fs
    .readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
    .map((name) => name.slice(prefix.length, -suffix.length))
    .toSorted()
}

export const read = (folder: string, mode: Mode, id: string): string =>
  fs.readFileSync(fileOf(folder, mode, id), "utf8")

export const remove = (folder: string, mode: Mode, id: string): void =>
  fs.rmSync(fileOf(folder, mode, id), { force: true })

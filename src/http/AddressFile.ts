/** Where commands of the same machine and user find the bot: its address, and which bot it is. */
import { Option, Schema } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import type { Mode } from "../domain/Mode.ts"

export const Address = Schema.Struct({ url: Schema.String, instance: Schema.String })
export type Address = typeof Address.Type

const decode = Schema.decodeOption(Schema.fromJsonString(Address))

const fileOf = (directory: string, mode: Mode): string => join(directory, `${mode}.json`)

export const write = (directory: string, mode: Mode, address: Address): void => {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = fileOf(directory, mode)
  const draft = `${file}.${process.pid}.tmp`
  fs.writeFileSync(draft, JSON.stringify(address), { mode: 0o600 })
  fs.renameSync(draft, file)
}

/** Null when no bot of the mode has left one. */
export const read = (directory: string, mode: Mode): Address | null => {
  try {
    return Option.getOrNull(decode(fs.readFileSync(fileOf(directory, mode), "utf8")))
  } catch {
    return null
  }
}

/** Removes it if it is still this bot's. */
export const remove = (directory: string, mode: Mode, { instance }: Address): void => {
  if (read(directory, mode)?.instance === instance) fs.rmSync(fileOf(directory, mode), { force: true })
}

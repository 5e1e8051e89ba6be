/** The stream messages recorded by others that lie beside the project, one object each, whatever form their files have. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"

const folder = (name: string) => new URL(`../../../../shared/api/${name}`, import.meta.url).pathname

export const isThere = existsSync(folder(""))

export interface RecordedMessage {
  readonly file: string
  readonly message: Readonly<Record<string, unknown>>
}

const textOf = (path: string): string => {
  const bytes = readFileSync(path)
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")
}

/** None for what is no JSON: one of the files has a line that was cut. */
const parsed = (text: string): ReadonlyArray<unknown> => {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}

const valuesOf = (text: string): ReadonlyArray<unknown> => {
  const whole = parsed(text)
  return whole.length > 0 ? whole.flat() : text.split("\n").flatMap(parsed)
}

/** All messages of the kind (`mcm`, `ocm`) in a folder of `shared/api`. */
export const messagesOf = (name: string, op: string): ReadonlyArray<RecordedMessage> =>
  readdirSync(folder(name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ name: file, parentPath }) =>
      valuesOf(textOf(join(parentPath, file)))
        .filter((value) => (value as { readonly op?: unknown } | null)?.op === op)
        .map((value) => ({ file, message: value as RecordedMessage["message"] }))
    )

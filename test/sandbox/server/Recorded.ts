/** Recorded messages that lie beside the checkout; tests that need them are skipped where they do not. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const root = resolve(fileURLToPath(import.meta.url), "../../../../../shared/api")

export const recorded: ((path: string) => unknown) | undefined = existsSync(root)
  ? (path) => JSON.parse(readFileSync(join(root, path), "utf8"))
  : undefined

/** Paths of the recorded requests. */
export const requests: ReadonlyArray<string> = existsSync(root)
  ? readdirSync(join(root, "api-request"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".json"))
      .map((path) => join("api-request", path))
      .toSorted()
  : []

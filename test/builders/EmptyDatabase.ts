/**
 * An embedded database in which nobody has been yet, for tests that are not about its making: that takes three seconds of
 * computing, and a copy none.
 */
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import manifest from "../../package.json" with { type: "json" }
import * as EmbeddedPostgres from "../../src/persistence/EmbeddedPostgres.ts"

const version = manifest.dependencies["@electric-sql/pglite"]
const original = fileURLToPath(
  new URL(`../../node_modules/.cache/clever-better-tests/database-${version}`, import.meta.url)
)

/** Others may do the same at the same time: the first one's stays. */
const makeOriginal = async () => {
  await mkdir(dirname(original), { recursive: true })
  const mine = await mkdtemp(`${original}-`)
  await Effect.runPromise(Effect.scoped(EmbeddedPostgres.open(join(mine, "database"))))
  await rename(join(mine, "database"), original).catch((cause: unknown) => {
    if (!existsSync(original)) throw cause
  })
  await rm(mine, { recursive: true, force: true })
}

/** Lays it where a bot with `database.directory` looks for it. */
export const layAt = async (directory: string): Promise<void> => {
  if (!existsSync(original)) await makeOriginal()
  await cp(original, directory, { recursive: true })
}

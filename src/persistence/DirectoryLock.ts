/**
 * The embedded database has no lock of its own, and two processes in one directory destroy it. A lock file beside the
 * directory names its owner by process id and start time, so that a lock left behind by a crash is told from a living one,
 * even when the process id has been given to somebody else since.
 */
import { Effect, Schema } from "effect"
import * as fs from "node:fs"
import { dirname } from "node:path"

export class DatabaseLocked extends Schema.TaggedError<DatabaseLocked>()("DatabaseLocked", {
  directory: Schema.String,
  pid: Schema.NullOr(Schema.Int),
  message: Schema.String
}) {}

const Owner = Schema.fromJsonString(Schema.Struct({ pid: Schema.Int, startedAt: Schema.NullOr(Schema.String) }))
type Owner = typeof Owner.Type

const readText = (file: string): string | null => {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return null
  }
}

/**
 * What the system tells of a process, from its state on; null where it has no /proc.
 *
 * Source: proc(5), /proc/pid/stat from field 3 on, which follows the name; the name may hold spaces.
 */
const statOf = (pid: number): ReadonlyArray<string> | null => {
  const stat = readText(`/proc/${pid}/stat`)
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ")
}

/** The boot and the clock tick at which a process started; null without /proc, and the process id alone has to do. */
export const startOf = (pid: number): string | null => {
  const tick = statOf(pid)?.[19]
  return tick === undefined ? null : `${readText("/proc/sys/kernel/random/boot_id")?.trim() ?? ""}:${tick}`
}

/** It has ended, and only waits for its parent to notice: its files are closed. */
const isDead = (pid: number): boolean => ["Z", "X"].includes(statOf(pid)?.[0] ?? "")

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

const isAlive = (owner: Owner): boolean =>
  exists(owner.pid) && !isDead(owner.pid) && (owner.startedAt === null || startOf(owner.pid) === owner.startedAt)

/** Null when the file is gone or was never finished. */
const ownerOf = (file: string): Owner | null => {
  const text = readText(file)
  if (text === null) return null
  return Schema.decodeOption(Owner)(text).pipe((owner) => (owner._tag === "Some" ? owner.value : null))
}

/** The file appears with its content or not at all, so a reader never sees half an owner. */
const createWhole = (file: string, text: string): boolean => {
  const draft = `${file}.${process.pid}`
  fs.writeFileSync(draft, text)
  try {
    fs.linkSync(draft, file)
    return true
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false
    throw error
  } finally {
    fs.rmSync(draft, { force: true })
  }
}

/** Only one process at a time may clear a dead owner's lock: the second would clear the first one's new lock. */
const clearStale = (file: string): void => {
  const guard = `${file}.takeover`
  if (!createWhole(guard, "")) return
  try {
    const owner = ownerOf(file)
    if (owner === null || !isAlive(owner)) fs.rmSync(file, { force: true })
  } finally {
    fs.rmSync(guard, { force: true })
  }
}

const take = (directory: string): DatabaseLocked | null => {
  const file = lockFile(directory)
  fs.mkdirSync(dirname(file), { recursive: true })
  const self = Schema.encodeSync(Owner)({ pid: process.pid, startedAt: startOf(process.pid) })
  if (createWhole(file, self)) return null
  const owner = ownerOf(file)
  if (owner === null || !isAlive(owner)) {
    clearStale(file)
    if (createWhole(file, self)) return null
  }
  const pid = ownerOf(file)?.pid ?? owner?.pid ?? null
  return new DatabaseLocked({
    directory,
    pid,
    message:
      `the database in ${directory} is in use by process ${pid ?? "(unknown)"}; stop that process, or set ` +
      `database.directory to another place (if no such process runs, remove ${file} and ${file}.takeover)`
  })
}

export const lockFile = (directory: string): string => `${directory}.lock`

/** Holds the directory until the scope closes. */
export const acquire = (directory: string) =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      const refused = take(directory)
      return refused === null ? Effect.void : Effect.fail(refused)
    }),
    () => Effect.sync(() => fs.rmSync(lockFile(directory), { force: true }))
  )

import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { setImmediate } from "node:timers/promises"
import { join } from "node:path"
import * as DirectoryLock from "../../src/persistence/DirectoryLock.ts"

const inDirectory = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-lock-"))),
    (parent) => Effect.sync(() => rmSync(parent, { recursive: true }))
  ),
  (parent) => join(parent, "data", "database")
)

/** A process that lives until the scope closes. */
const livingProcess = Effect.acquireRelease(
  Effect.sync(() => spawn("sleep", ["60"])),
  (child) => Effect.sync(() => child.kill("SIGKILL"))
)

const deadPid = Effect.promise(async () => {
  const child = spawn("true")
  await once(child, "exit")
  return child.pid!
})

/** Its parent has become another program, which does not wait for it. */
const zombie = Effect.acquireRelease(
  Effect.sync(() =>
    spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] })
  ),
  (parent) => Effect.sync(() => parent.kill("SIGKILL"))
).pipe(
  Effect.flatMap((parent) => Effect.promise(() => once(parent.stdout, "data"))),
  Effect.map(([text]) => Number(String(text))),
  Effect.tap((pid) =>
    Effect.promise(async () => {
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) await setImmediate()
    })
  )
)

const acquireOnce = (directory: string) => Effect.scoped(DirectoryLock.acquire(directory))

const leaveLock = (directory: string, owner: unknown) =>
  Effect.gen(function* () {
    yield* acquireOnce(directory)
    writeFileSync(DirectoryLock.lockFile(directory), typeof owner === "string" ? owner : JSON.stringify(owner))
  })

describe("DirectoryLock.acquire", () => {
  it.effect("holds the directory until the scope closes", () =>
    Effect.gen(function* () {
      const directory = yield* inDirectory
      const file = DirectoryLock.lockFile(directory)
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* DirectoryLock.acquire(directory)
          expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid })
          expect(yield* Effect.flip(acquireOnce(directory))).toMatchObject({ pid: process.pid })
        })
      )
      expect(existsSync(file)).toBe(false)
      yield* acquireOnce(directory)
    })
  )

  it.effect("refuses a directory that a living process holds, and names both", () =>
    Effect.gen(function* () {
      const directory = yield* inDirectory
      const { pid } = yield* livingProcess
      yield* leaveLock(directory, { pid, startedAt: DirectoryLock.startOf(pid!) })
      const refused = yield* Effect.flip(acquireOnce(directory))
      expect(refused).toMatchObject({ _tag: "DatabaseLocked", directory, pid })
      expect(refused.message).toContain(`process ${pid}`)
      expect(refused.message).toContain(directory)
    })
  )

  it.effect.skipIf(!existsSync("/proc/self/stat"))(
    "takes over from a process that has ended unnoticed by its parent",
    () =>
      Effect.gen(function* () {
        const directory = yield* inDirectory
        const pid = yield* zombie
        yield* leaveLock(directory, { pid, startedAt: DirectoryLock.startOf(pid) })
        yield* acquireOnce(directory)
      })
  )

  it.effect("takes over from a dead process", () =>
    Effect.gen(function* () {
      const directory = yield* inDirectory
      const pid = yield* deadPid
      yield* leaveLock(directory, { pid, startedAt: null })
      yield* acquireOnce(directory)
    })
  )

  it.effect("takes over when the process id belongs to another process by now", () =>
    Effect.gen(function* () {
      const directory = yield* inDirectory
      const { pid } = yield* livingProcess
      yield* leaveLock(directory, { pid, startedAt: "another boot:12345" })
      yield* acquireOnce(directory)
    })
  )

  it.effect("takes over a file that names nobody", () =>
    Effect.gen(function* () {
      const directory = yield* inDirectory
      yield* leaveLock(directory, "")
      yield* acquireOnce(directory)
    })
  )
})

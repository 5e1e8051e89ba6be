import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import * as ServiceReport from "../../src/bot/ServiceReport.ts"
import { Environment, type Variables } from "../../src/config/Environment.ts"

/** A folder with a program that writes down what systemd would be told. */
const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const path = mkdtempSync(join(tmpdir(), "clever-better-"))
    const program = join(path, "systemd-notify")
    writeFileSync(program, '#!/bin/sh\necho "$@" >> "$NOTIFY_SOCKET"\n')
    chmodSync(program, 0o755)
    return path
  }),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const within = (variables: Variables) => Effect.provideService(Environment, variables)

describe("ServiceReport.loop", () => {
  it.effect("says that the bot is up, and then that it lives, as long as cycles come round", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const told = join(path, "told")
      let isAlive = true
      const variables = { PATH: path, NOTIFY_SOCKET: told, WATCHDOG_USEC: "60000000" }
      const loop = yield* ServiceReport.loop(() => isAlive).pipe(within(variables))
      expect(Duration.toSeconds(loop!.every)).toBe(20)
      yield* loop!.run
      yield* loop!.run
      isAlive = false
      yield* loop!.run
      expect(readFileSync(told, "utf8")).toBe("READY=1\nWATCHDOG=1\n")
    })
  )

  it.effect("is not there without a service manager", () =>
    Effect.gen(function* () {
      expect(yield* ServiceReport.loop(() => true).pipe(within({ WATCHDOG_USEC: "1000" }))).toBeNull()
    })
  )

  it.effect("goes on where there is no program to tell with, and where another process is meant", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const variables = { PATH: join(path, "none"), NOTIFY_SOCKET: join(path, "told"), WATCHDOG_USEC: "3000000" }
      const loop = yield* ServiceReport.loop(() => true).pipe(within(variables))
      yield* loop!.run
      const other = yield* ServiceReport.loop(() => true).pipe(within({ ...variables, WATCHDOG_PID: "1" }))
      expect(Duration.toMinutes(other!.every)).toBe(10)
    })
  )
})

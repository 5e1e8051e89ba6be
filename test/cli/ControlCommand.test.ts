import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it } from "@effect/vitest"
import { Console, Effect, Fiber } from "effect"
import { Command } from "effect/cli"
import { TestClock } from "effect/testing"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"
import { commands } from "../../src/cli/ControlCommand.ts"
import { ConfigFile } from "../../src/cli/Options.ts"
import * as ControlFolder from "../../src/persistence/ControlFolder.ts"

const root = Command.make("clever-better").pipe(
  Command.withSubcommands(commands),
  Command.withGlobalFlags([ConfigFile])
)

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-control-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** What `pause` prints where a bot does so with a request, once it is there. */
const pause = Effect.fnUntraced(function* (bot: (folder: string, id: string) => void) {
  const path = yield* temporaryFolder
  const directory = join(path, "database")
  writeFileSync(join(path, "config.yaml"), JSON.stringify({ database: { directory }, http: { enabled: false } }))
  const lines: Array<string> = []
  const console_ = { ...globalThis.console, log: (line: string) => void lines.push(line) }
  const argv = ["pause", "--reason", "lunch", "--json", "--config", join(path, "config.yaml")]
  const command = yield* Command.runWith(root, { version: "0" })(argv).pipe(
    Effect.provideService(Console.Console, console_),
    Effect.provide(NodeServices.layer),
    Effect.forkChild
  )
  const folder = ControlFolder.beside(directory)
  let ids: ReadonlyArray<string> = []
  while (ids.length === 0) {
    yield* Effect.promise(() => setImmediate())
    ids = ControlFolder.list(folder, "paper")
  }
  bot(folder, ids[0]!)
  while (command.pollUnsafe() === undefined) {
    yield* TestClock.adjust("100 millis")
    yield* Effect.promise(() => setImmediate())
  }
  yield* Fiber.join(command)
  return { said: JSON.parse(lines.join("\n")) as unknown, waiting: ControlFolder.list(folder, "paper").length }
})

describe("clever-better pause, to a bot on an embedded database", () => {
  it.effect("says that it is done once the bot has taken the request", () =>
    Effect.gen(function* () {
      const { said, waiting } = yield* pause((folder, id) => ControlFolder.remove(folder, "paper", id))
      expect(said).toMatchObject({ action: "pause", mode: "paper", carriedOut: true, reason: "lunch" })
      expect(waiting).toBe(0)
    })
  )

  it.effect("says that it is not done, and leaves the request, when nobody takes it", () =>
    Effect.gen(function* () {
      const { said, waiting } = yield* pause(() => {})
      expect(said).toMatchObject({ action: "pause", mode: "paper", carriedOut: false, reason: "lunch" })
      expect(waiting).toBe(1)
    })
  )
})

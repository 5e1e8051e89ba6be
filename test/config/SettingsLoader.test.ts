import { NodeServices } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, FileSystem, Option } from "effect"
import { Environment } from "../../src/config/Environment.ts"
import { Settings } from "../../src/config/Settings.ts"
import * as SettingsLoader from "../../src/config/SettingsLoader.ts"

const written = Effect.fnUntraced(function* (text: string) {
  const fs = yield* FileSystem.FileSystem
  const file = `${yield* fs.makeTempDirectoryScoped()}/settings.yaml`
  yield* fs.writeFileString(file, text)
  return file
})

/** A file system on which the usual settings file says `text`. */
const withUsualFile = (text: string) =>
  Effect.provideService(
    FileSystem.FileSystem,
    FileSystem.makeNoop({
      exists: (path) => Effect.succeed(path === SettingsLoader.usualFile),
      readFileString: (path) => (path === SettingsLoader.usualFile ? Effect.succeed(text) : Effect.die(path))
    })
  )

describe("SettingsLoader.load", () => {
  layer(NodeServices.layer)((it) => {
    it.effect("reads the file that was named", () =>
      Effect.gen(function* () {
        const file = yield* written("trading: { max_concurrent_bets: 3 }")
        const loaded = yield* SettingsLoader.load(Option.some(file))
        assert.deepStrictEqual(loaded.file, Option.some(file))
        assert.strictEqual(loaded.settings.trading.maxConcurrentBets, 3)
      })
    )

    it.effect("reads the usual file when none is named", () =>
      Effect.gen(function* () {
        const loaded = yield* SettingsLoader.load(Option.none())
        assert.deepStrictEqual(loaded.file, Option.some("config/config.yaml"))
        assert.strictEqual(loaded.settings.bot.maxFailures, 3)
      }).pipe(withUsualFile("bot: { max_failures: 3 }"))
    )

    it.effect("has all defaults when there is no file", () =>
      Effect.gen(function* () {
        const loaded = yield* SettingsLoader.load(Option.none())
        assert.deepStrictEqual(loaded.file, Option.none())
        assert.strictEqual(loaded.settings.bot.maxFailures, 10)
      }).pipe(
        Effect.provideService(FileSystem.FileSystem, FileSystem.makeNoop({ exists: () => Effect.succeed(false) }))
      )
    )

    it.effect("takes variables from the environment", () =>
      Effect.gen(function* () {
        const file = yield* written("bot:\n  max_failures: ${MOST}\n")
        const { settings } = yield* SettingsLoader.load(Option.some(file))
        assert.strictEqual(settings.bot.maxFailures, 4)
      }).pipe(Effect.provideService(Environment, { MOST: "4" }))
    )

    it.effect("refuses a named file that is not there", () =>
      Effect.gen(function* () {
        const refusal = yield* Effect.flip(SettingsLoader.load(Option.some("/nowhere/settings.yaml")))
        assert.strictEqual(refusal.message, "/nowhere/settings.yaml: cannot be read: there is no such file")
      })
    )

    it.effect("refuses a directory in a file's place", () =>
      Effect.gen(function* () {
        const refusal = yield* Effect.flip(SettingsLoader.load(Option.some("/")))
        assert.deepStrictEqual(
          refusal.problems.map(({ kind }) => kind),
          ["unreadable"]
        )
      })
    )
  })
})

describe("SettingsLoader.layer", () => {
  layer(NodeServices.layer)((it) => {
    it.effect("provides the settings", () =>
      Effect.gen(function* () {
        const file = yield* written("feed: { seed: 7 }")
        const settings = yield* Effect.provide(Settings, SettingsLoader.layer(Option.some(file)))
        assert.strictEqual(settings.feed.seed, 7)
      })
    )
  })
})

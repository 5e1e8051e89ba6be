/** `init` as it is answered on a terminal. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it } from "@effect/vitest"
import { Console, Effect, Exit, Option, Redacted, Result, Terminal } from "effect"
import { Command } from "effect/cli"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { command } from "../../src/cli/InitCommand.ts"
import { ConfigFile } from "../../src/cli/Options.ts"
import { decode } from "../../src/config/SettingsDecoder.ts"
import * as ScriptedTerminal from "./ScriptedTerminal.ts"
import { backspace, controlC, down, enter } from "./ScriptedTerminal.ts"

const root = Command.make("clever-better").pipe(
  Command.withSubcommands([command]),
  Command.withGlobalFlags([ConfigFile])
)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-init-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** Somebody sits before it. */
const onTerminal = Effect.acquireRelease(
  Effect.sync(() => {
    const before = Object.getOwnPropertyDescriptor(process.stdin, "isTTY")
    Object.defineProperty(process.stdin, "isTTY", { value: true, configurable: true })
    return before
  }),
  (before) =>
    Effect.sync(() => {
      if (before === undefined) Reflect.deleteProperty(process.stdin, "isTTY")
      else Object.defineProperty(process.stdin, "isTTY", before)
    })
)

/** What is written, said and shown when this is typed; `file` is null where nothing is written. */
const init = Effect.fnUntraced(function* (typed: ReadonlyArray<string>, ...flags: ReadonlyArray<string>) {
  yield* onTerminal
  const path = yield* folder
  const file = join(path, "config/config.yaml")
  const lines: Array<string> = []
  const console_ = { ...globalThis.console, log: (line: string) => void lines.push(line) }
  const { shown, terminal } = yield* ScriptedTerminal.make(typed)
  const exit = yield* Command.runWith(root, { version: "0" })(["init", "--config", file, ...flags]).pipe(
    Effect.provideService(Terminal.Terminal, terminal),
    Effect.provideService(Console.Console, console_),
    Effect.provide(NodeServices.layer),
    Effect.exit
  )
  return {
    isDone: Exit.isSuccess(exit),
    said: lines.join("\n"),
    shown: shown(),
    mode: existsSync(file) ? statSync(file).mode & 0o777 : null,
    text: existsSync(file) ? readFileSync(file, "utf8") : null,
    files: readdirSync(path)
  }
})

const settingsOf = (text: string | null) =>
  Result.getOrThrow(decode(Option.none(), text ?? "nothing was written", { BETFAIR_PASSWORD: "from outside" }))

const account = ["K3YSECRET", enter, "ann", enter, "client.pem", enter, "key.pem", enter]

describe("clever-better init on a terminal", () => {
  it.effect("asks what paper trading needs, and takes nothing for the usual", () =>
    Effect.gen(function* () {
      const { isDone, mode, said, shown, text } = yield* init([enter, "5", enter, enter, "250.50", enter, "n"])
      expect(isDone).toBe(true)
      const questions = [
        "Trade on paper, or with real money?",
        "Largest stake of one bet (nothing: 10)",
        "Loss of a day at which betting stops (nothing: 100)",
        "Worst-case loss over all open bets (nothing: 500)",
        "Set an account at Betfair, for its real prices?"
      ]
      const places = questions.map((question) => shown.indexOf(question))
      expect(places).toEqual(places.toSorted((a, b) => a - b))
      expect(places).not.toContain(-1)
      const { betfair, features, trading } = settingsOf(text)
      expect(features).toMatchObject({ liveTradingEnabled: false, paperTradingEnabled: true })
      expect(trading).toMatchObject({ maxStakePerBet: 500, maxDailyLoss: 10_000, maxExposure: 25_050 })
      expect(betfair.username).toBeNull()
      expect(mode).toBe(0o600)
      expect(said).toMatch(/clever-better run starts the bot$/)
    })
  )

  it.effect("sets an account up for real money, without its password", () =>
    Effect.gen(function* () {
      const { isDone, said, shown, text } = yield* init([down, enter, enter, enter, enter, ...account])
      expect(isDone).toBe(true)
      const { betfair, features } = settingsOf(text)
      expect(features).toMatchObject({ liveTradingEnabled: true, paperTradingEnabled: false })
      expect(betfair).toMatchObject({ username: "ann", certFile: "client.pem", keyFile: "key.pem" })
      expect(Redacted.value(betfair.appKey!)).toBe("K3YSECRET")
      expect(text).toContain("password: ${BETFAIR_PASSWORD}\n")
      expect(shown).toContain("ann")
      expect(shown + said).not.toContain("K3YSECRET")
      expect(shown).not.toContain("*")
      expect(shown).not.toContain("Password")
      expect(said).toContain("set BETFAIR_PASSWORD")
      expect(said).toMatch(/clever-better run --live starts the bot$/)
    })
  )

  it.effect("asks for the password only when it is to be stored, and never shows it", () =>
    Effect.gen(function* () {
      const typed = [enter, enter, enter, enter, "y", ...account, "pa$$w0rd", enter]
      const { said, shown, text } = yield* init(typed, "--store-password")
      expect(Redacted.value(settingsOf(text).betfair.password!)).toBe("pa$$w0rd")
      expect(shown).toContain("Password, to be written into the file (what you type is not shown)")
      expect(shown + said).not.toContain("pa$$w0rd")
      expect(said).not.toContain("BETFAIR_PASSWORD")
    })
  )

  it.effect("asks again until an answer can be used", () =>
    Effect.gen(function* () {
      const { shown, text } = yield* init([enter, "lots", enter, backspace.repeat(4), "7", enter, enter, enter, "n"])
      expect(shown).toContain("it has to be an amount such as 50 or 2.50")
      expect(settingsOf(text).trading.maxStakePerBet).toBe(700)
    })
  )

  it.effect("does not ask what the flags say", () =>
    Effect.gen(function* () {
      const flags = ["--mode", "live", "--max-stake", "3", "--max-daily-loss", "20", "--max-exposure", "40"]
      const { shown, text } = yield* init(account, ...flags)
      expect(shown).not.toContain("stake")
      expect(settingsOf(text).trading).toMatchObject({ maxStakePerBet: 300, maxDailyLoss: 2000, maxExposure: 4000 })
    })
  )

  it.effect("writes nothing when it is broken off", () =>
    Effect.gen(function* () {
      const { files, isDone, shown, text } = yield* init([down, enter, enter, enter, enter, "K3YSECRET", controlC])
      expect(isDone).toBe(false)
      expect(text).toBeNull()
      expect(files).toEqual([])
      expect(shown).not.toContain("K3YSECRET")
    })
  )
})

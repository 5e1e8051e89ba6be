/**
 * `init`: asks what the settings need to know and writes them. Nothing that is secret is ever shown; the password is not even
 * written unless that is asked for.
 */
import { Console, Effect, Option, Redacted, Result } from "effect"
import { Command, Flag, Prompt } from "effect/cli"
import * as fs from "node:fs"
import { dirname } from "node:path"
import { decode } from "../config/SettingsDecoder.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import { BadUsage } from "./Exit.ts"
import * as FirstSettings from "./FirstSettings.ts"
import type { Answers } from "./FirstSettings.ts"
import { ConfigFile } from "./Options.ts"

const text = (name: string, what: string) => Flag.String(name).pipe(Flag.withDescription(what), Flag.optional)
const amount = (name: string, what: string) =>
  Flag.Finite(name).pipe(Flag.withMetavar("AMOUNT"), Flag.withDescription(what), Flag.optional)

const flags = {
  mode: Flag.Literals("mode", ["paper", "live"]).pipe(Flag.withDescription("Paper or live"), Flag.optional),
  maxStake: amount("max-stake", "Largest stake of one bet"),
  maxDailyLoss: amount("max-daily-loss", "A day's loss at which betting stops"),
  maxExposure: amount("max-exposure", "Worst-case loss over all open bets"),
  appKey: text("app-key", "The account's application key"),
  username: text("username", "The account's user name"),
  certFile: text("cert-file", "Certificate of the login, PEM"),
  keyFile: text("key-file", "Its private key, PEM"),
  storePassword: Flag.Boolean("store-password").pipe(
    Flag.withDescription("Ask for the password and write it; otherwise it is read from BETFAIR_PASSWORD at each start"),
    Flag.withDefault(false)
  ),
  force: Flag.Boolean("force").pipe(Flag.withDescription("Write over a file that is there"), Flag.withDefault(false)),
  yes: Flag.Boolean("yes").pipe(
    Flag.withDescription("Ask nothing: what no flag says has its default"),
    Flag.withDefault(false)
  )
}

interface Given {
  readonly mode: Option.Option<"paper" | "live">
  readonly maxStake: Option.Option<number>
  readonly maxDailyLoss: Option.Option<number>
  readonly maxExposure: Option.Option<number>
  readonly appKey: Option.Option<string>
  readonly username: Option.Option<string>
  readonly certFile: Option.Option<string>
  readonly keyFile: Option.Option<string>
  readonly storePassword: boolean
}

const account = ["appKey", "username", "certFile", "keyFile"] as const
const flagOf = { appKey: "--app-key", username: "--username", certFile: "--cert-file", keyFile: "--key-file" }

const usual = { maxStake: 10, maxDailyLoss: 100, maxExposure: 500 }

const withoutAsking = Effect.fnUntraced(function* (given: Given): Effect.fn.Return<Answers, BadUsage> {
  const mode = Option.getOrElse(given.mode, () => "paper" as const)
  const missing = account.filter((key) => Option.isNone(given[key]))
  if (missing.length < account.length || mode === "live") {
    if (missing.length > 0) {
      const names = missing.map((key) => flagOf[key]).join(", ")
      return yield* new BadUsage({ message: `init: an account needs ${names} as well` })
    }
  }
  if (given.storePassword) {
    return yield* new BadUsage({
      message: "init: --store-password has to ask for it, which --yes forbids; set BETFAIR_PASSWORD"
    })
  }
  const value = (key: (typeof account)[number]) => Option.getOrElse(given[key], () => "")
  return {
    mode,
    maxStakePerBet: Option.getOrElse(given.maxStake, () => usual.maxStake),
    maxDailyLoss: Option.getOrElse(given.maxDailyLoss, () => usual.maxDailyLoss),
    maxExposure: Option.getOrElse(given.maxExposure, () => usual.maxExposure),
    account:
      missing.length > 0
        ? null
        : {
            appKey: value("appKey"),
            username: value("username"),
            certFile: value("certFile"),
            keyFile: value("keyFile"),
            password: null
          }
  }
})

const unlessGiven = <A, E, R>(given: Option.Option<A>, ask: Effect.Effect<A, E, R>) =>
  Option.match(given, { onNone: () => ask, onSome: Effect.succeed })

/** Gotcha: a prompt's own default stands in its line already, and what is typed would be added to its digits. */
const askAmount = (message: string, otherwise: number) =>
  Effect.map(
    Prompt.String({
      message: `${message} (nothing: ${otherwise})`,
      validate: (answer) =>
        /^(\d+(\.\d{1,2})?)?$/.test(answer.trim())
          ? Effect.succeed(answer.trim() || String(otherwise))
          : Effect.fail("it has to be an amount such as 50 or 2.50")
    }),
    Number
  )

const notEmpty = (answer: string) =>
  answer.trim() === "" ? Effect.fail("it cannot be empty") : Effect.succeed(answer.trim())

const askText = (message: string) => Prompt.String({ message, validate: notEmpty })

/** What is typed is not shown, not even as stars. */
const askSecret = (message: string) =>
  Effect.map(Prompt.Hidden({ message: `${message} (what you type is not shown)`, validate: notEmpty }), Redacted.value)

const askForAll = Effect.fnUntraced(function* (given: Given) {
  const mode = yield* unlessGiven(
    given.mode,
    Prompt.Select({
      message: "Trade on paper, or with real money?",
      choices: [
        { title: "on paper", value: "paper" as const },
        { title: "with real money", value: "live" as const }
      ]
    })
  )
  const maxStakePerBet = yield* unlessGiven(given.maxStake, askAmount("Largest stake of one bet", usual.maxStake))
  const maxDailyLoss = yield* unlessGiven(
    given.maxDailyLoss,
    askAmount("Loss of a day at which betting stops", usual.maxDailyLoss)
  )
  const maxExposure = yield* unlessGiven(
    given.maxExposure,
    askAmount("Worst-case loss over all open bets", usual.maxExposure)
  )
  const wantsAccount =
    mode === "live" ||
    account.some((key) => Option.isSome(given[key])) ||
    (yield* Prompt.Confirm({ message: "Set an account at Betfair, for its real prices?", initial: false }))
  if (!wantsAccount) return { mode, maxStakePerBet, maxDailyLoss, maxExposure, account: null } satisfies Answers
  const appKey = yield* unlessGiven(given.appKey, askSecret("Application key"))
  const username = yield* unlessGiven(given.username, askText("User name"))
  const certFile = yield* unlessGiven(given.certFile, askText("File of the certificate, PEM"))
  const keyFile = yield* unlessGiven(given.keyFile, askText("File of its private key, PEM"))
  const password = given.storePassword ? yield* askSecret("Password, to be written into the file") : null
  return {
    mode,
    maxStakePerBet,
    maxDailyLoss,
    maxExposure,
    account: { appKey, username, certFile, keyFile, password }
  } satisfies Answers
})

const noTerminal = new BadUsage({
  message:
    "init: there is no terminal to ask on; say everything by flags and add --yes (clever-better init --help lists them)"
})

/** Nobody else may read the file, and it is there whole or not at all. */
const write = (file: string, content: string): void => {
  fs.mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.tmp`
  fs.writeFileSync(draft, content, { mode: 0o600 })
  fs.renameSync(draft, file)
}

export const command = Command.make(
  "init",
  flags,
  Effect.fn(function* ({ force, yes, ...given }) {
    const file = Option.getOrElse(yield* ConfigFile, () => SettingsLoader.usualFile)
    if (fs.existsSync(file) && !force) {
      return yield* new BadUsage({ message: `init: ${file} is there already; --force writes over it` })
    }
    if (!yes && !process.stdin.isTTY) return yield* noTerminal
    const answers = yield* yes ? withoutAsking(given) : askForAll(given)
    const content = FirstSettings.render(answers)
    const checked = decode(Option.some(file), content, { BETFAIR_PASSWORD: "set at the start" })
    if (Result.isFailure(checked)) return yield* checked.failure
    yield* Effect.sync(() => write(file, content))
    yield* Console.log(
      [
        `${file} is written, for you alone to read`,
        ...(answers.account === null || answers.account.password !== null
          ? []
          : ["set BETFAIR_PASSWORD in the environment of the bot: the password is not in the file"]),
        `clever-better doctor looks at the rest; clever-better run${answers.mode === "live" ? " --live" : ""} starts the bot`
      ].join("\n")
    )
  })
).pipe(Command.withDescription("Ask what the settings need to know, and write them"))

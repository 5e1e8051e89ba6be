/**
 * How the process ends: which failure has which exit code, what is said of it on stderr, and what signals do.
 */
import { Cause, Console, Effect, Exit, Formatter, Predicate, Runtime, Schema } from "effect"

export const done = 0
export const failed = 1
/** Bad usage of the command line, or a bad configuration. */
export const badUsage = 2
/** All is well formed, yet the bot will not start: live trading without credentials, a second instance, an old Node. */
export const refused = 3

/** The exit codes of errors by tag; whatever is not listed is `failed`. An error that must end otherwise is added here. */
const codes: Readonly<Record<string, number>> = {
  BadUsage: badUsage,
  BetfairSettingsUnusable: badUsage,
  BookOfAnotherDay: badUsage,
  DuplicateKind: badUsage,
  NoRecordings: badUsage,
  PriceFileRefused: badUsage,
  PredictionSettingsUnusable: badUsage,
  RecordingsUnusable: badUsage,
  SettingsInvalid: badUsage,
  StrategyModuleRefused: badUsage,
  StrategyRefused: badUsage,
  ShowHelp: badUsage,
  StartRefused: refused,
  AddressRefused: refused,
  AlreadyRunning: refused,
  BookDamaged: refused,
  CertificatesNotKept: refused,
  CertificateUnusable: refused,
  DataRefused: refused,
  LoginFailed: refused,
  PortRefused: refused,
  DatabaseLocked: refused,
  DatabaseUnreachable: refused,
  EmbeddedDatabaseFailed: refused,
  FeedbackUnusable: refused,
  ModelInvalid: refused,
  ModelUnproven: refused,
  ModelUnreadable: refused,
  HttpRefused: refused,
  MigrationFailed: refused
}

/** The words of the command line are off in a way that its parser cannot see. */
export class BadUsage extends Schema.TaggedError<BadUsage>()("BadUsage", { message: Schema.String }) {}

/** All is well formed, yet the bot may not start. */
export class StartRefused extends Schema.TaggedError<StartRefused>()("StartRefused", { message: Schema.String }) {}

/** The command has said all there is to say; the process only has to end with the code. */
export class Ended extends Schema.TaggedError<Ended>()("Ended", { code: Schema.Int }) {}

/** @param signalled whether the process was told to stop, so that an interruption is no failure */
export const codeOf = (exit: Exit.Exit<unknown, unknown>, signalled: boolean): number => {
  if (Exit.isSuccess(exit)) return done
  if (Cause.hasInterruptsOnly(exit.cause)) return signalled ? done : failed
  return Math.max(failed, ...exit.cause.reasons.filter(Cause.isFailReason).map(({ error }) => codeOfError(error)))
}

/** Says on stderr what went wrong: known errors by their message, the unexpected with its stack. */
export const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Effect.forEach(
    cause.reasons,
    (reason) => {
      if (Cause.isInterruptReason(reason)) return Effect.void
      if (Cause.isDieReason(reason)) return Console.error(Cause.pretty(Cause.die(reason.defect)))
      if (isTagged(reason.error)) return isReported(reason.error) ? Effect.void : Console.error(describe(reason.error))
      return Console.error(Cause.pretty(Cause.fail(reason.error)))
    },
    { discard: true }
  )

/**
 * Runs the program as the process. The first SIGINT or SIGTERM interrupts it, so that everything is closed in order;
 * a second one ends the process at once.
 */
export const runMain = <E, A>(program: Effect.Effect<A, E>): void => {
  let signals = 0
  const run = Runtime.makeRunMain(({ fiber, teardown }) => {
    const onSignal = () => {
      signals += 1
      if (signals > 1) process.exit(failed)
      fiber.interruptUnsafe(fiber.id)
    }
    process.on("SIGINT", onSignal)
    process.on("SIGTERM", onSignal)
    fiber.addObserver((exit) => {
      process.off("SIGINT", onSignal)
      process.off("SIGTERM", onSignal)
      teardown(exit, (code) => {
        if (signals > 0 || code !== done) process.exit(code)
      })
    })
  })
  run(Effect.tapCause(program, report), {
    disableErrorReporting: true,
    teardown: (exit, onExit) => onExit(codeOf(exit, signals > 0))
  })
}

interface Tagged {
  readonly _tag: string
}

const isTagged = (error: unknown): error is Tagged =>
  Predicate.hasProperty(error, "_tag") && typeof error._tag === "string"

const codeOfError = (error: unknown): number => {
  if (error instanceof Ended) return error.code
  return isTagged(error) ? (codes[error._tag] ?? failed) : failed
}

/** The presenter of the command line has spoken before it fails with `ShowHelp`. */
const isReported = (error: Tagged) => error._tag === "Ended" || error._tag === "ShowHelp"

const describe = (error: Tagged): string => {
  const message = Predicate.hasProperty(error, "message") ? String(error.message) : ""
  const reason =
    Predicate.hasProperty(error, "cause") && error.cause instanceof Error && !message.includes(error.cause.message)
      ? `: ${error.cause.message}`
      : ""
  return `${message === "" ? `${error._tag} ${Formatter.formatJson(error)}` : message}${reason}`
}

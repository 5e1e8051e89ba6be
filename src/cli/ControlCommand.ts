/**
 * `halt`, `pause`, `reduce`, `resume`, `reset-breaker`, `cancel`, `reconcile`: asks the bot over HTTP where it answers, else by
 * the folder or the tables of its database, and says whether it was done. What tightens or loosens trading waits for the next
 * bot if none runs; what concerns orders does not.
 */
import { Clock, Console, Effect, Layer, Option, Schema } from "effect"
import { Argument, Command, Flag, Prompt } from "effect/cli"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import { BetId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import * as ControlFolder from "../persistence/ControlFolder.ts"
import * as ControlRequests from "../persistence/ControlRequests.ts"
import type { ControlAction, ControlRequest } from "../persistence/ControlRequests.ts"
import type { BotClient } from "./BotLink.ts"
import { BadUsage, Ended, failed } from "./Exit.ts"
import { ConfigFile, json, printJson } from "./Options.ts"
import { byHand, mode, modeOf, nameOf, reason, reasonOf, yes } from "./Whose.ts"

/** A running bot looks once a second, and then has to write. */
const patienceMs = 5000

/** True when the request was taken, false when nobody took it in time. */
const untilTaken = <E, R>(isWaiting: Effect.Effect<boolean, E, R>) =>
  Effect.gen(function* () {
    const deadline = (yield* Clock.currentTimeMillis) + patienceMs
    while (yield* isWaiting) {
      if ((yield* Clock.currentTimeMillis) >= deadline) return false
      yield* Effect.sleep("100 millis")
    }
    return true
  })

const askInFolder = Effect.fnUntraced(function* (directory: string, mode: Mode, request: ControlRequest) {
  const folder = ControlFolder.beside(directory)
  const id = yield* ControlRequests.askInFolder(folder, mode, request)
  const taken = yield* untilTaken(
    Effect.map(ControlRequests.waitingFiles(folder, mode), (waiting) => waiting.some((one) => one.id === id))
  )
  if (taken || !concernsOrders.has(request.action)) return taken
  return !(yield* ControlRequests.withdrawFromFolder(folder, mode, id))
})

/** The database takes a moment to load: only what needs it does that. */
const askOnServer = Effect.fnUntraced(function* (settings: SettingsValue, mode: Mode, request: ControlRequest) {
  const [Database, { TradingStateRepository }] = yield* Effect.promise(() =>
    Promise.all([import("../persistence/Database.ts"), import("../persistence/TradingStateRepository.ts")])
  )
  const database = TradingStateRepository.layerSql.pipe(
    Layer.provide(Database.layer),
    Layer.provide(Layer.succeed(Settings, settings))
  )
  return yield* Effect.gen(function* () {
    const id = yield* ControlRequests.ask(mode, request)
    const taken = yield* untilTaken(
      Effect.map(ControlRequests.waitingRows(mode), (waiting) => waiting.some((one) => one.id === id))
    )
    if (taken || !concernsOrders.has(request.action)) return taken
    return !(yield* ControlRequests.withdraw(mode, id))
  }).pipe(Effect.provide(database))
})

/** Meant for the orders of now: nobody wants them done by a bot that starts tomorrow. */
const concernsOrders: ReadonlySet<ControlAction> = new Set(["cancel", "cancel-all", "reconcile"])

/** Fails with the bot's own words. */
const askOverHttp = (bot: BotClient, { action, bet, by, reason }: ControlRequest) => {
  const payload = { reason, by }
  switch (action) {
    case "pause":
      return bot.pause({ payload })
    case "reduce":
      return bot.reduce({ payload })
    case "resume":
      return bot.resume({ payload })
    case "halt":
      return bot.halt({ payload })
    case "reset-breaker":
      return bot.resetBreaker({ payload })
    case "reconcile":
      return bot.reconcile({ payload })
    case "cancel-all":
      return bot.cancelAll({ payload })
    case "cancel":
      return bot.cancelBet({ payload, params: { betId: bet! } })
  }
}

/** The bot has spoken. Any other failure is one of the way, and there is another way: to halt twice does no harm. */
const heard: ReadonlySet<string> = new Set(["NotDone", "Unavailable", "BadRequest"])

const unlessUnheard = <A, E extends { readonly _tag: string }>(call: Effect.Effect<A, E>) =>
  Effect.catchIf(
    call,
    ({ _tag }) => !heard.has(_tag),
    () => Effect.succeed(null)
  )

interface Asked {
  readonly mode: Option.Option<Mode>
  readonly reason: string
  readonly json: boolean
}

/** @param done what is said of it where the bot itself says nothing */
const ask = Effect.fnUntraced(function* (
  action: ControlAction,
  done: string,
  { json, mode, reason }: Asked,
  bet?: BetId
) {
  const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
  const whose = modeOf(mode, settings)
  const request = { action, reason: reasonOf(reason), by: nameOf(), ...(bet === undefined ? {} : { bet }) }
  const { directory, url } = settings.database
  const BotLink = yield* Effect.promise(() => import("./BotLink.ts"))
  const bot = yield* Effect.orElseSucceed(BotLink.find(settings, whose), () => null)
  const answer = bot === null ? null : yield* unlessUnheard(BotLink.within(askOverHttp(bot, request)))
  const taken =
    answer !== null ||
    (yield* url === null ? askInFolder(directory, whose, request) : askOnServer(settings, whose, request))
  const lost = !taken && concernsOrders.has(action)
  if (json) {
    const text = answer?.text ?? null
    yield* printJson({ action, mode: whose, carriedOut: taken, text, reason: request.reason, by: request.by })
  } else if (lost) {
    yield* Console.error(`no ${whose} bot answered within ${patienceMs / 1000} s: nothing was done`)
  } else {
    yield* Console.log(
      taken
        ? `${answer?.text ?? done} (${whose})`
        : `no ${whose} bot answered within ${patienceMs / 1000} s: the request waits, and is carried out before the next one trades`
    )
  }
  if (lost) return yield* new Ended({ code: failed })
})

const command = (name: ControlAction, reason: Flag.Flag<string>, description: string, done: string) =>
  Command.make(name, { reason, mode, json }, (asked) => ask(name, done, asked)).pipe(
    Command.withDescription(description)
  )

const confirmed = Effect.fnUntraced(function* (what: string, isSaid: boolean) {
  if (isSaid) return
  if (!process.stdin.isTTY) {
    return yield* new BadUsage({ message: "cancel: there is no terminal to ask on; add --yes if it is meant" })
  }
  if (yield* Prompt.Confirm({ message: `Cancel the unmatched part of ${what}?`, initial: false })) return
  yield* Console.error("nothing was cancelled")
  return yield* new Ended({ code: failed })
})

const isBetId = Schema.is(BetId)

const cancel = Command.make(
  "cancel",
  {
    bet: Argument.String("BET").pipe(Argument.withDescription("The bet's id, as bets list has it"), Argument.optional),
    all: Flag.Boolean("all").pipe(Flag.withDescription("All open bets"), Flag.withDefault(false)),
    yes,
    reason: byHand,
    mode,
    json
  },
  Effect.fn(function* ({ all, bet, yes, ...asked }) {
    const id = Option.getOrUndefined(bet)
    if (all === (id !== undefined)) {
      return yield* new BadUsage({ message: "cancel: expected either a bet's id or --all" })
    }
    if (id === undefined) {
      yield* confirmed("all open bets", yes)
      return yield* ask("cancel-all", "all are asked to be cancelled", asked)
    }
    if (!isBetId(id))
      return yield* new BadUsage({ message: `cancel: found ${id}, expected a bet's id as bets list has it` })
    yield* confirmed(id, yes)
    yield* ask("cancel", "it is asked to be cancelled, if it is open", asked, id)
  })
).pipe(Command.withDescription("Cancel the unmatched part of a bet, or of all; it asks first, unless there is --yes"))

export const commands = [
  command("halt", byHand, "Stop placing bets until somebody resumes, and cancel what is unmatched", "halted"),
  command("pause", byHand, "Place no bets until somebody resumes", "paused, unless it was halted already"),
  command(
    "reduce",
    byHand,
    "Place only what does not raise the worst case of its market",
    "reducing, unless it was paused or halted already"
  ),
  command("resume", reason, "End a halt, a pause, or reducing", "resumed, unless the halt file is there"),
  command(
    "reset-breaker",
    byHand,
    "Close the circuit breaker, and measure losses anew",
    "the circuit breaker is closed"
  ),
  command("reconcile", byHand, "Compare our bets with the exchange's orders now", "compared, if orders are real"),
  cancel
] as const

/**
 * The quiet end of a drill: nothing is placed any more, every order ends, every question is answered, the bot stops in order,
 * and then its database is compared with the account.
 */
import { Clock, Effect, Option } from "effect"
import * as Bet from "../../src/domain/Bet.ts"
import type { BotProcess } from "./BotProcess.ts"
import { compare, type Compared } from "./Comparison.ts"
import type { ExchangeAccount } from "./ExchangeBets.ts"
import type { Ground } from "./Ground.ts"

/** A bet that is not answered counts as never placed after half a minute of asking, and the asking takes a little longer. */
const untilAnsweredMs = 38_000
/** The bot asks every five seconds whatever it thinks. */
const untilComparedMs = 8000
/** A process that comes later counts its questions from the beginning. */
const untilComparedAgainMs = 25_000
/** The last race is off within two minutes, and settled within three more. */
const untilSettledMs = 420_000
const untilStoppedMs = 60_000
const untilStartedMs = 180_000
/** Times that a stopped bot is started again because something is open still. */
const rounds = 4

export interface Ended {
  readonly compared: Compared
  /** The bot's last word. */
  readonly rows: ReadonlyArray<Bet.Bet>
  /** What should not have happened, apart from differences. */
  readonly problems: ReadonlyArray<string>
}

const waitUntil = Effect.fnUntraced(function* (limitMs: number, isDone: Effect.Effect<boolean>) {
  const deadline = (yield* Clock.currentTimeMillis) + limitMs
  while (!(yield* isDone)) {
    if ((yield* Clock.currentTimeMillis) >= deadline) return false
    yield* Effect.sleep("250 millis")
  }
  return true
})

/** SIGTERM, and what was wrong with the end. */
export const stop = Effect.fnUntraced(function* (bot: BotProcess) {
  bot.kill("SIGTERM")
  const code = yield* Effect.timeoutOption(
    Effect.promise(() => bot.ended),
    untilStoppedMs
  )
  if (Option.isNone(code)) return [`the bot did not stop within ${untilStoppedMs / 1000} s: ${bot.lastLine}`]
  return code.value === 0 ? [] : [`the bot ended with exit code ${code.value}: ${bot.lastLine}`]
})

/** A halted bot for so long, then its rows. */
const look = Effect.fnUntraced(function* (ground: Ground, waiting: Effect.Effect<ReadonlyArray<string>>) {
  const problems = yield* Effect.scoped(
    Effect.gen(function* () {
      const bot = yield* ground.start
      const hasStarted = yield* Effect.timeoutOption(
        Effect.promise(() => bot.started),
        untilStartedMs
      )
      if (!Option.getOrElse(hasStarted, () => false)) return [`the bot did not start: ${bot.lastLine}`]
      const ofWaiting = yield* waiting
      return [...ofWaiting, ...(yield* stop(bot))]
    })
  )
  const stoppedAt = yield* Clock.currentTimeMillis
  return { problems, rows: yield* ground.rows, stoppedAt }
})

const settled = (ground: Ground) =>
  Effect.gen(function* () {
    ground.say("waiting for the markets to be settled")
    const isSettled = Effect.map(ground.sandbox.truth.orders("drill"), ({ current }) => current.length === 0)
    return (yield* waitUntil(untilSettledMs, isSettled)) ? [] : ["markets with bets were not settled in time"]
  })

/** Bets of which the bot must hear how they were settled. It asks for one market after the other, on a busy machine slowly. */
const settlementsDue = ({ bets }: ExchangeAccount, settledBefore: number) => {
  const due = new Set(
    bets.flatMap(({ betfairBetId, settledAt }) =>
      settledAt !== null && settledAt <= settledBefore ? betfairBetId : []
    )
  )
  return ({ betfairBetId }: Bet.Bet): boolean => betfairBetId !== null && due.has(betfairBetId)
}

/**
 * After the bot's last process has ended.
 *
 * @param isWhole false: what is matched need not be settled, so that the end comes within a minute
 */
export const end = Effect.fnUntraced(function* (ground: Ground, isWhole: boolean) {
  yield* ground.halt
  yield* ground.sandbox.faults.clear
  const answered = (leastMs: number) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.as(Effect.sleep(Math.max(leastMs, ground.tally.unknownAt + untilAnsweredMs - now)), [])
    )
  const asked = answered(untilComparedMs)
  const first = yield* look(ground, isWhole ? Effect.tap(settled(ground), () => asked) : asked)
  let { rows } = first
  const problems = [...first.problems]
  // The bot's last looks at a market may lie some seconds before its end.
  const settledBefore = isWhole ? Infinity : first.stoppedAt - 10_000
  const isDue = settlementsDue(yield* ground.account, settledBefore)
  const isLeft = (bet: Bet.Bet) =>
    isWhole ? Bet.isOpen(bet) : Bet.isExecutable(bet) || bet.status === "unknown" || (Bet.isOpen(bet) && isDue(bet))
  for (let round = 0; round < rounds && rows.some(isLeft); round++) {
    ground.say(`${rows.filter(isLeft).length} bets are open: the bot is started again`)
    const next = yield* look(ground, answered(untilComparedAgainMs))
    rows = next.rows
    problems.push(...next.problems)
  }
  const compared = compare(rows, yield* ground.account, settledBefore)
  return { compared, rows, problems } satisfies Ended
})

/**
 * The bot trades live on the sandbox, is killed at a random moment, and is started again at once, so and so many times. In
 * the end its database and the exchange's account agree on every bet.
 */
import { Clock, Effect } from "effect"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"
import type { Fault } from "../../src/sandbox/faults/Fault.ts"
import type { BotProcess } from "./BotProcess.ts"
import { end } from "./Ending.ts"
import * as Ground from "./Ground.ts"
import { type Verdict, verdictOf } from "./Verdict.ts"

export interface KillOptions {
  readonly times: number
  readonly seed: number
  /** False: the end does not wait for matched bets to be settled. */
  readonly isWhole: boolean
  readonly say: (line: string) => void
}

/** So long after its first bet a process lives at most. */
const longestLifeMs = 2500
/** One kill in so many comes while the process starts. */
const earlyOneIn = 8
/** A process that has not bet by then is killed as it is. */
const patienceMs = 60_000

/** Answers that come late, so that something is on its way at most moments. */
const slowness = (seed: number): ReadonlyArray<Fault> =>
  (["placeOrders", "replaceOrders", "cancelOrders"] as const).flatMap((operation, index) => [
    { action: "delay-response", operation, delayMs: 300, probability: 0.2, seed: seed + index },
    { action: "delay-response", operation, delayMs: 80, probability: 0.4, seed: seed + index + 10 },
    { action: "delay-request", operation, delayMs: 150, probability: 0.2, seed: seed + index + 20 }
  ])

export const run = Effect.fn("KillDrill.run")(function* ({ isWhole, say, seed, times }: KillOptions) {
  const ground = yield* Ground.make({
    seed,
    raceIntervalSeconds: 15,
    maxExposurePounds: 100_000,
    lookEveryMs: 250,
    strategies: 4,
    fromSeconds: 120,
    say
  })
  const { tally } = ground
  const random = new SeededRandom(seed, 1)
  const problems: Array<string> = []
  let startMs = 2000
  let startsMs = 0
  let early = 0
  yield* ground.firstStart
  const began = yield* Clock.currentTimeMillis
  yield* ground.sandbox.faults.set(slowness(seed))

  /** Until the random moment. */
  const live = Effect.fnUntraced(function* (bot: BotProcess, isEarly: boolean) {
    if (isEarly) {
      early++
      yield* Effect.sleep(random.below(startMs))
      return
    }
    const startedAt = yield* Clock.currentTimeMillis
    yield* Effect.timeoutOption(
      Effect.promise(() => bot.traded),
      patienceMs
    )
    startMs = (yield* Clock.currentTimeMillis) - startedAt
    startsMs += startMs
    yield* Effect.sleep(random.below(longestLifeMs))
  })

  for (let kill = 1; kill <= times; kill++) {
    const before = tally.placements
    yield* Effect.scoped(
      Effect.gen(function* () {
        const bot = yield* ground.start
        yield* live(bot, kill > 1 && random.below(earlyOneIn) === 0)
        if (bot.isOver) problems.push(`the bot ended by itself before kill ${kill}: ${bot.lastLine}`)
        bot.kill("SIGKILL")
        yield* Effect.promise(() => bot.ended)
      })
    )
    if (problems.length > 0) break
    const { arrived, notThere } = tally.inFlight
    if (kill % 5 === 0 || times < 20) {
      const seconds = Math.round(((yield* Clock.currentTimeMillis) - began) / 1000)
      say(
        `kill ${kill} of ${times} after ${seconds} s: ${tally.placements} bets placed (${tally.placements - before} by this ` +
          `process); unanswered at kills so far: ${arrived} at the exchange, ${notThere} not`
      )
    }
  }
  const ended = yield* end(ground, isWhole)
  const { arrived, notThere } = tally.inFlight
  const verdict: Verdict = verdictOf("drill:kill", ground, {
    ...ended,
    problems: [...problems, ...ended.problems],
    seed,
    figures: {
      kills: times,
      "kills during a start": early,
      "mean start to first bet, ms": Math.round(startsMs / Math.max(1, times - early)),
      "orders unanswered at a kill": arrived + notThere,
      "of them at the exchange": arrived,
      "of them not there": notThere,
      "bets acknowledged": tally.placements
    }
  })
  if (verdict.passed) yield* ground.leaveNothing
  return verdict
}, Effect.scoped)

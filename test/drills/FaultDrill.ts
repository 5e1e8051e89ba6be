/**
 * The bot trades live on the sandbox while requests and streams go wrong at random. The account never stands to lose more than
 * the bot's limit, and in the end the database agrees with it on every bet.
 */
import { Clock, Effect } from "effect"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"
import type { BotProcess } from "./BotProcess.ts"
import { end, stop } from "./Ending.ts"
import * as ExposureWatch from "./ExposureWatch.ts"
import * as FaultPlan from "./FaultPlan.ts"
import * as Ground from "./Ground.ts"
import { type Verdict, verdictOf } from "./Verdict.ts"

export interface FaultOptions {
  readonly minutes: number
  /** Part of the requests on which something goes wrong. */
  readonly rate: number
  /** Kill the bot every minute or two as well. */
  readonly kills: boolean
  readonly seed: number
  /** False: the end does not wait for matched bets to be settled. */
  readonly isWhole: boolean
  readonly say: (line: string) => void
}

/** Low, so that it is what holds the bot back. */
export const maxExposurePounds = 300

/**
 * Runners are withdrawn earlier. A withdrawal voids bets, also those that hedge others: it can raise what an account stands to
 * lose with nobody betting, so the limit could not be demanded.
 */
const fromSeconds = 65

const reportEveryMs = 30_000
const lookEveryMs = 100
/** By then a bot has bet. */
const patienceMs = 180_000
const killEveryMs = [60_000, 180_000] as const

/** Rules that have struck, by their actions; those that will not strike again are taken away. */
const takeStruck = Effect.fnUntraced(function* ({ sandbox }: Ground.Ground, struck: Map<string, number>) {
  for (const { fault, id, struck: times } of yield* sandbox.faults.list) {
    if (fault.count === undefined || times < fault.count) continue
    struck.set(fault.action, (struck.get(fault.action) ?? 0) + times)
    yield* sandbox.faults.remove(id)
  }
})

/** Everything that has struck until now. */
const totals = Effect.fnUntraced(function* ({ sandbox }: Ground.Ground, struck: ReadonlyMap<string, number>) {
  const all = new Map(struck)
  for (const { fault, struck: times } of yield* sandbox.faults.list) {
    if (times > 0) all.set(fault.action, (all.get(fault.action) ?? 0) + times)
  }
  return all
})

export const run = Effect.fn("FaultDrill.run")(function* (options: FaultOptions) {
  const { isWhole, kills, minutes, rate, say, seed } = options
  const ground = yield* Ground.make({
    seed,
    raceIntervalSeconds: 15,
    maxExposurePounds,
    lookEveryMs: 250,
    strategies: 4,
    fromSeconds,
    say
  })
  const { sandbox, tally } = ground
  const random = new SeededRandom(seed, 2)
  const struck = new Map<string, number>()
  const problems: Array<string> = []
  const count = (what: string) => struck.set(what, (struck.get(what) ?? 0) + 1)
  const watch = yield* ExposureWatch.start(ground, maxExposurePounds)

  const strike = Effect.fnUntraced(function* () {
    const event = FaultPlan.nextEvent(random)
    if (event._tag === "Fault") return yield* sandbox.faults.set([event.fault])
    count(event._tag === "Restart" ? "restart of the exchange" : "all sessions ended")
    return yield* event._tag === "Restart" ? sandbox.restart : ground.expireSession
  })

  const trade = Effect.fnUntraced(function* (bot: BotProcess, killAt: number) {
    let strikeAt = 0
    let reportAt = (yield* Clock.currentTimeMillis) + reportEveryMs
    while (!bot.isOver) {
      const now = yield* Clock.currentTimeMillis
      const until = Math.min(endsAt, killAt)
      if (now >= until) return
      yield* Effect.sleep(Math.min(until - now, lookEveryMs))
      if (now < strikeAt) continue
      strikeAt = now + FaultPlan.pauseMs(random, rate)
      yield* strike()
      yield* takeStruck(ground, struck)
      if (now < reportAt) continue
      reportAt = now + reportEveryMs
      const faults = [...(yield* totals(ground, struck)).values()].reduce((sum, times) => sum + times, 0)
      say(
        `${Math.round((endsAt - now) / 1000)} s to go: ${tally.placements} bets placed, ${faults} faults, ` +
          `the account could lose ${watch.worst.toFixed(2)} of ${maxExposurePounds}.00 at most`
      )
    }
  })

  yield* ground.firstStart
  /** The time counts from the first bet. */
  let endsAt = (yield* Clock.currentTimeMillis) + patienceMs + minutes * 60_000
  const begin = (bot: BotProcess) =>
    Effect.flatMap(
      Effect.promise(() => bot.traded),
      (hasTraded) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          if (hasTraded) endsAt = Math.min(endsAt, now + minutes * 60_000)
        })
    )
  let killed = 0
  yield* sandbox.faults.set(FaultPlan.requestRules(rate, seed))
  while ((yield* Clock.currentTimeMillis) < endsAt && problems.length === 0) {
    yield* Effect.scoped(
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const bot = yield* ground.start
        yield* Effect.forkScoped(begin(bot))
        yield* trade(bot, kills ? now + random.between(...killEveryMs) : Infinity)
        if (bot.isOver) problems.push(`the bot ended by itself: ${bot.lastLine}`)
        else if ((yield* Clock.currentTimeMillis) >= endsAt) {
          yield* takeStruck(ground, struck)
          for (const [action, times] of yield* totals(ground, struck)) struck.set(action, times)
          yield* sandbox.faults.clear
          problems.push(...(yield* stop(bot)))
        } else killed++
      })
    )
  }
  const ended = yield* end(ground, isWhole)
  if (watch.above > 0) problems.push(`the account could lose ${watch.worst.toFixed(2)}, above ${maxExposurePounds}.00`)
  const verdict: Verdict = verdictOf("drill:faults", ground, {
    ...ended,
    problems: [...problems, ...ended.problems],
    seed,
    figures: {
      minutes,
      kills: killed,
      "bets acknowledged": tally.placements,
      "worst the account could lose": watch.worst,
      "limit of that": maxExposurePounds,
      "looks at it": watch.samples,
      ...Object.fromEntries([...struck].toSorted(([, a], [, b]) => b - a))
    }
  })
  if (verdict.passed) yield* ground.leaveNothing
  return verdict
}, Effect.scoped)

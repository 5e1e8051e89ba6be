import { existsSync } from "node:fs"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Random } from "effect"
import * as ReplayBot from "../../src/app/ReplayBot.ts"
import { ExtraLoops } from "../../src/bot/Loops.ts"
import type { ReplaySource } from "../../src/bot/Replay.ts"
import type { ReplayReport } from "../../src/bot/ReplayReport.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { MarketChange, MarketMessage } from "../../src/market/MarketMessage.ts"
import { Race } from "../../src/sandbox/Race.ts"
import type { Snapshot, StrategyKind } from "../../src/strategy/Strategy.ts"
import { builtIn } from "../../src/strategy/StrategyRegistry.ts"
import { back, backer, lay, strategy } from "../builders/strategies.ts"
import { TestRace } from "../builders/TestRace.ts"
import { day, firstIndex } from "../sandbox/races.ts"
import { settingsOf } from "./TestBot.ts"

const shared = new URL("../../../shared/recordings/", import.meta.url).pathname

interface Options {
  readonly kinds: ReadonlyArray<StrategyKind>
  readonly settings?: string
}

const withReplay =
  ({ kinds, settings = "" }: Options) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    effect.pipe(
      Random.withSeed("replay"),
      Effect.provide(ReplayBot.layer({ persist: false, folders: [], kinds, onProblem: () => undefined }), {
        local: true
      }),
      Effect.provideService(Settings, settingsOf({ strategies: kinds, settings })),
      Effect.provide(NodeServices.layer)
    )

const run = Effect.fnUntraced(function* (source: ReplaySource) {
  const { replay, reporter } = yield* ReplayBot.drivers
  yield* replay.run(source, Effect.void)
  return yield* reporter.report({ recordings: [], skipped: [], wallSeconds: 0 })
})

/** Two hundred messages a batch, so that a replay has several. */
const sourceOf = (messages: ReadonlyArray<MarketMessage>): ReplaySource => {
  let from = 0
  return {
    next: async () => {
      const batch = messages.slice(from, (from += 200))
      return batch.length === 0 ? null : { messages: batch }
    },
    applying: () => undefined
  }
}

const replayOf = (messages: ReadonlyArray<MarketMessage>, options: Options) =>
  withReplay(options)(run(sourceOf(messages)))

/** The paths as files of recordings. */
const replayFiles = (paths: ReadonlyArray<string>, options: Options) =>
  Effect.scoped(Effect.flatMap(ReplayBot.open(paths), (recordings) => withReplay(options)(run(recordings))))

/** Wants something of every market at every look, so that whatever does not repeat shows. */
const busy = () =>
  strategy("busy", ({ book, openBets, now }: Snapshot) => {
    const [old] = openBets
    if (old !== undefined && now % 3 === 0) return [{ _tag: "Cancel", betId: old.id, reason: "busy" }]
    return book.runners.slice(0, 3).flatMap((runner, place) => {
      const best = runner.availableToBack.price(0)
      return best < 120 || best > 1200 ? [] : [back(runner.selectionId, best / 100, 2 + place)]
    })
  })

const often = "trading: { evaluation: on_update, min_evaluation_gap_ms: 500, max_concurrent_bets: 1000 }"

const builtInKinds = builtIn.map(({ kind }) => kind)

/** Every kind of strategy anew, because they remember what they have seen. */
const everything = (): Options => ({ kinds: [...builtInKinds, busy()], settings: often })

const start = Date.parse("2026-05-01T12:00:00Z")

const seconds = (time: number) => (time - start) / 1000

const message = (second: number, ...changes: ReadonlyArray<MarketChange>): MarketMessage => ({
  op: "mcm",
  pt: start + second * 1000,
  mc: changes
})

/** A race of which something is told each second, from its opening to its off after ten minutes. */
const aRace = (number = 1) => {
  const race = new TestRace({ number, offAt: start + 600_000 })
  const prices = Array.from({ length: 599 }, (_, i) => message(i + 1, race.quotes(1, { back: 3, size: 50 + (i % 7) })))
  return { race, messages: [message(0, race.opens()), ...prices] }
}

const isDone = ({ bets }: ReplayReport) => [bets.placed > 0, bets.settled > 0]

describe("a replay", () => {
  it.effect("of a generated race gives the same report each time", () =>
    Effect.gen(function* () {
      const first = yield* replayOf(new Race(day, firstIndex).advance(Infinity), everything())
      const second = yield* replayOf(new Race(day, firstIndex).advance(Infinity), everything())
      expect(isDone(first)).toEqual([true, true])
      expect(first.bets.cancelled).toBeGreaterThan(0)
      expect(JSON.stringify(second)).toBe(JSON.stringify(first))
    })
  )

  for (const path of ["horses/advanced/1.168136214.bz2", "greyhounds/pro/1.195395446.bz2"]) {
    it.effect.skipIf(!existsSync(shared + path))(`of ${path} gives the same report each time`, () =>
      Effect.gen(function* () {
        const first = yield* replayFiles([shared + path], everything())
        const second = yield* replayFiles([shared + path], everything())
        expect(isDone(first)).toEqual([true, true])
        expect(JSON.stringify(second)).toBe(JSON.stringify(first))
      })
    )
  }

  it.effect("asks strategies at the recording's time, each minute from its first message", () =>
    Effect.gen(function* () {
      const looks: Array<number> = []
      const watcher = strategy("watcher", ({ now }) => (looks.push(seconds(now)), []))
      yield* replayOf(aRace().messages, { kinds: [watcher] })
      expect(looks).toEqual([0, 60, 120, 180, 240, 300, 360, 420, 480, 540])
    })
  )

  it.effect("shows a strategy nothing of what comes after its time", () =>
    Effect.gen(function* () {
      const ahead: Array<number> = []
      const watcher = strategy("watcher", ({ book, now }) => (ahead.push(now - book.publishTime), []))
      yield* replayOf(aRace().messages, { kinds: [watcher] })
      expect([ahead.length, Math.min(...ahead) >= 0]).toEqual([10, true])
    })
  )

  it.effect("skips what is longer than an hour without a message, and keeps to its grid", () =>
    Effect.gen(function* () {
      const rounds: Array<number> = []
      const probe = {
        name: "probe",
        every: Duration.minutes(1),
        run: Effect.clockWith((clock) =>
          Effect.sync(() => void rounds.push(seconds(clock.currentTimeMillisUnsafe()) / 60))
        )
      }
      yield* replayOf([message(0), message(90), message(5 * 3600), message(5 * 3600 + 60)], { kinds: [] }).pipe(
        Effect.provideService(ExtraLoops, [probe])
      )
      expect(rounds.slice(0, 2)).toEqual([0, 1])
      expect(rounds.slice(2)).toEqual(Array.from({ length: 60 }, (_, i) => 240 + i).concat(300))
    })
  )

  it.effect("reports bets, money and reasons, as decimals", () =>
    Effect.gen(function* () {
      const { messages, race } = aRace()
      const layer = strategy("layer", () => [lay(2, 3.1, 2)])
      const gambler = strategy("gambler", () => [back(1, 3, 11)])
      const all = [...messages, message(700, race.closes(1))]
      const report = yield* replayOf(all, { kinds: [backer(), layer, gambler] })
      expect(report).toMatchObject({
        mode: "replay",
        markets: 1,
        updates: all.length,
        bets: { placed: 2, matched: 2, settled: 2, cancelled: 0, lapsed: 0, voided: 0, rejected: 0, unknown: 0 },
        denied: { stake_above_limit: 10 },
        stakeMatched: 4,
        profit: 6,
        commission: 0.3,
        net: 5.7,
        breaker: { state: "CLOSED", trips: 0 }
      })
      expect(report.strategies.map(({ bets, name, wins }) => [name, bets, wins])).toEqual([
        ["backer", 1, 1],
        ["layer", 1, 1]
      ])
      const sum = report.strategies.reduce((total, { net }) => total + net, 0)
      expect(sum).toBeCloseTo(report.net, 10)
    })
  )

  it.effect("counts a corrected result as it is corrected", () =>
    Effect.gen(function* () {
      const { messages, race } = aRace()
      const told = [...messages, message(700, race.closes(2)), message(760, race.closes(1)), message(820)]
      const report = yield* replayOf(told, { kinds: [backer()] })
      expect([report.net, report.strategies[0]!.net, report.markets]).toEqual([3.8, 3.8, 1])
    })
  )

  it.effect("bets nothing where no strategy wants to", () =>
    Effect.gen(function* () {
      const { messages, race } = aRace()
      const report = yield* replayOf([...messages, message(700, race.closes(1))], { kinds: [] })
      expect([report.bets.placed, report.net, report.strategies]).toEqual([0, 0, []])
    })
  )
})

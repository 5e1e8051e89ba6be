import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import type { MarketChange, MarketMessage } from "../../src/market/MarketMessage.ts"
import * as GeneratedRaces from "../../src/sandbox/GeneratedRaces.ts"
import { marketIdOf } from "../../src/sandbox/MarketNumber.ts"
import type { Day } from "../../src/sandbox/RaceCard.ts"
import { day, firstIndex, minuteMs } from "./races.ts"

interface Batch {
  readonly at: number
  readonly messages: ReadonlyArray<MarketMessage>
}

/** Subscribes in the background; what arrives, with the time of its arrival. */
const subscribe = Effect.fnUntraced(function* (day: Day, resume: ReadonlyArray<string> = []) {
  const batches = yield* Ref.make<ReadonlyArray<Batch>>([])
  yield* GeneratedRaces.make(day)
    .messages(resume as ReadonlyArray<MarketId>)
    .pipe(
      Stream.runForEach((messages) =>
        Effect.flatMap(Clock.currentTimeMillis, (at) => Ref.update(batches, (all) => [...all, { at, messages }]))
      ),
      Effect.forkScoped
    )
  return batches
})

const messagesOf = (batches: ReadonlyArray<Batch>) => batches.flatMap((batch) => batch.messages)
const changesOf = (messages: ReadonlyArray<MarketMessage>): ReadonlyArray<MarketChange> =>
  messages.flatMap((message) => message.mc ?? [])

/** Scheduled offs of the win markets that went off, in their order. */
const offsOf = (messages: ReadonlyArray<MarketMessage>) =>
  messages.flatMap((message) =>
    (message.mc ?? []).flatMap(({ marketDefinition: definition }) =>
      message.ct === undefined &&
      definition?.marketType === "WIN" &&
      definition.bspReconciled === true &&
      definition.status === "SUSPENDED" &&
      definition.inPlay === false
        ? [{ at: message.pt, marketTime: Date.parse(definition.marketTime!) }]
        : []
    )
  )

const start = firstIndex * minuteMs

describe("GeneratedRaces.messages", () => {
  for (const secondsAfter of [0.5, 20, 36, 59]) {
    it.effect(
      `has a race to watch off within 90 s and then one a minute, started ${secondsAfter} s after the minute`,
      () =>
        Effect.gen(function* () {
          const now = start + secondsAfter * 1000
          yield* TestClock.setTime(now)
          const batches = yield* subscribe(day)
          yield* TestClock.adjust("5 minutes")
          const offs = offsOf(messagesOf(yield* Ref.get(batches))).filter(
            ({ marketTime }) => marketTime >= now + 25_000
          )
          assert.isAtMost(offs[0]!.at - now, 90_000)
          assert.isAtLeast(offs.length, 4)
          assert.deepStrictEqual(
            offs.map(({ marketTime }) => marketTime),
            offs.map((_, i) => offs[0]!.marketTime + i * minuteMs)
          )
          for (const { at, marketTime } of offs) assert.isBelow(at - marketTime, 5000)
        })
    )
  }

  it.effect("begins with an image of every open market, each before anything else is said of it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start + 30_000)
      const batches = yield* subscribe(day)
      yield* TestClock.adjust("2 minutes")
      const [first, ...rest] = messagesOf(yield* Ref.get(batches))
      assert.strictEqual(first!.ct, "SUB_IMAGE")
      assert.isString(first!.initialClk)
      assert.isAtLeast(first!.mc!.length, 20)
      const known = new Set<string>()
      for (const change of changesOf([first!, ...rest])) {
        if (change.img === true) known.add(change.id)
        assert.isTrue(known.has(change.id))
      }
    })
  )

  it.effect("hands messages over when their time has come, in the order of their time", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start + 7)
      const batches = yield* subscribe(day)
      yield* TestClock.adjust("1 minute")
      const all = yield* Ref.get(batches)
      for (const { at, messages } of all) {
        for (const { pt } of messages) {
          assert.isAtMost(pt, at)
          assert.isAtMost(at - pt, 50)
        }
      }
      const times = messagesOf(all).map((message) => message.pt)
      assert.deepStrictEqual(
        times,
        times.toSorted((a, b) => a - b)
      )
      assert.isAtLeast(all.length, 500)
    })
  )

  it.effect("goes on after a restart as if there had been none", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start)
      const before = yield* subscribe(day)
      yield* TestClock.adjust("70 seconds")
      const after = yield* subscribe(day)
      yield* TestClock.adjust("60 seconds")
      const restarted = messagesOf(yield* Ref.get(after))
      const image = restarted[0]!
      assert.isAbove(restarted.length, 1000)
      const others = messagesOf(yield* Ref.get(before)).filter((message) => message.pt > image.pt)
      assert.isTrue(JSON.stringify(restarted.slice(1)) === JSON.stringify(others))
    })
  )

  it.effect("tells first how resumed markets ended, and nothing of those that have not", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start + 30_000)
      const ended = [marketIdOf(day, firstIndex - 100, "WIN"), marketIdOf(day, firstIndex - 5, "PLACE")]
      const running = marketIdOf(day, firstIndex + 1, "WIN")
      const foreign = ["1.181223995", marketIdOf({ ...day, seed: 8 }, firstIndex - 100, "WIN")]
      const batches = yield* subscribe(day, [...ended, running, ...foreign])
      yield* TestClock.adjust("1 second")
      const changes = messagesOf(yield* Ref.get(batches))[0]!.mc!
      assert.deepStrictEqual(
        changes.slice(0, 2).map(({ id, img, marketDefinition }) => [id, img, marketDefinition?.status]),
        ended.map((id) => [id, true, "CLOSED"])
      )
      assert.strictEqual(
        changes[0]!.marketDefinition!.runners!.filter((runner) => runner.status === "WINNER").length,
        1
      )
      assert.deepStrictEqual(
        changes.filter(({ id }) => id === running).map(({ marketDefinition }) => marketDefinition?.status),
        ["OPEN"]
      )
      for (const id of foreign) assert.isFalse(changes.some((change) => change.id === id))
      assert.isFalse(changes.slice(2).some(({ marketDefinition }) => marketDefinition?.status === "CLOSED"))
    })
  )

  it.effect("says that it is alive when no race is open", () =>
    Effect.gen(function* () {
      const hourly: Day = { seed: 7, intervalMs: 60 * minuteMs }
      const now = 500_000 * 60 * minuteMs + 20 * minuteMs
      yield* TestClock.setTime(now)
      const batches = yield* subscribe(hourly)
      yield* TestClock.adjust("21 seconds")
      const [image, ...beats] = messagesOf(yield* Ref.get(batches))
      assert.deepStrictEqual(image!.mc, [])
      assert.deepStrictEqual(
        beats.map(({ ct, pt }) => [ct, pt]),
        [5000, 10_000, 15_000, 20_000].map((ms) => ["HEARTBEAT" as const, now + ms])
      )
    })
  )

  it.effect("catches up in bounded batches after a short halt, and begins anew after a long one", () =>
    Effect.gen(function* () {
      const now = start + 1000
      yield* TestClock.setTime(now)
      const pull = yield* Stream.toPull(GeneratedRaces.make(day).messages([]))
      const [[first]] = yield* pull
      const running = first!.mc!.map(({ id }) => id)
      yield* TestClock.adjust("20 seconds")
      for (let at = now; at < now + 19_000;) {
        const messages = (yield* pull).flat()
        assert.isAtMost(messages.at(-1)!.pt - messages[0]!.pt, 1000)
        assert.isAtMost(messages[0]!.pt - at, 1000)
        at = messages.at(-1)!.pt
      }
      yield* TestClock.adjust("15 minutes")
      const [image] = (yield* pull).flat()
      assert.strictEqual(image!.ct, "SUB_IMAGE")
      const closed = image!.mc!.filter(({ marketDefinition }) => marketDefinition?.status === "CLOSED")
      assert.includeMembers(
        closed.map(({ id }) => id),
        running
      )
      assert.isTrue(image!.mc!.some(({ marketDefinition }) => marketDefinition?.status === "OPEN"))
    })
  )
})

import { describe, expect, it } from "@effect/vitest"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, FileSystem } from "effect"
import { BookStore } from "../../../src/market/BookStore.ts"
import type { MarketMessage } from "../../../src/market/MarketMessage.ts"
import { DecisionTaker } from "../../../src/prediction/training/DecisionTaker.ts"
import * as RecordedSamples from "../../../src/prediction/training/RecordedSamples.ts"
import * as RaceDay from "../../../src/sandbox/RaceDay.ts"

const day = { seed: 3, intervalMs: 600_000 }
const first = 1_700_000_000_000 / day.intervalMs
const beforeMs = 60_000

const messages = [...RaceDay.messagesOf(day, Math.floor(first))]

const play = (messages: ReadonlyArray<MarketMessage>) => {
  const store = new BookStore()
  const taker = new DecisionTaker(beforeMs)
  for (const message of messages) {
    taker.passing(message.pt)
    taker.applied(store.apply(message))
  }
  return taker
}

const whole = play(messages)
const [decision] = whole.decisions.values()

describe("DecisionTaker", () => {
  it("decides once, on the win market, that long before the scheduled off", () => {
    expect([...whole.decisions.keys()]).toHaveLength(1)
    expect(decision!.at).toBe(Math.floor(first) * day.intervalMs - beforeMs)
    expect(whole.result()).toHaveLength(1)
    expect(whole.result()[0]!.shares.reduce((sum, share) => sum + share, 0)).toBe(1)
    expect(whole.result()[0]!.market.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12)
  })

  it("has the same features when there is no future", () => {
    const past = messages.filter(({ pt }) => pt <= decision!.at)
    const taker = play(past)
    expect(taker.decisions.size).toBe(0)
    // Time passes, and nothing more is heard.
    taker.passing(decision!.at + 1)
    expect([...taker.decisions.values()]).toEqual([decision])
  })

  it("has other features when the past is another", () => {
    const taker = play(messages.filter(({ pt }) => pt <= decision!.at - 30_000))
    taker.passing(decision!.at + 1)
    expect([...taker.decisions.values()][0]!.features.rows).not.toEqual(decision!.features.rows)
  })

  it("leaves out a race without its result", () => {
    const end = messages.at(-1)!.pt
    expect(play(messages.filter(({ pt }) => pt < end)).result()).toEqual([])
  })
})

describe("RecordedSamples.read", () => {
  it.live("takes the same from a recording in a file", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const text = messages.map((message) => JSON.stringify(message)).join("\n")
      yield* fs.writeFileString(`${folder}/race.jsonl`, `${text}\n`)
      const { problems, samples } = yield* RecordedSamples.read([`${folder}/race.jsonl`], beforeMs / 1000)
      expect(problems).toEqual([])
      expect(samples.races).toEqual(whole.result())
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})

import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import * as ReplayBot from "../../src/app/ReplayBot.ts"
import { ExtraLoops } from "../../src/bot/Loops.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { MarketMessage } from "../../src/market/MarketMessage.ts"
import { settingsOf } from "../config/Decoding.ts"

const start = Date.UTC(2026, 10, 1)

const heartbeat = (minutes: number): MarketMessage => ({
  op: "mcm",
  ct: "HEARTBEAT",
  pt: start + minutes * 60_000
})

const sourceOf = (messages: ReadonlyArray<MarketMessage>) => {
  let batch: { readonly messages: ReadonlyArray<MarketMessage> } | null = { messages }
  return {
    next: async () => {
      const next = batch
      batch = null
      return next
    },
    applying: () => undefined
  }
}

describe("Replay", () => {
  it.effect.each([
    {
      asks: "each time whether a loop that looks at the time can wait",
      looksAtTime: true,
      ran: [0, 2, 4, 6],
      looked: 7
    },
    { asks: "any other loop once, until something happens", looksAtTime: false, ran: [0, 3], looked: 4 }
  ])("leaves out rounds on their grid of time, and asks $asks", ({ looked, looksAtTime, ran }) =>
    Effect.gen(function* () {
      const minutes: Array<number> = []
      let looks = 0
      const loop = {
        name: "probe",
        every: Duration.minutes(1),
        run: Effect.map(Clock.currentTimeMillis, (now) => void minutes.push((now - start) / 60_000)),
        canWait: () => looks++ % 2 !== 0,
        looksAtTime
      }
      yield* Effect.gen(function* () {
        const { replay } = yield* ReplayBot.drivers
        yield* replay.run(sourceOf([0, 3, 7].map(heartbeat)), Effect.void)
      }).pipe(
        Effect.provide(ReplayBot.layer({ persist: false, folders: [], onProblem: () => undefined })),
        Effect.provideService(ExtraLoops, [loop]),
        Effect.provideService(Settings, settingsOf("")),
        Effect.provide(NodeServices.layer)
      )
      expect([minutes, looks]).toEqual([ran, looked])
    })
  )
})

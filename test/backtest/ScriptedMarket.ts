/** A small market played through the whole bot: a test says what happens when, and sees what became of the bets. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer, Random } from "effect"
import * as ReplayBot from "../../src/app/ReplayBot.ts"
import type { Probe } from "../../src/backtest/Probe.ts"
import * as ProbeRun from "../../src/backtest/ProbeRun.ts"
import * as ProbeSettings from "../../src/backtest/ProbeSettings.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { MarketChange, MarketMessage } from "../../src/market/MarketMessage.ts"
import { TestRace, type TestRaceOptions } from "../builders/TestRace.ts"
import { settingsOf } from "../config/Decoding.ts"

export const start = Date.UTC(2026, 6, 1, 12)

/** A race that is off in a minute and a half: near enough for every probe. */
export const race = (options: Partial<TestRaceOptions> = {}) => new TestRace({ offAt: start + 90_000, ...options })

/** The changes one after the other, a second apart. */
export const everySecond = (changes: ReadonlyArray<MarketChange>): ReadonlyArray<MarketMessage> =>
  changes.map((change, second) => ({ op: "mcm", pt: start + second * 1000, mc: [change] }))

/** What became of the probe's bets on the one market of the script. */
export const play = Effect.fnUntraced(function* (
  probe: Probe,
  profile: ProbeSettings.ProfileName,
  changes: ReadonlyArray<MarketChange>
) {
  let batch: { readonly messages: ReadonlyArray<MarketMessage> } | null = { messages: everySecond(changes) }
  const next = async () => {
    const given = batch
    batch = null
    return given
  }
  const layer = ReplayBot.layer({ persist: false, folders: [], kinds: [probe.kind], onProblem: () => undefined })
  const [market] = yield* ProbeRun.run({ next, applying: () => undefined }).pipe(
    Random.withSeed("script"),
    Effect.provide(
      layer.pipe(Layer.provide(Layer.succeed(Settings, ProbeSettings.of(settingsOf(""), probe.kind.name, profile)))),
      { local: true }
    )
  )
  return market?.bets ?? []
}, Effect.provide(NodeServices.layer))

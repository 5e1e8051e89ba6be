/**
 * From the bytes of a message to a strategy that looks at them: `npm run bench:update`. One market of 40 runners in the whole
 * bot, each message in a buffer of its own as from a socket, read as the live stream reads it. The time runs from
 * the bytes being there to the call of the strategy's `evaluate`, whatever comes in between, collections of garbage included.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer, Random, Schema } from "effect"
import * as ReplayBot from "../../src/app/ReplayBot.ts"
import * as ProbeSettings from "../../src/backtest/ProbeSettings.ts"
import type { ReplaySource } from "../../src/bot/Replay.ts"
import * as Envelope from "../../src/betfair/stream/Envelope.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { MessageBatch } from "../../src/market/MessageBatch.ts"
import { StreamedBatch } from "../../src/market/StreamedBatch.ts"
import * as Strategy from "../../src/strategy/Strategy.ts"
import { image, runners, Updates } from "./Crowded.ts"
import { quantile, say, table } from "./Figures.ts"
import { settings } from "./Scenarios.ts"

const warmUps = 50_000
const measured = 300_000
const batchLength = 1000

/** When the bytes of the message at hand were there, by the monotonic clock, in milliseconds; 0 once they were looked at. */
let arrived = 0
let bestPrices = 0
const waits: Array<number> = []

const watcher = Strategy.define({
  name: "watcher",
  description: "Looks at the best prices of every runner and wants nothing",
  parameters: Schema.Struct({}),
  traits: { inPlay: true, needsPrediction: false, window: { from: Infinity, to: -Infinity } },
  make: () => ({
    evaluate: ({ book }) => {
      // A trading cycle looks too, without a message.
      if (arrived > 0) waits.push((performance.now() - arrived) * 1000)
      arrived = 0
      for (const { availableToBack } of book.runners) bestPrices += availableToBack.price(0)
      return []
    }
  })
})

/** Messages that are read when they are due, one by one, as the stream reads them: each a batch of its own. */
const batchOf = (messages: ReadonlyArray<Buffer>, batch: StreamedBatch): MessageBatch => {
  let read = -1
  return {
    length: messages.length,
    publishTime: (index) => {
      if (index !== read) {
        read = index
        const line = messages[index]!
        arrived = performance.now()
        const envelope = Envelope.read(line)
        if (envelope === null || !batch.add(line, envelope) || batch.take() === null) {
          throw new Error(`The stream does not know ${line}`)
        }
      }
      return batch.publishTime(0)
    },
    applyTo: (target) => batch.applyTo(target, 0)
  }
}

const source = (): ReplaySource => {
  const batch = new StreamedBatch()
  const updates = new Updates()
  let left = warmUps + measured
  let isFirst = true
  return {
    applying: () => undefined,
    next: async () => {
      if (left === 0) return null
      const messages = Array.from({ length: batchLength }, () => updates.next())
      if (isFirst) messages[0] = image()
      isFirst = false
      left -= batchLength
      return batchOf(messages, batch)
    }
  }
}

await Effect.flatMap(ReplayBot.drivers, ({ replay }) => replay.run(source(), Effect.void)).pipe(
  Random.withSeed("bench"),
  Effect.provide(
    ReplayBot.layer({ persist: false, folders: [], kinds: [watcher], onProblem: () => undefined }).pipe(
      Layer.provide(Layer.succeed(Settings, ProbeSettings.of(settings, watcher.name, "default"))),
      Layer.provideMerge(NodeServices.layer)
    )
  ),
  Effect.runPromise
)

const counted = waits.slice(warmUps)
if (counted.length !== measured || !(bestPrices > 0)) throw new Error(`The strategy was shown ${waits.length} updates`)
say(`From bytes to strategy, a market of ${runners} runners; node ${process.version} ${process.execArgv.join(" ")}`)
table([
  ["updates", "p50 µs", "p99 µs", "p99.9 µs", "most µs"],
  [counted.length.toLocaleString("en"), ...[0.5, 0.99, 0.999, 1].map((part) => quantile(counted, part).toFixed(1))]
])

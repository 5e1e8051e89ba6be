/**
 * From an update's bytes to the order on the wire: `npm run bench:latency -- [--minutes N] [--database URL] [--answer-ms N]`. Two hundred
 * markets tell of five thousand changes a second, and the live bot places twenty bets a second on them; exchange and bot are
 * processes of their own, connected by TLS. The bot runs once with its bets kept in memory and once for each database with
 * every intent committed before it is sent.
 */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { cpus } from "node:os"
import * as Certificates from "../../src/sandbox/server/Certificates.ts"
import { figureOf, quantile, say, table, withRange } from "./Figures.ts"
import { withFolder } from "./Inputs.ts"
import type { Assignment, Window } from "./LatencyBot.ts"
import type { Load, Ports } from "./LatencyExchange.ts"

const windowSeconds = 10
const warmUpSeconds = 20

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    database: { type: "string" },
    "answer-ms": { type: "string", default: "0" }
  }
})

const numberOf = (option: "minutes" | "answer-ms", least: number, most: number): number => {
  const value = Number(values[option])
  if (value >= least && value <= most) return value
  throw new Error(`--${option}: found ${values[option]}, expected a number from ${least} to ${most}`)
}

const minutes = numberOf("minutes", 0.1, 1440)
const answerAfterMs = numberOf("answer-ms", 0, 10_000)
const serverUrl = values.database ?? process.env["TEST_DATABASE_URL"]

const start = (file: string): ChildProcess => fork(join(import.meta.dirname, file))

/** What the process answers to its order. */
const asked = async <A>(child: ChildProcess, order: Load | Assignment): Promise<A> => {
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`a process of the bench ended with ${code}`)
  })
  child.send(order)
  const [answer] = await Promise.race([once(child, "message"), failed])
  return answer as A
}

const measure = (load: Load, store: Pick<Assignment, "commits" | "databaseUrl">): Promise<ReadonlyArray<Window>> =>
  new Promise((resolve, reject) => {
    void withFolder(async (directory) => {
      const exchange = start("LatencyExchange.ts")
      const bot = start("LatencyBot.ts")
      try {
        const ports = await asked<Ports>(exchange, load)
        const windows = Math.max(1, Math.round((minutes * 60) / windowSeconds))
        resolve(await asked(bot, { ...store, load, ports, directory, warmUpSeconds, windows, windowSeconds }))
        if (bot.exitCode === null) await once(bot, "exit")
      } finally {
        exchange.kill()
        bot.kill()
      }
    }).catch(reject)
  })

const load: Load = {
  certificates: await Certificates.make(Date.now()),
  markets: 200,
  updatesPerSecond: 5000,
  betsPerSecond: 20,
  answerAfterMs
}

const stores: ReadonlyArray<readonly [name: string, store: Pick<Assignment, "commits" | "databaseUrl">]> = [
  ["bets in memory", { commits: false, databaseUrl: null }],
  ["embedded database", { commits: true, databaseUrl: null }],
  ...(serverUrl === undefined ? [] : [["database server", { commits: true, databaseUrl: serverUrl }] as const])
]

const parts = [0.5, 0.99, 0.999] as const

const perWindow = (windows: ReadonlyArray<Window>, take: (window: Window) => number) => figureOf(windows.map(take))

/** Median of the windows that begin and end the run, a minute of each or half of it. */
const memory = (windows: ReadonlyArray<Window>): string => {
  const count = Math.max(1, Math.min(60 / windowSeconds, Math.floor(windows.length / 2)))
  const [first, last] = [windows.slice(0, count), windows.slice(-count)].map((some) =>
    perWindow(some, ({ rssMib }) => rssMib).median.toFixed(0)
  )
  return `${first} → ${last}`
}

const results: Array<readonly [name: string, windows: ReadonlyArray<Window>]> = []
for (const [name, store] of stores) results.push([name, await measure(load, store)])

say(
  `From an update's bytes to the order on the wire: ${load.markets} markets, ${load.updatesPerSecond} changes/s and ` +
    `${load.betsPerSecond} bets/s asked for, answered after ${answerAfterMs} ms, ${minutes} min each in windows of ${windowSeconds} s`
)
say(`node ${process.version} ${process.execArgv.join(" ")}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`)
table([
  ["", "orders", "updates/s", "p50 ms", "p99 ms", "p99.9 ms", "most ms", "p50 of windows", "p99 of windows", "RSS MiB"],
  ...results.map(([name, windows]) => {
    const all = windows.flatMap(({ latencies }) => latencies)
    const updates = perWindow(windows, ({ updates }) => updates / windowSeconds).median
    return [
      name,
      all.length.toLocaleString("en"),
      Math.round(updates).toLocaleString("en"),
      ...parts.map((part) => quantile(all, part).toFixed(2)),
      quantile(all, 1).toFixed(1),
      ...[0.5, 0.99].map((part) =>
        withRange(
          perWindow(windows, ({ latencies }) => quantile(latencies, part)),
          2
        )
      ),
      memory(windows)
    ]
  })
])
say("")
const [[, floor], ...databases] = results as [(typeof results)[number], ...typeof results]
const medianOf = (windows: ReadonlyArray<Window>) =>
  perWindow(windows, ({ latencies }) => quantile(latencies, 0.5)).median
for (const [name, windows] of databases) {
  const commits = windows.flatMap((window) => window.commits)
  say(
    `${name}: ${(medianOf(windows) / medianOf(floor)).toFixed(2)} times the median without the commit; the commit itself ` +
      `p50 ${quantile(commits, 0.5).toFixed(2)} ms, p99 ${quantile(commits, 0.99).toFixed(2)} ms`
  )
}

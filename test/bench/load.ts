/**
 * What dashboards cost the bot: `npm run bench:load -- [--minutes N] [--clients N] [--database URL]`. The live bot of
 * `bench:latency` trades on two hundred markets with five thousand changes a second; without and with fifty dashboards open,
 * a scrape each second, and two listeners that take nothing, in turn.
 */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { cpus } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { parseArgs } from "node:util"
import * as Certificates from "../../src/sandbox/server/Certificates.ts"
import { figureOf, quantile, say, table, withRange } from "./Figures.ts"
import { withFolder } from "./Inputs.ts"
import type { Assignment } from "./LatencyBot.ts"
import type { Load, Ports } from "./LatencyExchange.ts"
import type { LoadWindow, Site } from "./LoadBot.ts"
import type { Heard, Wanted } from "./LoadClients.ts"

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    clients: { type: "string", default: "50" },
    database: { type: "string" }
  }
})

const numberOf = (option: "minutes" | "clients", least: number, most: number): number => {
  const value = Number(values[option])
  if (value >= least && value <= most) return value
  throw new Error(`--${option}: found ${values[option]}, expected a number from ${least} to ${most}`)
}

const minutes = numberOf("minutes", 0.2, 1440)
const clients = numberOf("clients", 1, 60)
const deaf = 2
const warmUpSeconds = 20
/** After each change of the guests, before it is measured. */
const settleSeconds = 3
/** Both sides come round so often, or twice in a short run. */
const rounds = Math.max(2, Math.round(minutes / 2))
const windowSeconds = Math.min(10, (minutes * 60) / rounds / 2)
const windowsOfPhase = Math.max(1, Math.round((minutes * 60) / rounds / 2 / windowSeconds))

const start = (file: string): ChildProcess => fork(join(import.meta.dirname, file), { execArgv: process.execArgv })

const asked = async <A>(child: ChildProcess, order: object | string): Promise<A> => {
  const answered = new AbortController()
  const failed = once(child, "exit", { signal: answered.signal }).then(([code]) => {
    throw new Error(`a process of the bench ended with ${code}`)
  })
  failed.catch(() => undefined)
  child.send(order)
  try {
    const [answer] = await Promise.race([once(child, "message", { signal: answered.signal }), failed])
    return answer as A
  } finally {
    answered.abort()
  }
}

interface Phase {
  readonly windows: Array<LoadWindow>
  readonly heard: Array<Heard>
}

const without: Phase = { windows: [], heard: [] }
const withClients: Phase = { windows: [], heard: [] }

const measure = async (bot: ChildProcess, phase: Phase): Promise<void> => {
  await setTimeout(settleSeconds * 1000)
  await asked(bot, "take")
  for (let window = 0; window < windowsOfPhase; window++) {
    await setTimeout(windowSeconds * 1000)
    phase.windows.push(await asked(bot, "take"))
  }
}

const load: Load = {
  certificates: await Certificates.make(Date.now()),
  markets: 200,
  updatesPerSecond: 5000,
  betsPerSecond: 20,
  answerAfterMs: 0
}

await withFolder(async (directory) => {
  const [exchange, bot, guests] = [start("LatencyExchange.ts"), start("LoadBot.ts"), start("LoadClients.ts")]
  try {
    const ports = await asked<Ports>(exchange, load)
    const assignment: Assignment = {
      load,
      ports,
      commits: true,
      databaseUrl: values.database ?? null,
      directory,
      warmUpSeconds: 0,
      windows: 0,
      windowSeconds: 0
    }
    const site = await asked<Site>(bot, assignment)
    await setTimeout(warmUpSeconds * 1000)
    for (let round = 0; round < rounds; round++) {
      await measure(bot, without)
      await asked(guests, { site, clients, deaf } satisfies Wanted)
      await measure(bot, withClients)
      withClients.heard.push(await asked<Heard>(guests, "close"))
    }
  } finally {
    for (const child of [exchange, bot, guests]) child.kill()
  }
})

const rows: ReadonlyArray<readonly [name: string, of: (window: LoadWindow) => number, digits: number]> = [
  ["updates/s", ({ updates }) => updates / windowSeconds, 0],
  ["orders/s", ({ latencies }) => latencies.length / windowSeconds, 1],
  ["update to order p50 ms", ({ latencies }) => quantile(latencies, 0.5), 2],
  ["update to order p99 ms", ({ latencies }) => quantile(latencies, 0.99), 1],
  ["cycle mean ms", ({ cycleMs }) => cycleMs, 2],
  ["event loop delay p50 ms", ({ loopDelay }) => loopDelay.p50, 2],
  ["event loop delay p99 ms", ({ loopDelay }) => loopDelay.p99, 1],
  ["event loop delay most ms", ({ loopDelay }) => loopDelay.most, 0],
  ["RSS MiB", ({ rssMib }) => rssMib, 0],
  ["heap MiB", ({ heapMib }) => heapMib, 0]
]

say(
  `What ${clients} dashboards, ${deaf} deaf listeners and a scrape each second cost: ${load.markets} markets, ` +
    `${load.updatesPerSecond} changes/s, ${load.betsPerSecond} bets/s, committed to ` +
    `${values.database === undefined ? "the embedded database" : "a database server"}; ${minutes} min in windows of ${windowSeconds} s`
)
say(`node ${process.version} ${process.execArgv.join(" ")}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`)
table([
  ["median (least–most) of windows", "without", "with"],
  ...rows.map(([name, of, digits]) => [
    name,
    ...[without, withClients].map(({ windows }) => withRange(figureOf(windows.map(of)), digits))
  ])
])

const all = withClients.heard
const seconds = rounds * (windowsOfPhase * windowSeconds + settleSeconds)
const latencies = all.flatMap((heard) => heard.latencies)
const scrapes = all.flatMap((heard) => heard.scrapes)
const refused = all.flatMap((heard) => Object.entries(heard.refused))
const sum = (of: (heard: Heard) => number) => all.reduce((total, heard) => total + of(heard), 0)
say("")
say(
  `The dashboards heard ${(sum(({ events }) => events) / seconds).toFixed(0)} events/s and took ` +
    `${(sum(({ bytes }) => bytes) / seconds / 1024).toFixed(0)} KiB/s; ${latencies.length} answers, ` +
    `p50 ${quantile(latencies, 0.5).toFixed(1)} ms, p99 ${quantile(latencies, 0.99).toFixed(1)} ms; ${scrapes.length} scrapes, ` +
    `p50 ${quantile(scrapes, 0.5).toFixed(1)} ms, p99 ${quantile(scrapes, 0.99).toFixed(1)} ms; ` +
    `refused ${refused.length === 0 ? "none" : refused.map(([status, count]) => `${count} with ${status}`).join(", ")}; ` +
    `${sum(({ deafCut }) => deafCut)} deaf listeners cut`
)

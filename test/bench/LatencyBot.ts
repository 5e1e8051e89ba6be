/**
 * The bot of `bench:latency` and, with its HTTP, of `bench:load`, in a process of its own: the Layers of `run --live` on the bench's exchange, with a strategy that
 * bets once for each trigger. The times are taken at the sockets: when the bytes of a trigger were there, and when the request
 * with its order had been written.
 */
import { subscribe } from "node:diagnostics_channel"
import { once } from "node:events"
import type { Socket } from "node:net"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Duration, Effect, Layer, Redacted, Schema } from "effect"
import * as BetfairStreams from "../../src/app/BetfairStreams.ts"
import * as LiveBot from "../../src/app/LiveBot.ts"
import * as LiveGuard from "../../src/app/LiveGuard.ts"
import * as BetfairClient from "../../src/betfair/BetfairClient.ts"
import type { ClientOptions } from "../../src/betfair/ClientOptions.ts"
import { Orchestrator } from "../../src/bot/Orchestrator.ts"
import { Tally } from "../../src/bot/Tally.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import * as Logging from "../../src/monitoring/Logging.ts"
import { Notifier } from "../../src/monitoring/Notifier.ts"
import * as Telemetry from "../../src/monitoring/Telemetry.ts"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import * as BetRepositoryMemory from "../../src/persistence/BetRepositoryMemory.ts"
import { Predictor } from "../../src/prediction/Predictor.ts"
import * as Strategy from "../../src/strategy/Strategy.ts"
import * as Registry from "../../src/strategy/StrategyRegistry.ts"
import { back } from "../builders/strategies.ts"
import { settingsOf } from "../config/Decoding.ts"
import { type Load, marketIdOf, marketOf, type Ports, triggerClock } from "./LatencyExchange.ts"

export interface Assignment {
  readonly load: Load
  readonly ports: Ports
  /** Bets are committed to the database before they are sent; otherwise they are kept in memory, and only they. */
  readonly commits: boolean
  /** Null: the embedded database, in `directory`. */
  readonly databaseUrl: string | null
  readonly directory: string
  readonly warmUpSeconds: number
  readonly windows: number
  readonly windowSeconds: number
}

export interface Window {
  /** From bytes to wire, milliseconds, of each order. */
  readonly latencies: ReadonlyArray<number>
  /** Of these, until the intent was committed. */
  readonly commits: ReadonlyArray<number>
  readonly updates: number
  readonly rssMib: number
}

/** When a trigger's bytes came, by its market. */
const arrivedAt = new Map<string, number>()
let latencies: Array<number> = []
let commits: Array<number> = []

const clockBytes = Buffer.from(`"${triggerClock}`)

const noteTriggers = (chunk: Buffer, load: Load): void => {
  const now = performance.now()
  for (let at = chunk.indexOf(clockBytes); at >= 0; at = chunk.indexOf(clockBytes, at + 1)) {
    const from = at + clockBytes.length
    const number = Number(chunk.toString("latin1", from, chunk.indexOf('"', from)))
    if (Number.isInteger(number)) arrivedAt.set(marketIdOf(marketOf(number, load)), now)
  }
}

const placement = "SportsAPING/v1.0/placeOrders"

/** The market that the request bets on, if it is one that bets. */
const marketIn = (body: unknown): string | undefined => {
  if (!(body instanceof Uint8Array)) return undefined
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1")
  return text.includes(placement) ? /"marketId":"([^"]*)"/.exec(text)?.[1] : undefined
}

/** Listens at the sockets: bytes as they come out of the stream's, requests when they have gone into the API's. */
export const watchSockets = (load: Load, ports: Ports): void => {
  subscribe("net.client.socket", (message) => {
    const { socket } = message as { readonly socket: Socket }
    const push = socket.push.bind(socket)
    socket.push = (chunk: Buffer | null, encoding) => {
      if (chunk !== null && socket.remotePort === ports.stream) noteTriggers(chunk, load)
      return push(chunk, encoding)
    }
  })
  subscribe("undici:request:bodySent", (message) => {
    const now = performance.now()
    const market = marketIn((message as { readonly request: { readonly body: unknown } }).request.body)
    const arrived = market === undefined ? undefined : arrivedAt.get(market)
    if (market === undefined || arrived === undefined) return
    latencies.push(now - arrived)
    arrivedAt.delete(market)
  })
}

/** Bets once on each new price at which a market's first runner was traded. */
const follower = Strategy.define({
  name: "follower",
  description: "Bets when the first runner has traded at another price",
  parameters: Schema.Struct({}),
  traits: { inPlay: false, needsPrediction: false, window: { from: Infinity, to: -Infinity } },
  make: () => {
    const traded = new Map<MarketId, number>()
    return {
      evaluate: ({ book, market }) => {
        const [first] = book.runners
        const before = traded.get(market.marketId)
        if (first === undefined || first.lastPriceTraded === before) return []
        traded.set(market.marketId, first.lastPriceTraded)
        return before === undefined ? [] : [back(first.selectionId, 3, 2)]
      }
    }
  }
})

/** Sections of the settings with what a bench wants otherwise. */
export type Otherwise = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const settingsFor = ({ databaseUrl, directory }: Assignment, { http = {}, trading = {} }: Otherwise) =>
  settingsOf(
    JSON.stringify({
      http: { enabled: false, ...http },
      trading: {
        bankroll: 1_000_000,
        evaluation: "on_update",
        min_evaluation_gap_ms: 0,
        max_concurrent_bets: 10_000,
        max_exposure: 1_000_000,
        max_strategy_exposure: 1_000_000,
        max_daily_loss: 1_000_000,
        ...trading
      },
      bot: { on_shutdown: "keep", halt_file: `${directory}/HALT` },
      guards: { hard_cap_total: 1_000_000, max_transactions_per_hour: 1_000_000 },
      database: { url: databaseUrl, directory: `${directory}/database` },
      strategies: { active: [{ id: follower.name, kind: follower.name }] },
      logging: { level: "Warn", format: "json" }
    })
  )

const optionsFor = ({ load: { certificates }, ports }: Assignment): ClientOptions => {
  const address = `https://localhost:${ports.api}/`
  const { authority, client } = certificates
  return {
    appKey: Redacted.make("bench"),
    username: "bench",
    password: Redacted.make("bench"),
    certificate: { _tag: "Pem", certificate: client.certificatePem, key: Redacted.make(client.keyPem) },
    endpoints: {
      login: `${address}api/`,
      identity: `${address}api/`,
      api: `${address}exchange/`,
      stream: { host: "localhost", port: ports.stream }
    },
    authority: authority.certificatePem,
    requestTimeout: Duration.seconds(16),
    sessionLength: Duration.hours(12),
    placeLimit: 200
  }
}

/** Takes the time that committing takes, up to the last row's answer. */
const timed = Layer.effect(
  BetRepository,
  Effect.map(BetRepository, (repository) => ({
    ...repository,
    create: (bets: Parameters<typeof repository.create>[0]) =>
      Effect.suspend(() => {
        const began = performance.now()
        return Effect.tap(repository.create(bets), () =>
          Effect.sync(() => void commits.push(performance.now() - began))
        )
      })
  }))
)

/** The live bot without its HTTP. */
export const bot = (assignment: Assignment, otherwise: Otherwise = {}) => {
  const options = optionsFor(assignment)
  const bets = assignment.commits ? timed : timed.pipe(Layer.provide(BetRepositoryMemory.layer))
  return LiveBot.between(LiveGuard.layer, options.placeLimit).pipe(
    Layer.provideMerge(Layer.merge(BetfairStreams.prices(options), BetfairStreams.orderStream(options))),
    Layer.provideMerge(BetfairClient.layer(options)),
    Layer.provideMerge(
      Layer.merge(
        Layer.effect(Registry.StrategyRegistry, Registry.make([{ kind: follower, source: "the bench" }])),
        Notifier.layerLog
      )
    ),
    Layer.provideMerge(Predictor.layerNone),
    Layer.provideMerge(bets),
    Layer.provideMerge(LiveBot.database),
    Layer.provideMerge(Layer.merge(Logging.layer, Telemetry.layer())),
    Layer.provideMerge(Layer.merge(Layer.succeed(Settings, settingsFor(assignment, otherwise)), NodeServices.layer))
  )
}

/** Megabytes resident and what was measured since the last time. */
export const takeWindow = (updates: number): Window => {
  const taken = { latencies, commits, updates, rssMib: process.memoryUsage.rss() / 1024 / 1024 }
  latencies = []
  commits = []
  return taken
}

const measure = Effect.fnUntraced(function* ({ warmUpSeconds, windowSeconds, windows }: Assignment) {
  const { activity } = yield* Tally
  const taken: Array<Window> = []
  yield* Effect.sleep(Duration.seconds(warmUpSeconds))
  takeWindow(0)
  for (let updates = activity.updates; taken.length < windows; updates = activity.updates) {
    yield* Effect.sleep(Duration.seconds(windowSeconds))
    taken.push(takeWindow(activity.updates - updates))
  }
  return taken
})

if (import.meta.main) {
  const [assignment] = (await once(process, "message")) as [Assignment]
  watchSockets(assignment.load, assignment.ports)
  const windows = await Effect.raceFirst(
    measure(assignment),
    Effect.andThen(
      Orchestrator.use(({ run }) => run),
      Effect.never
    )
  ).pipe(Effect.provide(bot(assignment)), Effect.runPromise)
  process.send!(windows, () => process.disconnect())
}

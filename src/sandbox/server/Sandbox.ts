/**
 * The sandbox as one thing: an exchange, its book on the disk, the servers in front of it, and the handles by which tests and
 * drills make things go wrong and look at the truth. Everything is open as long as the scope.
 *
 * Gotcha: sockets and certificates live by the machine's clock, so it is no use under a test's clock.
 */
import { join } from "node:path"
import { Clock, Effect, Fiber, Schedule, Schema, type Scope } from "effect"
import * as DirectoryLock from "../../persistence/DirectoryLock.ts"
import { Faults } from "../faults/Faults.ts"
import * as ApiServer from "./ApiServer.ts"
import { Book, BookDamaged } from "./Book.ts"
import * as ControlServer from "./ControlServer.ts"
import { Driver } from "./Driver.ts"
import * as Handle from "./Handle.ts"
import { KeptExchange } from "./KeptExchange.ts"
import { listen } from "./Listening.ts"
import * as SandboxExchange from "./SandboxExchange.ts"
import type { SandboxHandle, SandboxOptions } from "./SandboxOptions.ts"
import { Sessions } from "./Sessions.ts"
import { StreamServer } from "./StreamServer.ts"

export interface Sandbox extends SandboxHandle {
  /** All on 127.0.0.1. */
  readonly ports: { readonly api: number; readonly stream: number; readonly control: number }
  /** Never done; fails with the defect that stopped the exchange. */
  readonly running: Effect.Effect<never>
}

/** The data directory can't be used. */
export class DataRefused extends Schema.TaggedError<DataRefused>()("DataRefused", { message: Schema.String }) {}

const pulse = "20 millis"

export const start = Effect.fn("Sandbox.start")(function* (options: SandboxOptions) {
  const opened = yield* openBook(options)
  const { accounts, known, make } = yield* SandboxExchange.prepare(options, opened?.contents)
  const kept = opened?.contents && { snapshot: opened.contents.snapshot, entries: opened.entries }
  const now = yield* Clock.currentTimeMillis
  const exchange = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new KeptExchange({
          make: make(now),
          accounts: known,
          ...(opened !== undefined && { book: opened.book }),
          ...(kept !== undefined && { kept })
        })
    ),
    (exchange) => Effect.sync(() => exchange.close())
  )
  const driver = new Driver(exchange, now)
  const { appKey = "sandbox", delayedAppKey = "sandbox-delayed", sessionMs = 12 * 3_600_000 } = options
  const sessions = new Sessions({ accounts, appKey, delayedAppKey, sessionMs })
  const faults = new Faults()
  for (const fault of options.faults ?? []) faults.add(fault, now)
  const { certificates } = options
  const clock = yield* Clock.Clock
  const stream = new StreamServer({
    certificate: certificates.server,
    driver,
    sessions,
    faults,
    maximumConnections: options.maximumConnections ?? 10,
    clock: () => clock.currentTimeMillisUnsafe()
  })
  const api = yield* ApiServer.make({ certificates, driver, sessions, faults })
  const dropAll = Effect.andThen(
    api.dropAll,
    Effect.sync(() => stream.dropAll())
  )
  const handle = Handle.make(options, { accounts, appKey, delayedAppKey, driver, dropAll, faults, sessions, stream })
  const control = yield* ControlServer.make(handle)
  const ports = {
    api: yield* listen(api.server, options.port ?? 0, "API"),
    stream: yield* listen(stream.server, options.streamPort ?? 0, "stream"),
    control: yield* listen(control, options.controlPort ?? 0, "control port")
  }
  yield* Effect.addFinalizer(() => dropAll)
  const beat = Effect.map(Clock.currentTimeMillis, (now) => {
    driver.advance(now)
    stream.pulse(now)
  })
  const fiber = yield* beat.pipe(
    Effect.repeat(Schedule.spaced(pulse)),
    Effect.tapCause((cause) => Effect.logError("sandbox: the exchange has stopped", cause)),
    Effect.forkScoped
  )
  const running = Effect.andThen(Fiber.join(fiber), Effect.never)
  const sandbox: Sandbox = { ...handle, ports, running }
  return sandbox
})

/** The book of `data`, which no other process may use meanwhile. */
const openBook = Effect.fnUntraced(function* ({
  data
}: SandboxOptions): Effect.fn.Return<ReturnType<typeof Book.open> | undefined, DataRefused | BookDamaged, Scope.Scope> {
  if (data === undefined) return undefined
  yield* DirectoryLock.acquire(join(data, "book")).pipe(
    Effect.mapError(
      ({ pid }) => new DataRefused({ message: `another sandbox, process ${pid ?? "unknown"}, uses ${data}` })
    )
  )
  return yield* Effect.try({
    try: () => Book.open(data),
    catch: (cause) =>
      cause instanceof BookDamaged ? cause : new DataRefused({ message: `cannot use ${data}: ${String(cause)}` })
  })
})

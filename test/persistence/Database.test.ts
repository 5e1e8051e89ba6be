import { describe, expect, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { BetRepository } from "../../src/persistence/BetRepository.ts"
import * as Database from "../../src/persistence/Database.ts"
import { DatabaseHealth, onRealClock } from "../../src/persistence/DatabaseHealth.ts"
import * as DirectoryLock from "../../src/persistence/DirectoryLock.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { bet } from "./builders.ts"
import { freshSchema, type Proxy, proxyTo, serverUrl, settings } from "./TestDatabase.ts"

const temporaryDirectory = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-data-"))),
    (parent) => Effect.sync(() => rmSync(parent, { recursive: true }))
  ),
  (parent) => join(parent, "database")
)

/** Takes connections and never says a word. */
const silentServer = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<{ readonly server: Server; readonly port: number; readonly sockets: Set<Socket> }>((resolve) => {
        const sockets = new Set<Socket>()
        const server = createServer((socket) => void sockets.add(socket)).listen(0, "127.0.0.1", () => {
          const address = server.address()
          resolve({ server, port: typeof address === "object" && address !== null ? address.port : 0, sockets })
        })
      })
  ),
  ({ server, sockets }) =>
    Effect.sync(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
)

const realTime = () => Clock.Clock.defaultValue().currentTimeMillisUnsafe()

const connectTo = (url: string) =>
  Effect.scoped(
    Layer.build(
      Database.layer.pipe(
        Layer.provide(settings({ url: Redacted.make(url), connectTimeoutSeconds: Duration.seconds(1) }))
      )
    )
  )

const through = (proxy: Proxy) =>
  Database.layer.pipe(
    Layer.provide(settings({ url: proxy.url, connectTimeoutSeconds: Duration.seconds(20) })),
    Layer.fresh
  )

describe("Database.layer without a URL", () => {
  it.effect("keeps its rows in the directory, guarded by the lock", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const repositories = Layer.fresh(Repositories.layerDatabase).pipe(Layer.provide(settings({ directory })))
      const one = bet()
      yield* Effect.gen(function* () {
        const bets = yield* BetRepository
        yield* bets.create([one])
        const second = yield* Effect.flip(
          Effect.scoped(Layer.build(Layer.fresh(Database.layer).pipe(Layer.provide(settings({ directory })))))
        )
        expect(second).toMatchObject({ _tag: "DatabaseLocked", directory, pid: process.pid })
      }).pipe(Effect.provide(repositories))
      expect(existsSync(DirectoryLock.lockFile(directory))).toBe(false)
      const again = Effect.flatMap(BetRepository, (bets) => bets.byId(one.id))
      expect(yield* Effect.provide(again, repositories)).toEqual(one)
    })
  )
})

describe("Database.layer with a URL", () => {
  it.effect("says which server does not answer, and never the password", () =>
    Effect.gen(function* () {
      const { port } = yield* silentServer
      const failure = yield* Effect.flip(connectTo(`postgres://bot:hush@127.0.0.1:${port}/trading`))
      expect(failure).toMatchObject({ _tag: "DatabaseUnreachable", host: "127.0.0.1", port, database: "trading" })
      expect(failure.message).toContain(`127.0.0.1:${port}`)
      expect(JSON.stringify(failure) + failure.message).not.toContain("hush")
    })
  )

  it.effect.each(["postgres://bot:hush@[nowhere/trading", "postgres://bot:hush@127.0.0.1:99999/trading"])(
    "does not show the password of a URL that is none: %#",
    (url) =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(connectTo(url))
        expect(failure.message).toContain("database.url is not a URL")
        expect(JSON.stringify(failure) + failure.message).not.toContain("hush")
      })
  )

  it.effect("waits for a server that refuses connections, within the bound", () =>
    Effect.gen(function* () {
      const closed = yield* Effect.scoped(silentServer)
      const began = realTime()
      const failure = yield* Effect.flip(connectTo(`postgres://bot:hush@127.0.0.1:${closed.port}/trading`))
      expect(failure.message).toContain("ECONNREFUSED")
      expect(realTime() - began).toBeGreaterThanOrEqual(990)
    })
  )

  it("leaves the server's address in words when the URL has no parts", () => {
    expect(Database.addressOf(Redacted.make("postgres://db.example/bets"))).toEqual({
      host: "db.example",
      port: 5432,
      database: "bets"
    })
    expect(Database.addressOf(Redacted.make("not a url"))).toMatchObject({ host: "localhost", port: 5432 })
  })
})

describe.skipIf(serverUrl === undefined)("Database.layer on a server (TEST_DATABASE_URL)", () => {
  it.effect("waits until the server is up", () =>
    Effect.gen(function* () {
      const proxy = yield* proxyTo(yield* freshSchema)
      yield* proxy.cut
      const connecting = yield* Effect.forkChild(Effect.scoped(Layer.build(through(proxy))))
      yield* onRealClock(Effect.sleep("300 millis"))
      expect(connecting.pollUnsafe()).toBeUndefined()
      yield* proxy.mend
      yield* Fiber.join(connecting)
    })
  )

  it.effect("fails while the connection is lost, says so, and connects again by itself", () =>
    Effect.gen(function* () {
      const proxy = yield* proxyTo(yield* freshSchema)
      yield* Effect.gen(function* () {
        const health = yield* DatabaseHealth
        yield* health.check
        expect(health.isHealthy()).toBe(true)
        yield* proxy.cut
        expect(yield* Effect.flip(health.check)).toMatchObject({ _tag: "StorageFailure", kind: "unavailable" })
        expect(health.isHealthy()).toBe(false)
        yield* proxy.mend
        yield* health.check
        expect(health.isHealthy()).toBe(true)
      }).pipe(Effect.provide(through(proxy)))
    })
  )

  it.effect("does not wait longer than the limit for a server that has gone silent", () =>
    Effect.gen(function* () {
      const proxy = yield* proxyTo(yield* freshSchema)
      yield* Effect.gen(function* () {
        const health = yield* DatabaseHealth
        const sql = yield* SqlClient.SqlClient
        yield* health.check
        yield* proxy.block
        const began = realTime()
        const writes = health.attempt("test", sql.withTransaction(sql`SELECT 1`))
        expect(yield* Effect.flip(writes)).toMatchObject({ kind: "unavailable", operation: "test" })
        expect(realTime() - began).toBeLessThan(2_000)
        expect(health.isHealthy()).toBe(false)
        yield* proxy.mend
        yield* health.check
        expect(health.isHealthy()).toBe(true)
      }).pipe(Effect.provide(DatabaseHealth.layer(Duration.millis(300)).pipe(Layer.provideMerge(through(proxy)))))
    })
  )
})

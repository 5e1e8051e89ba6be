/** Which database the bot goes to, over how many connections, and for how long it waits for it. */
import { NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { createServer, type Socket } from "node:net"
import { Settings, type SettingsValue } from "../../../src/config/Settings.ts"
import * as Database from "../../../src/persistence/Database.ts"
import * as DirectoryLock from "../../../src/persistence/DirectoryLock.ts"
import * as EmbeddedPostgres from "../../../src/persistence/EmbeddedPostgres.ts"
import { act, type Acts, type Look } from "./Act.ts"

/** A server on a port of its own until the scope closes. */
const serve = (onConnection: (socket: Socket) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
      const server = createServer(onConnection)
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        if (address === null || typeof address === "string") throw new Error("the server has no port")
        resume(Effect.succeed({ port: address.port, close: () => void server.close() }))
      })
    }),
    ({ close }) => Effect.sync(close)
  ).pipe(Effect.map(({ port }) => port))

/** An empty PostgreSQL server in this process, and how often it has been connected to. */
const postgres = Effect.gen(function* () {
  const open = yield* EmbeddedPostgres.open(null)
  let connections = 0
  const port = yield* serve((socket) => {
    connections++
    socket.on("error", () => {})
    socket.pipe(open()).pipe(socket)
  })
  return { port, connections: () => connections }
})

/** The settings, their server (if they name one) being the one at `port`. */
const at = (settings: SettingsValue, port: number): SettingsValue => {
  const { url } = settings.database
  if (url === null) return settings
  const here = new URL(Redacted.value(url))
  here.port = String(port)
  return { ...settings, database: { ...settings.database, url: Redacted.make(here.href) } }
}

const opened = (settings: SettingsValue) =>
  Layer.build(Database.layer.pipe(Layer.provide(Layer.succeed(Settings, settings))))

/** How many connections a server sees when three statements are run at once. */
const connections: Look = (settings) =>
  Effect.gen(function* () {
    const server = yield* postgres
    const context = yield* opened(at(settings, server.port))
    const query = Effect.ignore(SqlClient.SqlClient.use((sql) => sql.withTransaction(sql`SELECT 1`)))
    yield* Effect.all([query, query, query], { concurrency: 3 }).pipe(Effect.provide(context))
    return server.connections()
  })

/** Whether a server is asked, here one that hangs up. */
const isServerAsked: Look = (settings) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = `${yield* fs.makeTempDirectoryScoped()}/database`
    let asked = false
    const port = yield* serve((socket) => {
      asked = true
      socket.destroy()
    })
    yield* Effect.exit(opened(at({ ...settings, database: { ...settings.database, directory } }, port)))
    return asked
  }).pipe(Effect.provide(NodeServices.layer))

/** Which of two databases the bot wants, both of which somebody holds. */
const directoryWanted: Look = (settings) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    for (const name of ["one", "two"]) yield* DirectoryLock.acquire(`${folder}/${name}`)
    const { database } = settings
    const directory = `${folder}/${database.directory}`
    const { message } = yield* Effect.flip(opened({ ...settings, database: { ...database, directory } }))
    return /(one|two) is in use/.exec(message)?.[1]
  }).pipe(Effect.provide(NodeServices.layer))

/** What is said when a server takes connections and never speaks. */
const silence: Look = (settings) =>
  Effect.gen(function* () {
    const port = yield* serve((socket) => socket.on("error", () => {}))
    const { message } = yield* Effect.flip(opened(at(settings, port)))
    return /within .*/.exec(message)?.[0]
  })

const server = "postgres://postgres@127.0.0.1:5432/postgres"

export const databaseActs: Acts = {
  "database.url": act([null, server], [false, true], isServerAsked, { database: { connect_timeout_seconds: 1 } }),
  "database.directory": act(["one", "two"], ["one", "two"], directoryWanted),
  "database.max_connections": act([1, 3], [1, 3], connections, { database: { url: server } }),
  "database.connect_timeout_seconds": act([1, 2], ["within 1s", "within 2s"], silence, { database: { url: server } })
}

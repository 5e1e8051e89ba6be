/** The databases that the tests run on: the embedded one anywhere, and a server when TEST_DATABASE_URL names one. */
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { connect, createServer, type Socket } from "node:net"
import { Settings, SettingsSchema, type SettingsValue } from "../../src/config/Settings.ts"
import { onRealClock } from "../../src/persistence/DatabaseHealth.ts"

export const serverUrl: string | undefined = process.env["TEST_DATABASE_URL"]

const defaults = Schema.decodeSync(SettingsSchema)({})

export const settings = (database: Partial<SettingsValue["database"]>): Layer.Layer<Settings> =>
  Layer.succeed(Settings, { ...defaults, database: { ...defaults.database, ...database } })

/** A schema of its own on the server until the scope closes: the URL whose connections live in it. */
export const freshSchema = Effect.gen(function* () {
  const base = new URL(serverUrl!)
  const schema = `test_${randomBytes(6).toString("hex")}`
  const admin = PgClient.layer({ url: Redacted.make(base.href), maxConnections: 1 })
  const execute = (statement: string) =>
    onRealClock(
      Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(statement)).pipe(Effect.provide(admin), Effect.orDie)
    )
  yield* Effect.acquireRelease(execute(`CREATE SCHEMA ${schema}`), () => execute(`DROP SCHEMA ${schema} CASCADE`))
  base.searchParams.set("options", `-c search_path=${schema}`)
  return Redacted.make(base.href.replaceAll("+", "%20"))
})

/** A wire to the server that can be cut, blocked and mended. */
export interface Proxy {
  readonly url: Redacted.Redacted
  /** Closes all connections and refuses new ones. */
  readonly cut: Effect.Effect<void>
  /** Connections stay, and nothing comes through any more. */
  readonly block: Effect.Effect<void>
  /** Back to normal; what was blocked is lost. */
  readonly mend: Effect.Effect<void>
}

export const proxyTo = (url: Redacted.Redacted) =>
  Effect.acquireRelease(
    Effect.promise(() => openProxy(new URL(Redacted.value(url)))),
    ({ cut }) => cut
  )

const openProxy = async (target: URL): Promise<Proxy> => {
  const sockets = new Set<Socket>()
  let blocked = false
  const forward = (from: Socket, to: Socket) => {
    sockets.add(from)
    from.on("data", (chunk) => (blocked ? undefined : to.write(chunk)))
    from.on("error", () => to.destroy())
    from.on("close", () => {
      sockets.delete(from)
      to.destroy()
    })
  }
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    forward(client, upstream)
    forward(upstream, client)
  })
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server.listen(port, "127.0.0.1", () => {
        const address = server.address()
        resolve(typeof address === "object" && address !== null ? address.port : port)
      })
    })
  const dropAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const port = await listen(0)
  const url = new URL(target.href)
  url.host = `127.0.0.1:${port}`
  return {
    url: Redacted.make(url.href),
    cut: Effect.promise(async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      dropAll()
      await closed
    }),
    block: Effect.sync(() => {
      blocked = true
    }),
    mend: Effect.promise(async () => {
      blocked = false
      dropAll()
      if (!server.listening) await listen(port)
    })
  }
}

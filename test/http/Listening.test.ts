/** Where the bot listens: a port that is taken, an address that others can reach, and one that is not there. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { type AddressInfo, createServer } from "node:net"
import { BotServer } from "../../src/http/BotServer.ts"
import { withBot } from "../bot/TestBot.ts"
import { send, temporary } from "./Bot.ts"

const token = "x".repeat(24)

/** A bot whose HTTP is as these words of the section say. */
const serving = <A, E>(words: string, test: (server: BotServer["Service"]) => Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const directory = yield* temporary
    return yield* withBot({ settings: `http: { directory: ${directory}, ${words} }\n` })(
      Effect.flatMap(BotServer, test).pipe(Effect.provide(BotServer.layer))
    )
  }).pipe(Effect.scoped)

const takenPort = Effect.acquireRelease(
  Effect.callback<ReturnType<typeof createServer>>((resume) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
).pipe(Effect.map((server) => (server.address() as AddressInfo).port))

describe("BotServer", () => {
  it.effect("lets the bot trade on where its port is taken", () =>
    Effect.gen(function* () {
      const port = yield* takenPort
      expect(yield* serving(`port: ${port}`, (server) => Effect.sync(server.address))).toBeNull()
    }).pipe(Effect.scoped)
  )

  it.effect("refuses an address that is not this machine's", () =>
    Effect.gen(function* () {
      const words = `port: 0, host: 192.0.2.1, read_token: ${token}, control_token: ${token}`
      expect(yield* Effect.flip(serving(words, () => Effect.void))).toMatchObject({
        _tag: "HttpRefused",
        message: expect.stringContaining("192.0.2.1:0 cannot be listened on: EADDRNOTAVAIL")
      })
    })
  )

  it.effect("shows its metrics to nobody without a token where others can reach it", () =>
    serving(`port: 0, host: 0.0.0.0, read_token: ${token}, control_token: ${token}y`, (server) =>
      Effect.gen(function* () {
        const url = `http://127.0.0.1:${new URL(server.address()!).port}/metrics`
        expect((yield* send(url, {})).status).toBe(401)
        expect((yield* send(url, { token })).status).toBe(200)
      })
    )
  )
})

/** The HTTP of a bot with real money, its exchange the sandbox: it says so, and what it is told to do is done there. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { Settings } from "../../src/config/Settings.ts"
import { BotServer } from "../../src/http/BotServer.ts"
import { backing, type Drill, execute, open, rowOnce, target, until, withBot } from "../drills/LiveDrill.ts"
import { send, temporary } from "./Bot.ts"

const why = { reason: "because", by: "anna" }

/** The bot's HTTP in a folder of its own, on a port that is free. */
const served = ({ settings }: Drill) =>
  Effect.gen(function* () {
    const directory = yield* temporary
    const http = { ...settings.http, directory, port: 0 }
    const { address, newTokens } = yield* Effect.provide(
      BotServer,
      yield* Layer.build(BotServer.layer.pipe(Layer.provide(Layer.succeed(Settings, { ...settings, http }))))
    )
    const token = Redacted.value(newTokens!.control)
    return {
      get: (path: string) => Effect.map(send(`${address()}${path}`, { token }), ({ json }) => json()),
      post: (path: string) => send(`${address()}${path}`, { token, method: "POST", body: why })
    }
  })

describe("the HTTP of a live bot", () => {
  it.live("says LIVE, tells of session, stream and reconciliation, and acts on the exchange's own orders", () =>
    Effect.gen(function* () {
      const drill = yield* open()
      yield* withBot(drill)(
        Effect.gen(function* () {
          const { get, post } = yield* served(drill)
          const atExchange = Effect.map(drill.truth, ({ current }) => current.length)
          expect(yield* get("/api/status")).toMatchObject({
            mode: "live",
            trading: { status: "Active" },
            money: { fundsPence: expect.any(Number) }
          })
          const well = yield* until(get("/health/ready"), ({ ready }) => ready)
          expect(well.checks.map(({ name }: { name: string }) => name)).toEqual(
            expect.arrayContaining(["session", "market stream", "order stream", "reconciliation", "clock"])
          )
          const to = yield* target
          yield* execute(to, backing(to, to.waiting, 400, "one"))
          const placed = yield* rowOnce(({ status }) => status === "placed")
          expect(yield* get("/api/bets/open")).toMatchObject([
            { id: placed.id, mode: "live", betfairBetId: placed.betfairBetId }
          ])
          expect(yield* atExchange).toBe(1)

          expect((yield* post("/api/control/reconcile")).json()).toEqual({ text: "0 differences found" })
          expect((yield* post(`/api/bets/${placed.id}/cancel`)).status).toBe(200)
          yield* rowOnce(({ status }) => status === "cancelled")
          expect(yield* atExchange).toBe(0)

          expect((yield* post("/api/control/halt")).status).toBe(200)
          expect(yield* execute(to, backing(to, to.waiting, 400, "two"))).toMatchObject({
            _tag: "Denied",
            denial: { reason: "trading_halted" }
          })
          expect(yield* get("/api/status")).toMatchObject({ trading: { status: "Halted", by: "anna" } })
          expect(yield* atExchange).toBe(0)
        })
      )
    })
  )
})

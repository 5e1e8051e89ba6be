/** The bot's HTTP from outside: what is answered to whom. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { AuditRepository } from "../../src/persistence/AuditRepository.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import type { StrategyKind } from "../../src/strategy/Strategy.ts"
import { back, backer, lay, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { anOpenRace, pass, statuses } from "../bot/TestBot.ts"
import { listen, type ServerEvent, type Site, withSite } from "./Bot.ts"

const often = "trading: { strategy_evaluation_interval: 1 }\n"
const why = { reason: "because", by: "anna" }

/** An order that nobody takes. */
const patient = strategy("patient", () => [back(1, 4, 2)])

const staking = {
  ...backer(),
  parameters: Schema.Struct({ stake: Schema.Finite.pipe(Schema.withDecodingDefaultKey(Effect.succeed(2))) })
} as StrategyKind

const isPaused = ({ data, event }: ServerEvent) => event === "status" && JSON.parse(data).trading.status === "Paused"

const tradingStatus = Effect.map(TradingState, (trading) => trading.current().status)

describe("health", () => {
  it.effect("lives, and is ready with every check by its name", () =>
    withSite(({ ask }) =>
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("1 second")
        expect((yield* ask("/health/live", { token: null })).json()).toMatchObject({ live: true })
        const ready = yield* ask("/health/ready", { token: null })
        expect({ status: ready.status, ready: ready.json().ready }).toEqual({ status: 200, ready: true })
        expect(ready.json().checks.map(({ name }: { name: string }) => name)).toEqual([
          "database",
          "single instance",
          "start",
          "prices",
          "loops",
          "circuit breaker",
          "trading state"
        ])
      })
    )
  )

  it.effect("is not ready while trading is paused, or prices are old, and says which", () =>
    withSite(({ get, post }) =>
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("1 second")
        yield* post("/api/control/pause", why)
        const paused = yield* get("/health/ready")
        expect(paused.status).toBe(503)
        expect(paused.json().checks.filter(({ well }: { well: boolean }) => !well)).toEqual([
          { name: "trading state", well: false, text: "Paused: because (anna)" }
        ])
        yield* post("/api/control/resume", why)
        expect((yield* get("/health/ready")).status).toBe(200)
      })
    )
  )

  it.effect("is not ready while the database does not answer", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withSite(
        ({ get }) =>
          Effect.gen(function* () {
            yield* anOpenRace()
            database.isDown = true
            yield* pass("10 seconds")
            expect((yield* get("/health/live")).status).toBe(200)
            const { noBets } = (yield* get("/api/status")).json()
            expect(noBets).toBe("the database does not answer, so nothing could be recorded")
            expect((yield* get("/api/bets")).status).toBe(503)
            database.isDown = false
          }),
        { database }
      )
    })
  )
})

describe("access", () => {
  const reading = ["/api/status", "/api/markets", "/api/bets", "/api/bets/open", "/api/strategies", "/api/pnl"]

  it.effect("looks with either token and never without one", () =>
    withSite(({ ask, tokens }) =>
      Effect.gen(function* () {
        for (const path of reading) {
          expect((yield* ask(path)).status).toBe(200)
          expect((yield* ask(path, { token: tokens.control })).status).toBe(200)
        }
        for (const token of [null, "", "wrong", `${tokens.read}x`, tokens.read.slice(0, -1)]) {
          const { json, status } = yield* ask("/api/status", { token })
          expect({ status, tag: json()._tag }).toEqual({ status: 401, tag: "Unauthorized" })
        }
      })
    )
  )

  it.effect("controls with the control token alone", () =>
    withSite(({ ask, tokens }) =>
      Effect.gen(function* () {
        const halt = { method: "POST", body: why }
        expect((yield* ask("/api/control/halt", { ...halt, token: null })).status).toBe(401)
        expect((yield* ask("/api/control/halt", { ...halt, token: tokens.read })).status).toBe(403)
        expect(yield* tradingStatus).toBe("Active")
        expect((yield* ask("/api/control/halt", { ...halt, token: tokens.control })).status).toBe(200)
        expect(yield* tradingStatus).toBe("Halted")
      })
    )
  )

  it.effect("refuses an address that guesses, and still lets in who knows", () =>
    withSite(({ ask, post }) =>
      Effect.gen(function* () {
        const answers: Array<number> = []
        for (let n = 0; n < 32; n++) answers.push((yield* ask("/api/status", { token: "wrong" })).status)
        expect([answers[0], answers.at(-1)]).toEqual([401, 429])
        expect((yield* ask("/api/status")).status).toBe(200)
        expect((yield* post("/api/control/halt", why)).status).toBe(200)
        expect((yield* ask("/health/live")).status).toBe(200)
      })
    )
  )
})

describe("limits", () => {
  it.effect("answers so many requests a minute", () =>
    withSite(
      ({ get }) =>
        Effect.gen(function* () {
          const statuses: Array<number> = []
          for (let n = 0; n < 4; n++) statuses.push((yield* get("/api/status")).status)
          expect(statuses).toEqual([200, 200, 200, 429])
          expect(Number((yield* get("/api/status")).headers["retry-after"])).toBeGreaterThan(0)
          expect((yield* get("/health/live")).status).toBe(200)
        }),
      { more: ", requests_per_minute: 3" }
    )
  )

  it.effect("reads no body that is too large, of unknown size, or of another type", () =>
    withSite(
      ({ ask, tokens }) =>
        Effect.gen(function* () {
          const post = { method: "POST", token: tokens.control }
          const long = { ...why, reason: "x".repeat(200) }
          expect((yield* ask("/api/control/halt", { ...post, body: long })).status).toBe(413)
          expect(
            (yield* ask("/api/control/halt", { ...post, headers: { "transfer-encoding": "chunked" } })).status
          ).toBe(411)
          const form = { "content-type": "text/plain" }
          expect((yield* ask("/api/control/halt", { ...post, body: why, headers: form })).status).toBe(415)
          expect(yield* tradingStatus).toBe("Active")
        }),
      { more: ", max_body_bytes: 100" }
    )
  )

  it.effect("answers to its own names only, and to commands that mean this bot", () =>
    withSite(({ ask }) =>
      Effect.gen(function* () {
        for (const host of ["localhost", "127.0.0.1:8080", "[::1]:80"]) {
          expect((yield* ask("/health/live", { headers: { host } })).status).toBe(200)
        }
        expect((yield* ask("/health/live", { headers: { host: "evil.example" } })).status).toBe(421)
        expect((yield* ask("/health/live", { headers: { "x-clever-better-instance": "other" } })).status).toBe(421)
      })
    )
  )
})

describe("every answer", () => {
  it.effect("forbids pages everything but themselves, and lets no other page read it", () =>
    withSite(({ ask }) =>
      Effect.gen(function* () {
        for (const path of ["/health/live", "/api/status", "/nothing", "/metrics", "/openapi.json"]) {
          const { headers } = yield* ask(path, { headers: { origin: "http://127.0.0.1:1" } })
          expect(headers).toMatchObject({
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "content-security-policy": expect.stringContaining("frame-ancestors 'none'")
          })
          expect(headers["access-control-allow-origin"]).toBeUndefined()
        }
        expect((yield* ask("/api/status", { method: "OPTIONS" })).status).toBe(404)
        expect((yield* ask("/nothing")).json()).toMatchObject({ _tag: "NotFound" })
      })
    )
  )

  it.effect("says what is wrong with a request", () =>
    withSite(({ ask, get, post, tokens }) =>
      Effect.gen(function* () {
        const bad = [
          yield* post("/api/control/halt", {}),
          yield* post("/api/control/halt", { reason: "   " }),
          yield* post("/api/control/halt", { reason: "x".repeat(501) }),
          yield* post("/api/control/halt", { reason: 7 }),
          yield* ask("/api/control/halt", { method: "POST", token: tokens.control, body: "{" }),
          yield* ask("/api/control/halt", { method: "POST", token: tokens.control }),
          yield* post("/api/bets/not-a-bet/cancel", why),
          yield* get("/api/bets?limit=0"),
          yield* get("/api/bets?limit=1001"),
          yield* get("/api/bets?from=yesterday"),
          yield* get("/api/pnl?by=horse"),
          yield* get("/api/markets/one")
        ]
        for (const { json, status } of bad) {
          expect({ status, tag: json()._tag }).toEqual({ status: 400, tag: "BadRequest" })
          expect(json().message.length).toBeGreaterThan(10)
        }
        expect(yield* tradingStatus).toBe("Active")
      })
    )
  )
})

describe("control", () => {
  const audited = Effect.flatMap(AuditRepository, ({ recent }) =>
    Effect.map(recent("paper", 1000), (entries) =>
      entries
        .filter(({ event }) => event.startsWith("api."))
        .map(({ actor, event, subject }) => [event, subject, actor])
    )
  )

  it.effect("does what it is told, and keeps who and why", () =>
    withSite(({ post }) =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        for (const action of ["reduce", "pause", "halt", "resume"]) {
          expect((yield* post(`/api/control/${action}`, why)).status).toBe(200)
          seen.push(yield* tradingStatus)
        }
        expect(seen).toEqual(["Reducing", "Paused", "Halted", "Active"])
        expect((yield* post("/api/control/reset-breaker", { reason: "looked at" })).json()).toEqual({
          text: "the circuit breaker is closed"
        })
        expect(yield* audited).toEqual([
          ["api.reset-breaker", "trading", "api"],
          ["api.resume", "trading", "anna"],
          ["api.halt", "trading", "anna"],
          ["api.pause", "trading", "anna"],
          ["api.reduce", "trading", "anna"]
        ])
        const [entry] = (yield* (yield* AuditRepository).recent("paper", 3)).filter(
          ({ event }) => event === "api.reset-breaker"
        )
        expect(entry?.data).toEqual({ reason: "looked at", from: "127.0.0.1" })
      })
    )
  )

  it.effect("halts though nothing can be kept, and resumes only if it can", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* withSite(
        ({ post }) =>
          Effect.gen(function* () {
            database.failing.set("AuditRepository.append", "unavailable")
            expect((yield* post("/api/control/halt", why)).status).toBe(200)
            expect(yield* tradingStatus).toBe("Halted")
            expect((yield* post("/api/control/resume", why)).status).toBe(503)
            expect(yield* tradingStatus).toBe("Halted")
          }),
        { database }
      )
    })
  )

  it.effect("cancels a bet, and all of them, and says what it cannot", () =>
    withSite(
      ({ get, post }) =>
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("2 seconds")
          const [bet] = (yield* get("/api/bets/open")).json()
          expect(bet).toMatchObject({ status: "placed", sizePence: 200, liabilityPence: 200, price: 4 })
          expect((yield* post(`/api/bets/${bet.id}/cancel`, why)).status).toBe(200)
          yield* pass("500 millis")
          expect((yield* statuses)[0]).toBe("cancelled")
          expect((yield* post(`/api/bets/${bet.id}/cancel`, why)).json()).toEqual({
            _tag: "NotDone",
            message: `${bet.id} is not open`
          })
          expect((yield* post("/api/bets/cancel-all", why)).status).toBe(200)
          expect((yield* post("/api/control/reconcile", why)).status).toBe(409)
        }),
      { strategies: [patient], settings: often }
    )
  )

  it.effect("switches strategies, and refuses what is not allowed", () =>
    withSite(
      ({ get, post }) =>
        Effect.gen(function* () {
          const shown = Effect.map(get("/api/strategies"), ({ json }) => json())
          expect(yield* shown).toMatchObject([{ id: "backer", active: true, trading: true }])
          expect((yield* post("/api/strategies/backer/disable", why)).json()).toEqual({
            text: "backer is switched off"
          })
          expect(yield* shown).toMatchObject([{ id: "backer", active: false, trading: false, note: "because (anna)" }])
          expect((yield* post("/api/strategies/backer/enable", why)).json()).toEqual({ text: "backer trades" })
          const set = (parameters: object) => post("/api/strategies/backer/parameters", { ...why, parameters })
          expect((yield* set({ stake: "much" })).json()).toEqual({
            _tag: "Unprocessable",
            message: 'strategy backer (backer): stake: found "much", expected number'
          })
          expect((yield* set({ stake: 3 })).status).toBe(200)
          expect(yield* shown).toMatchObject([{ parameters: { stake: 3 } }])
          expect((yield* post("/api/strategies/nobody/enable", why)).status).toBe(422)
        }),
      { strategies: [staking] }
    )
  )
})

describe("what is shown", () => {
  const layer = strategy("layer", () => [lay(1, 1000, 20)])

  it.effect("agrees with what the bot did, and says why it did not do more", () =>
    withSite(
      ({ get }: Site) =>
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          yield* pass("3 seconds")
          const [market] = (yield* get("/api/markets")).json()
          expect(market).toMatchObject({ marketId: race.marketId, status: "OPEN", openBets: 1 })
          const detail = (yield* get(`/api/markets/${race.marketId}`)).json()
          expect(detail.bets).toMatchObject([{ strategyId: "backer", side: "BACK", matchedPence: 200 }])
          expect(detail.runners[0]).toMatchObject({ bestBack: 3 })
          expect((yield* get("/api/markets/1.999")).status).toBe(404)
          expect((yield* get("/api/status")).json()).toMatchObject({
            mode: "paper",
            trading: { status: "Active" },
            money: { exposurePence: 200, bankrollPence: 100_000 },
            bets: { open: 1 },
            activeStrategies: ["backer", "layer"]
          })
          yield* pass("10 seconds")
          const explained = (yield* get(`/api/decisions/${race.marketId}`)).json()
          const [first] = explained.runners
          expect(first.bets).toHaveLength(1)
          expect(first.refusals).toMatchObject([
            { strategyId: "layer", step: "risk", reason: "price_too_far", value: 198, limit: 20 },
            { strategyId: "backer", step: "risk", reason: "already_open", value: null }
          ])
          expect((yield* get("/api/decisions/nowhere")).status).toBe(404)
          const page = (yield* get("/api/bets?limit=1")).json()
          expect(page.bets).toHaveLength(1)
          expect((yield* get(`/api/bets?limit=1&after=${page.next}`)).json()).toEqual({ bets: [], next: null })
          expect((yield* get("/api/pnl?by=strategy")).json()).toMatchObject({ rows: [], total: { netPence: 0 } })
          const metrics = yield* get("/metrics")
          expect(metrics.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8")
          expect(metrics.text).toMatch(/^clever_better_open_markets 1$/m)
        }),
      { strategies: [backer(), layer], settings: often }
    )
  )

  it.effect("stands in docs/OPERATING.md, every path of it and no other", () =>
    withSite(({ get }) =>
      Effect.gen(function* () {
        const page = readFileSync(new URL("../../docs/OPERATING.md", import.meta.url), "utf8")
        const table = page.slice(page.indexOf("## Paths"), page.indexOf("Money is whole pence"))
        const told = [...table.matchAll(/`(\/[^`?]*)[^`]*`/g)].map(([, path]) => path!)
        const served = Object.keys((yield* get("/openapi.json")).json().paths)
        const beside = ["/", "/metrics", "/openapi.json"]
        expect([...new Set(told)].toSorted()).toEqual([...beside, ...served].toSorted())
      })
    )
  )

  it.effect("is described by openapi.json, every path of it", () =>
    withSite(({ get }) =>
      Effect.gen(function* () {
        const { components, openapi, paths } = (yield* get("/openapi.json")).json()
        expect(openapi).toMatch(/^3\./)
        expect(Object.keys(paths)).toEqual(
          expect.arrayContaining(["/health/ready", "/api/status", "/api/bets/{betId}/cancel"])
        )
        expect(paths["/api/control/halt"].post.security).toEqual([{ bearer: [] }])
        expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(["Status", "Bet", "Explanation"]))
      })
    )
  )
})

describe("event streams", () => {
  it.effect("tell everything at once, then what changes, and go on where a listener left off", () =>
    withSite(
      ({ post, tokens, url }) =>
        Effect.gen(function* () {
          yield* anOpenRace()
          yield* pass("2 seconds")
          const first = yield* listen(`${url}/api/events`, tokens.read)
          const seen = yield* first.until((events) => events.length >= 5)
          expect(seen.slice(0, 5).map(({ event }) => event)).toEqual([
            "hello",
            "status",
            "standings",
            "markets",
            "bets"
          ])
          expect(JSON.parse(seen[0]!.data)).toEqual({ everyMs: 100 })
          expect(JSON.parse(seen[4]!.data)).toMatchObject([{ status: "placed" }])
          yield* post("/api/control/pause", why)
          const later = yield* first.until((events) => events.some(isPaused))
          yield* first.close

          const again = yield* listen(`${url}/api/events`, tokens.read, later.at(-1)!.id)
          yield* post("/api/control/halt", why)
          const rest = yield* again.until((events) => events.some(({ data }) => data.includes('"Halted"')))
          // Neither markets nor bets have changed since, so they are not told again.
          for (const { event } of rest) expect(["hello", "status", "standings"]).toContain(event)
          yield* again.close

          const stranger = yield* listen(`${url}/api/events`, tokens.read, "ffffffff.99")
          const all = yield* stranger.until((events) => events.length >= 5)
          expect(
            all
              .slice(0, 5)
              .map(({ event }) => event)
              .toSorted()
          ).toEqual(["bets", "hello", "markets", "standings", "status"])
          yield* stranger.close
        }),
      { strategies: [patient], settings: often, more: ", event_interval_ms: 100" }
    )
  )

  it.effect("are as many as http.max_event_streams, and need a token", () =>
    withSite(
      ({ ask, tokens, url }) =>
        Effect.gen(function* () {
          const first = yield* listen(`${url}/api/events`, tokens.read)
          yield* first.until((events) => events.length > 0)
          expect((yield* ask("/api/events")).status).toBe(503)
          expect((yield* ask("/api/events", { token: null })).status).toBe(401)
          yield* first.close
        }),
      { more: ", max_event_streams: 1" }
    )
  )
})

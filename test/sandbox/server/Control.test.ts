import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ann, login, market, order, sandboxWith, Session, streamClient } from "./Client.ts"

const open = Effect.gen(function* () {
  const sandbox = yield* sandboxWith({ raceIntervalMs: 240_000 })
  const session = yield* Effect.promise(async () => new Session(sandbox.ports.api, await login(sandbox.ports.api)))
  const control = (request: string, body?: unknown, headers: Record<string, string> = {}) =>
    Effect.promise(async () => {
      const [method, path] = request.split(" ")
      const answer = await fetch(`http://127.0.0.1:${sandbox.ports.control}${path}`, {
        method: method!,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) })
      })
      return { status: answer.status, json: (await answer.json()) as any }
    })
  const place = Effect.promise(async () => session.call("placeOrders", order(await market(session))))
  return { sandbox, session, control, place }
})

describe("the control port", () => {
  it.live("sets, lists and removes faults, as JSON or as text", () =>
    Effect.gen(function* () {
      const { control, place } = yield* open
      const rule = { action: "api-error", code: "SERVICE_BUSY", operation: "placeOrders", count: 1 }
      assert.deepStrictEqual(yield* control("POST /faults", rule), { status: 200, json: { ids: [1] } })
      assert.deepStrictEqual((yield* control("POST /faults", ["mcm:cut", rule])).json, { ids: [2, 3] })
      assert.strictEqual((yield* place).error.data.APINGException.errorCode, "SERVICE_BUSY")
      assert.deepStrictEqual((yield* control("GET /faults")).json[0], { id: 1, fault: rule, seen: 1, struck: 1 })
      assert.strictEqual((yield* control("DELETE /faults/2")).status, 200)
      assert.strictEqual((yield* control("DELETE /faults/2")).status, 404)
      const bad = yield* control("POST /faults", [rule, { action: "explode" }])
      assert.strictEqual(bad.status, 400)
      assert.match(bad.json.error, /action: found "explode"/)
      assert.strictEqual((yield* control("GET /faults")).json.length, 2)
      yield* control("DELETE /faults")
      assert.deepStrictEqual((yield* control("GET /faults")).json, [])
    })
  )

  it.live("shows the truth about an account", () =>
    Effect.gen(function* () {
      const { control, place, sandbox } = yield* open
      const { betId } = (yield* place).result.instructionReports[0]
      const { json: orders } = yield* control("GET /accounts/ann/orders")
      assert.deepStrictEqual(
        orders.current.map((one: any) => one.betId),
        [betId]
      )
      assert.deepStrictEqual(orders.cleared, { SETTLED: [], VOIDED: [], LAPSED: [], CANCELLED: [] })
      assert.deepInclude((yield* control("GET /accounts/ann/funds")).json, { exposure: -2, availableToBetBalance: 998 })
      const { json: statement } = yield* control("GET /accounts/ann/statement")
      assert.deepStrictEqual(statement, JSON.parse(JSON.stringify(yield* sandbox.truth.statement("ann"))))
      assert.strictEqual((yield* control("GET /accounts/eve/orders")).status, 404)
      assert.match((yield* control("GET /nothing")).json.error, /expected one of GET \/health/)
      const health = (yield* control("GET /health")).json
      assert.deepInclude(health, { status: "ok", faults: 0, streamConnections: 0 })
      assert.isAbove(health.markets, 2)
    })
  )

  it.live("ends sessions", () =>
    Effect.gen(function* () {
      const { control, place } = yield* open
      assert.deepStrictEqual((yield* control("POST /expire-session", { account: "bob" })).json, { expired: 0 })
      assert.strictEqual((yield* place).result.status, "SUCCESS")
      assert.deepStrictEqual((yield* control("POST /expire-session")).json, { expired: 1 })
    })
  )

  it.live("restarts the exchange with its book", () =>
    Effect.gen(function* () {
      const { control, place, sandbox, session } = yield* open
      const { betId } = (yield* place).result.instructionReports[0]
      const client = yield* streamClient(sandbox.ports.stream)
      yield* Effect.promise(() => client.authenticate(session.token))
      const before = yield* sandbox.truth.statement("ann")
      yield* control("POST /restart")
      yield* Effect.promise(() => client.closed())
      const { current } = yield* sandbox.truth.orders("ann")
      assert.deepStrictEqual(
        current.map((one) => one.betId),
        [betId]
      )
      assert.deepStrictEqual(yield* sandbox.truth.statement("ann"), before)
      const { betId: next } = (yield* place).result.instructionReports[0]
      assert.notStrictEqual(next, betId)
    })
  )

  it.live("suspends a market and lets it go on, over a restart too", () =>
    Effect.gen(function* () {
      const { control, sandbox, session } = yield* open
      const found = yield* Effect.promise(() => market(session))
      const { marketId } = found
      const client = yield* streamClient(sandbox.ports.stream)
      yield* Effect.promise(async () => {
        await client.authenticate(session.token)
        const marketDataFilter = { fields: ["EX_MARKET_DEF"] }
        client.send({ op: "marketSubscription", id: 2, marketFilter: { marketIds: [marketId] }, marketDataFilter })
      })
      const heard = (status: string) =>
        Effect.promise(() => client.find(({ mc }) => mc?.[0].marketDefinition?.status === status))
      const placing = Effect.promise(async () => (await session.call("placeOrders", order(found))).result)
      yield* heard("OPEN")
      assert.strictEqual((yield* control(`POST /markets/${marketId}/suspend`)).status, 200)
      assert.isDefined(yield* heard("SUSPENDED"))
      assert.strictEqual((yield* placing).errorCode, "MARKET_SUSPENDED")
      assert.strictEqual((yield* control(`POST /markets/${marketId}/resume`)).status, 200)
      assert.isDefined(yield* heard("OPEN"))
      assert.strictEqual((yield* placing).status, "SUCCESS")
      assert.isTrue(yield* sandbox.markets.suspend(marketId))
      yield* sandbox.restart
      assert.strictEqual((yield* placing).errorCode, "MARKET_SUSPENDED")
      assert.strictEqual((yield* control("POST /markets/1.1/suspend")).status, 404)
    })
  )

  it.live("refuses web pages and nonsense", () =>
    Effect.gen(function* () {
      const { control, sandbox } = yield* open
      const page = yield* control("POST /restart", undefined, { origin: "https://example.com" })
      assert.strictEqual(page.status, 403)
      const answer = yield* Effect.promise(() =>
        fetch(`http://127.0.0.1:${sandbox.ports.control}/faults`, { method: "POST", body: "{" })
      )
      assert.strictEqual(answer.status, 400)
      assert.strictEqual(ann.username, "ann")
    })
  )
})

import { Duplex } from "node:stream"
import type { Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Fault } from "../../../src/sandbox/faults/Fault.ts"
import { Faults } from "../../../src/sandbox/faults/Faults.ts"
import { StreamLines } from "../../../src/sandbox/server/StreamLines.ts"
import { bob, login, market, order, sandboxWith, send, Session, streamClient } from "./Client.ts"

const open = Effect.gen(function* () {
  const sandbox = yield* sandboxWith({ raceIntervalMs: 240_000 })
  const session = yield* Effect.promise(async () => new Session(sandbox.ports.api, await login(sandbox.ports.api)))
  const at = yield* Effect.promise(() => market(session))
  /** Strikes once. */
  const set = (fault: Fault) => sandbox.faults.set([{ count: 1, ...fault }])
  const call = (method: string, params: unknown) =>
    Effect.promise(() => session.call(method, params).catch((error: unknown) => error as any))
  const place = (more = {}) => call("placeOrders", order(at, more))
  const orders = sandbox.truth.orders("ann")
  const placed = Effect.map(orders, ({ current }) => current.length)
  return { sandbox, session, at, set, call, place, orders, placed }
})

const isCut = (answer: unknown) => answer instanceof Error && /hang up|ECONNRESET/.test(answer.message)

const twice = (params: ReturnType<typeof order>) => ({
  ...params,
  instructions: [...params.instructions, { ...params.instructions[0], customerOrderRef: "ref-2" }]
})

describe("faults of requests", () => {
  it.live("drop a request before, or the answer after, it was carried out", () =>
    Effect.gen(function* () {
      const { place, placed, set } = yield* open
      yield* set({ action: "drop-request", operation: "placeOrders" })
      assert.isTrue(isCut(yield* place()))
      assert.strictEqual(yield* placed, 0)
      yield* set({ action: "drop-response", operation: "placeOrders" })
      assert.isTrue(isCut(yield* place()))
      assert.strictEqual(yield* placed, 1)
      assert.strictEqual((yield* place()).result.status, "SUCCESS")
    })
  )

  it.live("delay a request, so that a later one overtakes it, or only its answer", () =>
    Effect.gen(function* () {
      const { orders, place, set } = yield* open
      const overtake = Effect.gen(function* () {
        const answered: Array<string> = []
        const say = (ref: string) =>
          Effect.tap(place({ customerStrategyRef: ref }), () => Effect.sync(() => answered.push(ref)))
        yield* Effect.all([say("first"), Effect.andThen(say("second"), Effect.void)], { concurrency: 2 })
        return answered
      })
      const placedFirst = Effect.map(
        orders,
        ({ current }) => current.toSorted((a, b) => Number(a.betId) - Number(b.betId)).at(-2)!.customerStrategyRef
      )
      yield* set({ action: "delay-request", operation: "placeOrders", nth: 1, delayMs: 500 })
      const [overtaking] = yield* overtake
      assert.strictEqual(yield* placedFirst, overtaking)
      yield* set({ action: "delay-response", operation: "placeOrders", nth: 1, delayMs: 500 })
      const [answeredFirst] = yield* overtake
      assert.notStrictEqual(yield* placedFirst, answeredFirst)
    })
  )

  it.live("double a request; a customerRef guards against it", () =>
    Effect.gen(function* () {
      const { place, placed, set } = yield* open
      yield* set({ action: "double-request", operation: "placeOrders" })
      assert.strictEqual((yield* place()).result.status, "SUCCESS")
      assert.strictEqual(yield* placed, 2)
      yield* set({ action: "double-request", operation: "placeOrders" })
      assert.strictEqual((yield* place({ customerRef: "r" })).result.errorCode, "DUPLICATE_TRANSACTION")
      assert.strictEqual(yield* placed, 3)
    })
  )

  it.live("answer in place of the exchange", () =>
    Effect.gen(function* () {
      const { place, placed, sandbox, session, set } = yield* open
      yield* set({ action: "http-error", status: 503 })
      const unavailable = yield* Effect.promise(() => session.post("/exchange/betting/json-rpc/v1", "{}"))
      assert.deepInclude(unavailable, { status: 503 })
      assert.match(unavailable.text, /<html>/)
      yield* set({ action: "api-error", code: "TOO_MANY_REQUESTS", operation: "placeOrders" })
      assert.strictEqual((yield* place()).error.data.APINGException.errorCode, "TOO_MANY_REQUESTS")
      assert.strictEqual(yield* placed, 0)
      yield* set({ action: "refuse-login", code: "TEMPORARY_BAN_TOO_MANY_REQUESTS", account: "bob" })
      const refused = yield* Effect.promise(async () => {
        const headers = { "content-type": "application/x-www-form-urlencoded", "x-application": "sandbox" }
        return (await send(sandbox.ports.api, "/api/login", { headers, body: "username=bob&password=hidden" })).json
      })
      assert.deepInclude(refused, { status: "FAIL", error: "TEMPORARY_BAN_TOO_MANY_REQUESTS" })
      assert.isString(yield* Effect.promise(() => login(sandbox.ports.api, bob)))
    })
  )

  it.live("write an answer twice onto the connection", () =>
    Effect.gen(function* () {
      const { call, set } = yield* open
      yield* set({ action: "double-response", operation: "getAccountFunds" })
      // Whatever the client makes of the second one: the next request has a connection of its own.
      yield* call("getAccountFunds", {})
      assert.isDefined((yield* call("getAccountFunds", {})).result)
    })
  )

  it.live("end the session", () =>
    Effect.gen(function* () {
      const { place, set } = yield* open
      yield* set({ action: "expire-session", operation: "placeOrders" })
      assert.strictEqual((yield* place()).error.data.APINGException.errorCode, "INVALID_SESSION_INFORMATION")
      assert.strictEqual((yield* place()).error.data.APINGException.errorCode, "INVALID_SESSION_INFORMATION")
    })
  )

  it.live("report TIMEOUT or BET_IN_PROGRESS, carried out or not", () =>
    Effect.gen(function* () {
      const { place, placed, set } = yield* open
      yield* set({ action: "timeout" })
      const { result } = yield* place({ customerRef: "r" })
      assert.deepInclude(result, { status: "TIMEOUT", customerRef: "r" })
      assert.deepInclude(result.instructionReports[0], { status: "TIMEOUT" })
      assert.isUndefined(result.instructionReports[0].betId)
      assert.strictEqual(yield* placed, 1)
      yield* set({ action: "timeout", executed: false })
      assert.strictEqual((yield* place()).result.status, "TIMEOUT")
      assert.strictEqual(yield* placed, 1)
      yield* set({ action: "bet-in-progress" })
      assert.strictEqual((yield* place()).result.instructionReports[0].errorCode, "BET_IN_PROGRESS")
      assert.strictEqual(yield* placed, 2)
      yield* set({ action: "bet-in-progress", executed: false })
      yield* place()
      assert.strictEqual(yield* placed, 2)
    })
  )

  it.live("let the last instruction fail; of a replacement the cancellation stands", () =>
    Effect.gen(function* () {
      const { at, call, orders, placed, set } = yield* open
      yield* set({ action: "processed-with-errors", operation: "placeOrders" })
      const { result } = yield* call("placeOrders", twice(order(at)))
      assert.deepInclude(result, { status: "PROCESSED_WITH_ERRORS", errorCode: "PROCESSED_WITH_ERRORS" })
      assert.deepStrictEqual(
        result.instructionReports.map(({ errorCode, status }: any) => [status, errorCode]),
        [
          ["SUCCESS", undefined],
          ["FAILURE", "ERROR_IN_ORDER"]
        ]
      )
      assert.strictEqual(yield* placed, 1)
      const betId = (yield* orders).current[0]!.betId
      yield* set({ action: "processed-with-errors", operation: "replaceOrders" })
      const replaced = yield* call("replaceOrders", { marketId: at.marketId, instructions: [{ betId, newPrice: 990 }] })
      const [report] = replaced.result.instructionReports
      assert.deepInclude(report, { status: "FAILURE", errorCode: "CANCELLED_NOT_PLACED" })
      assert.deepInclude(report.cancelInstructionReport, { status: "SUCCESS", sizeCancelled: 2 })
      assert.isFalse((yield* orders).current.some(({ sizeRemaining }) => sizeRemaining > 0))
    })
  )
})

const prices = { op: "marketSubscription", id: 2, marketFilter: {}, heartbeatMs: 500 }

describe("faults of the stream", () => {
  const subscribed = Effect.gen(function* () {
    const sandbox = yield* sandboxWith({ raceIntervalMs: 240_000 })
    const client = yield* streamClient(sandbox.ports.stream)
    yield* Effect.promise(async () => {
      await client.authenticate(await login(sandbox.ports.api))
      client.send(prices)
      await client.find(({ ct }) => ct === "SUB_IMAGE")
    })
    const set = (fault: Fault) => sandbox.faults.set([{ operation: "mcm", count: 1, ...fault }])
    const find = (wanted: (line: any) => boolean) => Effect.promise(() => client.find(wanted))
    return { client, find, sandbox, set }
  })

  it.live("cut the connection, between lines or within one", () =>
    Effect.gen(function* () {
      const first = yield* subscribed
      yield* first.set({ action: "cut" })
      assert.isUndefined(yield* first.find(() => false))
      const second = yield* subscribed
      yield* second.set({ action: "half-line" })
      assert.isUndefined(yield* second.find(() => false))
      assert.match(second.client.unfinished, /^\{"op":"mcm"/)
    })
  )

  it.live("garble, skip and double a line", () =>
    Effect.gen(function* () {
      const { client, find, set } = yield* subscribed
      yield* set({ action: "garble" })
      assert.include((yield* find(({ op }) => op === "no JSON")).line, "mcm")
      yield* set({ action: "double" })
      yield* find(({ clk }) => client.raw.filter((line) => line.includes(`"${clk}"`)).length === 2)
      const before = client.raw.length
      yield* set({ action: "skip", count: 3 })
      yield* find(({ op }) => op === "mcm" && client.raw.length > before)
    })
  )

  it.live("hold everything back for a while, or call the prices late", () =>
    Effect.gen(function* () {
      const { find, sandbox, set } = yield* subscribed
      yield* set({ action: "stall", delayMs: 1000 })
      const held = yield* find(({ op }) => op === "mcm")
      assert.isAtLeast((yield* sandbox.health).now - held.pt, 900)
      yield* set({ action: "unavailable", delayMs: 2000 })
      const late = yield* find(({ status }) => status === 503)
      assert.deepInclude(late, { op: "mcm", ct: "HEARTBEAT" })
      assert.isUndefined((yield* find(({ mc }) => mc !== undefined)).status)
    })
  )

  it("tell nothing to a reader that does not read, and drop it in the end", () => {
    const socket = new Duplex({ read() {}, write() {} }) as Socket
    const lines = new StreamLines(socket, new Faults())
    assert.isTrue(lines.isReady(0))
    for (let i = 0; i < 11; i++) lines.write({ op: "mcm", text: "x".repeat(100_000) }, 0)
    assert.isFalse(lines.isReady(1))
    assert.isFalse(lines.isReady(30_000))
    assert.isFalse(socket.destroyed)
    assert.isFalse(lines.isReady(30_001))
    assert.isTrue(socket.destroyed)
  })
})

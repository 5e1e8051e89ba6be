import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { login, market, order, sandboxWith, Session, type StreamClient, streamClient } from "./Client.ts"
import { recorded, requests } from "./Recorded.ts"

const open = (options: Parameters<typeof sandboxWith>[0] = {}) =>
  Effect.gen(function* () {
    const sandbox = yield* sandboxWith({ raceIntervalMs: 240_000, ...options })
    const token = yield* Effect.promise(() => login(sandbox.ports.api))
    return { sandbox, session: new Session(sandbox.ports.api, token), token, port: sandbox.ports.stream }
  })

const subscribed = async (client: StreamClient, message: Readonly<Record<string, unknown>>) => {
  client.send({ id: 2, ...message })
  const status = await client.find(({ op, id }) => op === "status" && id === 2)
  assert.strictEqual(status.statusCode, "SUCCESS", JSON.stringify(status))
  return client.find(({ op }) => op === "mcm" || op === "ocm")
}

const prices = {
  op: "marketSubscription",
  marketFilter: {},
  marketDataFilter: { fields: ["EX_BEST_OFFERS", "EX_LTP"] }
}

/** A market without prices, one that is just over for instance, has no runners to tell of. */
const runnersIn = (line: any): ReadonlyArray<any> => line.mc.flatMap(({ rc = [] }) => rc)

const orderOf = (line: any) => line.oc?.[0].orc[0].uo[0]

describe("the stream", () => {
  it.live("greets, authenticates once and counts connections", () =>
    Effect.gen(function* () {
      const { port, token } = yield* open({ maximumConnections: 2 })
      const first = yield* streamClient(port)
      const second = yield* streamClient(port)
      const third = yield* streamClient(port)
      yield* Effect.promise(async () => {
        const greeting = await first.next()
        assert.deepStrictEqual(Object.keys(greeting), ["op", "connectionId"])
        first.send({ op: "authentication", id: 9, appKey: "sandbox", session: token })
        assert.deepStrictEqual(await first.next(), {
          op: "status",
          id: 9,
          statusCode: "SUCCESS",
          connectionClosed: false,
          connectionsAvailable: 1
        })
        assert.strictEqual((await second.authenticate(token)).connectionsAvailable, 0)
        const refused = await third.authenticate(token)
        assert.deepInclude(refused, { errorCode: "MAX_CONNECTION_LIMIT_EXCEEDED", connectionClosed: true })
        first.send({ op: "heartbeat", id: 10 })
        assert.deepInclude(await first.next(), { op: "status", id: 10, statusCode: "SUCCESS" })
        first.send({ op: "authentication", id: 11, appKey: "sandbox", session: token })
        const again = await first.next()
        assert.deepInclude(again, { id: 11, errorCode: "INVALID_REQUEST", connectionClosed: true })
        assert.strictEqual(again.connectionId, greeting.connectionId)
        await first.closed()
      })
    })
  )

  it.live("says what is wrong with a request", () =>
    Effect.gen(function* () {
      const { port, token } = yield* open()
      const refusalOf = (message: unknown, authenticated = true) =>
        Effect.scoped(
          Effect.flatMap(streamClient(port), (client) =>
            Effect.promise(async () => {
              if (authenticated) await client.authenticate(token)
              client.send(message)
              const { errorCode, id } = await client.find(({ op }) => op === "status")
              return [errorCode, id]
            })
          )
        )
      const authentication = { op: "authentication", id: 3, appKey: "sandbox", session: token }
      assert.deepStrictEqual(yield* refusalOf("{\r\n"), ["INVALID_REQUEST", undefined])
      assert.deepStrictEqual(yield* refusalOf({ op: "dance", id: 3 }), ["INVALID_REQUEST", 3])
      assert.deepStrictEqual(yield* refusalOf({ ...authentication, session: "x" }, false), [
        "INVALID_SESSION_INFORMATION",
        3
      ])
      assert.deepStrictEqual(yield* refusalOf({ ...authentication, session: null }, false), ["NO_SESSION", 3])
      assert.deepStrictEqual(yield* refusalOf({ ...authentication, appKey: "x" }, false), ["INVALID_APP_KEY", 3])
      assert.deepStrictEqual(yield* refusalOf({ op: "authentication", id: 3 }, false), ["NO_APP_KEY", 3])
      assert.deepStrictEqual(yield* refusalOf({ ...prices, id: 3 }, false), ["NOT_AUTHORIZED", 3])
      assert.deepStrictEqual(yield* refusalOf({ ...prices, id: 3, heartbeatMs: "x" }), ["INVALID_INPUT", 3])
      assert.deepStrictEqual(yield* refusalOf({ ...prices, id: 3, marketDataFilter: { fields: ["X"] } }), [
        "INVALID_INPUT",
        3
      ])
      assert.deepStrictEqual(yield* refusalOf({ ...prices, id: 3, marketFilter: { eventTypeIds: 7 } }), [
        "INVALID_INPUT",
        3
      ])
      assert.deepStrictEqual(yield* refusalOf({ ...prices, id: 3, initialClk: "a", clk: "?" }), ["INVALID_CLOCK", 3])
      assert.deepStrictEqual(yield* refusalOf(`${"x".repeat(70_000)}`), ["INVALID_REQUEST", undefined])
      const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`
      assert.deepStrictEqual(yield* refusalOf(`{"op":"marketSubscription","id":3,"marketFilter":{"x":${deep}}}\r\n`), [
        "INVALID_REQUEST",
        undefined
      ])
    })
  )

  it.live("streams prices, one subscription in place of the other, within the bounds of its settings", () =>
    Effect.gen(function* () {
      const { port, token } = yield* open()
      const client = yield* streamClient(port)
      yield* Effect.promise(async () => {
        await client.authenticate(token)
        const image = await subscribed(client, { ...prices, heartbeatMs: 1, conflateMs: 999_999 })
        assert.deepInclude(image, { op: "mcm", id: 2, ct: "SUB_IMAGE", heartbeatMs: 500, conflateMs: 120_000 })
        assert.isTrue(image.mc.length > 2 && image.mc.every((change: any) => change.img === true))
        assert.isTrue(runnersIn(image).some(({ batb }) => batb?.length === 3))
        assert.deepInclude(await client.next(), { op: "mcm", ct: "HEARTBEAT", id: 2 })
        client.send({ ...prices, id: 3, marketDataFilter: { ladderLevels: 1, fields: ["EX_BEST_OFFERS"] } })
        const second = await client.find(({ ct, id }) => id === 3 && ct === "SUB_IMAGE")
        assert.isTrue(runnersIn(second).length > 0 && runnersIn(second).every(({ batb }) => (batb?.length ?? 1) === 1))
        const delta = await client.find(({ mc }) => mc !== undefined)
        assert.strictEqual(delta.id, 3)
        assert.isUndefined(delta.ct)
        assert.isTrue(delta.pt >= second.pt && delta.clk !== second.clk)
      })
    })
  )

  it.live("resumes on another connection where the first was cut", () =>
    Effect.gen(function* () {
      const { port, token } = yield* open()
      const first = yield* streamClient(port)
      const second = yield* streamClient(port)
      yield* Effect.promise(async () => {
        await first.authenticate(token)
        const { initialClk } = await subscribed(first, prices)
        const { clk } = await first.find(({ mc }) => mc !== undefined)
        first.close()
        await second.authenticate(token)
        const resumed = await subscribed(second, { ...prices, initialClk, clk })
        assert.deepInclude(resumed, { ct: "RESUB_DELTA", initialClk })
        const other = await subscribed(second, { ...prices, marketDataFilter: {}, initialClk, clk })
        assert.strictEqual(other.ct, "SUB_IMAGE")
      })
    })
  )

  it.live("streams orders as they are placed and cancelled, by strategy where wanted", () =>
    Effect.gen(function* () {
      const { port, session, token } = yield* open()
      const client = yield* streamClient(port)
      const filtered = yield* streamClient(port)
      yield* Effect.promise(async () => {
        const at = await market(session)
        const orders = { op: "orderSubscription", orderFilter: { includeOverallPosition: true } }
        await client.authenticate(token)
        await filtered.authenticate(token)
        assert.deepInclude(await subscribed(client, orders), { op: "ocm", ct: "SUB_IMAGE" })
        await subscribed(filtered, { op: "orderSubscription", orderFilter: { customerStrategyRefs: ["mine"] } })
        const place = (ref: string) => session.result("placeOrders", order(at, { customerStrategyRef: ref }))
        const [other] = (await place("other")).instructionReports
        const [mine] = (await place("mine")).instructionReports
        const first = await client.find(({ oc }) => oc !== undefined)
        assert.deepInclude(orderOf(first), { id: other.betId, status: "E", s: 2, sr: 2, rfo: "ref-1", rfs: "other" })
        assert.strictEqual(first.oc[0].id, at.marketId)
        assert.strictEqual(orderOf(await filtered.find(({ oc }) => oc !== undefined)).id, mine.betId)
        await session.result("cancelOrders", { marketId: at.marketId, instructions: [{ betId: mine.betId }] })
        const gone = await filtered.find(({ oc }) => oc !== undefined)
        assert.deepInclude(orderOf(gone), { id: mine.betId, status: "EC", sc: 2, sr: 0 })
        // Only executable orders are in an image.
        const image = await subscribed(client, { ...orders, id: 2 })
        const ids = image.oc.flatMap((one: any) => one.orc.flatMap((runner: any) => runner.uo.map((uo: any) => uo.id)))
        assert.deepStrictEqual(ids, [other.betId])
      })
    })
  )

  it.live.skipIf(recorded === undefined)("takes the subscriptions that other clients send", () =>
    Effect.gen(function* () {
      const { port, token } = yield* open()
      const client = yield* streamClient(port)
      yield* Effect.promise(async () => {
        await client.authenticate(token)
        for (const path of requests.filter((one) => one.includes("subscription"))) {
          const message = await subscribed(client, { ...(recorded!(path) as object), id: 2 })
          assert.strictEqual(message.ct, "SUB_IMAGE", path)
        }
      })
    })
  )
})

import { gunzipSync } from "node:zlib"
import { Agent, request } from "node:https"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ann, bob, certificates, login, market, order, sandboxWith, send, Session } from "./Client.ts"
import { recorded, requests } from "./Recorded.ts"

const open = Effect.gen(function* () {
  const { ports } = yield* sandboxWith()
  return yield* Effect.promise(async () => new Session(ports.api, await login(ports.api)))
})

const form = { "content-type": "application/x-www-form-urlencoded", "x-application": "sandbox" }

describe("the identity service", () => {
  it.live("logs in with certificate and password, and says why not", () =>
    Effect.gen(function* () {
      const { ports } = yield* sandboxWith()
      const login = (path: string, body: string, withCertificate: boolean, headers = form) =>
        Effect.promise(async () => (await send(ports.api, path, { body, withCertificate, headers })).json)
      const right = "username=ann&password=secret"
      const session = yield* login("/api/certlogin", right, true)
      assert.strictEqual(session.loginStatus, "SUCCESS")
      assert.match(session.sessionToken, /.{20}/)
      assert.deepStrictEqual(yield* login("/api/certlogin", right, false), { loginStatus: "CERT_AUTH_REQUIRED" })
      assert.deepStrictEqual(yield* login("/api/certlogin", "username=ann&password=x", true), {
        loginStatus: "INVALID_USERNAME_OR_PASSWORD"
      })
      assert.deepStrictEqual(yield* login("/api/certlogin", right, true, { ...form, "x-application": "" }), {
        loginStatus: "INPUT_VALIDATION_ERROR"
      })
      const interactive = yield* login("/api/login", right, false)
      assert.deepStrictEqual(
        { ...interactive, token: "" },
        { token: "", product: "sandbox", status: "SUCCESS", error: "" }
      )
      const failed = yield* login("/api/login", "username=ann", false)
      assert.deepStrictEqual(failed, { token: "", product: "sandbox", status: "FAIL", error: "INPUT_VALIDATION_ERROR" })
    })
  )

  it.live("keeps a session alive until it is logged out", () =>
    Effect.gen(function* () {
      const session = yield* open
      const ask = (path: string, token = session.token) =>
        Effect.promise(async () => {
          const headers = { "x-application": "sandbox", "x-authentication": token, accept: "application/json" }
          return (await send(session.port, path, { method: "GET", headers })).json
        })
      const answer = { token: session.token, product: "sandbox", status: "SUCCESS", error: "" }
      assert.deepStrictEqual(yield* ask("/api/keepAlive"), answer)
      assert.deepStrictEqual(yield* ask("/api/logout"), answer)
      assert.deepStrictEqual(yield* ask("/api/logout"), { ...answer, status: "FAIL", error: "NO_SESSION" })
      assert.deepStrictEqual(yield* ask("/api/keepAlive", ""), {
        token: "",
        product: "sandbox",
        status: "FAIL",
        error: "INPUT_VALIDATION_ERROR"
      })
      const after = yield* Effect.promise(() => session.call("getAccountFunds", {}))
      assert.strictEqual(after.error.data.AccountAPINGException.errorCode, "INVALID_SESSION_INFORMATION")
    })
  )
})

describe("the API", () => {
  it.live("takes an order, shows it and cancels it", () =>
    Effect.gen(function* () {
      const session = yield* open
      yield* Effect.promise(async () => {
        const at = await market(session)
        const placed = await session.result("placeOrders", order(at, { customerRef: "once", customerStrategyRef: "s" }))
        assert.strictEqual(placed.status, "SUCCESS")
        const [{ betId, orderStatus }] = placed.instructionReports
        assert.strictEqual(orderStatus, "EXECUTABLE")
        const { currentOrders } = await session.result("listCurrentOrders", {})
        assert.strictEqual(currentOrders.length, 1)
        assert.deepInclude(currentOrders[0], {
          betId,
          customerOrderRef: "ref-1",
          customerStrategyRef: "s",
          sizeRemaining: 2
        })
        const again = await session.result("placeOrders", order(at, { customerRef: "once" }))
        assert.deepInclude(again, { status: "FAILURE", errorCode: "DUPLICATE_TRANSACTION" })
        assert.strictEqual((await session.result("getAccountFunds", {})).exposure, -2)
        const cancelled = await session.result("cancelOrders", { marketId: at.marketId, instructions: [{ betId }] })
        assert.deepInclude(cancelled.instructionReports[0], { status: "SUCCESS", sizeCancelled: 2 })
        assert.strictEqual((await session.result("getAccountFunds", {})).exposure, 0)
      })
    })
  )

  it.live("answers the same in both forms, and a batch in its order", () =>
    Effect.gen(function* () {
      const session = yield* open
      yield* Effect.promise(async () => {
        const { marketId } = await market(session)
        const params = { marketIds: [marketId], priceProjection: { priceData: [] } }
        for (const [method, service, given] of [
          ["listEventTypes", "betting", { filter: {} }],
          ["getAccountDetails", "account", {}],
          ["getDeveloperAppKeys", "account", {}],
          ["getAccountFunds", "account", {}]
        ] as const) {
          const rest = await session.post(`/exchange/${service}/rest/v1.0/${method}/`, given)
          assert.strictEqual(rest.status, 200)
          assert.deepStrictEqual(rest.json, await session.result(method, given))
        }
        const call = (id: number, method: string) => ({
          jsonrpc: "2.0",
          method: `SportsAPING/v1.0/${method}`,
          params,
          id
        })
        const batch = await session.post("/exchange/betting/json-rpc/v1/", [
          call(7, "listMarketBook"),
          call(8, "listNothing"),
          call(9, "listMarketBook")
        ])
        assert.deepStrictEqual(
          batch.json.map(({ error, id, result }: any) => [id, result?.[0].marketId ?? error.message]),
          [
            [7, marketId],
            [8, "DSC-0021"],
            [9, marketId]
          ]
        )
      })
    })
  )

  it.live("tells what is wrong in the form in which it was asked", () =>
    Effect.gen(function* () {
      const session = yield* open
      yield* Effect.promise(async () => {
        const rest = "/exchange/betting/rest/v1.0/listEventTypes/"
        const stranger = new Session(session.port, "nobody")
        const refused = await stranger.post(rest, { filter: {} })
        assert.strictEqual(refused.status, 400)
        assert.strictEqual(refused.json.faultstring, "ANGX-0003")
        assert.strictEqual(refused.json.detail.APINGException.errorCode, "INVALID_SESSION_INFORMATION")
        const rpc = await stranger.call("listEventTypes", { filter: {} })
        assert.deepInclude(rpc.error, { code: -32099, message: "ANGX-0003" })
        const code = async (appKey: string, token: string) =>
          (await new Session(session.port, token, appKey).call("listEventTypes", {})).error.data.APINGException
            .errorCode
        assert.strictEqual(await code("", session.token), "NO_APP_KEY")
        assert.strictEqual(await code("other", session.token), "INVALID_APP_KEY")
        assert.strictEqual(await code("sandbox", ""), "NO_SESSION")
        assert.deepStrictEqual((await session.post("/exchange/betting/json-rpc/v1", "{")).json, {
          jsonrpc: "2.0",
          error: { code: -32700, message: "DSC-0008" },
          id: null
        })
        assert.strictEqual((await session.post(rest, "{")).json.faultstring, "DSC-0008")
        const deep = `{"marketId":"1.1","x":${"[".repeat(20_000)}${"]".repeat(20_000)}}`
        const placing = await session.post("/exchange/betting/rest/v1.0/placeOrders/", deep)
        assert.strictEqual(placing.json.faultstring, "DSC-0008")
        assert.strictEqual((await session.post("/exchange/betting/rest/v1.0/listNothing/", {})).status, 404)
        assert.strictEqual((await session.post("/elsewhere", {})).status, 404)
        assert.strictEqual((await send(session.port, rest, { method: "GET" })).status, 405)
        const [large] = [await session.post(rest, " ".repeat(1_100_000))]
        assert.strictEqual(large.json.detail.APINGException.errorCode, "REQUEST_SIZE_EXCEEDS_LIMIT")
        assert.strictEqual((await session.result("heartbeat", { preferredTimeoutSeconds: 0 })).actionPerformed, "NONE")
        const negative = await session.call("heartbeat", { preferredTimeoutSeconds: -1 })
        assert.strictEqual(negative.error.message, "HBT-0001")
      })
    })
  )

  it.live("does not let the delayed key bet", () =>
    Effect.gen(function* () {
      const live = yield* open
      yield* Effect.promise(async () => {
        const delayed = new Session(live.port, live.token, "sandbox-delayed")
        const report = await delayed.result("placeOrders", order(await market(live), { customerRef: "r" }))
        assert.deepInclude(report, { status: "FAILURE", errorCode: "PERMISSION_DENIED", customerRef: "r" })
        assert.strictEqual(report.instructionReports[0].errorCode, "ERROR_IN_ORDER")
        assert.deepStrictEqual((await live.result("listCurrentOrders", {})).currentOrders, [])
      })
    })
  )

  it.live("keeps accounts apart", () =>
    Effect.gen(function* () {
      const session = yield* open
      yield* Effect.promise(async () => {
        await session.result("placeOrders", order(await market(session)))
        const other = new Session(session.port, await login(session.port, bob))
        assert.deepStrictEqual((await other.result("listCurrentOrders", {})).currentOrders, [])
        assert.strictEqual((await other.result("getAccountDetails", {})).firstName, "bob")
      })
    })
  )

  it.live("compresses when asked, keeps connections open without gathering listeners, and tells the time", () =>
    Effect.gen(function* () {
      const session = yield* open
      yield* Effect.promise(async () => {
        const agent = new Agent({ keepAlive: true, ca: certificates.authority.certificatePem })
        const ask = () =>
          new Promise<{ readonly bytes: Buffer; readonly date: string; readonly reused: boolean }>(
            (resolve, reject) => {
              const path = "/exchange/account/rest/v1.0/getAccountDetails/"
              const headers = { ...session.headers, "accept-encoding": "gzip, deflate" }
              const asked = request({ host: "127.0.0.1", port: session.port, path, method: "POST", agent, headers })
              asked.on("response", (response) => {
                const chunks: Array<Buffer> = []
                response.on("data", (chunk: Buffer) => chunks.push(chunk))
                response.on("end", () =>
                  resolve({ bytes: Buffer.concat(chunks), date: response.headers.date!, reused: asked.reusedSocket })
                )
              })
              asked.on("error", reject)
              asked.end("{}")
            }
          )
        const first = await ask()
        assert.strictEqual(JSON.parse(gunzipSync(first.bytes).toString()).firstName, ann.username)
        assert.match(first.date, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
        const warnings: Array<Error> = []
        const warn = (warning: Error) => void warnings.push(warning)
        process.on("warning", warn)
        for (let i = 0; i < 15; i++) assert.isTrue((await ask()).reused)
        process.off("warning", warn)
        assert.deepStrictEqual(warnings, [])
        agent.destroy()
      })
    })
  )
})

describe("requests as other clients send them", () => {
  const rpc = requests.flatMap((path) => {
    const message = recorded!(path) as any
    const body = message.method?.includes("/v1.0/") ? message : message.json
    return body === undefined ? [] : [[path, body] as const]
  })

  it.live.skipIf(rpc.length === 0)("get answers in the recorded shape", () =>
    Effect.gen(function* () {
      const session = yield* open
      yield* Effect.promise(async () => {
        for (const [path, body] of rpc) {
          const service = body.method.startsWith("Sports")
            ? "betting"
            : body.method.startsWith("Acc")
              ? "account"
              : "heartbeat"
          const { json, status } = await session.post(`/exchange/${service}/json-rpc/v1`, body)
          assert.strictEqual(status, 200, path)
          assert.strictEqual(json.id, body.id, path)
          assert.isUndefined(json.error, `${path}: ${JSON.stringify(json.error)}`)
          if (body.params.instructions === undefined) continue
          // Their markets are not ours.
          assert.deepInclude(json.result, { status: "FAILURE", marketId: body.params.marketId }, path)
          assert.strictEqual(json.result.instructionReports?.length ?? 1, 1, path)
        }
        const menu = (
          await send(session.port, "/exchange/betting/rest/v1/en/navigation/menu.json", {
            method: "GET",
            headers: session.headers
          })
        ).json
        assert.deepInclude(menu, { type: "GROUP", name: "ROOT", id: 0 })
        assert.strictEqual(menu.children[0].children[0].children[0].type, "MARKET")
      })
    })
  )
})

import { describe, expect, it } from "vitest"
import * as ApiForm from "../../../src/sandbox/server/ApiForm.ts"
import { HeartbeatSwitch } from "../../../src/sandbox/server/HeartbeatSwitch.ts"
import { Sessions } from "../../../src/sandbox/server/Sessions.ts"
import { recorded } from "./Recorded.ts"

const funds = { operation: "getAccountFunds", params: {}, id: 1 }

/** The id of an error is its own each time. */
const withoutUuid = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer), (key, value) => (key === "requestUUID" ? "" : value))

describe("ApiForm", () => {
  it.skipIf(recorded === undefined)("tells errors as they were recorded", () => {
    const noKey = ApiForm.writeJsonRpc("account", funds, { _tag: "Exception", code: "NO_APP_KEY", details: "" })
    const response = recorded!("api-response/limx0/get_account_funds_error_no_appkey.json")
    expect(withoutUuid(noKey)).toEqual(withoutUuid(response))
    const invalid = ApiForm.writeJsonRpc("account", funds, { _tag: "Unreadable", reason: "invalid parameters" })
    expect(invalid).toEqual(recorded!("api-response/limx0/get_account_funds_error_invalid_parameters.json"))
  })

  it("gives each exception its number and, in the REST form, its status", () => {
    expect(
      ApiForm.writeRest("betting", { _tag: "Exception", code: "INVALID_SESSION_INFORMATION", details: "x" })
    ).toEqual({
      status: 400,
      body: {
        faultcode: "Client",
        faultstring: "ANGX-0003",
        detail: {
          exceptionname: "APINGException",
          APINGException: {
            requestUUID: expect.stringContaining("sandbox-"),
            errorCode: "INVALID_SESSION_INFORMATION",
            errorDetails: "x"
          }
        }
      }
    })
    expect(ApiForm.writeRest("betting", { _tag: "Unreadable", reason: "no such operation" })).toEqual({
      status: 404,
      body: { faultcode: "Client", faultstring: "DSC-0021", detail: {} }
    })
  })

  it.each([
    [null, "invalid request"],
    [7, "invalid request"],
    [[], "invalid request"],
    [{}, "invalid request"],
    [{ method: 5, id: 1 }, "invalid request"],
    [{ method: "AccountAPING/v1.0/getAccountFunds" }, "no such operation"],
    [Array.from({ length: 101 }, () => ({})), "invalid request"]
  ])("does not read %j as a call", (body, problem) => {
    expect(ApiForm.readJsonRpc("betting", body).calls).toMatchObject([{ problem }])
  })

  it("reads a batch in its order, with ids of both kinds", () => {
    const one = { jsonrpc: "2.0", method: "SportsAPING/v1.0/listEventTypes", params: { filter: {} }, id: "a" }
    expect(ApiForm.readJsonRpc("betting", [one, { ...one, id: 2, params: null }])).toEqual({
      isBatch: true,
      calls: [
        { operation: "listEventTypes", params: { filter: {} }, id: "a" },
        { operation: "listEventTypes", params: {}, id: 2 }
      ]
    })
  })
})

const start = 1_000_000
const makeSessions = () =>
  new Sessions({
    accounts: [{ accountId: 1, username: "ann", password: "secret" }],
    appKey: "live",
    delayedAppKey: "delayed",
    sessionMs: 1000
  })
const tokenOf = (login: ReturnType<Sessions["login"]>) => ("token" in login ? login.token : "none")

describe("Sessions", () => {
  it("names the caller, or the first thing that is missing", () => {
    const sessions = makeSessions()
    const token = tokenOf(sessions.login("ann", "secret", start))
    expect(sessions.caller(undefined, token, start)).toBe("NO_APP_KEY")
    expect(sessions.caller("other", token, start)).toBe("INVALID_APP_KEY")
    expect(sessions.caller("live", undefined, start)).toBe("NO_SESSION")
    expect(sessions.caller("live", "other", start)).toBe("INVALID_SESSION_INFORMATION")
    expect(sessions.caller("delayed", token, start)).toMatchObject({ isDelayed: true, account: { username: "ann" } })
  })

  it("ends a session at its time, which only a keep-alive moves", () => {
    const sessions = makeSessions()
    const token = tokenOf(sessions.login("ann", "secret", start))
    expect(sessions.keepAlive(token, start + 900)).toBe(true)
    expect(sessions.accountOf(token, start + 1899)).toBeDefined()
    expect(sessions.accountOf(token, start + 1900)).toBeUndefined()
    expect(sessions.keepAlive(token, start + 1900)).toBe(false)
    expect(sessions.logout(token)).toBe(false)
  })

  it("bans an account for twenty minutes after a hundred logins in one, and leaves its sessions alone", () => {
    const sessions = makeSessions()
    const first = tokenOf(sessions.login("ann", "secret", start))
    for (let i = 1; i < 100; i++) sessions.login("ann", "secret", start + i)
    const banned = { refused: "TEMPORARY_BAN_TOO_MANY_REQUESTS" }
    expect(sessions.login("ann", "secret", start + 200)).toEqual(banned)
    expect(sessions.login("ann", "secret", start + 20 * 60_000)).toEqual(banned)
    expect(sessions.login("ann", "wrong", start)).toEqual({ refused: "INVALID_USERNAME_OR_PASSWORD" })
    expect(sessions.accountOf(first, start + 300)).toBeDefined()
    expect(sessions.login("ann", "secret", start + 20 * 60_000 + 200)).toHaveProperty("token")
  })
})

describe("HeartbeatSwitch", () => {
  it("cancels once when an account falls silent, and says so at the next heartbeat", () => {
    const heartbeats = new HeartbeatSwitch()
    const cancelled: Array<number> = []
    const check = (now: number) =>
      heartbeats.check(now, (accountId) => {
        cancelled.push(accountId)
        return { found: 2, cancelled: 2 }
      })
    expect(heartbeats.beat(1, "5", 0)).toEqual({ actualTimeoutSeconds: 10, actionPerformed: "NONE" })
    expect(heartbeats.beat(2, 1000, 0)).toEqual({ actualTimeoutSeconds: 300, actionPerformed: "NONE" })
    check(9999)
    expect(cancelled).toEqual([])
    check(10_000)
    check(20_000)
    expect(cancelled).toEqual([1])
    expect(heartbeats.beat(1, 0, 20_000)).toEqual({ actualTimeoutSeconds: 0, actionPerformed: "ALL_BETS_CANCELLED" })
    check(400_000)
    expect(cancelled).toEqual([1, 2])
    expect([-1, 1.5, "x", null, {}].map((seconds) => heartbeats.beat(1, seconds, 0))).toEqual(
      Array.from({ length: 5 }, () => undefined)
    )
  })
})

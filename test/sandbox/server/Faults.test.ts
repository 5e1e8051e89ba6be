import { Result } from "effect"
import { describe, expect, it } from "vitest"
import type { Fault } from "../../../src/sandbox/faults/Fault.ts"
import * as FaultSchema from "../../../src/sandbox/faults/Fault.ts"
import * as FaultText from "../../../src/sandbox/faults/FaultText.ts"
import { Faults, maximumFaults } from "../../../src/sandbox/faults/Faults.ts"

const place = {
  channel: "http",
  operation: "placeOrders",
  account: "ann",
  path: "/exchange/betting/json-rpc/v1"
} as const
const prices = { channel: "stream", operation: "mcm" } as const

const withFault = (fault: Fault) => {
  const faults = new Faults()
  faults.add(fault, 1000)
  return faults
}

const struck = (faults: Faults, times: number) =>
  Array.from({ length: times }, () => faults.strike(place, 1000).length > 0)

const read = (text: string) => Result.getOrThrow(FaultText.parse(text))

const hitsOf = (seed: number) => struck(withFault({ action: "drop-response", probability: 0.25, seed }), 2000)

describe("FaultText.parse", () => {
  it("reads operation, action, value and conditions", () => {
    expect(read("placeOrders:drop-response,nth=3")).toEqual({
      operation: "placeOrders",
      action: "drop-response",
      nth: 3
    })
    expect(read("delay-response=1.5s,probability=0.1,seed=7,after=1m,for=2h,count=4,account=ann")).toEqual({
      action: "delay-response",
      delayMs: 1500,
      probability: 0.1,
      seed: 7,
      afterMs: 60_000,
      forMs: 7_200_000,
      count: 4,
      account: "ann"
    })
    expect(read("timeout=not-executed")).toEqual({ action: "timeout", executed: false })
    expect(read("http-error=503")).toEqual({ action: "http-error", status: 503 })
    expect(read("refuse-login=TEMPORARY_BAN_TOO_MANY_REQUESTS").code).toBe("TEMPORARY_BAN_TOO_MANY_REQUESTS")
    expect(read("mcm:stall")).toEqual({ operation: "mcm", action: "stall" })
  })

  it.each([
    ["", /action "".*expected one of drop-request/],
    ["explode", /"explode"/],
    ["placeOrder:drop-request", /operation.*"placeOrder"/],
    ["mcm:drop-request", /operation: found mcm, expected for drop-request/],
    ["delay-request", /delayMs: expected for delay-request/],
    ["delay-request=5", /delayMs/],
    ["drop-request=5s", /takes no value, found "5s"/],
    ["http-error", /status: expected/],
    ["http-error=200", /status/],
    ["timeout=perhaps", /executed/],
    ["cut,nth=0", /nth/],
    ["cut,nth=x", /nth/],
    ["cut,probability=2", /probability/],
    ["cut,when=now", /"when=now".*FIELD=VALUE/],
    ["cut,nth", /"nth".*FIELD=VALUE/]
  ])("refuses %s and says why", (text, expected) => {
    const read = FaultText.parse(text)
    expect(Result.isFailure(read) ? read.failure : "accepted").toMatch(expected)
  })
})

describe("Fault.fromJson", () => {
  it.each([[null], [[]], ["cut"], [{}], [{ action: "cut", colour: "red" }], [{ action: "cut", nth: "1" }]])(
    "refuses %j",
    (json) => {
      expect(Result.isFailure(FaultSchema.fromJson(json))).toBe(true)
    }
  )
})

describe("Faults.strike", () => {
  it("strikes the nth only, and counts", () => {
    const faults = withFault({ action: "drop-response", operation: "placeOrders", nth: 2 })
    faults.strike({ ...place, operation: "cancelOrders" }, 1000)
    expect(struck(faults, 3)).toEqual([false, true, false])
    expect(faults.list()).toMatchObject([{ seen: 3, struck: 1 }])
  })

  it("strikes at most so often, within its time", () => {
    expect(struck(withFault({ action: "drop-response", count: 2 }), 4)).toEqual([true, true, false, false])
    const timed = withFault({ action: "drop-response", afterMs: 10, forMs: 5 })
    expect([1009, 1010, 1014, 1015].map((now) => timed.strike(place, now).length)).toEqual([0, 1, 1, 0])
  })

  it("strikes the same with the same seed, at its rate", () => {
    expect(hitsOf(1)).toEqual(hitsOf(1))
    expect(hitsOf(1)).not.toEqual(hitsOf(2))
    const hits = hitsOf(1).filter(Boolean).length
    expect(hits).toBeGreaterThan(400)
    expect(hits).toBeLessThan(600)
  })

  it("keeps to the account, the path and what its action can be done to", () => {
    expect(withFault({ action: "timeout", account: "bob" }).strike(place, 1000)).toEqual([])
    expect(withFault({ action: "timeout", path: "/api" }).strike(place, 1000)).toEqual([])
    expect(withFault({ action: "timeout", path: "/exchange" }).strike(place, 1000)).toHaveLength(1)
    expect(withFault({ action: "refuse-login", code: "BAN" }).strike(place, 1000)).toEqual([])
    expect(withFault({ action: "cut" }).strike(place, 1000)).toEqual([])
    expect(withFault({ action: "cut" }).strike(prices, 1000)).toHaveLength(1)
    expect(withFault({ action: "drop-request" }).strike(prices, 1000)).toEqual([])
    const unknown = { ...place, operation: "listTeams" }
    expect(withFault({ action: "drop-request" }).strike(unknown, 1000)).toHaveLength(1)
  })

  it("puts several together, forgets removed ones and has a bound", () => {
    const faults = withFault({ action: "delay-request", delayMs: 5 })
    const second = faults.add({ action: "drop-response" }, 1000)
    expect(faults.strike(place, 1000).map(({ action }) => action)).toEqual(["delay-request", "drop-response"])
    expect(faults.remove(second!)).toBe(true)
    expect(faults.remove(second!)).toBe(false)
    expect(faults.strike(place, 1000)).toHaveLength(1)
    for (let i = 1; i < maximumFaults; i++) expect(faults.add({ action: "cut" }, 1000)).toBeDefined()
    expect(faults.add({ action: "cut" }, 1000)).toBeUndefined()
    faults.clear()
    expect(faults.list()).toEqual([])
  })
})

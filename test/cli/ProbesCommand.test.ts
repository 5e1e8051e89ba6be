import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { everySecond, race, start } from "../backtest/ScriptedMarket.ts"
import { run } from "./InProcess.ts"

const folder = mkdtempSync(join(tmpdir(), "clever-better-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** A race in which runner 1 can be backed at 3.0 for 1.50 and at 2.98 for the rest, and wins. */
const recording = (() => {
  const market = race({ runnerCount: 1 })
  const opens = { ...market.opens(), rc: [{ id: 1, atb: [[3, 1.5] as const, [2.98, 100] as const] }] }
  const changes = [
    opens,
    market.quotes(1, { lay: 3.1 }),
    market.quotes(1, { lay: 3.1 }),
    market.suspends(),
    market.closes(1)
  ]
  const path = join(folder, "1.1")
  writeFileSync(
    path,
    everySecond(changes)
      .map((message) => JSON.stringify(message))
      .join("\n")
  )
  return path
})()

describe("clever-better probes", () => {
  it("prints a row for each probe, and every order if asked", async () => {
    const { code, stdout } = await run([
      "probes",
      recording,
      "--probe",
      "LimitOnce",
      "--probe",
      "Fok",
      "--orders",
      "--json"
    ])
    expect(code).toBe(0)
    const [limit, fok, ...others] = JSON.parse(stdout)
    expect(others).toEqual([])
    expect(limit).toEqual({
      recording,
      market: "1.1",
      probe: "LimitOnce",
      orders: 1,
      matched_orders: 1,
      size_matched: 1.5,
      cancelled: 0,
      lapsed: 0.5,
      voided: 0,
      profit: 3,
      commission: 0.15,
      order_rows: [
        {
          selection: 1,
          handicap: 0,
          side: "BACK",
          type: "LIMIT",
          price: 3,
          size: 2,
          persistence: "LAPSE",
          created: start,
          placed: start + 120,
          fills: [{ at: start + 120, price: 3, size: 1.5 }],
          matched: 1.5,
          cancelled: 0,
          lapsed: 0.5,
          voided: 0,
          queue_left: 0,
          profit: 3,
          refused: null
        }
      ]
    })
    expect(fok).toMatchObject({ probe: "Fok", size_matched: 20, order_rows: [{ type: "FILL_OR_KILL", price: 2.94 }] })
  })

  it("takes the profile it is told, and prints a table for people", async () => {
    const { code, stdout } = await run([
      "probes",
      recording,
      "--profile",
      "flumine",
      "--probe",
      "LimitOnce",
      "--orders"
    ])
    expect(code).toBe(0)
    const [profile, heading, row, order] = stdout.split("\n")
    expect(profile).toBe("Matching profile flumine; amounts in pounds")
    expect(heading).toMatch(
      /^recording +market +probe +orders +matched +size +cancelled +lapsed +voided +profit +commission$/
    )
    expect(row).toMatch(/^1\.1 +1\.1 +LimitOnce +1 +1 +1\.50 +0\.00 +0\.50 +0\.00 +3\.00 +0\.15$/)
    expect(order).toBe(
      "  12:00:00.000 BACK 1 2.00 @ 3, placed 12:00:01.000, matched 1.50 (12:00:00.000 1.50 @ 3), lapsed 0.50, profit 3.00"
    )
  })

  it("runs all fourteen when none is named, with the settings' profile", async () => {
    const config = join(folder, "config.yaml")
    writeFileSync(config, "paper: { profile: flumine }")
    const { stdout } = await run(["probes", recording, "--config", config])
    expect(stdout.trimEnd().split("\n")).toHaveLength(2 + 14)
    expect(stdout).toContain("profile flumine")
  })

  it("ends with 2 when it is used wrongly, and with 1 when a recording could not be read", async () => {
    expect((await run(["probes", recording, "--probe", "Nobody"])).code).toBe(2)
    expect((await run(["probes"])).code).toBe(2)
    const { code, stderr, stdout } = await run([
      "probes",
      join(folder, "nothing"),
      recording,
      "--json",
      "--probe",
      "Fok"
    ])
    expect(code).toBe(1)
    expect(stderr).toContain("no such file")
    expect(JSON.parse(stdout)).toHaveLength(1)
  })
})

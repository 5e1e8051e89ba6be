import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { run } from "./InProcess.ts"

const folder = mkdtempSync(join(tmpdir(), "sandbox-command-"))
afterAll(() => rmSync(folder, { recursive: true }))

const sandbox = (...options: ReadonlyArray<string>) => run(["sandbox", ...options], { cwd: folder })

describe("sandbox", () => {
  it.each([
    [["--account", "ann:secret"], "--account ann…: expected USER:PASSWORD:BALANCE"],
    [["--account", "a:b:1", "--account", "a:c:2"], "--account a…: found twice"],
    [["--fault", "placeOrders:explode"], '--fault placeOrders:explode: found action "explode"'],
    [["--port", "70000"], "--port: found 70000, expected a port from 0 to 65535"],
    [["--seed", "-1"], "--seed: found -1"],
    [["--race-interval", "5"], "--race-interval: found 5, expected 10 to 3600"],
    [["--recorded", "nowhere"], "there is no market to bet on"],
    [["--recorded", "nowhere", "--speed", "0"], "--speed: found 0, expected 0.01 to 1000"],
    [["--speed", "2"], "--speed and --before-off are for --recorded FILE"],
    [["somewhere"], "found somewhere, expected --recorded before files"]
  ])("names the option that is wrong: %j", async (options, said) => {
    const { code, stderr, stdout } = await sandbox(...options)
    expect([code, stdout]).toEqual([2, ""])
    expect(stderr).toContain(said)
  })

  it("does not start when a port is taken, and says which", async () => {
    const taken = createServer()
    await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done))
    const address = taken.address()
    const port = typeof address === "object" && address !== null ? String(address.port) : ""
    const { code, stderr } = await sandbox("--port", "0", "--stream-port", port, "--control-port", "0")
    taken.close()
    expect(code).toBe(3)
    expect(stderr).toContain(`cannot open port ${port} for the sandbox's stream`)
  })
})

import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { credentials } from "@grpc/grpc-js"
import { MLServiceClient } from "../../src/prediction/generated/mlservice.ts"
import * as Model from "../../src/prediction/model/Model.ts"
import { aModel, unproven } from "../prediction/models.ts"
import { main, run, start } from "./Process.ts"

const folder = mkdtempSync(join(tmpdir(), "predict-serve-"))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, "good.json"), Model.encode(aModel()))
writeFileSync(join(folder, "unproven.json"), Model.encode(unproven()))
writeFileSync(join(folder, "broken.json"), "{}")

const serve = (...options: ReadonlyArray<string>) => run(["predict", "serve", ...options], { cwd: folder })

describe("predict serve", () => {
  it.each([
    [2, ["--port", "70000"], "--port: found 70000, expected a port from 0 to 65535"],
    [2, ["--cert", "cert.pem"], "--cert and --key belong together"],
    [2, ["--cert", "cert.pem", "--key", "key.pem"], "--cert cert.pem can't be read"],
    [3, ["--model", "missing.json"], "missing.json can't be read"],
    [3, ["--model", "broken.json"], "broken.json: this is no model"],
    [3, ["--model", "unproven.json"], "did not beat the market on the 300 races"]
  ])("ends with %i and says why: %j", async (expected, options, said) => {
    const { code, stderr, stdout } = await serve(...options)
    expect([code, stdout]).toEqual([expected, ""])
    expect(stderr).toContain(said)
  })

  it("does not start when its port is taken", async () => {
    const taken = createServer()
    await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done))
    const address = taken.address()
    const port = typeof address === "object" && address !== null ? String(address.port) : ""
    const { code, stderr } = await serve("--model", "good.json", "--port", port)
    taken.close()
    expect(code).toBe(3)
    expect(stderr).toContain(`cannot open port ${port} of 127.0.0.1`)
  })

  it("serves, tells where, and closes in order", async () => {
    const options = ["--model", "unproven.json", "--force", "--port", "0", "--json"]
    const { ended, process: service } = start([main, "predict", "serve", ...options], { cwd: folder })
    let printed = ""
    while (!printed.trimEnd().endsWith("}")) printed += String((await once(service.stdout, "data"))[0])
    const shown = JSON.parse(printed) as { readonly address: string; readonly beatsMarket: boolean }
    expect(shown).toMatchObject({ beatsMarket: false, modelVersion: "fedcba9876543210", tls: false })
    const client = new MLServiceClient(shown.address, credentials.createInsecure())
    const health = await new Promise((resolve, reject) =>
      client.healthCheck({}, (error, answer) => (error === null ? resolve(answer) : reject(error)))
    )
    expect(health).toEqual({ status: "SERVING" })
    client.close()
    service.kill("SIGTERM")
    expect((await ended).code).toBe(0)
  })
})

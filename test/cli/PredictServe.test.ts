import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { credentials, status } from "@grpc/grpc-js"
import { Effect, Layer, Logger, Queue } from "effect"
import { afterAll } from "vitest"
import * as HangUps from "../../src/cli/HangUps.ts"
import * as MetricsPort from "../../src/cli/MetricsPort.ts"
import { MLServiceClient } from "../../src/prediction/generated/mlservice.ts"
import * as Model from "../../src/prediction/model/Model.ts"
import * as ServedModel from "../../src/prediction/service/ServedModel.ts"
import * as ShippedModel from "../../src/prediction/ShippedModel.ts"
import { certificates } from "../betfair/HttpsExchange.ts"
import { aModel } from "../prediction/models.ts"
import { main, run, start } from "./Process.ts"

const folder = mkdtempSync(join(tmpdir(), "predict-serve-"))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, "good.json"), Model.encode(aModel()))
writeFileSync(join(folder, "broken.json"), "{}")

const serve = (...options: ReadonlyArray<string>) => run(["predict", "serve", ...options], { cwd: folder })

interface Shown {
  readonly address: string
  readonly beatsMarket: boolean
  readonly metrics: string | null
  readonly model: string
  readonly tls: boolean
}

/** A service on a free port, once it has said so. */
const serving = async (...options: ReadonlyArray<string>) => {
  const argv = [main, "predict", "serve", ...options, "--port", "0", "--json"]
  const { ended, process: service } = start(argv, { cwd: folder })
  let printed = ""
  while (!printed.trimEnd().endsWith("}")) printed += String((await once(service.stdout, "data"))[0])
  return { ended, service, shown: JSON.parse(printed) as Shown }
}

/** What it says of its health, or the status of the call. */
const healthOf = async (address: string, secret = credentials.createInsecure()) => {
  const client = new MLServiceClient(address, secret)
  const answer = await new Promise((resolve) =>
    client.healthCheck({}, (error, health) => resolve(error === null ? health : error.code))
  )
  client.close()
  return answer
}

describe("predict serve", () => {
  it.each([
    [2, ["--port", "70000"], "--port: found 70000, expected a port from 0 to 65535"],
    [2, ["--cert", "cert.pem"], "--cert and --key belong together"],
    [2, ["--cert", "cert.pem", "--key", "key.pem"], "--cert cert.pem can't be read"],
    [3, ["--model", "missing.json"], "missing.json can't be read"],
    [3, ["--model", "broken.json"], "broken.json: this is no model"],
    [3, [], `${ShippedModel.file}: model `]
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

  it("serves the project's model from any folder to whom it trusts, shows its metrics, and closes in order", async () => {
    const { authority, client, server } = certificates
    writeFileSync(join(folder, "cert.pem"), server.certificatePem)
    writeFileSync(join(folder, "key.pem"), server.keyPem)
    writeFileSync(join(folder, "authority.pem"), authority.certificatePem)
    const tls = ["--cert", "cert.pem", "--key", "key.pem", "--client-ca", "authority.pem"]
    const { ended, service, shown } = await serving("--force", "--metrics-port", "0", ...tls)
    expect(shown).toMatchObject({ beatsMarket: false, model: ShippedModel.file, tls: true })
    // Without a handler one of them would end the process.
    for (let n = 0; n < 20; n++) service.kill("SIGHUP")

    const trust = Buffer.from(authority.certificatePem)
    const known = credentials.createSsl(trust, Buffer.from(client.keyPem), Buffer.from(client.certificatePem))
    const address = shown.address.replace("127.0.0.1", "localhost")
    expect(await healthOf(address, known)).toEqual({ status: "SERVING" })
    expect(await healthOf(address, credentials.createSsl(trust))).toBe(status.UNAVAILABLE)
    expect(await healthOf(address)).toBe(status.UNAVAILABLE)

    const metrics = await (await fetch(shown.metrics!)).text()
    expect(metrics).toContain('clever_better_service_models_loaded_total{outcome="loaded"} 1\n')
    expect(metrics).toContain('clever_better_service_calls_total{call="HealthCheck",code="OK"} 1\n')
    service.kill("SIGTERM")
    expect((await ended).code).toBe(0)
  })
})

describe("MetricsPort", () => {
  it.live("is told where it is, and does not open on a port that is taken", () =>
    Effect.gen(function* () {
      const url = new URL(yield* MetricsPort.open(0))
      expect((yield* Effect.promise(() => fetch(url))).status).toBe(200)
      expect(yield* Effect.flip(MetricsPort.open(Number(url.port)))).toMatchObject({
        _tag: "StartRefused",
        message: expect.stringContaining(`cannot open --metrics-port ${url.port}`)
      })
    })
  )
})

describe("HangUps", () => {
  it.effect("has a changed model read at once", () =>
    Effect.gen(function* () {
      const file = join(folder, "changing.json")
      writeFileSync(file, Model.encode(aModel()))
      // Under the test's clock nobody looks at the file by himself.
      const model = yield* ServedModel.make({ file, allowUnproven: false })
      const hangUps = yield* HangUps.make
      const reloaded = yield* Queue.unbounded<boolean>()
      yield* Queue.take(hangUps).pipe(
        Effect.andThen(model.reload),
        Effect.flatMap((isNew) => Queue.offer(reloaded, isNew)),
        Effect.forever,
        Effect.forkScoped
      )
      writeFileSync(file, Model.encode(aModel({ version: "1111111111111111" })))
      expect(model.current().version).toBe("0123456789abcdef")
      process.emit("SIGHUP")
      expect(yield* Queue.take(reloaded)).toBe(true)
      expect(model.current().version).toBe("1111111111111111")
      process.emit("SIGHUP")
      expect(yield* Queue.take(reloaded)).toBe(false)
    }).pipe(Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))))
  )

  it.effect("leaves no handler behind", () =>
    Effect.gen(function* () {
      const before = process.listenerCount("SIGHUP")
      yield* Effect.scoped(HangUps.make)
      expect(process.listenerCount("SIGHUP")).toBe(before)
    })
  )
})

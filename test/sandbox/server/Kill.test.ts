import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { certificates, login, market, order, Session } from "./Client.ts"

const main = resolve(fileURLToPath(import.meta.url), "../../../../src/main.ts")
const folder = mkdtempSync(join(tmpdir(), "sandbox-"))
const children: Array<ChildProcess> = []
afterAll(() => {
  for (const child of children) child.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

/** The certificates of the tests' client, as the sandbox would have kept them. */
const keepCertificates = () => {
  const kept = join(folder, "certificates")
  mkdirSync(kept)
  for (const [name, pair] of [
    ["ca", certificates.authority],
    ["server", certificates.server],
    ["client", certificates.client]
  ] as const) {
    writeFileSync(join(kept, `${name}.pem`), pair.certificatePem)
    writeFileSync(join(kept, `${name}-key.pem`), pair.keyPem)
  }
}

interface Shown {
  readonly api: string
  readonly control: string
}

const settings = Object.entries({
  port: "0",
  "stream-port": "0",
  "control-port": "0",
  "race-interval": "240",
  data: join(folder, "book"),
  certificates: join(folder, "certificates"),
  account: "ann:secret:1000"
}).flatMap(([name, value]) => [`--${name}`, value])

const start = async (): Promise<{ readonly child: ChildProcess; readonly shown: Shown }> => {
  const child = spawn(process.execPath, [main, "sandbox", "--json", ...settings], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  children.push(child)
  let text = ""
  for await (const chunk of child.stdout!) {
    text += String(chunk)
    if (text.includes("\n}\n")) return { child, shown: JSON.parse(text) as Shown }
  }
  throw new Error(`the sandbox ended: ${text}`)
}

const truthOf = async ({ control }: Shown) => {
  const orders = (await (await fetch(`${control}/accounts/ann/orders`)).json()) as any
  return [...orders.current, ...Object.values(orders.cleared).flat()] as ReadonlyArray<any>
}

describe("a sandbox that is killed", () => {
  it("has every order it acknowledged, once and as it was, when it is started again", async () => {
    keepCertificates()
    /** Bet ids by customerOrderRef. */
    const acknowledged = new Map<string, string>()
    let serial = 0
    for (const killAfter of [3, 15]) {
      const { child, shown } = await start()
      const before = new Map((await truthOf(shown)).map((one) => [one.customerOrderRef, one.betId]))
      for (const [ref, betId] of acknowledged) expect(before.get(ref)).toBe(betId)
      const port = Number(new URL(shown.api).port)
      const session = new Session(port, await login(port))
      const at = await market(session)
      let count = 0
      const place = async () => {
        while (count < killAfter) {
          const customerOrderRef = `ref-${serial++}`
          const [instruction] = order(at).instructions
          const params = order(at, { instructions: [{ ...instruction, customerOrderRef }] })
          const answer = await session.result("placeOrders", params).catch(() => undefined)
          const report = answer?.instructionReports?.[0]
          if (report?.status !== "SUCCESS") return
          acknowledged.set(customerOrderRef, report.betId)
          count += 1
          // In the middle of what the others have asked for.
          if (count === killAfter) child.kill("SIGKILL")
        }
      }
      const ended = once(child, "exit")
      await Promise.all(Array.from({ length: 4 }, place))
      await ended
    }
    const { child, shown } = await start()
    const orders = await truthOf(shown)
    const refs = orders.map((one) => one.customerOrderRef)
    expect(new Set(refs).size).toBe(refs.length)
    expect(acknowledged.size).toBeGreaterThanOrEqual(18)
    for (const [ref, betId] of acknowledged) {
      expect(orders.find((one) => one.customerOrderRef === ref)).toMatchObject({ betId, sizeRemaining: 2 })
    }
    expect(orders.length - acknowledged.size).toBeLessThanOrEqual(8)
    const funds = (await (await fetch(`${shown.control}/accounts/ann/funds`)).json()) as any
    expect(funds).toMatchObject({ exposure: -2 * orders.length, availableToBetBalance: 1000 - 2 * orders.length })
    child.kill("SIGINT")
    expect(await once(child, "exit")).toEqual([0, null])
  }, 120_000)
})

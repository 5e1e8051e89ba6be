/** A plain client over Node's own modules, so that what the sandbox says is seen as any program would see it. */
import { once } from "node:events"
import { Agent, request } from "node:https"
import { connect, type TLSSocket } from "node:tls"
import { Effect } from "effect"
import * as Certificates from "../../../src/sandbox/server/Certificates.ts"
import * as Sandbox from "../../../src/sandbox/server/Sandbox.ts"
import type { SandboxOptions } from "../../../src/sandbox/server/SandboxOptions.ts"

export const certificates = await Certificates.make(Date.now())

export const ann = { username: "ann", password: "secret", balancePence: 100_000 }
export const bob = { username: "bob", password: "hidden", balancePence: 100_000 }

/** A sandbox for the time of a test, with a race every ten seconds. */
export const sandboxWith = (options: Partial<SandboxOptions> = {}) =>
  Sandbox.start({ certificates, accounts: [ann, bob], seed: 1, raceIntervalMs: 60_000, ...options })

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | Array<string> | undefined>>
  readonly text: string
  readonly json: any
}

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly withCertificate?: boolean
  readonly agent?: Agent
}

/** The answer, or the error of a connection that was cut. */
export const send = (port: number, path: string, sent: Sent = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { client } = certificates
    const outgoing = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method: sent.method ?? "POST",
        ca: certificates.authority.certificatePem,
        agent: sent.agent ?? false,
        headers: { "content-type": "application/json", ...sent.headers },
        ...(sent.withCertificate === true && { cert: client.certificatePem, key: client.keyPem })
      },
      (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("error", reject)
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString()
          const isJson =
            response.headers["content-type"]?.includes("json") === true && !response.headers["content-encoding"]
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: isJson ? JSON.parse(text) : undefined
          })
        })
      }
    )
    outgoing.on("error", reject)
    outgoing.end(sent.body)
  })

export const login = async (port: number, { password, username } = ann, appKey = "sandbox"): Promise<string> => {
  const { json } = await send(port, "/api/certlogin", {
    withCertificate: true,
    headers: { "content-type": "application/x-www-form-urlencoded", "x-application": appKey },
    body: new URLSearchParams({ username, password }).toString()
  })
  return json.sessionToken
}

/** Calls of one account, in both forms. */
export class Session {
  readonly port: number
  readonly token: string
  readonly appKey: string

  constructor(port: number, token: string, appKey = "sandbox") {
    this.port = port
    this.token = token
    this.appKey = appKey
  }

  get headers(): Readonly<Record<string, string>> {
    return { "x-application": this.appKey, "x-authentication": this.token }
  }

  post(path: string, body: unknown): Promise<Answer> {
    return send(this.port, path, {
      headers: this.headers,
      body: typeof body === "string" ? body : JSON.stringify(body)
    })
  }

  /** The whole answer of JSON-RPC. */
  async call(method: string, params: unknown, service = serviceOf(method)): Promise<any> {
    const body = { jsonrpc: "2.0", method: `${interfaces[service]}/v1.0/${method}`, params, id: 1 }
    return (await this.post(`/exchange/${service}/json-rpc/v1`, body)).json
  }

  async result(method: string, params: unknown): Promise<any> {
    return (await this.call(method, params)).result
  }
}

type ServiceName = "betting" | "account" | "heartbeat"
const interfaces: Record<ServiceName, string> = {
  betting: "SportsAPING",
  account: "AccountAPING",
  heartbeat: "HeartbeatAPING"
}
const serviceOf = (method: string): ServiceName =>
  method === "heartbeat" ? "heartbeat" : method.startsWith("get") ? "account" : "betting"

/** A line that came, or `undefined` when the connection ended. */
export class StreamClient {
  readonly socket: TLSSocket
  readonly raw: Array<string> = []
  private readonly lines: Array<any> = []
  private waiting: Array<() => void> = []
  private ended = false
  private pending = ""

  constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port, ca: certificates.authority.certificatePem })
    this.socket.setEncoding("utf8")
    this.socket.on("data", (chunk: string) => {
      const parts = (this.pending + chunk).split("\r\n")
      this.pending = parts.pop()!
      for (const line of parts) {
        this.raw.push(line)
        try {
          this.lines.push(JSON.parse(line))
        } catch {
          this.lines.push({ op: "no JSON", line })
        }
      }
      this.wake()
    })
    this.socket.on("error", () => {})
    this.socket.on("close", () => {
      this.ended = true
      this.wake()
    })
  }

  /** What came of a line that did not end. */
  get unfinished(): string {
    return this.pending
  }

  send(message: unknown): void {
    this.socket.write(typeof message === "string" ? message : `${JSON.stringify(message)}\r\n`)
  }

  async next(): Promise<any> {
    while (this.lines.length === 0 && !this.ended) await new Promise<void>((done) => this.waiting.push(done))
    return this.lines.shift()
  }

  /** The next line of which it is true; the others are left out. */
  async find(wanted: (line: any) => boolean): Promise<any> {
    while (true) {
      const line = await this.next()
      if (line === undefined || wanted(line)) return line
    }
  }

  /** Connection message and authentication. */
  async authenticate(token: string, appKey = "sandbox"): Promise<any> {
    await this.find(({ op }) => op === "connection")
    this.send({ op: "authentication", id: 1, appKey, session: token })
    return this.find(({ op }) => op === "status")
  }

  async closed(): Promise<void> {
    if (!this.ended) await once(this.socket, "close")
  }

  close(): void {
    this.socket.destroy()
  }

  private wake(): void {
    for (const done of this.waiting.splice(0)) done()
  }
}

export const streamClient = (port: number) =>
  Effect.acquireRelease(
    Effect.sync(() => new StreamClient(port)),
    (client) => Effect.sync(() => client.close())
  )

/** An open market that is not in play, and a runner of it. */
export const market = async (session: Session): Promise<{ marketId: string; selectionId: number }> => {
  const catalogue = await session.result("listMarketCatalogue", {
    filter: { marketTypeCodes: ["WIN"], inPlayOnly: false },
    marketProjection: ["RUNNER_DESCRIPTION", "MARKET_START_TIME"],
    sort: "LAST_TO_START",
    maxResults: 1
  })
  const { marketId, runners } = catalogue[0]
  return { marketId, selectionId: runners[0].selectionId }
}

/** An order that nobody matches. */
export const order = (
  { marketId, selectionId }: { readonly marketId: string; readonly selectionId: number },
  more: Readonly<Record<string, unknown>> = {}
) => ({
  marketId,
  instructions: [
    {
      orderType: "LIMIT",
      selectionId,
      side: "BACK",
      limitOrder: { size: 2, price: 1000, persistenceType: "LAPSE" },
      customerOrderRef: "ref-1"
    }
  ],
  ...more
})

/** The exchange's end of the stream as a test plays it: a real TLS server in the process, and what each client has sent. */
import { createServer, type TLSSocket } from "node:tls"
import { Effect, Queue, Redacted, type Scope } from "effect"
import type { StreamServer } from "../../../src/betfair/stream/Link.ts"
import type { TokenSupplier } from "../../../src/betfair/stream/Session.ts"
import * as Certificates from "../../../src/sandbox/server/Certificates.ts"

export type Fields = Readonly<Record<string, unknown>>

/** One for all tests of a file: keys take a while to make. TLS compares with the machine's clock. */
const certificates = Certificates.make(Date.now())

/** A client that has connected. */
export class Client {
  readonly socket: TLSSocket
  private readonly requests = Effect.runSync(Queue.unbounded<Fields>())
  private readonly gone = Effect.runSync(Queue.unbounded<void>())

  constructor(socket: TLSSocket) {
    this.socket = socket
    let text = ""
    socket.setEncoding("utf8")
    socket.on("data", (chunk: string) => {
      text += chunk
      const lines = text.split("\r\n")
      text = lines.pop()!
      for (const line of lines) Queue.offerUnsafe(this.requests, JSON.parse(line) as Fields)
    })
    socket.on("error", () => undefined)
    socket.on("close", () => Queue.offerUnsafe(this.gone, undefined))
  }

  /** Its next request. */
  get receive(): Effect.Effect<Fields> {
    return Queue.take(this.requests)
  }

  /** Waits until it has gone away. */
  get left(): Effect.Effect<void> {
    return Queue.take(this.gone)
  }

  /** Sends messages in one piece. */
  send(...messages: ReadonlyArray<Fields>): Effect.Effect<void> {
    return this.write(messages.map((message) => `${JSON.stringify(message)}\r\n`).join(""))
  }

  write(bytes: string | Buffer): Effect.Effect<void> {
    return Effect.sync(() => void this.socket.write(bytes))
  }

  get greet(): Effect.Effect<void> {
    return this.send({ op: "connection", connectionId: "002-1" })
  }

  grant({ id }: Fields, more: Fields = {}): Effect.Effect<void> {
    return this.send({ op: "status", id, statusCode: "SUCCESS", connectionClosed: false, ...more })
  }

  refuse({ id }: Fields, errorCode: string, connectionClosed = true): Effect.Effect<void> {
    return this.send({ op: "status", id, statusCode: "FAILURE", errorCode, errorMessage: "as told", connectionClosed })
  }

  /** Greets, and lets it authenticate; what it sent for that. */
  get authenticate(): Effect.Effect<Fields> {
    return Effect.gen({ self: this }, function* () {
      yield* this.greet
      const request = yield* this.receive
      yield* this.grant(request, { connectionsAvailable: 9 })
      return request
    })
  }

  /** Lets it in and subscribe; its subscription. */
  get subscribe(): Effect.Effect<Fields> {
    return Effect.gen({ self: this }, function* () {
      yield* this.authenticate
      const request = yield* this.receive
      yield* this.grant(request)
      return request
    })
  }

  /** Breaks the link. */
  get cut(): Effect.Effect<void> {
    return Effect.sync(() => this.socket.destroy())
  }
}

export interface Exchange {
  readonly server: StreamServer
  /** The next client that connects. */
  readonly accept: Effect.Effect<Client>
}

/** Listens while the scope is open. */
export const open: Effect.Effect<Exchange, never, Scope.Scope> = Effect.gen(function* () {
  const { authority, server } = yield* Effect.promise(() => certificates)
  const clients = yield* Queue.unbounded<Client>()
  const sockets = new Set<TLSSocket>()
  const listening = createServer({ cert: server.certificatePem, key: server.keyPem }, (socket) => {
    sockets.add(socket)
    Queue.offerUnsafe(clients, new Client(socket))
  })
  listening.on("tlsClientError", () => undefined)
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((done) => listening.listen(0, "127.0.0.1", done))),
    () =>
      Effect.promise(() => {
        for (const socket of sockets) socket.destroy()
        return new Promise<void>((done) => listening.close(() => done()))
      })
  )
  const address = listening.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port")
  return {
    server: { host: "127.0.0.1", port: address.port, servername: "localhost", ca: [authority.certificatePem] },
    accept: Queue.take(clients)
  }
})

/** Tokens that count: `token-1`, and the next whenever one is refused. */
export const counted = (): TokenSupplier & { readonly refusals: () => number } => {
  let refusals = 0
  return {
    credentials: Effect.sync(() => ({ appKey: "key", sessionToken: Redacted.make(`token-${refusals + 1}`) })),
    refused: () => Effect.sync(() => void refusals++),
    refusals: () => refusals
  }
}

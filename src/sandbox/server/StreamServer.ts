/** The stream's server: TLS, lines that end in CRLF, and a pulse that lets every connection tell what is new. */
import { randomInt } from "node:crypto"
import type { Server, Socket } from "node:net"
import { createServer } from "node:tls"
import type { Faults } from "../faults/Faults.ts"
import type { Pair } from "./Certificates.ts"
import type { Driver } from "./Driver.ts"
import type { Sessions } from "./Sessions.ts"
import { StreamConnection } from "./StreamConnection.ts"
import { StreamLines } from "./StreamLines.ts"

/** A request is a line of at most this. */
const longestLine = 65_536
/** Of all accounts together. */
const maximumConnections = 200

export interface StreamServerOptions {
  readonly certificate: Pair
  readonly driver: Driver
  readonly sessions: Sessions
  readonly faults: Faults
  /** Of one account. */
  readonly maximumConnections: number
  /** Epoch milliseconds. */
  readonly clock: () => number
}

export class StreamServer {
  readonly server: Server
  private readonly options: StreamServerOptions
  private readonly connections = new Map<Socket, StreamConnection>()
  private readonly serial = randomInt(100_000, 999_999)
  private opened = 0

  constructor(options: StreamServerOptions) {
    this.options = options
    const { certificatePem: cert, keyPem: key } = options.certificate
    this.server = createServer({ cert, key, handshakeTimeout: 10_000 }, (socket) => this.open(socket))
    this.server.maxConnections = maximumConnections
  }

  /** How many connections there are. */
  get size(): number {
    return this.connections.size
  }

  pulse(now: number): void {
    for (const connection of this.connections.values()) connection.pulse(now)
  }

  /** Cuts all connections. */
  dropAll(): void {
    for (const socket of this.connections.keys()) socket.destroy()
    this.connections.clear()
  }

  private open(socket: Socket): void {
    const { clock, driver, faults, sessions } = this.options
    const openedAt = clock()
    socket.setNoDelay(true)
    const lines = new StreamLines(socket, faults)
    this.opened += 1
    const connection = new StreamConnection({
      connectionId: `${this.serial}-${this.opened}`,
      driver,
      sessions,
      lines,
      openedAt,
      available: (account) => this.availableTo(account)
    })
    this.connections.set(socket, connection)
    socket.on("error", () => socket.destroy())
    socket.on("close", () => this.connections.delete(socket))
    let pending = ""
    socket.setEncoding("utf8")
    socket.on("data", (chunk: string) => {
      const received = (pending + chunk).split("\n")
      pending = received.pop() ?? ""
      for (const line of received) if (line.trim() !== "" && !socket.writableEnded) connection.receive(line, clock())
      if (pending.length <= longestLine || socket.writableEnded) return
      pending = ""
      connection.refuse(undefined, { errorCode: "INVALID_REQUEST", errorMessage: "The line is too long" }, clock())
    })
  }

  private availableTo(account: string): number {
    let used = 0
    for (const connection of this.connections.values()) if (connection.account === account) used += 1
    return this.options.maximumConnections - used
  }
}

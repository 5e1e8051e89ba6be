/**
 * One TLS connection to the exchange's stream, as lines. The certificate is always verified: against the usual authorities
 * and those the user adds, for the name of the host.
 *
 * Nobody is sent bytes: whoever reads asks for them. While nobody asks, Node holds at most its own few buffers of 64 kB, then
 * stops reading from the socket, and the exchange waits, conflates or cuts. So a slow reader costs no memory.
 */
import { Effect, type Scope } from "effect"
import { connect as connectTls, getCACertificates, type TLSSocket } from "node:tls"
import { Lines, maximumLineBytes } from "./Lines.ts"
import { StreamBroken } from "./StreamFailure.ts"

export interface StreamServer {
  readonly host: string
  readonly port: number
  /** The name its certificate must have, when it is not `host`. */
  readonly servername?: string
  /** Authorities accepted besides the usual ones, as PEM texts. */
  readonly ca?: ReadonlyArray<string>
}

/** Betfair's own, of all its exchanges. */
export const betfair: StreamServer = { host: "stream-api.betfair.com", port: 443 }

export interface Link {
  /**
   * Waits for bytes: the lines that have come to their end, which may be none. Fails once the link is broken, after the last
   * line has been taken.
   */
  readonly take: Effect.Effect<ReadonlyArray<Buffer>, StreamBroken>
  /** What `take` would answer at once; null when it would wait or fail. Plain code. */
  readonly takeNow: () => ReadonlyArray<Buffer> | null
  /** Sends one message. That it was not delivered shows in `take`. */
  readonly send: (message: Readonly<Record<string, unknown>>) => Effect.Effect<void>
}

class SocketLink implements Link {
  private readonly socket: TLSSocket
  private readonly lines: Lines
  private isOpen = false
  private broken: StreamBroken | null = null
  private waiting: (() => void) | null = null

  constructor(server: StreamServer, maximumBytes: number) {
    const { ca, host, port, servername } = server
    this.lines = new Lines(maximumBytes)
    this.socket = connectTls({
      host,
      port,
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      ...(servername === undefined ? {} : { servername }),
      ...(ca === undefined ? {} : { ca: [...getCACertificates("default"), ...ca] })
    })
    this.socket.setNoDelay(true)
    this.socket.once("secureConnect", () => {
      this.isOpen = true
      this.wake()
    })
    this.socket.on("readable", () => this.wake())
    this.socket.on("error", (cause) => this.failed(`${host}:${port}`, cause))
    for (const event of ["end", "close"]) {
      this.socket.on(event, () =>
        this.breaks(new StreamBroken({ kind: "CLOSED", message: "the exchange closed the connection" }))
      )
    }
  }

  /** Waits until `attempt` has something to say, asking it whenever something has happened. */
  private until<A>(attempt: () => Effect.Effect<A, StreamBroken> | null): Effect.Effect<A, StreamBroken> {
    return Effect.callback((resume) => {
      const ask = () => {
        const answer = attempt() ?? (this.broken === null ? null : Effect.fail(this.broken))
        if (answer === null) this.waiting = ask
        else resume(answer)
      }
      ask()
      return Effect.sync(() => {
        this.waiting = null
      })
    })
  }

  get opened(): Effect.Effect<Link, StreamBroken> {
    return this.until(() => (this.isOpen ? Effect.succeed(this) : null))
  }

  get take(): Effect.Effect<ReadonlyArray<Buffer>, StreamBroken> {
    return this.until(() => {
      const lines = this.takeNow()
      return lines === null ? null : Effect.succeed(lines)
    })
  }

  readonly takeNow = (): ReadonlyArray<Buffer> | null => {
    // A link that is broken may still hold bytes that came before.
    const chunk = this.socket.read() as Buffer | null
    if (chunk === null) return null
    const lines = this.lines.push(chunk)
    if (lines === null) {
      this.breaks(new StreamBroken({ kind: "TOO_LONG", message: `a line is longer than ${this.lines.maximum} bytes` }))
      this.close()
    }
    return lines
  }

  readonly send = (message: Readonly<Record<string, unknown>>): Effect.Effect<void> =>
    Effect.sync(() => {
      if (this.broken === null) this.socket.write(`${JSON.stringify(message)}\r\n`)
    })

  close(): void {
    this.socket.destroy()
  }

  private failed(address: string, cause: Error): void {
    if (this.isOpen) this.breaks(new StreamBroken({ kind: "CLOSED", message: cause.message, cause }))
    else if (this.socket.authorizationError) {
      const message = `the certificate of ${address} is not trusted: ${cause.message}`
      this.breaks(new StreamBroken({ kind: "UNVERIFIED", message, cause }))
    } else {
      const message = `${address} cannot be reached: ${cause.message || cause.name}`
      this.breaks(new StreamBroken({ kind: "UNREACHABLE", message, cause }))
    }
  }

  private breaks(broken: StreamBroken): void {
    this.broken ??= broken
    this.wake()
  }

  private wake(): void {
    const { waiting } = this
    this.waiting = null
    waiting?.()
  }
}

/** Open while the scope is. */
export const connect = (
  server: StreamServer,
  maximumBytes = maximumLineBytes
): Effect.Effect<Link, StreamBroken, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new SocketLink(server, maximumBytes)),
    (link) => Effect.sync(() => link.close())
  ).pipe(Effect.flatMap((link) => link.opened))

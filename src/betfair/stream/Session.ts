/**
 * An authenticated link: the exchange's greeting, the session token, and requests with their answers. Data that come with an
 * answer are held for whoever reads on.
 */
import { Effect, Redacted, type Scope } from "effect"
import { objectOf } from "./Envelope.ts"
import * as Link from "./Link.ts"
import { StreamBroken, type StreamFailure, StreamRefused } from "./StreamFailure.ts"

export interface StreamCredentials {
  readonly appKey: string
  readonly sessionToken: Redacted.Redacted
}

/** Where session tokens come from: the stream makes none. */
export interface TokenSupplier {
  /** The token of the moment, logging in if there is none. Its own retries and bans are its own. */
  readonly credentials: Effect.Effect<StreamCredentials, { readonly message: string }>
  /** The exchange did not take these (NO_SESSION, INVALID_SESSION_INFORMATION): next time others are wanted. */
  readonly refused: (credentials: StreamCredentials) => Effect.Effect<void>
}

/** The exchange closes a link that has not authenticated within this. */
const answerWithin = "15 seconds"
const connectWithin = "10 seconds"

/** An answer, with the key names of the exchange's `status` message. */
export interface Status {
  readonly statusCode: string | null
  readonly errorCode: string
  readonly errorMessage: string
  readonly connectionClosed: boolean
  readonly connectionsAvailable: number | null
}

export class Session {
  readonly connectionId: string | null
  connectionsAvailable: number | null = null
  private readonly link: Link.Link
  private lastId = 0
  /** Came with an answer and has not been taken. */
  private held: Array<Buffer>

  constructor(link: Link.Link, connectionId: string | null, held: ReadonlyArray<Buffer>) {
    this.link = link
    this.connectionId = connectionId
    this.held = [...held]
  }

  /** The next lines, or as many as there are at once; see `Link.take`. */
  get take(): Effect.Effect<ReadonlyArray<Buffer>, StreamBroken> {
    return Effect.suspend(() => {
      const now = this.takeNow()
      return now === null ? this.link.take : Effect.succeed(now)
    })
  }

  readonly takeNow = (): ReadonlyArray<Buffer> | null => {
    if (this.held.length === 0) return this.link.takeNow()
    const { held } = this
    this.held = []
    return held
  }

  /** Sends a request and waits until it is granted; its id. */
  request(op: string, fields: Readonly<Record<string, unknown>>): Effect.Effect<number, StreamFailure> {
    return Effect.suspend(() => {
      const id = ++this.lastId
      return Effect.andThen(this.link.send({ op, id, ...fields }), this.answer(op, id)).pipe(
        Effect.timeoutOrElse({ duration: answerWithin, orElse: () => unanswered(op) }),
        Effect.as(id)
      )
    })
  }

  private readonly answer = Effect.fnUntraced({ self: this }, function* (this: Session, op: string, id: number) {
    for (;;) {
      const lines = yield* this.link.take
      for (const [index, line] of lines.entries()) {
        const status = statusOf(line)
        if (status === null || (status.id !== null && status.id !== id)) {
          this.held.push(line)
          continue
        }
        this.held.push(...lines.slice(index + 1))
        if (status.statusCode !== "SUCCESS") return yield* refusal(op, status)
        this.connectionsAvailable = status.connectionsAvailable ?? this.connectionsAvailable
        return
      }
    }
  })
}

export const refusal = (request: string, status: Status): StreamRefused =>
  new StreamRefused({
    errorCode: status.errorCode,
    request,
    message: `${request} refused: ${status.errorCode}${status.errorMessage === "" ? "" : `, ${status.errorMessage}`}`,
    connectionClosed: status.connectionClosed
  })

/** A status message; null when the line is none. Never throws. */
export const statusOf = (line: Buffer): (Status & { readonly id: number | null }) | null => {
  const fields = line.includes('"status"') ? objectOf(line) : null
  if (fields === null || fields.op !== "status") return null
  const { connectionClosed, connectionsAvailable, errorCode, errorMessage, id, statusCode } = fields
  return {
    id: typeof id === "number" ? id : null,
    statusCode: typeof statusCode === "string" ? statusCode : null,
    errorCode: typeof errorCode === "string" ? errorCode : "UNEXPECTED_ERROR",
    errorMessage: typeof errorMessage === "string" ? errorMessage : "",
    connectionClosed: connectionClosed === true,
    connectionsAvailable: typeof connectionsAvailable === "number" ? connectionsAvailable : null
  }
}

const unanswered = (what: string) =>
  Effect.fail(new StreamBroken({ kind: "UNANSWERED", message: `${what} was not answered within ${answerWithin}` }))

const greeting = Effect.fnUntraced(function* (link: Link.Link) {
  for (;;) {
    const [line, ...held] = yield* link.take
    if (line === undefined) continue
    const status = statusOf(line)
    if (status !== null) return yield* refusal("connection", status)
    const fields = objectOf(line)
    if (fields?.op !== "connection") {
      return yield* new StreamBroken({
        kind: "GARBLED",
        message: "the exchange did not begin with its connection message"
      })
    }
    const { connectionId } = fields
    return new Session(link, typeof connectionId === "string" ? connectionId : null, held)
  }
})

/** Connects and authenticates with these credentials. Open while the scope is. */
export const open = (
  server: Link.StreamServer,
  { appKey, sessionToken }: StreamCredentials,
  maximumLineBytes?: number
): Effect.Effect<Session, StreamFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const link = yield* Link.connect(server, maximumLineBytes).pipe(
      Effect.timeoutOrElse({
        duration: connectWithin,
        orElse: () =>
          Effect.fail(
            new StreamBroken({
              kind: "UNREACHABLE",
              message: `${server.host}:${server.port} did not answer within ${connectWithin}`
            })
          )
      })
    )
    const session = yield* greeting(link).pipe(
      Effect.timeoutOrElse({ duration: answerWithin, orElse: () => unanswered("connection") })
    )
    yield* session.request("authentication", { appKey, session: Redacted.value(sessionToken) })
    return session
  })

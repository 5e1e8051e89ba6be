/**
 * PostgreSQL inside this process (PGlite), spoken to through the same client as a server: a stream that hands the client's
 * protocol messages to the database and its answers back. It has one session, so one connection at a time.
 */
import { PGlite } from "@electric-sql/pglite"
import { Effect, Schema } from "effect"
import { Duplex } from "node:stream"

export class EmbeddedDatabaseFailed extends Schema.TaggedError<EmbeddedDatabaseFailed>()("EmbeddedDatabaseFailed", {
  directory: Schema.NullOr(Schema.String),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/** Codes of the two requests that come instead of a start-up message (PostgreSQL documentation, 55.7). */
const sslRequest = 80877103
const cancelRequest = 80877102
const terminate = "X".charCodeAt(0)

const requestCode = (message: Buffer): number =>
  (message.length === 8 || message.length === 16) && message.readInt32BE(0) === message.length
    ? message.readInt32BE(4)
    : 0

/** The one session of the database, which client connections use one after the other. */
interface Session {
  readonly database: PGlite
  /** Who used it last. */
  user: SessionStream | null
}

/** One client connection. */
class SessionStream extends Duplex {
  private readonly session: Session

  constructor(session: Session) {
    super()
    this.session = session
  }

  override _read() {}

  override _write(message: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void) {
    const code = requestCode(message)
    if (code === sslRequest) {
      this.push("N")
      return done()
    }
    // A statement runs to its end within one turn of the event loop: there is never one to cancel.
    if (code === cancelRequest || message[0] === terminate) {
      this.push(null)
      return done()
    }
    this.answer(message).then((answer) => {
      if (!this.destroyed) this.push(answer)
      done()
    }, done)
  }

  /** The first message finds neither a transaction nor prepared statements of the connection before. */
  private async answer(message: Buffer): Promise<Buffer> {
    const { database, user } = this.session
    if (user !== this) {
      this.session.user = this
      if (user !== null) await reset(database)
    }
    const answer: Array<Buffer> = []
    // Gotcha: `execProtocolRaw` also parses every answer, and keeps what it has parsed for ever. The data is the database's own
    // memory, which the next message overwrites.
    await database.execProtocolRawStream(message, { onRawData: (data) => void answer.push(Buffer.from(data)) })
    return Buffer.concat(answer)
  }

  override _final(done: (error?: Error | null) => void) {
    this.push(null)
    done()
  }
}

const reset = async (database: PGlite): Promise<void> => {
  await database.exec("ROLLBACK")
  await database.exec("DISCARD ALL")
}

/**
 * Opens the database until the scope closes.
 *
 * @param directory where its files are; null keeps it in memory
 */
export const open = (directory: string | null) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => (directory === null ? PGlite.create() : PGlite.create(directory)),
      catch: (cause) =>
        new EmbeddedDatabaseFailed({
          directory,
          message: `the embedded database ${directory === null ? "" : `in ${directory} `}does not open: ${String(cause)}`,
          cause
        })
    }),
    (database) => Effect.promise(() => (database.closed ? Promise.resolve() : database.close()))
  ).pipe(
    Effect.map((database) => {
      const session: Session = { database, user: null }
      return (): Duplex => new SessionStream(session)
    })
  )

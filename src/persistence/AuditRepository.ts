/** What was done, by whom: append-only. The history of bets is written by `BetRepository` itself. */
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Mode } from "../domain/Mode.ts"
import { DatabaseHealth } from "./DatabaseHealth.ts"
import * as Row from "./Row.ts"
import type { StorageFailure } from "./StorageFailure.ts"

export interface AuditEntry {
  readonly mode: Mode
  /** Epoch milliseconds. */
  readonly at: number
  /** What happened, for instance `trading.paused`. */
  readonly event: string
  /** What it happened to: the id of a bet, a strategy or a key of the trading state. */
  readonly subject: string
  /** `bot`, or who asked for it. */
  readonly actor: string
  /** Anything that JSON can say. */
  readonly data: unknown
}

export class AuditRepository extends Context.Service<
  AuditRepository,
  {
    readonly append: (entries: ReadonlyArray<AuditEntry>) => Effect.Effect<void, StorageFailure>
    /** Newest first. */
    readonly recent: (mode: Mode, limit: number) => Effect.Effect<ReadonlyArray<AuditEntry>, StorageFailure>
  }
>()("clever-better/persistence/AuditRepository") {
  static readonly layerSql = Layer.effect(
    AuditRepository,
    Effect.suspend(() => makeSql)
  )
  static readonly layerMemory = Layer.sync(AuditRepository, () => makeMemory())
}

/** Entries that memory keeps. */
const capacity = 10_000

const Audit = Row.table("audit", {
  mode: Mode,
  at: Row.Timestamp,
  event: Schema.String,
  subject: Schema.String,
  actor: Schema.String,
  data: Schema.Unknown
})

const decode = Row.decoder(Audit)
const encode = Row.encoder(Audit)

const makeSql = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { attempt } = yield* DatabaseHealth
  const { columns, records } = Row.parts(sql, Audit)
  return AuditRepository.of({
    append: (entries) =>
      entries.length === 0
        ? Effect.void
        : attempt(
            "AuditRepository.append",
            Effect.flatMap(
              encode(entries),
              (json) => sql`INSERT INTO audit (${columns}) SELECT ${columns} FROM ${records(json)}`
            )
          ),
    recent: (mode, limit) =>
      attempt(
        "AuditRepository.recent",
        Effect.flatMap(sql`SELECT ${columns} FROM audit WHERE mode = ${mode} ORDER BY id DESC LIMIT ${limit}`, decode)
      )
  })
})

const makeMemory = () => {
  let entries: ReadonlyArray<AuditEntry> = []
  return AuditRepository.of({
    append: (added) =>
      Effect.sync(() => {
        entries = [...entries, ...added].slice(-capacity)
      }),
    recent: (mode, limit) =>
      Effect.sync(() =>
        entries
          .filter((entry) => entry.mode === mode)
          .toReversed()
          .slice(0, limit)
      )
  })
}

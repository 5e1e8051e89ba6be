/**
 * Bets in PostgreSQL. A write is one statement and so one round trip and one transaction: the batch goes over as JSON, and
 * the same statement writes the rows and their history.
 */
import { Effect, Layer } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { Bet } from "../domain/Bet.ts"
import { BetRepository } from "./BetRepository.ts"
import { Bets, changing, fromRow, toRow } from "./BetRow.ts"
import { DatabaseHealth } from "./DatabaseHealth.ts"
import * as Row from "./Row.ts"
import { StorageFailure } from "./StorageFailure.ts"

const decode = Row.decoder(Bets)
const encode = Row.encoder(Bets)

const open = "('pending', 'unknown', 'placed', 'partially_matched', 'matched')"
const unsent = "('pending', 'unknown')"
const moved = (row: string) => `(${row}.matched_size + ${row}.size_cancelled + ${row}.size_lapsed + ${row}.size_voided)`

/** `supersedes` in SQL: `next` may be written over `bets`. */
const updateGuard = `
  CASE
    WHEN next.status = 'pending' THEN bets.status = 'pending' AND next.updated_at >= bets.updated_at
    WHEN next.status = 'unknown' THEN
      bets.status = 'pending' OR bets.status = 'unknown' AND next.updated_at >= bets.updated_at
    WHEN next.status = 'rejected' THEN bets.status IN ${unsent}
    WHEN next.status = 'settled' AND bets.status = 'settled' THEN next.updated_at >= bets.updated_at
    WHEN next.status = 'settled' THEN bets.status IN ${open}
    WHEN bets.status IN ${unsent} THEN true
    WHEN bets.status IN ('rejected', 'settled') THEN false
    WHEN bets.complete <> next.complete THEN next.complete
    WHEN ${moved("next")} <> ${moved("bets")} THEN ${moved("next")} > ${moved("bets")}
    ELSE next.updated_at >= bets.updated_at
  END`

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { attempt } = yield* DatabaseHealth
  const { columns, records } = Row.parts(sql, Bets)
  const guard = sql.literal(updateGuard)
  const values = sql.literal(changing.map((column) => `${column} = next.${column}`).join(", "))
  const isOpen = sql.literal(`status IN ${open}`)
  const history = sql.literal("mode, updated_at, id::text, 'bot', to_jsonb(written)")

  const read = (operation: string, statement: Effect.Effect<ReadonlyArray<unknown>, SqlError.SqlError>) =>
    attempt(
      `BetRepository.${operation}`,
      Effect.map(Effect.flatMap(statement, decode), (rows) => rows.map(fromRow))
    )

  return BetRepository.of({
    create: (bets) =>
      bets.length === 0
        ? Effect.void
        : attempt(
            "BetRepository.create",
            Effect.flatMap(
              json(bets),
              // A bet is never refused because its market or strategy has no row yet: what is known of them is put there.
              // The unique index settles races between new intents; replacements are not in it and are looked for here.
              (batch) => sql<{ readonly taken: boolean }>`
                WITH batch AS MATERIALIZED (SELECT * FROM ${records(batch)}),
                earlier AS MATERIALIZED (
                  SELECT EXISTS (
                    SELECT FROM batch
                    JOIN bets USING (mode, strategy_id, market_id, selection_id, handicap, side, slot)
                    WHERE batch.replaces IS NULL AND batch.${isOpen} AND bets.${isOpen}
                  ) AS taken
                ),
                markets AS (
                  INSERT INTO races (market_id) SELECT DISTINCT market_id FROM batch ON CONFLICT DO NOTHING
                ),
                known AS (
                  INSERT INTO strategies (id, kind) SELECT DISTINCT strategy_id, 'unregistered' FROM batch
                  ON CONFLICT DO NOTHING
                ),
                written AS (
                  INSERT INTO bets (${columns}) SELECT ${columns} FROM batch WHERE NOT (SELECT taken FROM earlier)
                  RETURNING *
                ),
                recorded AS (
                  INSERT INTO audit (mode, at, subject, actor, data, event)
                  SELECT ${history}, 'bet.created' FROM written
                )
                SELECT taken FROM earlier`
            )
          ).pipe(Effect.flatMap(([answer]) => (answer?.taken === true ? Effect.fail(isTaken(bets)) : Effect.void))),

    update: (bets) =>
      bets.length === 0
        ? Effect.void
        : attempt(
            "BetRepository.update",
            Effect.flatMap(
              json(newest(bets)),
              (batch) => sql<{ readonly missing: boolean }>`
                WITH next AS MATERIALIZED (SELECT * FROM ${records(batch)}),
                absent AS MATERIALIZED (
                  SELECT EXISTS (
                    SELECT FROM next WHERE NOT EXISTS (SELECT FROM bets WHERE bets.id = next.id AND bets.mode = next.mode)
                  ) AS missing
                ),
                written AS (
                  UPDATE bets
                  SET ${values}, reopened = bets.reopened OR (NOT bets.${isOpen} AND next.${isOpen})
                  FROM next
                  WHERE bets.id = next.id AND bets.mode = next.mode AND NOT (SELECT missing FROM absent) AND ${guard}
                  RETURNING bets.*
                ),
                recorded AS (
                  INSERT INTO audit (mode, at, subject, actor, data, event)
                  SELECT ${history}, 'bet.updated' FROM written
                )
                SELECT missing FROM absent`
            )
          ).pipe(Effect.flatMap(([answer]) => (answer?.missing === true ? Effect.fail(noRow(bets)) : Effect.void))),

    byId: (id) => Effect.map(read("byId", sql`SELECT ${columns} FROM bets WHERE id = ${id}`), first),

    byBetfairBetId: (mode, betfairBetId) =>
      Effect.map(
        read("byBetfairBetId", sql`SELECT ${columns} FROM bets WHERE mode = ${mode} AND bet_id = ${betfairBetId}`),
        first
      ),

    open: (mode) =>
      read("open", sql`SELECT ${columns} FROM bets WHERE mode = ${mode} AND ${isOpen} ORDER BY created_at, id`),

    onMarket: (mode, marketId) =>
      read(
        "onMarket",
        sql`SELECT ${columns} FROM bets WHERE market_id = ${marketId} AND mode = ${mode} ORDER BY created_at, id`
      ),

    settledBetween: (mode, from, to) =>
      read(
        "settledBetween",
        sql`
          SELECT ${columns} FROM bets
          WHERE mode = ${mode} AND settled_at >= ${new Date(from)} AND settled_at < ${new Date(to)}
          ORDER BY settled_at, id`
      ),

    totalNet: (mode) =>
      attempt(
        "BetRepository.totalNet",
        sql<{ readonly pence: string }>`
          SELECT round(coalesce(sum(profit - commission), 0) * 100)::text AS pence
          FROM bets WHERE mode = ${mode} AND settled_at IS NOT NULL`
      ).pipe(Effect.map(([row]) => Number(row?.pence ?? 0))),

    recent: (mode, limit) =>
      read(
        "recent",
        sql`SELECT ${columns} FROM bets WHERE mode = ${mode} ORDER BY created_at DESC, id DESC LIMIT ${limit}`
      ),

    lastSettled: (mode, limit) =>
      read(
        "lastSettled",
        sql`
          SELECT ${columns} FROM bets WHERE mode = ${mode} AND settled_at IS NOT NULL
          ORDER BY settled_at DESC, id DESC LIMIT ${limit}`
      ),

    page: (mode, { after, from, limit, to }) =>
      read(
        "page",
        sql`
          SELECT ${columns} FROM bets
          WHERE mode = ${mode} AND created_at >= ${new Date(from)} AND created_at < ${new Date(to)}
            AND (
              ${after}::uuid IS NULL
              OR (created_at, id) > (SELECT created_at, id FROM bets WHERE mode = ${mode} AND id = ${after}::uuid)
            )
          ORDER BY created_at, id LIMIT ${limit}`
      )
  })
})

const json = (bets: ReadonlyArray<Bet>) => encode(bets.map(toRow))

const first = (bets: ReadonlyArray<Bet>) => bets[0] ?? null

/** An UPDATE would take any one of several rows of the same bet. */
const newest = (bets: ReadonlyArray<Bet>) => [...new Map(bets.map((bet) => [bet.id, bet])).values()]

const isTaken = (bets: ReadonlyArray<Bet>) =>
  new StorageFailure({
    operation: "BetRepository.create",
    kind: "conflict",
    message: `an intent is open already, and nothing was written (of ${bets.map(({ id }) => id).join(", ")})`
  })

const noRow = (bets: ReadonlyArray<Bet>) =>
  new StorageFailure({
    operation: "BetRepository.update",
    kind: "invalid",
    message: `a bet to update was never created, and nothing was written (of ${bets.map(({ id }) => id).join(", ")})`
  })

export const layer = Layer.effect(BetRepository, make)

/**
 * `data`: looks at recorded markets. Exit code 0 when everything could be used, 1 when anything had to be left out; what a
 * recording merely lacks (a definition, its end) is told and is no failure. Formats: docs/RECORDINGS.md.
 */
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { losesData } from "../market/recording/RecordingProblem.ts"
import type { MarketSummary } from "../market/recording/RecordingSummary.ts"
import { Ended, failed } from "./Exit.ts"
import { json, printJson } from "./Options.ts"

const files = Argument.String("FILE").pipe(
  Argument.withDescription("Recordings, archives of them, or folders"),
  Argument.variadic({ min: 1 })
)

const look = (paths: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { summariseAll } = yield* Effect.promise(() => import("../market/recording/RecordingSummary.ts"))
    return yield* summariseAll(paths)
  })

const isUnusable = (summary: MarketSummary) => summary.problems.some((problem) => losesData(problem.kind))

const endBadly = (summaries: ReadonlyArray<MarketSummary>) =>
  summaries.some(isUnusable) ? new Ended({ code: failed }) : Effect.void

/** Columns as wide as their widest cell, two spaces between. */
const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = rows.reduce<ReadonlyArray<number>>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    []
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

const nameOf = ({ file, member }: Pick<MarketSummary, "file" | "member">) =>
  member === null ? file : `${file}!${member}`

const minute = (iso: string | null) => (iso === null ? "-" : iso.slice(0, 16).replace("T", " "))

const verifyTable = (summaries: ReadonlyArray<MarketSummary>): string =>
  table([
    ["MARKET", "KIND", "VENUE", "OFF (UTC)", "STATUS", "WINNERS", "MESSAGES", "MATCHED", "FILE"],
    ...summaries
      .filter((summary) => summary.marketId !== null)
      .map((summary) => [
        summary.marketId!,
        `${summary.eventType ?? "-"} ${summary.marketType ?? ""}`.trim(),
        summary.venue ?? "-",
        minute(summary.marketTime),
        summary.status ?? "-",
        summary.winners.join(" ") || "-",
        String(summary.messages),
        summary.totalMatched.toFixed(2),
        nameOf(summary)
      ])
  ])

/** A file's problems stand with each of its markets; here each is said once. */
const problemLines = (summaries: ReadonlyArray<MarketSummary>): ReadonlyArray<string> => [
  ...new Set(
    summaries.flatMap(({ file, marketId, member, problems }) =>
      problems.map(({ count, kind, line, message }) => {
        const name = nameOf({ file, member })
        const where = line === null ? name : `${name}:${line}`
        const market = kind === "NO_DEFINITION" || kind === "NOT_CLOSED" ? ` ${marketId}` : ""
        return `${where}:${market} ${message}${count > 1 ? ` (${count} times)` : ""}`
      })
    )
  )
]

const verify = Command.make(
  "verify",
  { files, json },
  Effect.fn(function* ({ files, json }) {
    const summaries = yield* look(files)
    if (json) yield* printJson(summaries)
    else {
      yield* Console.log(verifyTable(summaries))
      for (const line of problemLines(summaries)) yield* Console.error(line)
    }
    yield* endBadly(summaries)
  })
).pipe(Command.withDescription("Read recordings to their end: each market's result, and what is wrong with the data"))

const list = Command.make(
  "list",
  { files, json },
  Effect.fn(function* ({ files, json }) {
    const summaries = yield* look(files)
    const markets = summaries.flatMap(({ eventType, file, marketId, marketTime, marketType, member, venue }) =>
      marketId === null ? [] : [{ marketId, eventType, marketType, venue, marketTime, file, member }]
    )
    yield* json
      ? printJson(markets)
      : Console.log(
          table(
            markets.map((market) => [
              market.marketId,
              minute(market.marketTime),
              market.eventType ?? "-",
              market.marketType ?? "-",
              market.venue ?? "-",
              nameOf(market)
            ])
          )
        )
    if (!json) for (const line of problemLines(summaries.filter(isUnusable))) yield* Console.error(line)
    yield* endBadly(summaries)
  })
).pipe(Command.withDescription("Print the markets in recordings, one a line"))

export const command = Command.make("data").pipe(
  Command.withDescription("Look at recorded markets"),
  Command.withSubcommands([verify, list])
)

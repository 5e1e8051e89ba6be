/** `bets list | export`: the bets, newest first for people, all of a period for spreadsheets and programs. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import type { BetId } from "../domain/Identifiers.ts"
import * as Money from "../domain/Money.ts"
import type { BetAnswer } from "../http/wire/BetAnswer.ts"
import * as BesideBot from "./BesideBot.ts"
import { BadUsage } from "./Exit.ts"
import { ConfigFile, json, printJson } from "./Options.ts"
import * as Period from "./Period.ts"
import * as Table from "./Table.ts"
import { mode, modeOf } from "./Whose.ts"

const pageSize = 1000

const money = (pence: number | null): string => (pence === null ? "" : Money.format(pence))

const rowOf = (bet: BetAnswer): Table.Row => [
  bet.createdAt.slice(0, 16).replace("T", " "),
  bet.status,
  bet.strategyId,
  bet.marketId,
  String(bet.selectionId),
  bet.side,
  bet.price === null ? "SP" : bet.price.toFixed(2),
  money(bet.sizePence),
  money(bet.matchedPence),
  money(bet.netPence),
  bet.id
]

const header = ["AT (UTC)", "STATUS", "STRATEGY", "MARKET", "RUNNER", "SIDE", "PRICE", "SIZE", "MATCHED", "NET", "BET"]

const list = Command.make(
  "list",
  {
    limit: Flag.Int("limit").pipe(
      Flag.withDescription("So many, the newest"),
      Flag.filter(
        (limit) => limit >= 1 && limit <= 1000,
        (limit) => `--limit: found ${limit}, expected 1 to 1000`
      ),
      Flag.withDefault(50)
    ),
    mode,
    json
  },
  Effect.fn(function* ({ json, limit, mode }) {
    const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const bets = yield* BesideBot.ask(
      settings,
      modeOf(mode, settings),
      (bot) => bot.recentBets({ query: { limit } }),
      (records) => records.recentBets(limit)
    )
    if (json) return yield* printJson({ bets })
    yield* Console.log(bets.length === 0 ? "no bets" : Table.render(header, bets.map(rowOf)))
  })
).pipe(Command.withDescription("Print the newest bets"))

const exported = Command.make(
  "export",
  {
    ...Period.flags,
    csv: Flag.Boolean("csv").pipe(Flag.withDescription("As comma-separated values"), Flag.withDefault(false)),
    mode,
    json
  },
  Effect.fn(function* ({ csv, from, json, mode, to }) {
    if (csv === json) return yield* new BadUsage({ message: "bets export: expected either --csv or --json" })
    const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const period = yield* Period.of({ from, to }, settings)
    const BetsCsv = yield* Effect.promise(() => import("../http/BetsCsv.ts"))
    if (csv) yield* Console.log(BetsCsv.header)
    let isFirst = true
    const print = (bet: BetAnswer) => {
      const begin = isFirst ? "[" : ","
      isFirst = false
      return Console.log(csv ? BetsCsv.row(bet) : `${begin}${JSON.stringify(bet)}`)
    }
    interface Page {
      readonly bets: ReadonlyArray<BetAnswer>
      readonly next: BetId | null
    }
    /** Page by page, so that years of bets need no more memory than a day's. */
    const all = <E>(page: (after: BetId | null) => Effect.Effect<Page, E>) =>
      Effect.gen(function* () {
        for (let after: BetId | null = null; ;) {
          const { bets, next }: Page = yield* page(after)
          yield* Effect.forEach(bets, print, { discard: true })
          if (next === null) return
          after = next
        }
      })
    yield* BesideBot.ask(
      settings,
      modeOf(mode, settings),
      (bot) =>
        all((after) =>
          bot.bets({ query: { ...Period.query(period), limit: pageSize, ...(after === null ? {} : { after }) } })
        ),
      (records) => all((after) => records.bets({ ...period, after, limit: pageSize }))
    )
    if (json) yield* Console.log(isFirst ? "[]" : "]")
  })
).pipe(Command.withDescription("Print all bets of a period, oldest first, as CSV or JSON"))

export const command = Command.make("bets").pipe(
  Command.withDescription("List and export bets"),
  Command.withSubcommands([list, exported])
)

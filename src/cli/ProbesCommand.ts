/**
 * `probes FILE…`: fixed strategies on recordings, each alone, through the whole bot. Their figures are compared with those
 * of another simulator, or of another profile of ours.
 */
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { ProbeOrder, ProbeRow } from "../backtest/ProbeReport.ts"
import type { ProbesOptions } from "../app/ProbeBots.ts"
import { probes } from "../backtest/Probes.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import { losesData, RecordingProblems } from "../market/recording/RecordingProblem.ts"
import { Ended, failed } from "./Exit.ts"
import { ConfigFile, json, printJson } from "./Options.ts"
import * as ProbesText from "./ProbesText.ts"
import * as ProblemLine from "./ProblemLine.ts"

const files = Argument.String("FILE").pipe(
  Argument.withDescription("Recordings, archives of them, or folders"),
  Argument.variadic({ min: 1 })
)

const flags = {
  profile: Flag.Literals("profile", ["default", "flumine"]).pipe(
    Flag.withDescription("Matching rules; without it those of the settings"),
    Flag.optional
  ),
  chosen: Flag.Literals(
    "probe",
    probes.map(({ name }) => name)
  ).pipe(Flag.withDescription("Only this probe; may be repeated"), Flag.atLeast(0)),
  withOrders: Flag.Boolean("orders").pipe(
    Flag.withDescription("Tell of every order, as order_rows of its row"),
    Flag.withDefault(false)
  )
}

type Row = ProbeRow & { readonly order_rows?: ReadonlyArray<ProbeOrder> }

export const command = Command.make(
  "probes",
  { files, ...flags, json },
  Effect.fn(function* ({ chosen, files, json, profile, withOrders }) {
    const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
    const problems = new RecordingProblems()
    const options = { settings, problems, profile: Option.getOrElse(profile, () => settings.paper.profile) }
    const all: Array<Row> = []
    if (!json) yield* Console.log(ProbesText.heading(options.profile))
    const recordings = yield* run(files, options, chosen, withOrders, (rows) =>
      json ? Effect.sync(() => void all.push(...rows)) : Console.log(rows.map(ProbesText.render).join("\n"))
    )
    if (json) yield* printJson(all)
    const lost = problems.list()
    yield* Effect.forEach(lost, (problem) => Console.error(ProblemLine.render(problem)), { discard: true })
    if (recordings === 0 || lost.some(({ kind }) => losesData(kind))) return yield* new Ended({ code: failed })
  })
).pipe(Command.withDescription("Run fixed strategies over recordings, each alone, to compare simulators by"))

/** Hands out the rows of each recording when it is done; returns how many recordings there were. */
const run = Effect.fnUntraced(function* (
  files: ReadonlyArray<string>,
  options: ProbesOptions,
  chosen: ReadonlyArray<string>,
  withOrders: boolean,
  tell: (rows: ReadonlyArray<Row>) => Effect.Effect<void>
) {
  const ProbeBots = yield* Effect.promise(() => import("../app/ProbeBots.ts"))
  const ProbeReport = yield* Effect.promise(() => import("../backtest/ProbeReport.ts"))
  const SeparateRecordings = yield* Effect.promise(() => import("../market/SeparateRecordings.ts"))
  const wanted = chosen.length === 0 ? probes : probes.filter(({ name }) => chosen.includes(name))
  let recordings = 0
  yield* SeparateRecordings.forEach(files, options.problems, (recording) => {
    recordings++
    return Effect.flatMap(ProbeBots.run(recording, wanted, options), (probed) =>
      tell(
        probed.flatMap(({ markets, probe }) =>
          markets.map(({ bets, marketId }): Row => {
            const row = ProbeReport.rowOf({ recording: recording.name, market: marketId, probe: probe.name }, bets)
            if (!withOrders) return row
            return { ...row, order_rows: bets.map((bet) => ProbeReport.orderOf(bet, options.profile)) }
          })
        )
      )
    )
  })
  return recordings
})

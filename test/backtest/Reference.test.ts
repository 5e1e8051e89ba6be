/**
 * The whole bot against the reference simulator: every order of its fourteen probes on eight recordings, with risk
 * manager, executor, venue and settlement in between.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ProbeBots from "../../src/app/ProbeBots.ts"
import * as ProbeReport from "../../src/backtest/ProbeReport.ts"
import { probes } from "../../src/backtest/Probes.ts"
import * as RecordedFiles from "../../src/market/RecordedFiles.ts"
import { RecordingProblems } from "../../src/market/recording/RecordingProblem.ts"
import * as SeparateRecordings from "../../src/market/SeparateRecordings.ts"
import { settingsOf } from "../config/Decoding.ts"
import * as ReferenceResults from "./ReferenceResults.ts"
import type { ReferenceOrder, ReferenceRow } from "./ReferenceResults.ts"

const probed = Effect.fnUntraced(function* (path: string) {
  const results: Array<ProbeBots.Probed> = []
  const problems = new RecordingProblems()
  yield* SeparateRecordings.forEach([path], problems, (recording) =>
    Effect.map(
      ProbeBots.run(recording, probes, { settings: settingsOf(""), profile: "flumine", problems }),
      (more) => void results.push(...more)
    )
  )
  expect(problems.list()).toEqual([])
  return results
}, Effect.provide(NodeServices.layer))

const fourDecimals = (price: number) => Math.round(price * 10_000)

const oursOf = ({ bet, order }: ProbeReport.ProbedBet) => {
  const { cancelled, created, fills, lapsed, placed, profit, queue_left, selection, side, voided } =
    ProbeReport.orderOf({ bet, order }, "flumine")
  const matched = fills.map(({ at, price, size }) => [at, fourDecimals(price), size])
  return { selection, side, created, placed, matched, cancelled, lapsed, voided, queue_left, profit }
}

/** Their amounts are sums of binary fractions, and their zeros may be negative. */
const amount = (pounds: number) => (Math.round(pounds * 100) || 0) / 100

const theirsOf = (theirs: ReferenceOrder) => ({
  selection: theirs.selection,
  side: theirs.side,
  created: theirs.created,
  placed: theirs.placed,
  matched: theirs.matched.map(([at, price, size]) => [at, fourDecimals(price), amount(size)]),
  cancelled: amount(theirs.cancelled),
  lapsed: amount(theirs.lapsed),
  voided: amount(theirs.voided),
  queue_left: amount(theirs.piq_left),
  profit: amount(theirs.profit)
})

type Order = ReturnType<typeof theirsOf> | ReturnType<typeof oursOf>
/** By selection within one instant: the order of runners within a book is not part of the agreement. */
const bySelection = (a: Order, b: Order) => a.created - b.created || a.selection - b.selection

const totalsOf = (row: ReferenceRow) => ({
  recording: row.recording,
  market: row.market,
  probe: row.probe,
  orders: row.orders,
  matched_orders: row.matched_orders,
  size_matched: row.size_matched,
  cancelled: row.cancelled,
  lapsed: row.lapsed,
  voided: row.voided,
  profit: row.profit,
  commission: row.commission
})

/** Figures of each market of a probe, as the table of the reference's variants has them. */
const figuresOf = ({ markets }: ProbeBots.Probed) =>
  markets
    .map(({ bets, marketId }) => {
      const row = ProbeReport.rowOf({ recording: "", market: marketId, probe: "" }, bets)
      return [marketId, row.orders, row.matched_orders, row.size_matched, row.profit] as const
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1))

describe.skipIf(!ReferenceResults.isThere)("the probes in the whole bot", () => {
  it.effect.each(ReferenceResults.paths)(
    "give every order of the reference on %s",
    ([recording, path]) =>
      Effect.gen(function* () {
        const expected = ReferenceResults.rows.filter((row) => row.recording === recording)
        expect(expected).toHaveLength(probes.length)
        const results = yield* probed(path)
        for (const { markets, probe } of results) {
          const theirs = expected.find((row) => row.probe === probe.name)!
          expect(markets.map(({ marketId }) => marketId)).toEqual([theirs.market])
          const { bets, marketId } = markets[0]!
          expect(ProbeReport.rowOf({ recording, market: marketId, probe: probe.name }, bets)).toEqual(totalsOf(theirs))
          expect(bets.map(oursOf).toSorted(bySelection)).toEqual(theirs.order_rows.map(theirsOf).toSorted(bySelection))
        }
      }),
    60_000
  )

  it.effect(
    "give the same orders when two markets of one event come as one feed",
    () =>
      Effect.gen(function* () {
        const races = ReferenceResults.paths.filter(([name]) => name.startsWith("1.19793175"))
        expect(races).toHaveLength(2)
        const problems = new RecordingProblems()
        const { next } = yield* RecordedFiles.open(races.map(([, path]) => path))
        const [limits, queues] = yield* ProbeBots.run(
          { name: "event", next },
          probes.filter(({ name }) => name === "LimitOnce" || name === "QueueLay"),
          { settings: settingsOf(""), profile: "flumine", problems }
        )
        expect(figuresOf(limits!)).toEqual([
          ["1.197931750", 6, 6, 12, 32],
          ["1.197931751", 6, 6, 12, 0.48]
        ])
        expect(figuresOf(queues!)).toEqual([
          ["1.197931750", 79, 34, 68, -20],
          ["1.197931751", 155, 28, 52.58, 23.91]
        ])
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    60_000
  )
})

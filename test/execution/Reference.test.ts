/**
 * The `flumine` profile against the reference's own results: every row and every order of its fourteen probes on eight
 * recordings, and its variants. The recordings are not part of the project; without them this file is skipped.
 */
import { existsSync, readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { runnerOf } from "../../src/domain/Identifiers.ts"
import { flumine, latencies, type MatchingProfile } from "../../src/execution/MatchingProfile.ts"
import { type ProbeOrder, ProbeRun, type ProbeRow, readRecording } from "./Probes.ts"

const shared = new URL("../../../shared/", import.meta.url).pathname
const recordings: Readonly<Record<string, string>> = {
  "SELF-1.181223995": "horses/pro/SELF-1.181223995",
  "1.127236622": "horses/pro/1.127236622.bz2",
  "1.205822330": "horses/pro/1.205822330.bz2",
  "BASIC-1.132153978": "horses/basic/BASIC-1.132153978",
  "1.200806927": "cricket/pro/1.200806927",
  "1.180305278": "cricket/pro/1-180305278.bz2",
  "1.197931750": "greyhounds/pro/1.197931750",
  "1.197931751": "greyhounds/pro/1.197931751"
}

interface TruthOrder {
  readonly selection: number
  readonly side: string
  readonly created: number
  readonly placed: number
  readonly matched: ReadonlyArray<readonly [at: number, price: number, size: number]>
  readonly cancelled: number
  readonly lapsed: number
  readonly voided: number
  readonly piq_left: number
  readonly profit: number
}

interface Truth extends ProbeRow {
  readonly recording: string
  readonly market: string
  readonly probe: string
  readonly order_rows: ReadonlyArray<TruthOrder>
}

const truthFile = `${shared}reference/flumine-ground-truth.json.gz`
const isThere = existsSync(truthFile)
const truths: ReadonlyArray<Truth> = isThere ? JSON.parse(gunzipSync(readFileSync(truthFile)).toString("utf8")) : []

const rowOf = ({ cancelled, commission, lapsed, matched_orders, orders, profit, size_matched, voided }: ProbeRow) => ({
  orders,
  matched_orders,
  size_matched,
  cancelled,
  lapsed,
  voided,
  profit,
  commission
})

const pence = (pounds: number) => Math.round(pounds * 100)
const tenThousandths = (decimal: number) => Math.round(decimal * 10_000)
const positive = (n: number) => (n === 0 ? 0 : n)

const oursOf = ({ created, order, profit, side }: ProbeOrder) => ({
  selection: runnerOf(order.runner).selectionId,
  side,
  created,
  placed: order.placedAt,
  fills: order.fills.map(({ at, price, size }) => [at, tenThousandths(price / 100), size]),
  cancelled: positive(order.sizeCancelled),
  lapsed: positive(order.sizeLapsed),
  voided: Math.round(order.sizeVoided),
  queue: pence(order.queuePounds),
  profit: positive(profit)
})

const theirsOf = (order: TruthOrder) => ({
  selection: order.selection,
  side: order.side,
  created: order.created,
  placed: order.placed,
  fills: order.matched.map(([at, price, size]) => [at, tenThousandths(price), pence(size)]),
  cancelled: pence(order.cancelled),
  lapsed: pence(order.lapsed),
  voided: pence(order.voided),
  queue: pence(order.piq_left),
  profit: positive(pence(order.profit))
})

type Comparable = ReturnType<typeof oursOf> | ReturnType<typeof theirsOf>
/** By selection within one instant, because the order of runners within a book is not part of the agreement. */
const bySelection = (a: Comparable, b: Comparable) => a.created - b.created || a.selection - b.selection

const constant = (ms: number) => ({ ...latencies, placeMs: ms, cancelMs: ms, updateMs: ms, replaceMs: ms })

describe.skipIf(!isThere)("the flumine profile", () => {
  for (const [recording, path] of Object.entries(recordings)) {
    it(`reproduces every order of every probe on ${recording}`, async () => {
      const lines = await readRecording(`${shared}recordings/${path}`)
      for (const truth of truths.filter((truth) => truth.recording === recording)) {
        const run = new ProbeRun(truth.market, truth.probe, flumine)
        const row = run.run(lines)
        expect({ probe: truth.probe, ...rowOf(row) }).toEqual({ probe: truth.probe, ...rowOf(truth) })
        expect(run.orders.map(oursOf).toSorted(bySelection)).toEqual(
          truth.order_rows.map(theirsOf).toSorted(bySelection)
        )
      }
    })
  }

  const displayed: MatchingProfile = { ...flumine, crossingFills: "displayed" }
  const asAsked: MatchingProfile = { ...flumine, bestPriceExecution: false }
  it.each([
    ["displayed prices", "QueueBack", displayed, latencies, [1204, 158, 309.59, -118.73]],
    ["displayed prices", "QueueLay", displayed, latencies, [1076, 152, 302.22, 14.9]],
    ["no best-price execution", "InplayLay", asAsked, latencies, [200, 140, 280, -79.72]],
    ["no best-price execution", "Fok", asAsked, latencies, [10, 0, 0, 0]],
    ["no latency", "QueueBack", flumine, constant(0), [1218, 95, 176.97, -92.95]],
    ["no latency", "InplayLay", flumine, constant(0), [219, 197, 394, -119.4]],
    ["a second's latency", "QueueBack", flumine, constant(1000), [901, 99, 183.54, -72.15]],
    ["a second's latency", "InplayLay", flumine, constant(1000), [121, 104, 208, -59.06]]
  ] as const)("reproduces the variant with %s of %s", async (_, probe, profile, delays, expected) => {
    const lines = await readRecording(`${shared}recordings/${recordings["SELF-1.181223995"]}`)
    const row = new ProbeRun("1.181223995", probe, profile, delays).run(lines)
    expect([row.orders, row.matched_orders, row.size_matched, row.profit]).toEqual(expected)
  })

  it.each([
    ["for itself", "strategy", "QueueBack", "QueueLay", [1161, 87, 165.73, -74.89]],
    ["for itself", "strategy", "QueueLay", "QueueBack", [1157, 122, 234.68, -12.31]],
    ["between them", "account", "QueueBack", "QueueLay", [1158, 83, 157.73, -66.87]],
    ["between them", "account", "QueueLay", "QueueBack", [1157, 122, 234.68, -12.31]]
  ] as const)("reproduces strategies that have the volume %s (%s): %s beside %s", async (...row) => {
    const [, volumeSharing, probe, other, expected] = row
    const lines = await readRecording(`${shared}recordings/${recordings["SELF-1.181223995"]}`)
    const run = new ProbeRun("1.181223995", probe, { ...flumine, volumeSharing })
    const { matched_orders, orders, profit, size_matched } = run.run(lines, [run.beside(other)])
    expect([orders, matched_orders, size_matched, profit]).toEqual(expected)
  })
})

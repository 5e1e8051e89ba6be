/** What the probes did, as a table for people. */
import { basename } from "node:path"
import type { ProbeOrder, ProbeRow } from "../backtest/ProbeReport.ts"

const money = (pounds: number) => pounds.toFixed(2)

const columns: ReadonlyArray<readonly [title: string, width: number, of: (row: ProbeRow) => string]> = [
  ["orders", 7, ({ orders }) => String(orders)],
  ["matched", 8, (row) => String(row.matched_orders)],
  ["size", 10, (row) => money(row.size_matched)],
  ["cancelled", 10, ({ cancelled }) => money(cancelled)],
  ["lapsed", 9, ({ lapsed }) => money(lapsed)],
  ["voided", 9, ({ voided }) => money(voided)],
  ["profit", 9, ({ profit }) => money(profit)],
  ["commission", 11, ({ commission }) => money(commission)]
]

const names = (recording: string, market: string, probe: string) =>
  `${recording.padEnd(24)} ${market.padEnd(13)} ${probe.padEnd(16)}`

export const heading = (profile: string): string =>
  [
    `Matching profile ${profile}; amounts in pounds`,
    names("recording", "market", "probe") + columns.map(([title, width]) => title.padStart(width)).join("")
  ].join("\n")

export const render = (row: ProbeRow & { readonly order_rows?: ReadonlyArray<ProbeOrder> }): string =>
  [
    names(basename(row.recording), row.market, row.probe) +
      columns.map(([, width, of]) => of(row).padStart(width)).join(""),
    ...(row.order_rows ?? []).map(renderOrder)
  ].join("\n")

const time = (at: number | null): string => (at === null ? "never placed" : new Date(at).toISOString().slice(11, -1))

const renderOrder = (order: ProbeOrder): string => {
  const fills = order.fills.map(({ at, price, size }) => `${time(at)} ${money(size)} @ ${price}`).join(", ")
  const ends = (["cancelled", "lapsed", "voided"] as const)
    .filter((end) => order[end] !== 0)
    .map((end) => `${end} ${money(order[end])}`)
  return [
    `  ${time(order.created)} ${order.side} ${order.selection} ${money(order.size)}${order.price === null ? "" : ` @ ${order.price}`}`,
    `placed ${time(order.placed)}`,
    `matched ${money(order.matched)}${fills === "" ? "" : ` (${fills})`}`,
    ...ends,
    ...(order.queue_left === null
      ? ["queue unknown"]
      : order.queue_left > 0
        ? [`queue ${money(order.queue_left)}`]
        : []),
    ...(order.refused === null ? [] : [order.refused]),
    `profit ${money(order.profit)}`
  ].join(", ")
}

/** The reference's own results and the recordings they are of. Neither is part of the project. */
import { existsSync, readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

const shared = new URL("../../../shared/", import.meta.url).pathname
const file = `${shared}reference/flumine-ground-truth.json.gz`

export const isThere = existsSync(file)

export interface ReferenceOrder {
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

export interface ReferenceRow {
  readonly recording: string
  readonly market: string
  readonly probe: string
  readonly orders: number
  readonly matched_orders: number
  readonly size_matched: number
  readonly cancelled: number
  readonly lapsed: number
  readonly voided: number
  readonly profit: number
  readonly commission: number
  readonly order_rows: ReadonlyArray<ReferenceOrder>
}

export const rows: ReadonlyArray<ReferenceRow> = isThere
  ? JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"))
  : []

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

/** By the reference's names: where each recording is. */
export const paths: ReadonlyArray<readonly [name: string, path: string]> = Object.entries(recordings).map(
  ([name, path]) => [name, `${shared}recordings/${path}`]
)

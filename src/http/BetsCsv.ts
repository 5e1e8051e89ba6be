/**
 * Bets as a table for spreadsheets: RFC 4180, a line a bet. Money and odds are decimals made from whole numbers, so that a
 * column adds up to the penny.
 */
import * as Money from "../domain/Money.ts"
import type { BetAnswer } from "./wire/BetAnswer.ts"

type Cell = string | number | boolean | null

const money = (pence: number | null): Cell => (pence === null ? null : Money.format(pence))

/** What a spreadsheet would take for a formula is made text: a strategy's reason may begin with anything. */
const asText = (text: string): string => (/^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text)

const columns: ReadonlyArray<readonly [name: string, of: (bet: BetAnswer) => Cell]> = [
  ["id", ({ id }) => id],
  ["mode", ({ mode }) => mode],
  ["status", ({ status }) => status],
  ["strategy_id", ({ strategyId }) => strategyId],
  ["market_id", ({ marketId }) => marketId],
  ["selection_id", ({ selectionId }) => selectionId],
  ["handicap", ({ handicap }) => handicap],
  ["side", ({ side }) => side],
  ["order_type", ({ orderType }) => orderType],
  ["price", ({ price }) => (price === null ? null : price.toFixed(2))],
  ["size", ({ sizePence }) => money(sizePence)],
  ["liability", ({ liabilityPence }) => money(liabilityPence)],
  ["persistence", ({ persistence }) => persistence],
  ["matched", ({ matchedPence }) => money(matchedPence)],
  ["average_price", ({ averagePrice }) => averagePrice],
  ["remaining", ({ remainingPence }) => money(remainingPence)],
  ["cancelled", ({ cancelledPence }) => money(cancelledPence)],
  ["lapsed", ({ lapsedPence }) => money(lapsedPence)],
  ["voided", ({ voidedPence }) => money(voidedPence)],
  ["profit", ({ profitPence }) => money(profitPence)],
  ["commission", ({ commissionPence }) => money(commissionPence)],
  ["net", ({ netPence }) => money(netPence)],
  ["confidence", ({ confidence }) => confidence],
  ["probability", ({ probability }) => probability],
  ["reason", ({ reason }) => asText(reason)],
  ["note", ({ note }) => (note === null ? null : asText(note))],
  ["replaces", ({ replaces }) => replaces],
  ["betfair_bet_id", ({ betfairBetId }) => betfairBetId],
  ["created_at", ({ createdAt }) => createdAt],
  ["placed_at", ({ placedAt }) => placedAt],
  ["matched_at", ({ matchedAt }) => matchedAt],
  ["cancelled_at", ({ cancelledAt }) => cancelledAt],
  ["settled_at", ({ settledAt }) => settledAt],
  ["updated_at", ({ updatedAt }) => updatedAt]
]

const quoted = (cell: Cell): string => {
  const text = cell === null ? "" : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const line = (cells: ReadonlyArray<Cell>): string => cells.map(quoted).join(",")

export const header: string = line(columns.map(([name]) => name))

export const row = (bet: BetAnswer): string => line(columns.map(([, of]) => of(bet)))

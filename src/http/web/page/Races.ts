/** The next races: time to the off, what we bet, and why not. */
import type { MarketAnswer } from "../../wire/Answers.ts"
import * as Clock from "./Clock.ts"
import { byId, div, el, keyed, type Row, setAttribute, setText, show } from "./Dom.ts"
import * as Format from "./Format.ts"
import { marketLink } from "./Parts.ts"

/** Rows before somebody asks for more. */
const fewRows = 8

let markets: ReadonlyArray<MarketAnswer> = []
let isWhole = false

const statuses: Readonly<Record<MarketAnswer["status"], string>> = {
  INACTIVE: "not open yet",
  OPEN: "",
  SUSPENDED: "suspended",
  CLOSED: "closed"
}

const standing = ({ inPlay, status }: MarketAnswer): string =>
  [statuses[status], inPlay ? "in play" : ""].filter(Boolean).join(", ")

/** What was decided, and by whom for which reason. */
export const decision = ({ lastRefusal, openBets }: MarketAnswer): string => {
  if (openBets > 0) return `${openBets} ${openBets === 1 ? "bet" : "bets"} open`
  if (lastRefusal === null) return "no signal yet"
  return `${lastRefusal.strategyId}: ${Format.readable(lastRefusal.text)}`
}

const row = (market: MarketAnswer): Row<MarketAnswer> => {
  const off = el("td", { class: "figure off" })
  const name = marketLink(market.marketId, market.name)
  const note = el("span", { class: "note" })
  const runners = el("td", { class: "figure quiet wide" })
  const said = el("div", { class: "clamp" })
  const cell = el("td", { class: "decision" }, said)
  const node = el("tr", {}, off, el("td", { class: "race" }, name, " ", note), runners, cell)
  return {
    node,
    update: (now) => {
      const toOff = Date.parse(now.off) - Clock.now()
      setText(off, Clock.now() === 0 ? Format.nothing : Format.countdown(toOff))
      setAttribute(off, "data-near", now.inPlay ? "off" : toOff < 60_000 ? "now" : toOff < 300_000 ? "soon" : null)
      setText(name, now.name)
      setText(note, standing(now))
      setText(runners, String(now.runners))
      setText(said, decision(now))
      setAttribute(said, "title", now.lastRefusal === null || now.openBets > 0 ? null : decision(now))
      setAttribute(cell, "data-decided", now.openBets > 0 ? "bet" : now.lastRefusal === null ? "nothing" : "refused")
    }
  }
}

const draw = (): void => {
  if (render === null) return
  render(isWhole ? markets : markets.slice(0, fewRows))
  const more = byId("races-more", HTMLButtonElement)
  show(more, markets.length > fewRows)
  setText(more, isWhole ? "Show fewer" : `Show all ${markets.length}`)
  setAttribute(more, "aria-expanded", String(isWhole))
  show(div("races-none"), markets.length === 0)
  show(div("races-table"), markets.length > 0)
}

let render: ((markets: ReadonlyArray<MarketAnswer>) => void) | null = null

export const start = (): void => {
  render = keyed(div("races"), ({ marketId }: MarketAnswer) => marketId, row)
  byId("races-more", HTMLButtonElement).addEventListener("click", () => {
    isWhole = !isWhole
    draw()
  })
  Clock.eachSecond(draw)
}

export const tell = (now: ReadonlyArray<MarketAnswer>): void => {
  markets = now
  draw()
}

/** The market as it was last told; undefined: it is not among the next ones. */
export const known = (marketId: string): MarketAnswer | undefined => markets.find((one) => one.marketId === marketId)

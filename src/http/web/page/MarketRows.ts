/** A runner and a bet as a market's own view shows them. */
import type { RunnerAnswer } from "../../wire/Answers.ts"
import type { BetAnswer } from "../../wire/BetAnswer.ts"
import { el, figure, type Row, setAttribute, setText } from "./Dom.ts"
import * as Format from "./Format.ts"
import * as Names from "./Names.ts"
import { gainCell, priceOf, sideTag, stateOf } from "./Parts.ts"

export type Runner = Pick<RunnerAnswer, "selectionId" | "handicap">

export const keyOf = ({ handicap, selectionId }: Runner): string => `${selectionId}/${handicap}`

/** Best odds with what is offered at them, in the colour of the side. */
const offer = (side: "BACK" | "LAY") => {
  const odds = el("div")
  const size = el("div", { class: "note" })
  const cell = el("td", { class: "figure offer" }, odds, size)
  return {
    cell,
    set: (price: number | null, pence: number) => {
      setText(odds, Format.odds(price))
      setText(size, price === null ? "" : Format.money(pence))
      setAttribute(cell, "data-side", price === null ? null : side)
    }
  }
}

/**
 * @param lineOf which of the chart's lines is the runner's; -1: none
 * @param whyOf why it was or was not bet
 */
export const runnerRow = (lineOf: (runner: Runner) => number, whyOf: (runner: Runner) => string): Row<RunnerAnswer> => {
  const swatch = el("span", { class: "swatch", "aria-hidden": "true" })
  const name = el("span", { class: "runner" })
  const note = el("span", { class: "note" })
  const [back, lay] = [offer("BACK"), offer("LAY")]
  const last = el("td", { class: "figure" })
  const matched = el("td", { class: "figure wide" })
  const why = el("td", { class: "decision" })
  const node = el(
    "tr",
    {},
    el("td", {}, el("div", { class: "line" }, swatch, name, note)),
    back.cell,
    lay.cell,
    last,
    matched,
    why
  )
  return {
    node,
    update: (now) => {
      const line = lineOf(now)
      setAttribute(swatch, "data-line", line < 0 ? null : String(line))
      setText(name, now.name ?? `selection ${now.selectionId}`)
      setText(note, now.status === "ACTIVE" ? "" : now.status.toLowerCase())
      back.set(now.bestBack, now.bestBackPence)
      lay.set(now.bestLay, now.bestLayPence)
      setText(last, Format.odds(now.lastPriceTraded))
      setText(matched, now.matchedPence === 0 ? Format.nothing : Format.money(now.matchedPence))
      setText(why, whyOf(now))
      setAttribute(node, "data-status", now.status)
    }
  }
}

export const betRow = (bet: BetAnswer, clocks: Format.Clocks): Row<BetAnswer> => {
  const at = figure("At", "quiet")
  const runner = el("span", { class: "runner" })
  const [price, size, net] = [figure("Odds"), figure("Matched"), figure("Net")]
  const state = el("td", { class: "state", "data-label": "State" })
  const title = el(
    "td",
    { class: "title" },
    el("div", { class: "line" }, sideTag(bet.side), runner),
    el("div", { class: "note" }, `${bet.strategyId}: ${bet.reason}`)
  )
  const node = el("tr", {}, at, title, price, size, state, net)
  setText(at, clocks.time(Date.parse(bet.createdAt)))
  return {
    node,
    update: (now) => {
      setText(runner, Names.runner(now.marketId, now.selectionId, now.handicap))
      setText(price, priceOf(now))
      setText(size, `${Format.money(now.matchedPence)} / ${Format.money(now.sizePence)}`)
      setText(state, `${stateOf(now)}${now.note === null ? "" : `: ${now.note}`}`)
      gainCell(net, now.netPence)
      setAttribute(node, "data-status", now.status)
    }
  }
}

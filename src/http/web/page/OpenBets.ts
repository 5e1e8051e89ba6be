/** Bets that are open: how old, for how much, and which of them nobody knows the fate of. */
import type { BetAnswer } from "../../wire/BetAnswer.ts"
import * as Clock from "./Clock.ts"
import * as Control from "./Control.ts"
import { div, el, figure, keyed, type Row, setAttribute, setText, show } from "./Dom.ts"
import * as Format from "./Format.ts"
import * as Names from "./Names.ts"
import { marketLink, priceOf, sideTag, stateOf } from "./Parts.ts"

let bets: ReadonlyArray<BetAnswer> = []

const ageOf = (bet: BetAnswer): string => Format.age(Clock.now() - Date.parse(bet.createdAt))

const row = (bet: BetAnswer): Row<BetAnswer> => {
  const runner = el("span", { class: "runner" })
  const market = marketLink(bet.marketId, bet.marketId)
  const age = figure("Age", "quiet")
  const [price, size, liability] = [figure("Odds"), figure("Matched"), figure("Liability")]
  const state = el("span", { class: "state" })
  const note = el("span", { class: "note" })
  const cancel = el("button", { type: "button", class: "small" }, "Cancel")
  cancel.addEventListener("click", () =>
    Control.ask(Control.cancelBet(bet.id, Names.runner(bet.marketId, bet.selectionId, bet.handicap)))
  )
  const node = el(
    "tr",
    { title: bet.reason },
    age,
    el(
      "td",
      { class: "title" },
      el("div", { class: "line" }, sideTag(bet.side), runner),
      el("div", { class: "note" }, market, ` \u00b7 ${bet.strategyId}`)
    ),
    price,
    size,
    liability,
    el("td", { "data-label": "State" }, el("div", {}, state), note),
    el("td", { class: "act" }, cancel)
  )
  return {
    node,
    update: (now) => {
      const name = Names.runner(now.marketId, now.selectionId, now.handicap)
      setText(runner, name)
      setText(market, Names.market(now.marketId))
      setText(age, ageOf(now))
      setText(price, priceOf(now))
      setText(
        size,
        now.matchedPence === now.sizePence
          ? Format.money(now.sizePence)
          : `${Format.money(now.matchedPence)} / ${Format.money(now.sizePence)}`
      )
      setText(liability, Format.money(now.liabilityPence))
      setText(state, stateOf(now))
      setText(note, now.note ?? "")
      setAttribute(node, "data-status", now.status)
      setAttribute(cancel, "aria-label", `Cancel the order on ${name}`)
      show(cancel, now.remainingPence > 0 && now.status !== "pending")
    }
  }
}

let render: ((bets: ReadonlyArray<BetAnswer>) => void) | null = null

/** Unknown ones first: they are what somebody has to look at. */
const inOrder = (all: ReadonlyArray<BetAnswer>) =>
  all.toSorted((a, b) => Number(b.status === "unknown") - Number(a.status === "unknown"))

const draw = (): void => {
  render?.(inOrder(bets))
  show(div("open-bets-none"), bets.length === 0)
  show(div("open-bets-table"), bets.length > 0)
  const unknown = bets.filter(({ status }) => status === "unknown").length
  setText(div("unknown-bets"), unknown === 0 ? "" : `${unknown} unknown: the exchange has not said what became of them`)
  show(div("unknown-bets"), unknown > 0)
}

export const start = (): void => {
  render = keyed(div("open-bets"), ({ id }: BetAnswer) => id, row)
  Clock.eachSecond(draw)
  Names.onCome(draw)
}

export const tell = (now: ReadonlyArray<BetAnswer>): void => {
  bets = now
  Names.want(now.map(({ marketId }) => marketId))
  draw()
}

export const onMarket = (marketId: string): ReadonlyArray<BetAnswer> => bets.filter((bet) => bet.marketId === marketId)

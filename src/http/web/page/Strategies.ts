/** Each strategy with what it has brought, how sure that is, and a switch. */
import type { StrategyResultAnswer } from "../../wire/ResultAnswers.ts"
import * as Control from "./Control.ts"
import { div, el, figure, keyed, type Row, setAttribute, setText, show } from "./Dom.ts"
import * as Format from "./Format.ts"
import { gainCell } from "./Parts.ts"
import { get } from "./Request.ts"

type Interval = StrategyResultAnswer["roiInterval"]

/** An interval in words: `−3.1 % to +7.0 %`. */
export const between = (interval: Interval, write: (value: number) => string): string =>
  interval === null ? "" : `${write(interval.low)} to ${write(interval.high)}`

const states = {
  on: "on",
  off: "off",
  failed: "off: it failed too often"
} as const

const stateOf = ({ active, trading }: StrategyResultAnswer): keyof typeof states =>
  trading ? "on" : active ? "failed" : "off"

/** A return as a place between left and right, nothing being in the middle; small ones have most of the room. */
const place = (value: number) => `${(50 + (50 * value) / (Math.abs(value) + 0.25)).toFixed(1)}%`

/** Where an interval lies about nothing won or lost, drawn to a scale of its own: wide is unsure. */
const whisker = () => {
  const range = el("span", { class: "whisker-range" })
  const point = el("span", { class: "whisker-point" })
  const node = el("span", { class: "whisker", "aria-hidden": "true" }, range, point)
  return {
    node,
    set: (roi: number | null, interval: Interval) => {
      show(node, roi !== null && interval !== null)
      if (roi === null || interval === null) return
      range.style.left = place(interval.low)
      range.style.right = `${(100 - Number.parseFloat(place(interval.high))).toFixed(1)}%`
      point.style.left = place(roi)
      setAttribute(node, "data-sure", interval.low > 0 ? "won" : interval.high < 0 ? "lost" : "no")
    }
  }
}

const row = (strategy: StrategyResultAnswer): Row<StrategyResultAnswer> => {
  const id = strategy.strategyId
  let isOn = strategy.trading
  const kind = el("div", { class: "note" })
  const state = el("span", { class: "state" })
  const flip = el("button", { type: "button", role: "switch", class: "switch", "aria-label": `${id} trades` })
  flip.addEventListener("click", () => Control.ask(Control.switchStrategy(id, !isOn)))
  const [bets, strike, net] = [figure("Bets"), figure("Strike rate"), figure("Net")]
  const [run, sharpe, open] = [figure("Streak"), figure("Sharpe"), figure("Open")]
  const roi = el("span", { class: "roi" })
  const roiInterval = el("div", { class: "note" })
  const drawn = whisker()
  const node = el(
    "tr",
    {},
    el("th", { scope: "row" }, id, kind),
    el("td", {}, el("div", { class: "line" }, flip, state)),
    bets,
    strike,
    el("td", { class: "figure", "data-label": "ROI" }, el("div", { class: "line end" }, drawn.node, roi), roiInterval),
    net,
    run,
    sharpe,
    open
  )
  return {
    node,
    update: (now) => {
      isOn = now.trading
      setText(kind, now.note ?? (now.kind === id ? "" : now.kind))
      setText(state, states[stateOf(now)])
      setAttribute(flip, "aria-checked", String(isOn))
      setAttribute(node, "data-state", stateOf(now))
      setText(bets, Format.whole(now.bets))
      setText(strike, Format.percent(now.strikeRate, 0))
      setAttribute(strike, "title", between(now.strikeRateInterval, (value) => Format.percent(value, 0)) || null)
      setText(roi, Format.change(now.roi))
      setText(
        roiInterval,
        between(now.roiInterval, (value) => Format.change(value))
      )
      drawn.set(now.roi, now.roiInterval)
      gainCell(net, now.netPence)
      setText(run, Format.streak(now.streak))
      setText(sharpe, Format.fixed(now.sharpe, 2))
      setText(open, now.openBets === 0 ? Format.nothing : `${now.openBets}, ${Format.money(now.exposurePence)}`)
    }
  }
}

let render: ((strategies: ReadonlyArray<StrategyResultAnswer>) => void) | null = null

export const start = (): void => {
  render = keyed(div("strategies"), ({ strategyId }: StrategyResultAnswer) => strategyId, row)
}

export const load = async (): Promise<void> => {
  const all = await get<ReadonlyArray<StrategyResultAnswer>>("/api/strategies/results")
  render?.(all)
  show(div("strategies-none"), all.length === 0)
}

/** What has been won and lost: the curve, its falls, the days, and the bets settled last. Asked for when results change. */
import type { BetAnswer } from "../../wire/BetAnswer.ts"
import type { DailyProfitAnswer, EquityAnswer } from "../../wire/ResultAnswers.ts"
import * as Chart from "./Chart.ts"
import * as Clock from "./Clock.ts"
import { div, el, keyed, type Row, setAttribute, setText, show } from "./Dom.ts"
import * as Format from "./Format.ts"
import * as Names from "./Names.ts"
import { gainCell, marketLink, sideTag, priceOf } from "./Parts.ts"
import { get } from "./Request.ts"

/** More points than a chart has pixels tell nothing. */
const points = 600
const days = 60
const settledBets = 25

const dayMs = 86_400_000
const periods: Readonly<Record<string, number | null>> = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs, all: null }
let period = "all"

let clocks: Format.Clocks | null = null
let equity: Chart.Chart | null = null
let falls: Chart.Chart | null = null
let byDay: Chart.Chart | null = null
let dayNames: ReadonlyArray<string> = []
let bets: ReadonlyArray<BetAnswer> = []
let renderBets: ((bets: ReadonlyArray<BetAnswer>) => void) | null = null

const pounds = (pence: number, step: number): string => Format.fixed(pence / 100, step % 100 === 0 ? 0 : 2)
const money = (pence: number | null): string => (pence === null ? Format.nothing : Format.gain(pence))

const settledRow = (bet: BetAnswer): Row<BetAnswer> => {
  const at = el("td", { class: "figure quiet" })
  const runner = el("span", { class: "runner" })
  const market = marketLink(bet.marketId, bet.marketId)
  const price = el("td", { class: "figure" })
  const size = el("td", { class: "figure wide" })
  const net = el("td", { class: "figure" })
  const node = el(
    "tr",
    { title: bet.reason },
    at,
    el(
      "td",
      {},
      el("div", { class: "line" }, sideTag(bet.side), runner),
      el("div", { class: "note" }, market, ` \u00b7 ${bet.strategyId}`)
    ),
    price,
    size,
    net
  )
  return {
    node,
    update: (now) => {
      setText(at, clocks!.moment(Date.parse(now.settledAt ?? now.updatedAt), Clock.now()))
      setText(runner, Names.runner(now.marketId, now.selectionId, now.handicap))
      setText(market, Names.market(now.marketId))
      setText(price, priceOf(now))
      setText(size, Format.money(now.matchedPence))
      gainCell(net, now.netPence)
    }
  }
}

const drawBets = (): void => {
  renderBets?.(bets)
  show(div("settled-none"), bets.length === 0)
  show(div("settled-table"), bets.length > 0)
}

const drawEquity = ({ maxDrawdownPence, points }: EquityAnswer): void => {
  const last = points.at(-1)
  const drawn = last === undefined ? [] : [...points, { ...last, at: new Date(Clock.now()).toISOString() }]
  const at = drawn.map((point) => Date.parse(point.at) / 1000)
  equity?.set([at, drawn.map(({ netPence }) => netPence)])
  // Drawn downwards.
  falls?.set([at, drawn.map(({ drawdownPence }) => 0 - drawdownPence)])
  show(div("equity-none"), points.length === 0)
  for (const id of ["equity-chart", "falls-chart"]) show(div(id), points.length > 0)
  gainCell(div("equity-net"), last?.netPence ?? null)
  setText(div("equity-fall"), last === undefined ? "" : `deepest fall ${Format.money(maxDrawdownPence)}`)
  setAttribute(
    div("equity-chart"),
    "aria-label",
    last === undefined
      ? "Net result over time: no bets have settled"
      : `Net result over time, now ${money(last.netPence)}, deepest fall ${Format.money(maxDrawdownPence)}`
  )
}

const dayLabel = (day: string): string => clocks!.date(Date.parse(`${day}T12:00:00Z`))

const drawDays = ({ days }: DailyProfitAnswer): void => {
  dayNames = days.map(({ day }) => dayLabel(day))
  const nets = days.map(({ netPence }) => netPence)
  byDay?.set([
    days.map((_, index) => index),
    nets.map((net) => (net >= 0 ? net : null)),
    nets.map((net) => (net < 0 ? net : null))
  ])
  show(div("days-none"), days.length === 0)
  show(div("days-chart"), days.length > 0)
  setAttribute(
    div("days-chart"),
    "aria-label",
    `Net result by day: ${days
      .slice(-7)
      .map(({ day, netPence }) => `${dayLabel(day)} ${money(netPence)}`)
      .join(", ")}`
  )
}

const fromOf = (): string => {
  const length = periods[period]
  return length === null || length === undefined ? "" : `&from=${new Date(Clock.now() - length).toISOString()}`
}

const loadEquity = async (): Promise<void> =>
  drawEquity(await get<EquityAnswer>(`/api/equity?points=${points}${fromOf()}`))

/** Asks for everything again. */
export const load = async (): Promise<void> => {
  const [daily, settled] = await Promise.all([
    get<DailyProfitAnswer>(`/api/pnl/daily?days=${days}`),
    get<ReadonlyArray<BetAnswer>>(`/api/bets/settled?limit=${settledBets}`),
    loadEquity()
  ])
  drawDays(daily)
  bets = settled
  Names.want(bets.map(({ marketId }) => marketId))
  drawBets()
}

const choose = (chosen: string): void => {
  period = chosen
  for (const button of div("periods").querySelectorAll("button")) {
    setAttribute(button, "aria-pressed", String(button.dataset["period"] === chosen))
  }
  loadEquity().catch(() => {
    // The line that is lost is told of elsewhere; the curve stays as it was.
  })
}

/** @param zone by whose clocks days and times are told */
export const start = (zone: string, own: Format.Clocks): void => {
  clocks = own
  renderBets = keyed(div("settled"), ({ id }: BetAnswer) => id, settledRow)
  Names.onCome(drawBets)
  const common = { zone, clocks: own, scale: pounds, includes: 0 }
  equity = Chart.draw(div("equity-chart"), {
    ...common,
    height: 210,
    together: "results",
    hasLegend: true,
    lines: [{ label: "Net", color: "line", fill: "line-fill", kind: "steps", value: money }]
  })
  falls = Chart.draw(div("falls-chart"), {
    ...common,
    height: 96,
    together: "results",
    lines: [{ label: "Below peak", color: "lost", fill: "lost-fill", kind: "steps", value: money }]
  })
  byDay = Chart.draw(div("days-chart"), {
    ...common,
    height: 250,
    bars: () => dayNames,
    lines: [
      { label: "Won", color: "won", fill: "won", kind: "bars", width: 0, value: money },
      { label: "Lost", color: "lost", fill: "lost", kind: "bars", width: 0, value: money }
    ]
  })
  for (const button of div("periods").querySelectorAll("button")) {
    button.addEventListener("click", () => choose(button.dataset["period"] ?? "all"))
  }
}

/** A market of its own: prices over time with our bets on them, each runner, and why each was or was not bet. */
import type { ExplanationAnswer, MarketDetailAnswer, RunnerAnswer } from "../../wire/Answers.ts"
import type { BetAnswer } from "../../wire/BetAnswer.ts"
import type { PriceHistoryAnswer } from "../../wire/ResultAnswers.ts"
import * as Chart from "./Chart.ts"
import * as Clock from "./Clock.ts"
import { div, keyed, setText, show } from "./Dom.ts"
import * as Format from "./Format.ts"
import { betRow, keyOf, type Runner, runnerRow } from "./MarketRows.ts"
import * as Names from "./Names.ts"
import { get, wordsOf } from "./Request.ts"

const pricesEveryMs = 2000
const historyEveryMs = 10_000
/** Lines that can be told apart; the shortest prices are shown. */
const linesAtMost = 6
const points = 300

interface Shown {
  readonly marketId: string
  detail: MarketDetailAnswer | null
  history: PriceHistoryAnswer | null
  chart: Chart.Chart | null
  /** Runners that the chart shows, in the order of its lines. */
  lines: ReadonlyArray<string>
  /** Why each runner was or was not bet, by its key. */
  whys: ReadonlyMap<string, string>
  /** Runners of a market whose prices are not at hand any more. */
  past: ReadonlyArray<RunnerAnswer>
}

let clocks: Format.Clocks | null = null
let zone = "UTC"
let shown: Shown | null = null
let endTimers = () => {}

let renderRunners: ((runners: ReadonlyArray<RunnerAnswer>) => void) | null = null
let renderBets: ((bets: ReadonlyArray<BetAnswer>) => void) | null = null

const tickHead = (): void => {
  const market = shown?.detail?.market
  if (market === undefined) return
  const off = Date.parse(market.off)
  const toOff = off - Clock.now()
  const when = market.inPlay ? "in play" : toOff >= 0 ? `off in ${Format.countdown(toOff)}` : "after its off"
  setText(
    div("market-off"),
    `${clocks!.moment(off, Clock.now())} \u00b7 ${market.status === "CLOSED" ? "closed" : when}`
  )
}

const drawDetail = (detail: MarketDetailAnswer): void => {
  if (shown === null) return
  shown.detail = detail
  setText(div("market-name"), detail.market.name)
  setText(
    div("market-note"),
    [
      detail.market.marketId,
      detail.market.status.toLowerCase(),
      ...(detail.market.runners > 0 ? [`${detail.market.runners} runners`] : []),
      ...(detail.pricesAt === null ? [] : [`prices of ${clocks!.time(Date.parse(detail.pricesAt))}`])
    ].join(" \u00b7 ")
  )
  tickHead()
  const runners = detail.runners.length > 0 ? detail.runners : shown.past
  renderRunners?.(runners.toSorted((a, b) => (a.bestBack ?? 9999) - (b.bestBack ?? 9999)))
  renderBets?.(detail.bets)
  show(div("market-bets-table"), detail.bets.length > 0)
  show(div("market-bets-none"), detail.bets.length === 0)
}

/** The price that stands for an instant: what was traded last, else what is offered. */
const priceAt = (runner: PriceHistoryAnswer["runners"][number], index: number): number | null =>
  runner.lastPriceTraded[index] ?? runner.bestBack[index] ?? runner.bestLay[index] ?? null

const marks = (plot: Chart.Plot): void => {
  for (const bet of shown?.detail?.bets ?? []) {
    const price = bet.averagePrice ?? bet.price
    const at = Date.parse(bet.placedAt ?? bet.createdAt) / 1000
    const { max, min } = plot.scales["x"]!
    if (price === null || min === undefined || max === undefined || min === null || max === null) continue
    if (at < min || at > max) continue
    Chart.mark(plot, at, price, bet.side === "BACK" ? "back-mark" : "lay-mark", bet.side === "BACK" ? "up" : "down")
  }
}

const drawHistory = (history: PriceHistoryAnswer): void => {
  if (shown === null) return
  shown.history = history
  show(div("prices-none"), history.at.length < 2)
  show(div("prices-chart"), history.at.length >= 2)
  const latest = (runner: PriceHistoryAnswer["runners"][number]) => priceAt(runner, history.at.length - 1) ?? 9999
  const known = new Map(history.runners.map((runner) => [keyOf(runner), runner]))
  if (shown.chart === null || shown.lines.some((key) => !known.has(key))) {
    const chosen = history.runners.toSorted((a, b) => latest(a) - latest(b)).slice(0, linesAtMost)
    shown.chart?.end()
    shown.lines = chosen.map(keyOf)
    shown.chart = Chart.draw(div("prices-chart"), {
      height: 300,
      zone,
      clocks: clocks!,
      isLogarithmic: true,
      scale: (value) => Format.fixed(value, value < 10 ? 1 : 0),
      lines: chosen.map((runner, index) => ({ label: nameOf(runner), color: `series-${index}`, value: Format.odds })),
      over: marks
    })
  }
  shown.chart.set([
    history.at.map((at) => Date.parse(at) / 1000),
    ...shown.lines.map((key) => {
      const runner = known.get(key)
      return history.at.map((_, index) => (runner === undefined ? null : priceAt(runner, index)))
    })
  ])
}

const nameOf = ({ handicap, selectionId }: Runner): string => Names.runner(shown?.marketId ?? "", selectionId, handicap)

const lineOf = (runner: Runner): number => shown?.lines.indexOf(keyOf(runner)) ?? -1

const whyOf = (runner: Runner): string => shown?.whys.get(keyOf(runner)) ?? ""

/** A runner of which only its name is known. */
const past = ({ name, selectionId, status }: ExplanationAnswer["runners"][number]): RunnerAnswer => ({
  selectionId,
  handicap: 0,
  name,
  clothNumber: null,
  status: status ?? "ACTIVE",
  bestBack: null,
  bestBackPence: 0,
  bestLay: null,
  bestLayPence: 0,
  lastPriceTraded: null,
  matchedPence: 0
})

const drawWhys = ({ market, runners }: ExplanationAnswer): void => {
  setText(
    div("market-whys"),
    market.map(({ strategyId, text }) => `${strategyId}: ${Format.readable(text)}`).join(" \u00b7 ")
  )
  if (!shown?.detail) return
  shown.past = runners.map(past)
  const known = shown.detail.runners.length > 0 ? shown.detail.runners : shown.past
  const keys = new Map(known.map((runner) => [runner.selectionId, keyOf(runner)]))
  shown.whys = new Map(
    runners.flatMap(({ bets, refusals, selectionId }) => {
      const key = keys.get(selectionId)
      const said = [
        ...(bets.length === 0 ? [] : [`${bets.length} ${bets.length === 1 ? "bet" : "bets"}`]),
        ...refusals.slice(-2).map(({ strategyId, text }) => `${strategyId}: ${Format.readable(text)}`)
      ]
      return key === undefined ? [] : [[key, said.join(" \u00b7 ")] as const]
    })
  )
  drawDetail(shown.detail)
}

const base = (marketId: string): string => `/api/markets/${encodeURIComponent(marketId)}`

/** Each for the market that is still shown when the answer comes. */
const loadDetail = async (marketId: string): Promise<void> => {
  const detail = await get<MarketDetailAnswer>(base(marketId))
  if (shown?.marketId === marketId) drawDetail(detail)
}

const loadHistory = async (marketId: string): Promise<void> => {
  const path = encodeURIComponent(marketId)
  const [history, whys] = await Promise.all([
    get<PriceHistoryAnswer>(`${base(marketId)}/prices?points=${points}`),
    get<ExplanationAnswer>(`/api/decisions/${path}`)
  ])
  if (shown?.marketId !== marketId) return
  drawHistory(history)
  drawWhys(whys)
}

const told = (act: () => Promise<void>) => (): void => {
  if (document.hidden) return
  act().then(
    () => show(div("market-problem"), false),
    (error: unknown) => {
      setText(div("market-problem"), wordsOf(error))
      show(div("market-problem"), true)
    }
  )
}

export const close = (): void => {
  endTimers()
  endTimers = () => {}
  shown?.chart?.end()
  shown = null
}

export const open = (marketId: string): void => {
  close()
  shown = { marketId, detail: null, history: null, chart: null, lines: [], whys: new Map(), past: [] }
  Names.want([marketId])
  setText(div("market-name"), Names.market(marketId))
  for (const id of ["market-note", "market-off", "market-whys"]) setText(div(id), "")
  renderRunners?.([])
  renderBets?.([])
  const history = told(() => loadHistory(marketId))
  const detail = told(() => loadDetail(marketId))
  told(async () => {
    await loadDetail(marketId)
    await loadHistory(marketId)
  })()
  const timers = [Clock.every(pricesEveryMs, detail), Clock.every(historyEveryMs, history), Clock.eachSecond(tickHead)]
  endTimers = () => timers.forEach((end) => end())
}

export const start = (timeZone: string, own: Format.Clocks): void => {
  zone = timeZone
  clocks = own
  renderRunners = keyed(div("market-runners"), keyOf, () => runnerRow(lineOf, whyOf))
  renderBets = keyed(
    div("market-bets"),
    ({ id }: BetAnswer) => id,
    (bet) => betRow(bet, own)
  )
  Names.onCome(() => {
    if (shown?.detail) drawDetail(shown.detail)
  })
}

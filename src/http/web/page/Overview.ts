/** Whose money is at stake, whether the bot bets, and how the money stands. */
import type { StatusAnswer } from "../../wire/Answers.ts"
import * as Clock from "./Clock.ts"
import { div, setAttribute, setText, show } from "./Dom.ts"
import * as Format from "./Format.ts"
import { gainCell, meter } from "./Parts.ts"

const banners: Readonly<Record<StatusAnswer["mode"], readonly [string, string]>> = {
  paper: ["Paper", "no real money is at stake"],
  replay: ["Replay", "recorded prices, no real money is at stake"],
  live: ["Live", "real money is at stake"]
}

const states: Readonly<Record<StatusAnswer["trading"]["status"], string>> = {
  Active: "Trading",
  Paused: "Paused",
  Reducing: "Reducing only",
  Halted: "Halted"
}

const phases: Readonly<Record<StatusAnswer["breaker"]["phase"], string>> = {
  CLOSED: "Closed",
  HALF_OPEN: "Half open",
  OPEN: "Open"
}

const exposure = meter("Exposure against its limit")
const loss = meter("Today's loss against its limit")
const drawdown = meter("Drawdown against its limit")

let last: StatusAnswer | null = null
let clocks: Format.Clocks | null = null

/** Puts the bars in their places. @param zone the bot's clocks */
export const start = (zone: Format.Clocks): void => {
  clocks = zone
  div("exposure-meter").replaceChildren(exposure.node)
  div("loss-meter").replaceChildren(loss.node)
  div("drawdown-meter").replaceChildren(drawdown.node)
  Clock.eachSecond(tick)
}

const since = (at: string): string => {
  const from = Date.parse(at)
  return `since ${clocks!.moment(from, Clock.now())} (${Format.age(Clock.now() - from)})`
}

const mode = ({ mode, stopping }: StatusAnswer): void => {
  const [name, meaning] = banners[mode]
  setAttribute(document.documentElement, "data-mode", mode)
  setText(div("mode-name"), name)
  setText(div("mode-meaning"), stopping ? `${meaning} \u2013 the bot is stopping` : meaning)
  const title = `${name.toUpperCase()} \u00b7 Clever Better`
  if (document.title !== title) document.title = title
}

const trading = ({ noBets, stopping, trading }: StatusAnswer): void => {
  // An open breaker, for instance: the bot trades as far as it was told, and still bets nothing.
  setAttribute(div("trading"), "data-state", trading.status === "Active" && noBets !== null ? "Held" : trading.status)
  setText(div("trading-state"), stopping ? "Stopping" : states[trading.status])
  setText(div("trading-reason"), `${trading.reason} \u00b7 ${trading.by}`)
  setText(div("no-bets-text"), noBets ?? "")
  // What the state itself says need not be said twice.
  show(div("no-bets"), noBets !== null && trading.status === "Active")
}

const part = (value: number, limit: number): number => (limit <= 0 ? (value > 0 ? 1 : 0) : value / limit)

const money = ({ bets, breaker, money }: StatusAnswer): void => {
  setText(div("balance"), Format.money(money.fundsPence ?? money.bankrollPence))
  setText(
    div("balance-note"),
    money.fundsPence === null
      ? `${Format.money(money.availablePence)} available`
      : `at the exchange; bankroll ${Format.money(money.bankrollPence)}`
  )
  gainCell(div("today"), money.dailyNetPence)
  setText(div("today-note"), "net of commission")
  setAttribute(div("today-note"), "title", money.day)
  setText(div("exposure"), Format.money(money.exposurePence))
  setText(div("exposure-limit"), `of ${Format.money(money.exposureLimitPence)}`)
  setText(
    div("exposure-note"),
    `${bets.open} of ${bets.openLimit} bets, liability ${Format.money(money.liabilityPence)}`
  )
  exposure.set(
    part(money.exposurePence, money.exposureLimitPence),
    `${Format.money(money.exposurePence)} of ${Format.money(money.exposureLimitPence)}`
  )
  setText(div("loss"), Format.money(money.dailyLossPence))
  setText(div("loss-limit"), `of ${Format.money(money.dailyLossLimitPence)}`)
  loss.set(
    part(money.dailyLossPence, money.dailyLossLimitPence),
    `${Format.money(money.dailyLossPence)} of ${Format.money(money.dailyLossLimitPence)}`
  )
  setText(div("drawdown"), Format.percent(breaker.drawdown))
  setText(div("drawdown-limit"), `of ${Format.percent(breaker.maxDrawdown)}`)
  setText(
    div("drawdown-note"),
    breaker.peakPence === null ? "no peak yet" : `from a peak of ${Format.money(breaker.peakPence)}`
  )
  drawdown.set(
    part(breaker.drawdown, breaker.maxDrawdown),
    `${Format.percent(breaker.drawdown)} of ${Format.percent(breaker.maxDrawdown)}`
  )
}

const breaker = ({ breaker }: StatusAnswer): void => {
  setAttribute(div("breaker-tile"), "data-phase", breaker.phase)
  setText(div("breaker"), phases[breaker.phase])
  setText(div("breaker-limit"), breaker.stopsTrading || breaker.phase === "CLOSED" ? "" : "warns only")
  setText(div("breaker-losses"), `${breaker.consecutiveLosses} of ${breaker.maxConsecutiveLosses} losses in a row`)
}

/** What grows older by itself. */
const tick = (): void => {
  if (last === null || clocks === null) return
  setText(div("trading-since"), since(last.trading.since))
  const { phase, reason, retryAt } = last.breaker
  const retryMs = retryAt === null ? null : Date.parse(retryAt) - Clock.now()
  const retry = retryMs !== null && retryMs > 0 ? `, trial bets in ${Format.countdown(retryMs)}` : ""
  setText(div("breaker-note"), phase === "CLOSED" ? "" : `${reason}${retry}`)
  setText(
    div("uptime"),
    `${last.feed} \u00b7 version ${last.version} \u00b7 up ${Format.age(Clock.now() - Date.parse(last.startedAt))}`
  )
}

export const tell = (status: StatusAnswer): void => {
  last = status
  mode(status)
  trading(status)
  money(status)
  breaker(status)
  tick()
}

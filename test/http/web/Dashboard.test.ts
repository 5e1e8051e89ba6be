/** The page in a real browser: what it shows is what the API answers, and what is clicked is done. */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Browser } from "playwright-core"
import * as Format from "../../../src/http/web/page/Format.ts"
import { TradingState } from "../../../src/risk/TradingState.ts"
import { back, backer, lay, strategy } from "../../builders/strategies.ts"
import { anOpenRace, pass, tell } from "../../bot/TestBot.ts"
import { ScriptedExchange } from "../../execution/ScriptedExchange.ts"
import { type Site, withSite } from "../Bot.ts"
import { hasBrowser, launch, lineTo, open, type Opened, signIn } from "./Browser.ts"

const often = "trading: { strategy_evaluation_interval: 1 }\n"
const quick = { more: ", event_interval_ms: 100", settings: often }

/** Backs a runner that nobody lays at this price, and one that is there to be had. */
const both = strategy("both", () => [back(1, 4, 2), lay(2, 3.1, 2)])

let browser: Browser

beforeAll(async () => {
  if (hasBrowser) browser = await launch()
})

afterAll(() => browser?.close())

const tradingStatus = Effect.map(TradingState, (trading) => trading.current().status)

const answerOf = ({ get }: Site, path: string) => Effect.map(get(path), ({ json }) => json())

/** A bot, and pages on it that are closed before it stops: it would wait for those who listen. */
const withPages = <A, E, R>(test: (site: Site) => Effect.Effect<A, E, R>, options: Parameters<typeof withSite>[1]) =>
  withSite((site) => Effect.scoped(test(site)), options)

/** Gives the order and types what is asked for. */
const command = Effect.fnUntraced(function* ({ click, fill, says }: Opened, button: string, word: string) {
  yield* click(button)
  yield* says("#order", word)
  yield* fill("#order-reason", "the test wants it")
  yield* fill("#order-word", word)
  yield* click("#order-do")
})

describe.skipIf(!hasBrowser)("the dashboard in Chromium", () => {
  it.effect(
    "takes the token once, keeps it out of every address, asks nobody but the bot, and offers what the token may",
    () =>
      withPages(
        (site) =>
          Effect.gen(function* () {
            yield* anOpenRace()
            const shown = yield* open(browser, site.url)
            yield* shown.fill("#token", "not a token of this bot")
            yield* shown.click("#sign-in button")
            yield* shown.says("#sign-in-problem", "not one of the bot")
            yield* shown.fill("#token", site.tokens.read)
            yield* shown.click("#sign-in button")
            yield* shown.says("#link", "Connected")
            yield* Effect.promise(() => shown.page.reload())
            yield* shown.says("#link", "Connected")
            expect(shown.asked.length).toBeGreaterThan(20)
            expect(shown.asked.filter((address) => !address.startsWith(`${site.url}/`))).toEqual([])
            expect(shown.asked.filter((address) => address.includes(site.tokens.read))).toEqual([])
            expect(yield* Effect.promise(() => shown.page.evaluate("document.cookie + localStorage.length"))).toBe("0")
            // The wrong token is the one thing the browser complains of: no script failed and no content was forbidden.
            expect(shown.complaints.filter((complaint) => !complaint.includes("401"))).toEqual([])
            // This token may look only.
            yield* shown.says("#only-look", "may look and not control")
            expect(
              yield* Effect.promise(() =>
                shown.page.locator("#controls, .act button").filter({ visible: true }).count()
              )
            ).toBe(0)
            yield* shown.click("#sign-out")
            yield* shown.says("#sign-in", "Token")
            expect(yield* Effect.promise(() => shown.page.evaluate("sessionStorage.length"))).toBe(0)
          }),
        quick
      )
  )

  it.effect("shows what the API answers", () =>
    withPages(
      (site) =>
        Effect.gen(function* () {
          const first = yield* anOpenRace({ name: "1m Hcap", runnerCount: 3 })
          yield* pass("2 seconds")
          yield* tell(first.closes(2))
          yield* anOpenRace({ number: 2, offAt: first.offAt + 60_000, venue: "York" })
          yield* pass("2 seconds")
          const shown = yield* signIn(browser, site.url, site.tokens.read)
          yield* shown.says("#races .decision", "2 bets open")
          yield* shown.says("#open-bets .state", "unmatched")
          yield* shown.says("#standings", "transactions")
          const { bets, breaker, money } = yield* answerOf(site, "/api/status")
          expect(money.dailyNetPence).toBeLessThan(0)
          expect({
            mode: yield* shown.text("#mode-name"),
            state: yield* shown.text("#trading-state"),
            balance: yield* shown.text("#balance"),
            today: yield* shown.text("#today"),
            exposure: [yield* shown.text("#exposure"), yield* shown.text("#exposure-limit")],
            loss: [yield* shown.text("#loss"), yield* shown.text("#loss-limit")],
            drawdown: [yield* shown.text("#drawdown"), yield* shown.text("#drawdown-limit")],
            breaker: yield* shown.text("#breaker")
          }).toEqual({
            mode: "PAPER",
            state: "Trading",
            balance: Format.money(money.bankrollPence),
            today: Format.gain(money.dailyNetPence),
            exposure: [Format.money(money.exposurePence), `of ${Format.money(money.exposureLimitPence)}`],
            loss: [Format.money(money.dailyLossPence), `of ${Format.money(money.dailyLossLimitPence)}`],
            drawdown: [Format.percent(breaker.drawdown), `of ${Format.percent(breaker.maxDrawdown)}`],
            breaker: "Closed"
          })
          const meter = shown.page.locator("#exposure-meter [role=meter]")
          expect(yield* Effect.promise(() => meter.getAttribute("aria-valuenow"))).toBe(
            String(Math.round((100 * money.exposurePence) / money.exposureLimitPence))
          )

          // By the bot's clock, which stands still at noon, and not by the browser's.
          expect((yield* shown.texts("#races .off")).join()).toMatch(/^(10:\d\d|11:00)$/)
          const markets = yield* answerOf(site, "/api/markets")
          expect(yield* shown.texts("#races .race a")).toEqual(markets.map(({ name }: { name: string }) => name))
          expect(yield* shown.texts("#races .decision")).toEqual(["2 bets open"])

          const open = yield* answerOf(site, "/api/bets/open")
          expect(open).toHaveLength(bets.open)
          expect(yield* shown.texts("#open-bets .state")).toEqual(["unmatched", "matched"])
          expect(yield* shown.texts("#open-bets td:nth-child(5)")).toEqual(
            open.map(({ liabilityPence }: { liabilityPence: number }) => Format.money(liabilityPence))
          )

          const standings = yield* answerOf(site, "/api/standings")
          const elsewhere = ["trading state", "circuit breaker"]
          expect(yield* shown.texts("#standings .standing-name")).toEqual(
            standings.map(({ name }: { name: string }) => name).filter((name: string) => !elsewhere.includes(name))
          )

          const [settled] = yield* answerOf(site, "/api/bets/settled")
          yield* shown.says("#settled", Format.gain(settled.netPence))
          const [result] = yield* answerOf(site, "/api/strategies/results")
          yield* shown.says("#strategies", result.strategyId)
          yield* shown.says("#equity-net", /\d/)
          expect(yield* shown.texts("#strategies td:nth-child(6)")).toEqual([Format.gain(result.netPence)])
          const equity = yield* answerOf(site, "/api/equity")
          expect(yield* shown.text("#equity-net")).toBe(Format.gain(equity.points.at(-1).netPence))
          yield* shown.screenshot("desktop-light")

          yield* shown.click("#races .race a")
          yield* shown.says("#market-name", "York")
          const detail = yield* answerOf(site, "/api/markets/1.2")
          yield* shown.says("#market-runners tr:first-child", Format.odds(detail.runners[0].bestBack))
          yield* shown.says("#market-bets .state", "matched")
          expect(yield* shown.texts("#market-bets .state")).toEqual(["unmatched", "matched"])
          expect(shown.complaints).toEqual([])
        }),
      { ...quick, strategies: [both] }
    )
  )

  it.effect("follows what changes, and keeps a row for each bet that is open and no more", () =>
    withPages(
      (site) =>
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          const shown = yield* signIn(browser, site.url, site.tokens.read)
          yield* shown.says("#open-bets-none", "No bet is open")
          yield* pass("2 seconds")
          yield* shown.says("#open-bets .state", "matched")
          expect(yield* shown.texts("#open-bets tr")).toHaveLength(1)
          yield* tell(race.closes(1))
          yield* shown.says("#open-bets-none", "No bet is open")
          yield* shown.says("#today", "+3.80")
          yield* shown.says("#settled", "+3.80")
          yield* shown.says("#races-none", "No market")
          expect(yield* Effect.promise(() => shown.page.locator("#open-bets tr, #races tr").count())).toBe(0)
        }),
      { ...quick, strategies: [backer()] }
    )
  )

  it.effect("takes names and reasons for text, whatever is in them", () =>
    withPages(
      (site) =>
        Effect.gen(function* () {
          const name = `<img src="/x" onerror="document.title='taken'">`
          yield* anOpenRace({ runners: [{ id: 1, status: "ACTIVE", sortPriority: 1, name }], venue: "<b>York</b>" })
          yield* pass("2 seconds")
          const shown = yield* signIn(browser, site.url, site.tokens.read)
          yield* shown.says("#open-bets .runner", name)
          yield* shown.says("#races .race a", "<b>York</b>")
          expect(yield* Effect.promise(() => shown.page.locator("main img, main b").count())).toBe(0)
          expect(yield* Effect.promise(() => shown.page.title())).toBe("PAPER · Clever Better")
        }),
      { ...quick, strategies: [backer()] }
    )
  )

  it.effect("pauses the bot once the word is typed, and lets it go on", () =>
    withPages(
      (site) =>
        Effect.gen(function* () {
          yield* anOpenRace()
          const shown = yield* signIn(browser, site.url, site.tokens.control)
          yield* shown.click("#controls >> text=Pause")
          yield* shown.fill("#order-word", "paus")
          expect(yield* Effect.promise(() => shown.page.locator("#order-do").isDisabled())).toBe(true)
          yield* Effect.promise(() => shown.page.keyboard.press("Enter"))
          yield* Effect.promise(() => shown.page.keyboard.press("Escape"))
          expect(yield* tradingStatus).toBe("Active")

          yield* command(shown, "#controls >> text=Pause", "pause")
          yield* shown.says("#notice", "trading is paused: the test wants it (dashboard)")
          yield* shown.says("#trading-state", "Paused")
          expect(yield* tradingStatus).toBe("Paused")
          yield* pass("5 seconds")
          expect((yield* answerOf(site, "/api/bets/recent")).length).toBe(0)
          yield* shown.says("#races .decision", "trading is paused by hand")

          yield* command(shown, "#controls >> text=Resume", "resume")
          yield* shown.says("#trading-state", "Trading")
          expect(yield* tradingStatus).toBe("Active")
          yield* pass("2 seconds")
          yield* shown.says("#open-bets .state", "matched")
          yield* command(shown, "#strategies .switch", "disable")
          yield* shown.says("#strategies .state", "off")
        }),
      { ...quick, strategies: [backer()] }
    )
  )

  it.effect("shows that the connection is lost or silent, and heals by itself", () =>
    withPages(
      (site) =>
        Effect.gen(function* () {
          const line = yield* lineTo(site.url)
          const shown = yield* signIn(browser, line.url, site.tokens.control)
          line.cut()
          yield* shown.says("#lost", "Connection lost")
          yield* shown.says("#link", "Connection lost")
          yield* site.post("/api/control/pause", { reason: "meanwhile", by: "anna" })
          expect(yield* shown.text("#trading-state")).toBe("Trading")
          yield* shown.screenshot("desktop-lost")
          line.heal()
          yield* shown.says("#trading-state", "Paused")
          yield* shown.says("#link", "Connected")
          expect(yield* Effect.promise(() => shown.page.locator("#lost").isVisible())).toBe(false)
          line.hold()
          yield* shown.says("#lost", "the bot has fallen silent")
          line.heal()
          yield* shown.says("#link", "Connected")
        }),
      quick
    )
  )

  it.effect("makes it plain that real money is at stake", () =>
    Effect.gen(function* () {
      const exchange = yield* ScriptedExchange.make
      yield* withPages(
        (site) =>
          Effect.gen(function* () {
            yield* anOpenRace()
            yield* pass("2 seconds")
            const shown = yield* signIn(browser, site.url, site.tokens.control)
            yield* shown.says(".mode", "Live")
            yield* shown.says(".mode", "real money is at stake")
            expect(yield* Effect.promise(() => shown.page.title())).toBe("LIVE · Clever Better")
            const ground = "getComputedStyle(document.querySelector('.mode')).backgroundColor"
            expect(yield* Effect.promise(() => shown.page.evaluate(ground))).toBe("rgb(179, 23, 15)")
            yield* shown.screenshot("desktop-live")
            yield* command(shown, "#open-bets .act button", "cancel")
            yield* shown.says("#notice", "asked for 1 order to be cancelled")
            yield* command(shown, "#controls >> text=Halt", "halt")
            yield* shown.says("#trading-state", "Halted")
            // What lets bets pass again takes another word than on paper.
            yield* shown.click("#controls >> text=Resume")
            yield* shown.says("#order", "resume live")
            yield* shown.says("#order", "Real money is at stake.")
          }),
        { ...quick, strategies: [backer()], exchange }
      )
    })
  )

  it.effect("fits a phone, by day and by night", () =>
    withPages(
      (site) =>
        Effect.gen(function* () {
          const race = yield* anOpenRace()
          yield* pass("2 seconds")
          yield* tell(race.closes(1))
          yield* anOpenRace({ number: 2, offAt: race.offAt + 300_000, venue: "Market Rasen" })
          yield* pass("2 seconds")
          for (const colorScheme of ["light", "dark"] as const) {
            const shown = yield* signIn(browser, site.url, site.tokens.control, {
              width: 360,
              height: 780,
              colorScheme
            })
            yield* shown.says("#settled-table", "Net")
            const tooWide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            expect(yield* Effect.promise(() => shown.page.evaluate(tooWide))).toBe(0)
            yield* shown.screenshot(`phone-${colorScheme}`)
            yield* shown.click("#races .race a")
            yield* shown.says("#market-name", "Market Rasen")
            expect(yield* Effect.promise(() => shown.page.evaluate(tooWide))).toBe(0)
          }
        }),
      { ...quick, strategies: [both] }
    )
  )
})

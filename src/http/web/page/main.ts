/** The page: asks for the token once, listens to the bot, and shows each section what is its own. */
import type { AccessAnswer } from "../../wire/NamesAnswer.ts"
import type { StatusAnswer } from "../../wire/Answers.ts"
import * as Clock from "./Clock.ts"
import * as Control from "./Control.ts"
import { byId, div, setAttribute, setText, show } from "./Dom.ts"
import * as Format from "./Format.ts"
import * as Link from "./Link.ts"
import * as Log from "./Log.ts"
import * as Market from "./Market.ts"
import * as OpenBets from "./OpenBets.ts"
import * as Overview from "./Overview.ts"
import * as Races from "./Races.ts"
import { forgetToken, get, keepToken, Refused, token, wordsOf } from "./Request.ts"
import * as Results from "./Results.ts"
import * as Standings from "./Standings.ts"
import * as Strategies from "./Strategies.ts"

/** Results are asked for when bets have settled, and this often besides: a day ends without a bet. */
const resultsEveryMs = 60_000

let standing: Link.Standing = { is: "connecting" }
let closeLink: (() => void) | null = null
let isBuilt = false
/** What has changed since results were asked for last. */
let resultsKey = ""

const root = document.documentElement

const drawLink = (): void => {
  const link = div("link")
  setAttribute(root, "data-link", standing.is)
  setAttribute(link, "data-link", standing.is)
  if (standing.is !== "lost") {
    setText(link, standing.is === "live" ? "Connected" : "Connecting\u2026")
    return show(div("lost"), false)
  }
  const { heardAt, nextTryAt, why } = standing
  setText(link, "Connection lost")
  const silence = heardAt === null ? "" : `Everything below is ${Format.age(Clock.monotonic() - heardAt)} old.`
  const wait = Math.max(0, Math.ceil((nextTryAt - Clock.monotonic()) / 1000))
  setText(div("lost-why"), `Connection lost: ${why}.`)
  // Each second another text, which nobody wants read out each second.
  setText(div("lost-next"), `${silence} ${wait > 0 ? `Trying again in ${wait} s.` : "Trying again\u2026"}`)
  show(div("lost"), true)
}

const loadResults = (): void => {
  if (document.hidden) {
    // Asked for when somebody looks again.
    resultsKey = ""
    return
  }
  Promise.all([Results.load(), Strategies.load()]).then(
    () => show(div("results-problem"), false),
    (error: unknown) => {
      setText(div("results-problem"), `Results cannot be had: ${wordsOf(error)}`)
      show(div("results-problem"), true)
    }
  )
}

const hearStatus = (status: StatusAnswer): void => {
  Clock.told(Date.parse(status.at))
  Overview.tell(status)
  Control.tell(status)
  const key = [
    status.startedAt,
    status.bets.settledSinceStart,
    status.bets.placedSinceStart,
    status.activeStrategies.join()
  ].join(" ")
  if (key === resultsKey || document.hidden) return
  resultsKey = key
  loadResults()
}

const route = (): void => {
  const marketId = /^#\/market\/(.+)$/.exec(location.hash)?.[1]
  show(div("main"), marketId === undefined)
  show(div("market"), marketId !== undefined)
  if (marketId === undefined) return Market.close()
  Market.open(decodeURIComponent(marketId))
  scrollTo(0, 0)
  div("market-name").focus()
}

const build = ({ timeZone }: AccessAnswer): void => {
  if (isBuilt) return
  isBuilt = true
  const clocks = Format.clocks(timeZone)
  show(div("page"), true)
  Overview.start(clocks)
  Races.start()
  OpenBets.start()
  Standings.start()
  Results.start(timeZone, clocks)
  Strategies.start()
  Market.start(timeZone, clocks)
  Log.start(clocks)
  Control.start()
  Clock.eachSecond(drawLink)
  Clock.every(resultsEveryMs, loadResults)
  globalThis.addEventListener("hashchange", route)
}

const signOut = (why: string): void => {
  closeLink?.()
  closeLink = null
  forgetToken()
  show(div("page"), false)
  show(div("sign-in"), true)
  setText(div("sign-in-problem"), why)
  setAttribute(root, "data-link", "none")
  byId("token", HTMLInputElement).focus()
}

const enter = async (): Promise<void> => {
  let access: AccessAnswer
  try {
    access = await get<AccessAnswer>("/api/access")
  } catch (error) {
    // Only a token that is not known is thrown away: a bot that does not answer may be starting.
    if (error instanceof Refused && error.status === 401) return signOut("This is not one of the bot\u2019s tokens.")
    setText(div("sign-in-problem"), wordsOf(error))
    show(div("sign-in"), true)
    return
  }
  show(div("sign-in"), false)
  show(div("page"), true)
  build(access)
  Control.allow(access.scope === "control")
  closeLink?.()
  closeLink = Link.open({
    news: { status: hearStatus, standings: Standings.tell, markets: Races.tell, bets: OpenBets.tell },
    standing: (now) => {
      standing = now
      drawLink()
    },
    refused: signOut
  })
  route()
}

byId("sign-in-form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault()
  const given = byId("token", HTMLInputElement)
  keepToken(given.value.trim())
  given.value = ""
  setText(div("sign-in-problem"), "")
  void enter()
})
byId("sign-out", HTMLButtonElement).addEventListener("click", () => signOut(""))

if (token() === null) signOut("")
else void enter()

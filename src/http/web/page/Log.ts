/** The last lines of the bot's log, while somebody looks at them. */
import type { LogAnswer } from "../../wire/ResultAnswers.ts"
import * as Clock from "./Clock.ts"
import { byId, div, el, setText, show } from "./Dom.ts"
import type { Clocks } from "./Format.ts"
import { get } from "./Request.ts"

type Line = LogAnswer["lines"][number]

/** Lines that stay on the page. */
const keptAtMost = 300
const everyMs = 3000

let after = 0
let isSeen = false
let isAsking = false
let clocks: Clocks | null = null

const fieldsOf = ({ fields }: Line): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join("  ")

const line = (said: Line): HTMLElement =>
  el(
    "li",
    { "data-level": said.level },
    el("span", { class: "log-at" }, clocks!.time(Date.parse(said.at))),
    el("span", { class: "log-level" }, said.level),
    el("span", { class: "log-text" }, said.message, " ", el("span", { class: "note" }, fieldsOf(said))),
    ...(said.cause === null ? [] : [el("pre", {}, said.cause)])
  )

const level = () => byId("log-level", HTMLSelectElement).value

const add = ({ lines, newest }: LogAnswer): void => {
  const list = div("log")
  // A bot that was started again counts from the beginning.
  if (newest < after) {
    after = 0
    return list.replaceChildren()
  }
  // The newest stands first, so that nothing has to be scrolled.
  for (const said of lines) list.prepend(line(said))
  while (list.childElementCount > keptAtMost) list.lastElementChild?.remove()
  after = newest
  show(div("log-none"), list.childElementCount === 0)
}

const ask = async (): Promise<void> => {
  if (!isSeen || isAsking || document.hidden) return
  isAsking = true
  const wanted = level()
  try {
    const answer = await get<LogAnswer>(`/api/logs?level=${wanted}&after=${after}&limit=${keptAtMost}`)
    if (wanted === level()) add(answer)
    setText(div("log-problem"), "")
  } catch (error) {
    setText(div("log-problem"), error instanceof Error ? error.message : String(error))
  } finally {
    isAsking = false
  }
}

export const start = (own: Clocks): void => {
  clocks = own
  byId("log-level", HTMLSelectElement).addEventListener("change", () => {
    after = 0
    div("log").replaceChildren()
    void ask()
  })
  new IntersectionObserver(([seen]) => {
    isSeen = seen?.isIntersecting === true
    void ask()
  }).observe(div("log-section"))
  Clock.every(everyMs, () => void ask())
}

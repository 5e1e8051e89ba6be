/** The strip that says how everything stands that betting leans on. */
import type { StandingAnswer } from "../../wire/StandingAnswer.ts"
import { div, el, keyed, type Row, setAttribute, setText } from "./Dom.ts"

/** They have places of their own on the page. */
const shownElsewhere: ReadonlySet<string> = new Set(["trading state", "circuit breaker"])

const words: Readonly<Record<StandingAnswer["state"], string>> = {
  well: "well",
  warn: "worth a look",
  bad: "not well",
  none: "not looked at"
}

const row = (standing: StandingAnswer): Row<StandingAnswer> => {
  const state = el("span", { class: "visually-hidden" })
  const text = el("span", { class: "note" })
  const node = el("li", {}, el("span", { class: "standing-name" }, standing.name), state, text)
  return {
    node,
    update: (now) => {
      setAttribute(node, "data-state", now.state)
      setText(state, `: ${words[now.state]}, `)
      setText(text, now.text)
      setAttribute(node, "title", now.text)
    }
  }
}

let render: ((standings: ReadonlyArray<StandingAnswer>) => void) | null = null

export const start = (): void => {
  render = keyed(div("standings"), ({ name }: StandingAnswer) => name, row)
}

export const tell = (now: ReadonlyArray<StandingAnswer>): void => {
  render?.(now.filter(({ name }) => !shownElsewhere.has(name)))
  const bad = now.filter(({ state }) => state === "bad").map(({ name }) => name)
  setText(div("standings-word"), bad.length === 0 ? "all well" : `${bad.join(", ")} not well`)
  setAttribute(div("standings-word"), "data-state", bad.length === 0 ? "well" : "bad")
}

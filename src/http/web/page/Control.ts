/** Everything that tells the bot to do something: asked for with a reason, and with a word to be typed. */
import type { DoneAnswer, StatusAnswer } from "../../wire/Answers.ts"
import { byId, div, el, setText, show } from "./Dom.ts"
import { after } from "./Clock.ts"
import { post, wordsOf } from "./Request.ts"

export interface Order {
  /** On the button that does it. */
  readonly label: string
  readonly path: string
  /** To be typed. */
  readonly word: string
  /** What it does and what it does not. */
  readonly effect: string
  /** `loosen`: bets may be placed after it that may not before. */
  readonly tone: "stop" | "ease" | "loosen" | "plain"
  /** What the reason is unless another is given; empty: it has to be given. */
  readonly reason: string
}

const byHand = "by hand, from the dashboard"

const order = (
  label: string,
  path: string,
  word: string,
  tone: Order["tone"],
  effect: string,
  reason = byHand
): Order => ({ label, path, word, tone, effect, reason })

/** On trading as a whole. */
export const orders = {
  pause: order(
    "Pause",
    "/api/control/pause",
    "pause",
    "ease",
    "No new bets until you resume. Open bets stay, and are followed and settled."
  ),
  reduce: order(
    "Reduce",
    "/api/control/reduce",
    "reduce",
    "ease",
    "Only orders that do not raise the worst case of their market, until you resume."
  ),
  halt: order(
    "Halt",
    "/api/control/halt",
    "halt",
    "stop",
    "No new bets until you resume, and unmatched orders are cancelled unless bot.on_halt is keep."
  ),
  resume: order("Resume", "/api/control/resume", "resume", "loosen", "The bot may bet again.", ""),
  cancelAll: order(
    "Cancel all orders",
    "/api/bets/cancel-all",
    "cancel all",
    "stop",
    "Asks for the unmatched part of every order to be cancelled. What is matched stays."
  ),
  resetBreaker: order(
    "Reset breaker",
    "/api/control/reset-breaker",
    "reset",
    "loosen",
    "Closes the circuit breaker and forgets the losses it has counted.",
    ""
  ),
  reconcile: order(
    "Reconcile",
    "/api/control/reconcile",
    "reconcile",
    "plain",
    "Compares our bets with the exchange's orders now. Paper orders have no exchange."
  )
} satisfies Record<string, Order>

export const cancelBet = (betId: string, name: string): Order =>
  order(
    "Cancel order",
    `/api/bets/${encodeURIComponent(betId)}/cancel`,
    "cancel",
    "stop",
    `Asks for the unmatched part of the bet on ${name} to be cancelled. What is matched stays.`
  )

export const switchStrategy = (id: string, isOn: boolean): Order => {
  const path = `/api/strategies/${encodeURIComponent(id)}`
  return isOn
    ? order("Switch on", `${path}/enable`, "enable", "loosen", `${id} is asked for bets from now on.`, "")
    : order(
        "Switch off",
        `${path}/disable`,
        "disable",
        "ease",
        `${id} is asked no more. Its open bets are followed and settled.`
      )
}

const whoPlace = "clever-better-who"
const noticeMs = 10_000

let mode: StatusAnswer["mode"] = "paper"
let mayControl = false

/** With real money, what loosens takes another word. */
const wordOf = ({ tone, word }: Order): string => (mode === "live" && tone === "loosen" ? `${word} live` : word)

const dialog = () => byId("order", HTMLDialogElement)
let asked: Order = orders.pause
let endNotice = () => {}

/** Says what has come of it, for a while. */
export const notice = (text: string, tone: "done" | "failed"): void => {
  const shown = div("notice")
  setText(shown, text)
  shown.dataset["tone"] = tone
  show(shown, true)
  endNotice()
  endNotice = after(noticeMs, () => show(shown, false))
}

const field = (id: string) => byId(id, HTMLInputElement)

const isConfirmed = (): boolean => field("order-word").value.trim().toLowerCase() === wordOf(asked)

const look = () => {
  byId("order-do", HTMLButtonElement).disabled = !isConfirmed() || field("order-reason").value.trim() === ""
}

/** Opens the dialog. */
export const ask = (wanted: Order): void => {
  if (!mayControl) return notice("This token may only look. Sign in with the control token.", "failed")
  asked = wanted
  byId("more", HTMLDetailsElement).open = false
  setText(div("order-title"), wanted.label)
  setText(div("order-effect"), wanted.effect)
  setText(div("order-money"), mode === "live" ? "Real money is at stake." : "")
  setText(div("order-word-label"), `Type \u201c${wordOf(wanted)}\u201d to confirm`)
  setText(div("order-problem"), "")
  const button = byId("order-do", HTMLButtonElement)
  setText(button, wanted.label)
  button.dataset["tone"] = wanted.tone
  field("order-word").value = ""
  field("order-reason").value = wanted.reason
  field("order-by").value = sessionStorage.getItem(whoPlace) ?? ""
  look()
  dialog().showModal()
  field(wanted.reason === "" ? "order-reason" : "order-word").focus()
}

const carryOut = async () => {
  if (!isConfirmed()) return
  const button = byId("order-do", HTMLButtonElement)
  const by = field("order-by").value.trim()
  sessionStorage.setItem(whoPlace, by)
  button.disabled = true
  setText(div("order-problem"), "")
  try {
    const { text } = await post<DoneAnswer>(asked.path, {
      reason: field("order-reason").value.trim(),
      by: by === "" ? "dashboard" : by
    })
    dialog().close()
    notice(`${asked.label}: ${text}`, "done")
  } catch (error) {
    setText(div("order-problem"), wordsOf(error))
    look()
  }
}

const button = (wanted: Order): HTMLButtonElement => {
  const made = el("button", { type: "button", class: "control", "data-tone": wanted.tone }, wanted.label)
  made.addEventListener("click", () => ask(wanted))
  return made
}

const main = {
  pause: button(orders.pause),
  reduce: button(orders.reduce),
  halt: button(orders.halt),
  resume: button(orders.resume)
}

/** Shows what can be done as the bot now stands: only what is stricter, and to resume. */
export const tell = ({ mode: now, trading: { status } }: StatusAnswer): void => {
  mode = now
  show(main.resume, status !== "Active")
  show(main.reduce, status === "Active")
  show(main.pause, status === "Active" || status === "Reducing")
  show(main.halt, status !== "Halted")
}

/** Once, when the page begins. */
export const start = (): void => {
  div("controls").prepend(main.resume, main.pause, main.reduce, main.halt)
  div("more-controls").append(button(orders.cancelAll), button(orders.resetBreaker), button(orders.reconcile))
  field("order-word").addEventListener("input", look)
  field("order-reason").addEventListener("input", look)
  byId("order-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault()
    void carryOut()
  })
  byId("order-cancel", HTMLButtonElement).addEventListener("click", () => dialog().close())
}

/** @param may whether the token is the one that controls */
export const allow = (may: boolean): void => {
  mayControl = may
  document.documentElement.dataset["scope"] = may ? "control" : "read"
  show(div("only-look"), !may)
}

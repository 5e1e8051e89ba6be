/** Pieces that several sections are made of. */
import type { BetAnswer } from "../../wire/BetAnswer.ts"
import { el, setAttribute, setText } from "./Dom.ts"
import * as Format from "./Format.ts"

/** Part of a limit from which on it is worth a look, and from which on it is used up. */
const [near, full] = [0.8, 1]

export const meterTone = (part: number): "calm" | "near" | "full" =>
  part >= full ? "full" : part >= near ? "near" : "calm"

/** A bar against a limit, told to screen readers in words. */
export const meter = (label: string) => {
  const fill = el("span", { class: "meter-fill" })
  const node = el(
    "div",
    {
      class: "meter",
      role: "meter",
      "aria-label": label,
      "aria-valuemin": "0",
      "aria-valuemax": "100"
    },
    fill
  )
  return {
    node,
    /** @param part of the limit; above 1 it is exceeded */
    set: (part: number, words: string) => {
      const shown = Math.min(1, Math.max(0, part))
      const width = `${(shown * 100).toFixed(1)}%`
      if (fill.style.width !== width) fill.style.width = width
      setAttribute(node, "data-tone", meterTone(part))
      setAttribute(node, "aria-valuenow", String(Math.round(shown * 100)))
      setAttribute(node, "aria-valuetext", words)
    }
  }
}

/** Money in the colour of its sign. */
export const gainCell = (element: Element, pence: number | null): void => {
  setText(element, pence === null ? Format.nothing : Format.gain(pence))
  setAttribute(element, "data-tone", Format.toneOf(pence))
}

export const sideTag = (side: BetAnswer["side"]): HTMLElement =>
  el("span", { class: "side", "data-side": side }, side === "BACK" ? "Back" : "Lay")

const words: Readonly<Record<BetAnswer["status"], string>> = {
  pending: "being placed",
  unknown: "unknown",
  placed: "unmatched",
  partially_matched: "partly matched",
  matched: "matched",
  settled: "settled",
  rejected: "rejected",
  cancelled: "cancelled",
  lapsed: "lapsed",
  voided: "voided"
}

/** A bet's state in words. */
export const stateOf = ({ status }: BetAnswer): string => words[status]

/** The price asked for, or got. */
export const priceOf = (bet: BetAnswer): string => Format.odds(bet.averagePrice ?? bet.price)

/** A link to a market's own view. */
export const marketLink = (marketId: string, text: string): HTMLAnchorElement =>
  el("a", { href: `#/market/${encodeURIComponent(marketId)}` }, text)

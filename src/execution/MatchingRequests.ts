/**
 * Requests on their way to the simulated venue of one market: each waits for its latency, and orders in play for the
 * market's bet delay as well. Those that are due are handed out in the order in which they were made.
 */
import type { MarketDefinition } from "../domain/Market.ts"
import type { Pence } from "../domain/Money.ts"
import type { Persistence } from "../domain/Order.ts"
import type { MatchingOrder } from "./MatchingOrder.ts"

export type MatchingRequest =
  | {
      readonly _tag: "Place"
      readonly orders: ReadonlyArray<MatchingOrder>
      /** The market's version the orders were meant for; null: whatever it is. */
      readonly marketVersion: number | null
    }
  /** `reduction` null: all that remains. */
  | { readonly _tag: "Cancel"; readonly order: MatchingOrder; readonly reduction: Pence | null }
  | { readonly _tag: "Update"; readonly order: MatchingOrder; readonly persistence: Persistence }
  | {
      readonly _tag: "Replace"
      readonly order: MatchingOrder
      readonly replacement: MatchingOrder
      readonly marketVersion: number | null
    }

export interface Waiting {
  readonly request: MatchingRequest
  /** Executed at the first instant strictly after this one. */
  readonly dueAt: number
  /** A bet delay in milliseconds that orders are spared if they rest; null: the market's delay is not known yet. */
  readonly spared: number | null
}

/** The market's bet delay now, in milliseconds. */
export const betDelayMs = (definition: MarketDefinition): number => definition.betDelay * 1000

const waitsForDelay = (request: MatchingRequest): boolean => request._tag === "Place" || request._tag === "Replace"

export class MatchingRequests {
  /** The earliest of the waiting requests' `dueAt`. */
  nextDue = Infinity
  private waiting: Array<Waiting> = []
  private readonly honoursDelayModels: boolean

  constructor(honoursDelayModels: boolean) {
    this.honoursDelayModels = honoursDelayModels
  }

  get length(): number {
    return this.waiting.length
  }

  /** `readyAt` is the time of the request plus its latency. */
  add(request: MatchingRequest, readyAt: number, definition: MarketDefinition | null): void {
    if (definition === null) this.push({ request, dueAt: readyAt, spared: null })
    else this.push(this.delayed(request, readyAt, definition))
  }

  /** Lets a request wait for the delay it was spared at first. */
  postpone({ dueAt, request, spared }: Waiting): void {
    this.push({ request, dueAt: dueAt + (spared ?? 0), spared: 0 })
  }

  /** Hands out what is due strictly before `now`. What is added meanwhile waits for the next call. */
  takeDue(now: number, definition: MarketDefinition): ReadonlyArray<Waiting> {
    const due: Array<Waiting> = []
    const { waiting } = this
    this.clear()
    for (const one of waiting) {
      const known = one.spared === null ? this.delayed(one.request, one.dueAt, definition) : one
      if (now > known.dueAt) due.push(known)
      else this.push(known)
    }
    return due
  }

  clear(): void {
    this.waiting = []
    this.nextDue = Infinity
  }

  private delayed(request: MatchingRequest, readyAt: number, definition: MarketDefinition): Waiting {
    const delay = waitsForDelay(request) ? betDelayMs(definition) : 0
    return this.honoursDelayModels && definition.betDelayModels.includes("PASSIVE")
      ? { request, dueAt: readyAt, spared: delay }
      : { request, dueAt: readyAt + delay, spared: 0 }
  }

  private push(one: Waiting): void {
    this.waiting.push(one)
    this.nextDue = Math.min(this.nextDue, one.dueAt)
  }
}

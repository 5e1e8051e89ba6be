/**
 * Random faults at a stated rate. Each request is struck with about that probability, by one of the rules for its kind; lines of
 * the stream are too many for that: there something goes wrong once in a while, and now and then all sessions end or the
 * exchange is set up again.
 */
import type { SeededRandom } from "../../src/sandbox/SeededRandom.ts"
import type { Fault } from "../../src/sandbox/faults/Fault.ts"

/** Beyond the client's patience: what comes so late is not waited for, but may still be carried out. */
const tooLateMs = 6000

type Rule = readonly [weight: number, fault: Omit<Fault, "probability" | "seed">]

/** For any request, logins included. */
const ofRequests: ReadonlyArray<Rule> = [
  [2, { action: "drop-request" }],
  [2, { action: "drop-response" }],
  [2, { action: "delay-request", delayMs: 400 }],
  [2, { action: "delay-response", delayMs: 400 }],
  [1, { action: "delay-request", delayMs: tooLateMs }],
  [1, { action: "delay-response", delayMs: tooLateMs }],
  [2, { action: "double-request" }],
  [2, { action: "double-response" }],
  [1, { action: "http-error", status: 500 }],
  [1, { action: "http-error", status: 502 }],
  [1, { action: "http-error", status: 503 }],
  [1, { action: "api-error", code: "TOO_MANY_REQUESTS" }],
  [1, { action: "api-error", code: "SERVICE_BUSY" }],
  [1, { action: "api-error", code: "TIMEOUT_ERROR" }],
  [1, { action: "api-error", code: "UNEXPECTED_ERROR" }],
  // Seldom: where session after session ends within a minute the client waits longer and longer with its logins.
  [0.2, { action: "expire-session" }]
]

/** For those that change orders, besides. */
const ofOrders: ReadonlyArray<Rule> = [
  [2, { action: "timeout" }],
  [2, { action: "timeout", executed: false }],
  [2, { action: "bet-in-progress" }],
  [2, { action: "bet-in-progress", executed: false }],
  [3, { action: "processed-with-errors" }]
]

/** @param rate part of the requests that are struck; orders a little more often */
export const requestRules = (rate: number, seed: number): ReadonlyArray<Fault> => {
  const total = ofRequests.reduce((sum, [weight]) => sum + weight, 0)
  return [...ofRequests, ...ofOrders].map(([weight, fault], index) => ({
    ...fault,
    probability: (rate * weight) / total,
    seed: seed + index
  }))
}

export type StreamEvent =
  | { readonly _tag: "Fault"; readonly fault: Fault }
  | { readonly _tag: "ExpireSession" }
  | { readonly _tag: "Restart" }

const lines = ["mcm", "ocm"] as const

const ofStream: ReadonlyArray<Rule> = lines.flatMap((operation): ReadonlyArray<Rule> => [
  [2, { action: "cut", operation }],
  [1, { action: "half-line", operation }],
  [1, { action: "stall", operation }],
  [1, { action: "stall", operation, delayMs: 1500 }],
  [1, { action: "delay", operation, delayMs: 700 }],
  [1, { action: "garble", operation }],
  [1, { action: "skip", operation }],
  [1, { action: "double", operation }],
  [1, { action: "unavailable", operation, delayMs: 3000 }]
])

/** How often anything but a stream's line is meant. */
const expiryChance = 0.06
const restartChance = 0.04

/** What goes wrong next, once. */
export const nextEvent = (random: SeededRandom): StreamEvent => {
  if (random.chance(restartChance)) return { _tag: "Restart" }
  if (random.chance(expiryChance)) return { _tag: "ExpireSession" }
  const weighted = ofStream.flatMap(([weight, fault]) => Array.from({ length: weight }, () => fault))
  return { _tag: "Fault", fault: { ...random.pick(weighted), count: 1 } }
}

/** Milliseconds to the next event: at a rate of a tenth, one in five seconds. */
export const pauseMs = (random: SeededRandom, rate: number): number =>
  Math.min(60_000, Math.round((500 * random.exponential()) / rate))

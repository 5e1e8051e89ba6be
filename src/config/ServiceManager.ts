/** What a service manager such as systemd has said of itself in the environment: sd_notify(3) and sd_watchdog_enabled(3). */
import { Effect } from "effect"
import { Environment, type Variables } from "./Environment.ts"

export interface ServiceManager {
  /** The process is ended when it has not been heard of for this long; null: it is not watched. */
  readonly watchdogMs: number | null
  /** For the program that speaks to it. */
  readonly variables: Variables
}

/** Null when nobody waits to be told. */
export const serviceManager: Effect.Effect<ServiceManager | null> = Effect.map(Environment, (variables) => {
  const { NOTIFY_SOCKET: socket, WATCHDOG_PID: pid, WATCHDOG_USEC: microseconds } = variables
  if (socket === undefined || socket === "") return null
  const isMeant = pid === undefined || Number(pid) === process.pid
  const watchdogMs = Number(microseconds) / 1000
  return { watchdogMs: isMeant && watchdogMs > 0 ? watchdogMs : null, variables }
})

/**
 * The lines that one connection of the stream writes, and what faults do to them. While a line is held back nothing else is
 * written, and the subscriptions tell nothing: what changes meanwhile comes folded when the connection goes on.
 */
import type { Socket } from "node:net"
import type { Fault } from "../faults/Fault.ts"
import type { Faults } from "../faults/Faults.ts"

/** A reader so far behind is told nothing more until it has caught up. */
const highWaterBytes = 1_048_576
/** And dropped when it has not within this time. */
const patienceMs = 30_000

export class StreamLines {
  private readonly socket: Socket
  private readonly faults: Faults
  /** Set when the caller is known. */
  account: string | undefined
  private held: Array<string> = []
  private heldUntil = 0
  private unavailableUntil = 0
  private blockedSince: number | undefined

  constructor(socket: Socket, faults: Faults) {
    this.socket = socket
    this.faults = faults
  }

  /** Whether the subscriptions may go on; drops the connection of a reader that does not read. */
  isReady(now: number): boolean {
    if (this.socket.destroyed) return false
    if (this.heldUntil > now) return false
    const held = this.held.splice(0)
    for (const line of held) this.socket.write(line)
    if (this.socket.writableLength < highWaterBytes) {
      this.blockedSince = undefined
      return true
    }
    this.blockedSince ??= now
    if (now - this.blockedSince >= patienceMs) this.socket.destroy()
    return false
  }

  isUnavailable(now: number): boolean {
    return now < this.unavailableUntil
  }

  write(message: Readonly<Record<string, unknown>>, now: number): void {
    const line = `${JSON.stringify(message)}\r\n`
    if (this.socket.destroyed) return
    const subject = {
      channel: "stream",
      operation: String(message["op"]),
      ...(this.account !== undefined && { account: this.account })
    } as const
    let lines = [line]
    for (const fault of this.faults.strike(subject, now)) lines = this.suffer(fault, lines, now)
    if (this.heldUntil > now) this.held.push(...lines)
    else for (const one of lines) this.socket.write(one)
  }

  /** Writes the last line and ends the connection. */
  end(message: Readonly<Record<string, unknown>>, now: number): void {
    this.write(message, now)
    this.socket.end()
  }

  private suffer({ action, delayMs }: Fault, lines: Array<string>, now: number): Array<string> {
    switch (action) {
      case "cut":
        this.socket.destroy()
        return []
      case "half-line":
        // Ended and not destroyed, so that the half is sent.
        this.socket.end((lines[0] ?? "").slice(0, Math.ceil((lines[0] ?? "").length / 2)))
        return []
      case "stall":
      case "delay":
        this.heldUntil = delayMs === undefined ? Number.POSITIVE_INFINITY : now + delayMs
        return lines
      case "garble":
        return lines.map(garbled)
      case "skip":
        return []
      case "double":
        return lines.flatMap((line) => [line, line])
      case "unavailable":
        this.unavailableUntil = now + (delayMs ?? 0)
        return lines
      default:
        return lines
    }
  }
}

/** Still one line, and no JSON any more. */
const garbled = (line: string): string => {
  const middle = Math.floor(line.length / 2)
  return `${line.slice(0, middle)}\u0000\u{fffd}}{${line.slice(middle + 4, -2)}\r\n`
}

/**
 * The last lines of the log, for whoever looks at the bot from afar. Bounded in number and in length, and clean of the
 * settings' secrets wherever they may have got into a line.
 */
import { Context, Effect, Formatter, Layer, Logger, Predicate } from "effect"
import { redactor } from "../config/Secrets.ts"
import { Settings } from "../config/Settings.ts"

export const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const
export type Level = (typeof levels)[number]

export interface Line {
  /** Counts the lines of this process from 1. */
  readonly number: number
  /** Epoch milliseconds, of the bot's clock. */
  readonly at: number
  readonly level: Level
  readonly message: string
  readonly fields: Readonly<Record<string, string>>
  readonly cause: string | null
}

export interface Wanted {
  /** The least severe level. */
  readonly level: Level
  /** The number of a line that is known: those after it are wanted. */
  readonly after: number
  readonly limit: number
}

/** Lines that are kept. */
export const kept = 1000
/** Longest text of a message, a field or a cause; what is longer is cut. */
const longest = 2000
/** Fields of a line at most. */
const fieldsAtMost = 40

/** Lines in a ring. Plain code: whoever logs pays for it. */
export class Ring {
  private readonly ring: Array<Line> = []
  private count = 0

  add(line: Omit<Line, "number">): void {
    this.ring[this.count++ % kept] = { number: this.count, ...line }
  }

  /** The number of the newest line; 0 before the first. */
  newest(): number {
    return this.count
  }

  /** The newest of those that are wanted, oldest first. */
  lines({ after, level, limit }: Wanted): ReadonlyArray<Line> {
    const least = levels.indexOf(level)
    const found: Array<Line> = []
    const oldest = Math.max(after, this.count - kept)
    for (let number = this.count; number > oldest && found.length < limit; number--) {
      const line = this.ring[(number - 1) % kept]!
      if (levels.indexOf(line.level) >= least) found.push(line)
    }
    return found.toReversed()
  }
}

/** The bot's own; an empty one where nobody fills it. */
export const RecentLogs = Context.Reference<Ring>("clever-better/monitoring/RecentLogs", {
  defaultValue: () => new Ring()
})

const levelOf = (level: string): Level => levels.find((known) => known === level) ?? "INFO"

const isPlain = (part: unknown): part is Record<string, unknown> =>
  Predicate.isObject(part) && Object.getPrototypeOf(part) === Object.prototype

const textOf = (value: unknown): string => (typeof value === "string" ? value : Formatter.formatJson(value))

/** A logger that writes into a ring. */
const loggerInto = (ring: Ring, redact: (text: string) => string) => {
  const clean = (text: string): string => redact(text).slice(0, longest)
  return Logger.map(Logger.formatStructured, ({ annotations, cause, level, message, timestamp }) => {
    const parts: ReadonlyArray<unknown> = Array.isArray(message) ? message : [message]
    const fields = Object.entries(Object.assign({}, annotations, ...parts.filter(isPlain)) as Record<string, unknown>)
    ring.add({
      at: Date.parse(timestamp),
      level: levelOf(level),
      message: clean(
        parts
          .filter((part) => !isPlain(part))
          .map(textOf)
          .join(" ")
      ),
      fields: Object.fromEntries(fields.slice(0, fieldsAtMost).map(([name, value]) => [name, clean(textOf(value))])),
      cause: cause === undefined ? null : clean(cause)
    })
  })
}

/** Listens beside the loggers there are, which it therefore needs below it. */
export const layer = Layer.unwrap(
  Effect.map(Settings, (settings) => {
    const ring = new Ring()
    return Layer.merge(
      Layer.succeed(RecentLogs, ring),
      Logger.layer([loggerInto(ring, redactor(settings))], { mergeWithExisting: true })
    )
  })
)

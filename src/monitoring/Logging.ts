/**
 * Log lines as the settings want them. They go to standard error, because standard output belongs to what a command
 * prints. In JSON a line's fields stand beside its message under the names of `LogFields`, whether they came as
 * annotations or as an object after the message.
 */
import { Effect, Formatter, Layer, Logger, Predicate, References } from "effect"
import { Settings } from "../config/Settings.ts"

const json = Logger.formatStructured.pipe(
  Logger.map(({ annotations, cause, level, message, spans, timestamp }) => {
    const [fields, words] = split(Array.isArray(message) ? message : [message])
    return Formatter.formatJson({
      ...annotations,
      ...fields,
      timestamp,
      level,
      message: words.length === 1 ? words[0] : words,
      ...(cause === undefined ? {} : { cause }),
      ...(Object.keys(spans).length === 0 ? {} : { spans })
    })
  }),
  Logger.withConsoleError
)

/** Loggers and least level of `logging`; lines written within a span are also its events. */
export const layer = Layer.unwrap(
  Effect.map(Settings, ({ logging }) =>
    Layer.mergeAll(
      Logger.layer([logging.format === "json" ? json : Logger.consolePretty(), Logger.tracerLogger]),
      Layer.succeed(Logger.LogToStderr, true),
      Layer.succeed(References.MinimumLogLevel, logging.level)
    )
  )
)

const isPlain = (part: unknown): part is Record<string, unknown> =>
  Predicate.isObject(part) && Object.getPrototypeOf(part) === Object.prototype

/** The fields of a message's plain objects, and its other parts. */
const split = (parts: ReadonlyArray<unknown>): [Record<string, unknown>, ReadonlyArray<unknown>] => [
  Object.assign({}, ...parts.filter(isPlain)),
  parts.filter((part) => !isPlain(part))
]

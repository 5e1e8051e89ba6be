/**
 * What is told of every order: a span, what it says of itself, a line of the log. There are thousands in a replay and hundreds
 * in a cycle, and mostly nobody listens: then nothing of it is computed.
 */
import { Effect, LogLevel, References } from "effect"
import type { Fields } from "./LogFields.ts"

const nothing = (): Fields => ({})

/**
 * Runs the effect in a span of its own, if spans are made at all. Without the place where it was called from: a stack trace
 * costs as much as the rest of a span.
 */
export const span =
  (name: string, attributes: () => Fields = nothing, { root }: { readonly root: boolean } = { root: false }) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withFiber((fiber): Effect.Effect<A, E, R> => {
      if (!fiber.getRef(References.TracerEnabled)) return self
      return Effect.withSpan(name, { root, attributes: attributes() }, { captureStackTrace: false })(self)
    })

/** Adds the fields to the current span, if spans are made. */
export const annotate = (fields: () => Fields): Effect.Effect<void> =>
  Effect.withFiber((fiber) =>
    fiber.getRef(References.TracerEnabled) ? Effect.annotateCurrentSpan(fields()) : Effect.void
  )

/** Writes the line with the fields as its annotations, if lines of the level are written. */
export const log = (level: LogLevel.Severity, message: string, fields: () => Fields): Effect.Effect<void> =>
  Effect.withFiber((fiber) =>
    LogLevel.isGreaterThan(fiber.getRef(References.MinimumLogLevel), level)
      ? Effect.void
      : Effect.annotateLogs(Effect.logWithLevel(level)(message), fields())
  )

/** Adds the fields to the current span and writes them with the line, each if somebody gets it. */
export const tell = (level: LogLevel.Severity, message: string, fields: Effect.Effect<Fields>): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const isTraced = fiber.getRef(References.TracerEnabled)
    const isLogged = !LogLevel.isGreaterThan(fiber.getRef(References.MinimumLogLevel), level)
    if (!isTraced && !isLogged) return Effect.void
    return Effect.flatMap(fields, (told) =>
      Effect.andThen(Effect.annotateCurrentSpan(told), Effect.logWithLevel(level)(message, told))
    )
  })

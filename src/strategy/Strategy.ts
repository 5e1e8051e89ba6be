/**
 * What a strategy is: a name, parameters with a schema, and a synchronous function from what is known now to signals.
 * The same object trades in replay, on paper and live. It must not do I/O, read a clock or keep the book it is shown.
 */
import { Effect, Predicate, Result, Schema, SchemaIssue } from "effect"
import type { Bet } from "../domain/Bet.ts"
import type { MarketId, StrategyId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { Signal } from "../domain/Signal.ts"
import type { MarketBook } from "../market/MarketBook.ts"
import * as ParameterList from "./ParameterList.ts"

/** Everything a strategy may know of a market at one instant. */
export interface Snapshot {
  /** Epoch milliseconds: the wall clock's, or the recording's. */
  readonly now: number
  /** To the scheduled off; negative after it. */
  readonly secondsToStart: number
  readonly market: MarketDefinition
  readonly book: MarketBook
  /** The strategy's own bets on this market that are not settled or finished. */
  readonly openBets: ReadonlyArray<Bet>
}

/** A running strategy. It may remember what it likes of the markets it has seen, until it is told to forget one. */
export interface Evaluator {
  readonly evaluate: (snapshot: Snapshot) => ReadonlyArray<Signal>
  /** Called on every update of a market in the window: for what must be followed between two evaluations. */
  readonly observe?: (market: MarketDefinition, book: MarketBook, now: number) => void
  /**
   * The unmatched part of its bet was cancelled to be replaced, and the exchange refused the replacement with this code:
   * nothing of it waits any more. On paper this does not happen.
   */
  readonly replacementLost?: (bet: Bet, code: string) => void
  /** The market is closed. */
  readonly forget?: (marketId: MarketId) => void
}

/** How the bot must treat a strategy. */
export interface Traits {
  /** It bets in play; otherwise it is neither asked nor allowed to after the off. */
  readonly inPlay: boolean
  /** Its signals need a model's prediction and are dropped without one. */
  readonly needsPrediction: boolean
  /**
   * Before the off it is asked from `from` down to `to` seconds to the scheduled start (`from` is the larger, negative is
   * after it); absent: the configured window. In play there is no window.
   */
  readonly window?: { readonly from: number; readonly to: number }
}

export interface StrategyKind<P = unknown> {
  readonly name: string
  /** One sentence for the list of strategies. */
  readonly description: string
  /** Shape, ranges and defaults; `{}` must decode. */
  readonly parameters: Schema.Codec<P, unknown>
  readonly traits: Traits
  /** Gotcha: a method, not a property, so that kinds of different parameters fit in one list of `StrategyKind`. */
  make(parameters: P): Evaluator
}

/** A strategy that is set up to trade. */
export interface Strategy extends Evaluator {
  readonly id: StrategyId
  readonly kind: string
  readonly traits: Traits
  /** As decoded, defaults filled in. */
  readonly parameters: unknown
}

/** A parameter that does not decode: its name, what was found there and what is allowed. */
export interface ParameterProblem {
  readonly parameter: string
  readonly found: unknown
  readonly expected: string
}

/** A configured strategy that cannot be started; the others are. */
export class StrategyRefused extends Schema.TaggedError<StrategyRefused>()("StrategyRefused", {
  id: Schema.String,
  message: Schema.String,
  problems: Schema.Array(
    Schema.Struct({ parameter: Schema.String, found: Schema.Unknown, expected: Schema.String })
  ).pipe(Schema.withConstructorDefault(Effect.succeed([])))
}) {}

/** Declares a strategy; it only fixes the types, so that parameters are known where they are used. */
export const define = <P>(kind: StrategyKind<P>): StrategyKind<P> => kind

/** Sets a strategy up from parameters as they stand in the configuration or the database. */
export const configure = Effect.fnUntraced(function* <P>(
  kind: StrategyKind<P>,
  id: StrategyId,
  parameters: unknown
): Effect.fn.Return<Strategy, StrategyRefused> {
  const decoded = Schema.decodeUnknownResult(kind.parameters, { errors: "all", onExcessProperty: "error" })(parameters)
  if (Result.isFailure(decoded)) return yield* refuseParameters(kind, id, parameters, decoded.failure.issue)
  const evaluator = yield* Effect.try({
    try: () => kind.make(decoded.success),
    catch: (cause) =>
      new StrategyRefused({ id, message: `strategy ${id}: ${kind.name} failed to start: ${String(cause)}` })
  })
  return bind(evaluator, { id, kind: kind.name, traits: kind.traits, parameters: decoded.success })
})

const refuseParameters = <P>(kind: StrategyKind<P>, id: StrategyId, parameters: unknown, issue: SchemaIssue.Issue) => {
  const allowed = ParameterList.allowed(kind.parameters)
  const problems = new Map<string, ParameterProblem>()
  for (const { message, path = [] } of formatIssues(issue).issues) {
    const keys = path.map((part) => (Predicate.isObject(part) ? part.key : part))
    const parameter = keys.join(".") || "parameters"
    if (problems.has(parameter)) continue
    const known = allowed.get(parameter)
    const expected =
      keys.length === 1 && known === undefined
        ? `one of ${[...allowed.keys()].join(", ")}`
        : (known ?? message.replace(/^Expected /, ""))
    problems.set(parameter, { parameter, found: valueAt(parameters, keys), expected })
  }
  const described = [...problems.values()].map(
    ({ expected, found, parameter }) => `${parameter}: found ${show(found)}, expected ${expected}`
  )
  return new StrategyRefused({
    id,
    message: `strategy ${id} (${kind.name}): ${described.join("; ")}`,
    problems: [...problems.values()]
  })
}

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

const valueAt = (root: unknown, path: ReadonlyArray<unknown>): unknown =>
  path.reduce((value, key) => (Predicate.isObject(value) ? value[key as keyof typeof value] : undefined), root)

const show = (value: unknown): string => (value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value)))

/** Gotcha: not a spread, because an evaluator may be an instance of a class, whose methods a spread would lose. */
const bind = (evaluator: Evaluator, strategy: Omit<Strategy, keyof Evaluator>): Strategy => ({
  ...strategy,
  evaluate: (snapshot) => evaluator.evaluate(snapshot),
  ...(evaluator.observe === undefined
    ? {}
    : { observe: (market, book, now) => evaluator.observe?.(market, book, now) }),
  ...(evaluator.replacementLost === undefined
    ? {}
    : { replacementLost: (bet, code) => evaluator.replacementLost?.(bet, code) }),
  ...(evaluator.forget === undefined ? {} : { forget: (marketId) => evaluator.forget?.(marketId) })
})

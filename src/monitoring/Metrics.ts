/**
 * Counts, sets and times the metrics of `MetricList`, by name and with their labels checked. Values are given as the program
 * holds them (pence, milliseconds) and shown in base units. An update is a look-up and an addition: cheap enough for every
 * bet, too much for every market update. What changes that often is followed instead: read when somebody looks.
 */
import { Clock, Context, Effect, Layer, Metric, type Scope } from "effect"
import {
  type MetricDefinition,
  type MetricLabels,
  type MetricName,
  type MetricNameOf,
  metricList,
  metricPrefix,
  metricUnits
} from "./MetricList.ts"

type Labels = Readonly<Record<string, string>>
type Series = Metric.Metric<number, unknown>

/** Whether anybody can ever look at the metrics: where nobody can, none are kept. */
const Kept = Context.Reference<boolean>("clever-better/monitoring/Metrics/Kept", { defaultValue: () => true })

/** For a replay, which is over before anybody could look. What is followed costs nothing and stays. */
export const layerOff: Layer.Layer<never> = Layer.succeed(Kept, false)

/** Takes what plain code has to tell. */
export interface Recorder {
  readonly count: <N extends MetricNameOf<"counter">>(name: N, labels: MetricLabels<N>, by?: number) => void
  readonly observe: <N extends MetricNameOf<"histogram">>(name: N, labels: MetricLabels<N>, value: number) => void
}

/** Several updates in one step, if they are kept. */
export const record = (tell: (recorder: Recorder) => void): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    if (fiber.getRef(Kept)) {
      const put = (name: MetricName, labels: Labels, value: number) =>
        seriesOf(name, labels).updateUnsafe(inBaseUnit(name, value), fiber.context)
      tell({ count: (name, labels, by = 1) => put(name, labels, by), observe: put })
    }
    return Effect.void
  })

/** Adds to a counter. */
export const count = <N extends MetricNameOf<"counter">>(name: N, labels: MetricLabels<N>, by = 1) =>
  update(name, labels, by)

/** Sets a gauge. */
export const set = <N extends MetricNameOf<"gauge">>(name: N, labels: MetricLabels<N>, value: number) =>
  update(name, labels, value)

/** Adds one observation to a histogram. */
export const observe = <N extends MetricNameOf<"histogram">>(name: N, labels: MetricLabels<N>, value: number) =>
  update(name, labels, value)

/** Observes how long the effect took, however it ended, by the monotonic clock (in a replay: the machine's time). */
export const timed =
  <N extends MetricNameOf<"histogram">>(name: N, labels: MetricLabels<N>) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      const start = yield* Clock.monotonicTimeNanos
      return yield* Effect.ensuring(
        self,
        Effect.flatMap(Clock.monotonicTimeNanos, (end) => observe(name, labels, Number(end - start) / 1e6))
      )
    })

/** Until the scope closes, the counter or gauge is whatever `read` returns at the time of a scrape. */
export const follow = <N extends MetricNameOf<"counter"> | MetricNameOf<"gauge">>(
  name: N,
  labels: MetricLabels<N>,
  read: () => number
): Effect.Effect<void, never, Scope.Scope> => {
  const get =
    metricList[name].kind === "counter"
      ? () => ({ count: inBaseUnit(name, read()), incremental: true })
      : () => ({ value: inBaseUnit(name, read()) })
  const hooks = { get, update: () => {}, modify: () => {} }
  return Effect.contextWith((context: Parameters<typeof Metric.snapshotUnsafe>[0]) =>
    Effect.acquireRelease(
      Effect.sync(() => Metric.registerUnsafe(seriesOf(name, labels), context, hooks)),
      (registration) => Effect.sync(() => registration.remove())
    )
  ).pipe(Effect.asVoid)
}

/** Puts every metric that has no labels on the scrape before its first update, so that a zero is seen as a zero. */
export const register: Effect.Effect<void> = Effect.forEach(
  Object.entries<MetricDefinition>(metricList).filter(([, { labels }]) => labels.length === 0),
  ([name]) => Metric.value(seriesOf(name as MetricName, {})),
  { discard: true }
)

const inBaseUnit = (name: MetricName, value: number): number => value / metricUnits[metricList[name].unit].divisor

const update = (name: MetricName, labels: Labels, value: number): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    if (fiber.getRef(Kept)) seriesOf(name, labels).updateUnsafe(inBaseUnit(name, value), fiber.context)
    return Effect.void
  })

/** One series for each combination of label values; bounded by the closed lists they come from. */
const known = new Map<string, Series>()

const seriesOf = (name: MetricName, labels: Labels): Series => {
  const definition: MetricDefinition = metricList[name]
  let key: string = name
  for (const label of definition.labels) key += `\n${labels[label]}`
  let series = known.get(key)
  if (series === undefined) {
    series = makeSeries(name, definition, labels)
    known.set(key, series)
  }
  return series
}

const makeSeries = (name: MetricName, { boundaries, kind, meaning }: MetricDefinition, attributes: Labels): Series => {
  const id = metricPrefix + name
  switch (kind) {
    case "counter":
      return Metric.counter(id, { description: meaning, attributes, incremental: true })
    case "gauge":
      return Metric.gauge(id, { description: meaning, attributes })
    case "histogram":
      return Metric.histogram(id, { description: meaning, attributes, boundaries })
  }
}

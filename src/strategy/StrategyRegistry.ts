/** The kinds of strategy there are, by name: the built-in ones and those of the user's modules. */
import { Context, Effect, Layer, Schema } from "effect"
import { Settings } from "../config/Settings.ts"
import type { StrategyId } from "../domain/Identifiers.ts"
import { inplayLayer } from "./InplayLayer.ts"
import { modelValue } from "./ModelValue.ts"
import { simpleValue } from "./SimpleValue.ts"
import { steamFollower } from "./SteamFollower.ts"
import * as StrategyModules from "./StrategyModules.ts"
import { configure, type Strategy, type StrategyKind, StrategyRefused } from "./Strategy.ts"

/** A kind and where it comes from: `built in`, or the module's name as configured. */
export interface Registration {
  readonly kind: StrategyKind
  readonly source: string
}

/** A strategy as it stands in the configuration or the database. */
export interface ConfiguredStrategy {
  readonly id: StrategyId
  readonly kind: string
  readonly parameters: unknown
}

/** Two kinds of one name: which of them a configured strategy means could not be told. */
export class DuplicateKind extends Schema.TaggedError<DuplicateKind>()("DuplicateKind", {
  name: Schema.String,
  message: Schema.String
}) {}

export class StrategyRegistry extends Context.Service<
  StrategyRegistry,
  {
    readonly registrations: ReadonlyArray<Registration>
    /** Sets a configured strategy up, or says why it cannot be. */
    readonly configure: (configured: ConfiguredStrategy) => Effect.Effect<Strategy, StrategyRefused>
  }
>()("clever-better/strategy/StrategyRegistry") {
  /**
   * The built-in kinds and those of `strategies.modules`, whose paths are looked for in `folders` in turn: the
   * configuration file's, then the current one.
   */
  static readonly layer = (folders: ReadonlyArray<string>) => Layer.effect(StrategyRegistry, load(folders))

  static readonly layerBuiltIn = Layer.effect(
    StrategyRegistry,
    Effect.suspend(() => make(builtIn))
  )
}

export const builtIn: ReadonlyArray<Registration> = [simpleValue, steamFollower, inplayLayer, modelValue].map(
  (kind) => ({
    kind,
    source: "built in"
  })
)

/** A registry of exactly these kinds. */
export const make = Effect.fnUntraced(function* (
  registrations: ReadonlyArray<Registration>
): Effect.fn.Return<StrategyRegistry["Service"], DuplicateKind> {
  const byName = new Map<string, Registration>()
  for (const registration of registrations) {
    const { name } = registration.kind
    const other = byName.get(name)
    if (other !== undefined) {
      const message = `two strategies are called ${name}: one of ${other.source}, one of ${registration.source}; rename yours`
      return yield* new DuplicateKind({ name, message })
    }
    byName.set(name, registration)
  }
  return StrategyRegistry.of({
    registrations,
    configure: ({ id, kind, parameters }) => {
      const registration = byName.get(kind)
      if (registration !== undefined) return configure(registration.kind, id, parameters)
      const expected = `one of ${[...byName.keys()].join(", ")}`
      return Effect.fail(
        new StrategyRefused({
          id,
          message: `strategy ${id}: kind: found ${JSON.stringify(kind)}, expected ${expected}`,
          problems: [{ parameter: "kind", found: kind, expected }]
        })
      )
    }
  })
})

const load = Effect.fnUntraced(function* (folders: ReadonlyArray<string>) {
  const { strategies } = yield* Settings
  const loaded = yield* Effect.forEach(strategies.modules, (module) =>
    Effect.map(StrategyModules.load(module, folders), (kinds) =>
      kinds.map((kind): Registration => ({ kind, source: module }))
    )
  )
  return yield* make([...builtIn, ...loaded.flat()])
})

/** The strategies whose parameters the prediction service may propose, with their ranges as they are declared. */
import { Effect, Layer, Result, Schema } from "effect"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import type { ParameterRange, ProposableStrategy } from "../prediction/service/StrategyProposals.ts"
import * as ParameterList from "../strategy/ParameterList.ts"
import { type Registration, StrategyRegistry } from "../strategy/StrategyRegistry.ts"

/** @param folders where the user's strategy modules are looked for */
export const all = (settings: SettingsValue, folders: ReadonlyArray<string>) =>
  StrategyRegistry.use(({ registrations }) => Effect.succeed(registrations.map(proposable))).pipe(
    Effect.provide(StrategyRegistry.layer(folders).pipe(Layer.provide(Layer.succeed(Settings, settings))))
  )

const proposable = ({ kind }: Registration): ProposableStrategy => ({
  kind: kind.name,
  ranges: ParameterList.of(kind.parameters).flatMap(rangeOf),
  accepts: (parameters) =>
    Result.isSuccess(Schema.decodeResult(kind.parameters, { onExcessProperty: "error" })(parameters))
})

/** Only numbers that have a range and a default: a choice or a text is the user's. */
const rangeOf = ({ allowed, default: byDefault, maximum, minimum, name }: ParameterList.Parameter) =>
  minimum === undefined || maximum === undefined || typeof byDefault !== "number"
    ? []
    : [{ name, minimum, maximum, isWhole: allowed.startsWith("whole"), byDefault } satisfies ParameterRange]

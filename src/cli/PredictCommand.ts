/** `predict train|evaluate|serve`: models of races, from the data to the answers. */
import { Command } from "effect/cli"
import * as PredictServe from "./PredictServe.ts"
import * as PredictTrain from "./PredictTrain.ts"

export const command = Command.make("predict").pipe(
  Command.withDescription("Train models, judge them against the market, and serve them"),
  Command.withSubcommands([PredictTrain.train, PredictTrain.evaluate, PredictServe.serve])
)

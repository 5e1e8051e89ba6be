/** Strategies that back the first runner at its best price (or at `price`) while they have no bet on it. */
import { Schema, Effect } from "effect"
import type { SelectionId } from "../../../src/domain/Identifiers.ts"
import * as Strategy from "../../../src/strategy/Strategy.ts"

const parameters = Schema.Struct({
  price: Schema.Finite.pipe(Schema.withDecodingDefaultKey(Effect.succeed(0)))
})

const kind = (name: string, needsPrediction: boolean) =>
  Strategy.define<typeof parameters.Type>({
    name,
    description: "Backs the first runner",
    parameters,
    traits: { inPlay: false, needsPrediction },
    make: ({ price }) => ({
      evaluate: ({ book, openBets }) => {
        const best = book.runners[0]?.availableToBack.price(0) ?? 0
        if (openBets.length > 0 || best === 0) return []
        return [
          {
            _tag: "Place",
            selectionId: 1 as SelectionId,
            side: "BACK",
            order: { _tag: "LIMIT", price: price || best },
            sizing: { _tag: "FIXED", amount: 200 },
            confidence: 0.5,
            reason: "it is the first"
          }
        ]
      }
    })
  })

export const backer = kind("backer", false)
export const predictedBacker = kind("predicted_backer", true)

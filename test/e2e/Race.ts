/** A race as a recording, and a strategy module as a user would write one. */
import { imageMessage } from "../builders/RunningRaces.ts"
import { findRace } from "../sandbox/races.ts"

/** Win and place market of a greyhound race from two minutes before the off to their end: some three minutes. */
export const recordedRace = (): string => {
  const race = findRace((card) => card.sport === "greyhounds" && card.withdrawal === null)
  const from = race.card.offAt - 120_000
  race.fastForward(from)
  const messages = [imageMessage(from, race.images()), ...race.advance(race.card.closeAt)]
  return messages.map((message) => `${JSON.stringify(message)}\n`).join("")
}

/**
 * Backs the favourite of each market once, or each `every_seconds` anew, at whatever of the best three prices is worst, so
 * that the bet is matched.
 */
export const favouriteModule = `
import { Effect, Schema } from "effect"

interface Parameters { readonly stake: number; readonly every_seconds: number }

const number = (byDefault: number) => Schema.Finite.pipe(Schema.withDecodingDefaultKey(Effect.succeed(byDefault)))

export default {
  name: "favourite",
  description: "Backs the favourite",
  parameters: Schema.Struct({ stake: number(2), every_seconds: number(0) }),
  traits: { inPlay: false, needsPrediction: false },
  make: ({ every_seconds, stake }: Parameters) => ({
    evaluate: ({ book, now, openBets }: any) => {
      if (every_seconds === 0 && openBets.length > 0) return []
      const priced = book.runners.filter((runner: any) => runner.isActive && runner.availableToBack.price(0) > 0)
      if (priced.length === 0) return []
      const favourite = priced.reduce((best: any, runner: any) =>
        runner.availableToBack.price(0) < best.availableToBack.price(0) ? runner : best)
      const levels = favourite.availableToBack
      return [{
        _tag: "Place",
        selectionId: favourite.selectionId,
        side: "BACK",
        order: { _tag: "LIMIT", price: levels.price(2) || levels.price(0) },
        sizing: { _tag: "FIXED", amount: stake * 100 },
        confidence: 1,
        reason: "the favourite",
        ...(every_seconds === 0 ? {} : { slot: String(Math.floor(now / 1000 / every_seconds)) })
      }]
    }
  })
}
`

/** Settings under which the favourite of every open market is backed at once. */
export const favouriteSettings = {
  trading: { strategy_evaluation_interval: 5, min_time_to_start_seconds: 0 },
  strategies: { modules: ["./favourite.ts"], active: [{ id: "favourite", kind: "favourite" }] },
  logging: { format: "json" }
}

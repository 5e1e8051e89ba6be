/** A market's catalogue as the exchange answers, and what is on its card. */
import type { RunnerCard } from "../../src/domain/Market.ts"
import { marketId } from "./Messages.ts"

type Fields = Readonly<Record<string, unknown>>

/** Of the market that `Messages` tells of. Its first runner has a card, the second a number in its name. */
export const entry = (changes: Fields = {}): Fields => ({
  marketId,
  marketName: "2m Hcap Hrd",
  marketStartTime: "2024-06-01T14:00:00.000Z",
  description: { marketType: "WIN", raceType: "Hurdle", eachWayDivisor: 5, regulator: "GIBRALTAR REGULATOR" },
  totalMatched: 12.5,
  runners: [
    {
      selectionId: 1,
      runnerName: "Red Rum",
      handicap: 0,
      sortPriority: 1,
      metadata: {
        runnerId: "1",
        CLOTH_NUMBER: "4",
        STALL_DRAW: "11",
        JOCKEY_NAME: "B Fletcher",
        TRAINER_NAME: "D McCain",
        AGE: "8",
        WEIGHT_VALUE: "164.5",
        WEIGHT_UNITS: "pounds",
        FORM: null
      }
    },
    { selectionId: 2, runnerName: "2. Mick the Miller", handicap: 0, sortPriority: 2 }
  ],
  eventType: { id: "7", name: "Horse Racing" },
  event: { id: "31", name: "Ascot 1st Jun", countryCode: "GB", timezone: "Europe/London", venue: "Ascot" },
  ...changes
})

/** The first runner's. */
export const card: RunnerCard = {
  clothNumber: "4",
  stallDraw: 11,
  jockeyName: "B Fletcher",
  trainerName: "D McCain",
  age: 8,
  weightPounds: 164.5
}

export const answer = (result: unknown): Fields => ({ jsonrpc: "2.0", result, id: 1 })

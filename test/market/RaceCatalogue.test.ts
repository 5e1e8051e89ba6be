import { describe, expect, it } from "vitest"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import type { MarketDefinition } from "../../src/domain/Market.ts"
import { decodeDefinition } from "../../src/market/DefinitionDecoder.ts"
import type { MarketDefinitionMessage } from "../../src/market/MarketMessage.ts"
import * as RaceCatalogue from "../../src/market/RaceCatalogue.ts"
import { definition } from "./Messages.ts"

const market = (change: MarketDefinitionMessage, id = "1.100"): MarketDefinition =>
  decodeDefinition(id as MarketId, definition({ countryCode: "GB", ...change }), () => undefined)

const filter = { eventTypes: ["7"], countries: ["GB"], marketTypes: ["WIN"] }

describe("RaceCatalogue.isTraded", () => {
  it.each<readonly [string, MarketDefinitionMessage, boolean]>([
    ["everything asked for", {}, true],
    ["another sport", { eventTypeId: "1" }, false],
    ["another country", { countryCode: "AU" }, false],
    ["another type of market", { marketType: "PLACE" }, false],
    ["no country told", { countryCode: "" }, true]
  ])("judges %s", (_, change, expected) => {
    expect(RaceCatalogue.isTraded(market(change), filter)).toBe(expected)
  })

  it("takes no market whose sport is not told, and any country when none is named", () => {
    const unknown = decodeDefinition("1.1" as MarketId, {}, () => undefined)
    expect(RaceCatalogue.isTraded(unknown, filter)).toBe(false)
    expect(RaceCatalogue.isTraded(market({ countryCode: "NZ" }), { ...filter, countries: [] })).toBe(true)
  })

  it("takes every sport when none is named", () => {
    const unknown = decodeDefinition("1.1" as MarketId, {}, () => undefined)
    const any = { eventTypes: [], countries: [], marketTypes: [] }
    expect(RaceCatalogue.isTraded(unknown, any)).toBe(true)
    expect(RaceCatalogue.isTraded(market({ eventTypeId: "1" }), any)).toBe(true)
  })
})

describe("RaceCatalogue.raceFacts", () => {
  it.each([
    ["2m4f Hcap Chs", null, 4023],
    ["5f Nursery", null, 1006],
    ["1m110y Mdn Stks", null, 1710],
    ["R5 1200m Hcap", 5, 1200],
    ["A5 480m", null, 480],
    ["R12 460m Gr5", 12, 460],
    ["To Be Placed", null, null],
    ["3m Hcap Hrd", null, 4828]
  ])("reads %s", (name, raceNumber, distanceMetres) => {
    expect(RaceCatalogue.raceFacts(market({ name, venue: "Ascot" }))).toEqual({
      venue: "Ascot",
      name,
      raceNumber,
      distanceMetres
    })
  })

  it("tells nothing that is not told", () => {
    expect(RaceCatalogue.raceFacts(market({}))).toEqual({
      venue: null,
      name: null,
      raceNumber: null,
      distanceMetres: null
    })
  })
})

import { globSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { runnerKey } from "../../src/domain/Identifiers.ts"
import { noCard } from "../../src/domain/Market.ts"
import { Catalogues } from "../../src/market/Catalogues.ts"
import { decodeDefinition } from "../../src/market/DefinitionDecoder.ts"
import * as MarketCatalogue from "../../src/market/MarketCatalogue.ts"
import { answer, card, entry } from "./Catalogue.ts"
import { definition, marketId } from "./Messages.ts"

const decodeOne = (changes: Readonly<Record<string, unknown>> = {}) => {
  const { markets, problems } = MarketCatalogue.decode(entry(changes))!
  return { market: markets[0]!, problems }
}

const runnerWith = (metadata: Readonly<Record<string, unknown>>, name = "Red Rum") => {
  const { market, problems } = decodeOne({ runners: [{ selectionId: 1, handicap: 0, runnerName: name, metadata }] })
  return { runner: market.runners.get(runnerKey(1))!, problems }
}

const defined = (changes: Parameters<typeof definition>[0] = {}) =>
  decodeDefinition(marketId, definition(changes), () => expect.unreachable())

describe("MarketCatalogue.decode", () => {
  it("reads the facts of a market and of its runners", () => {
    const { market, problems } = decodeOne()
    expect(problems).toEqual([])
    expect(market).toEqual({
      marketId,
      eventTypeId: "7",
      eventId: "31",
      eventName: "Ascot 1st Jun",
      marketType: "WIN",
      name: "2m Hcap Hrd",
      venue: "Ascot",
      countryCode: "GB",
      timezone: "Europe/London",
      raceType: "Hurdle",
      marketTime: Date.UTC(2024, 5, 1, 14),
      eachWayDivisor: 5,
      runners: new Map([
        [runnerKey(1), { name: "Red Rum", ...card }],
        [runnerKey(2), { name: "2. Mick the Miller", ...noCard, clothNumber: "2" }]
      ])
    })
  })

  it.each([
    ["a bare array", [entry()]],
    ["a JSON-RPC answer", answer([entry()])],
    ["an array of JSON-RPC answers", [answer([]), answer([entry()])]],
    ["one entry alone", entry()]
  ])("reads %s", (_, document) => {
    expect(MarketCatalogue.decode(document)?.markets).toEqual([decodeOne().market])
  })

  it.each([
    ["a list of market books", [{ marketId, status: "OPEN", runners: [] }]],
    ["an error", { jsonrpc: "2.0", error: { code: -32099 } }],
    ["an empty answer", answer([])],
    ["messages", [{ op: "mcm", pt: 1, mc: [] }]],
    ["null", null],
    ["a number", 7]
  ])("takes %s for no catalogue", (_, document) => {
    expect(MarketCatalogue.decode(document)).toBeNull()
  })

  it("knows of a market that is only named nothing else, and finds no fault", () => {
    const { markets, problems } = MarketCatalogue.decode([{ marketId, marketName: "2m Hcap" }])!
    expect(problems).toEqual([])
    expect(markets[0]).toMatchObject({ name: "2m Hcap", venue: null, marketTime: null, eventTypeId: null })
    expect(markets[0]!.runners.size).toBe(0)
  })

  it("reads ids and metadata that a client has written as numbers", () => {
    const { market, problems } = decodeOne({ eventType: { id: 7 }, event: { id: 31 } })
    expect([market.eventTypeId, market.eventId, problems]).toEqual(["7", "31", []])
    const { runner } = runnerWith({ CLOTH_NUMBER: 4, STALL_DRAW: 11, AGE: 8 })
    expect(runner).toMatchObject({ clothNumber: "4", stallDraw: 11, age: 8 })
  })

  it.each([
    ["absent", {}],
    ["null", { STALL_DRAW: null, AGE: null, JOCKEY_NAME: null, WEIGHT_VALUE: null, WEIGHT_UNITS: "pounds" }],
    ["nought", { STALL_DRAW: "0", AGE: "0", CLOTH_NUMBER: "0", WEIGHT_VALUE: "0", WEIGHT_UNITS: "pounds" }],
    ["empty", { STALL_DRAW: "", TRAINER_NAME: "", JOCKEY_NAME: " " }],
    ["the word null", { AGE: "null", TRAINER_NAME: "null" }],
    ["a weight of unknown unit", { WEIGHT_VALUE: "58.5", WEIGHT_UNITS: null }]
  ])("takes metadata that is %s for not known", (_, metadata) => {
    expect(runnerWith(metadata)).toEqual({ runner: { name: "Red Rum", ...noCard }, problems: [] })
  })

  it("keeps the letter of coupled horses", () => {
    expect(runnerWith({ CLOTH_NUMBER: "1A" }).runner.clothNumber).toBe("1A")
    expect(runnerWith({ CLOTH_NUMBER_ALPHA: "1X" }).runner.clothNumber).toBe("1X")
  })

  it("prefers the number of the metadata to that of the name", () => {
    expect(runnerWith({ CLOTH_NUMBER: "7" }, "3. Red Rum").runner.clothNumber).toBe("7")
  })

  it("knows runners by their line", () => {
    const { market } = decodeOne({
      runners: [
        { selectionId: 1, handicap: -0.25, runnerName: "Home -0.25" },
        { selectionId: 1, handicap: 0.25, runnerName: "Home +0.25" }
      ]
    })
    expect(market.runners.get(runnerKey(1, 0.25))?.name).toBe("Home +0.25")
  })

  it("takes the runner id of the metadata where the selection is left out", () => {
    const { market } = decodeOne({ runners: [{ runnerName: "Red Rum", metadata: { runnerId: "12" } }] })
    expect(market.runners.get(runnerKey(12))?.name).toBe("Red Rum")
  })

  it("cleans names of what a database refuses", () => {
    expect(decodeOne({ marketName: " 2m\u0000Hcap\ud800\n" }).market.name).toBe("2m Hcap\ufffd")
  })

  it.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
    ["a name", { marketName: 7 }, "marketName of 1.100 is 7: left out"],
    ["an endless name", { marketName: "a".repeat(201) }, `marketName of 1.100 is "${"a".repeat(79)}…: left out`],
    ["a time", { marketStartTime: "soon" }, 'marketStartTime of 1.100 is "soon": left out'],
    ["an event", { event: "Ascot" }, 'event of 1.100 is "Ascot": left out'],
    ["a divisor", { description: { eachWayDivisor: -1 } }, "description.eachWayDivisor of 1.100 is -1: left out"],
    ["runners", { runners: {} }, "runners of 1.100 is {}: left out"],
    [
      "a runner",
      { runners: [{ selectionId: "x" }] },
      'runners of 1.100 is {"selectionId":"x"}: the runner is left out'
    ],
    ["a runner's id", { runners: ["x"] }, 'runners of 1.100 is "x": the runner is left out']
  ])("says what it found in place of %s, and keeps the rest", (_, changes, problem) => {
    const { market, problems } = decodeOne(changes)
    expect(problems).toEqual([problem])
    expect(market).toMatchObject({ marketId, eventTypeId: "7" })
  })

  it.each<readonly [string, Readonly<Record<string, unknown>>, unknown]>([
    ["STALL_DRAW", { STALL_DRAW: "-3" }, "-3"],
    ["AGE", { AGE: "old" }, "old"],
    ["CLOTH_NUMBER", { CLOTH_NUMBER: "1 of 2" }, "1 of 2"],
    ["JOCKEY_NAME", { JOCKEY_NAME: ["A"] }, ["A"]],
    ["WEIGHT_VALUE", { WEIGHT_UNITS: "pounds", WEIGHT_VALUE: "9-7" }, "9-7"]
  ])("says what it found in place of %s", (key, metadata, found) => {
    expect(runnerWith(metadata).problems).toEqual([
      `runners.metadata.${key} of 1.100 is ${JSON.stringify(found)}: left out`
    ])
  })

  it("leaves out entries without a market id, and keeps the others", () => {
    const { markets, problems } = MarketCatalogue.decode([{ marketName: "x" }, entry({ marketId: 1.2 }), "x", entry()])!
    expect(markets.map((market) => market.marketId)).toEqual([marketId])
    expect(problems).toEqual([
      "marketId is missing: the entry is left out",
      "marketId is 1.2: the entry is left out",
      'an entry is "x": the entry is left out'
    ])
  })
})

describe("MarketCatalogue.merge", () => {
  it("fills in what the definition leaves open", () => {
    const merged = MarketCatalogue.merge(defined(), decodeOne().market)
    expect(merged).toMatchObject({
      eventId: "31",
      eventName: "Ascot 1st Jun",
      name: "2m Hcap Hrd",
      venue: "Ascot",
      countryCode: "GB",
      timezone: "Europe/London",
      raceType: "Hurdle",
      eachWayDivisor: 5
    })
    expect(merged.runners).toMatchObject([
      { name: "Red Rum", ...card },
      { name: "2. Mick the Miller", clothNumber: "2" }
    ])
  })

  it("fills in kind and time where the definition has none", () => {
    const bare = decodeDefinition(marketId, { status: "OPEN" }, () => expect.unreachable())
    expect(MarketCatalogue.merge(bare, decodeOne().market)).toMatchObject({
      eventTypeId: "7",
      marketType: "WIN",
      marketTime: Date.UTC(2024, 5, 1, 14)
    })
  })

  it("never contradicts the definition", () => {
    const full = defined({
      eventTypeId: "4339",
      eventId: "1",
      eventName: "Hove 2nd Jun",
      marketType: "PLACE",
      name: "To Be Placed",
      venue: "Hove",
      countryCode: "IE",
      timezone: "Europe/Dublin",
      raceType: "Flat",
      marketTime: "2024-06-01T15:00:00.000Z",
      eachWayDivisor: 4,
      runners: [{ id: 1, name: "Arkle", status: "REMOVED", sortPriority: 3 }]
    })
    const merged = MarketCatalogue.merge(full, decodeOne().market)
    expect(merged).toEqual({ ...full, runners: [{ ...full.runners[0], ...card }] })
  })

  it("adds no runners", () => {
    const of = defined({ runners: [{ id: 9, status: "ACTIVE" }] })
    expect(MarketCatalogue.merge(of, decodeOne().market).runners).toEqual(of.runners)
  })
})

describe("Catalogues", () => {
  it("completes definitions of its markets and leaves others alone", () => {
    const catalogues = new Catalogues()
    const known = defined()
    expect(catalogues.complete(known)).toBe(known)
    catalogues.add(decodeOne().market)
    expect(catalogues.complete(known).venue).toBe("Ascot")
  })

  it("counts the first of two catalogues of a market", () => {
    const catalogues = new Catalogues()
    for (const name of ["first", "second"]) catalogues.add(decodeOne({ marketName: name }).market)
    expect([catalogues.size, catalogues.complete(defined()).name]).toEqual([1, "first"])
  })
})

const folder = new URL("../../../shared/api/api-response/", import.meta.url).pathname
const files = globSync("*/*.json", { cwd: folder }).toSorted()
const contentOf = (file: string) => readFileSync(folder + file, "utf8")
/** No other answer speaks of runners' names. */
const isCatalogue = (file: string) => contentOf(file).includes('"runnerName"')
const decodeFile = (file: string) => MarketCatalogue.decode(JSON.parse(contentOf(file)))

describe.skipIf(files.length === 0)("the exchange's answers beside the project", () => {
  it.each(files.filter(isCatalogue))("reads all of %s", (file) => {
    const { markets, problems } = decodeFile(file)!
    expect(problems).toEqual([])
    expect(markets.length).toBeGreaterThan(0)
    for (const { eventName, marketTime, marketType, name, runners } of markets) {
      expect([name, eventName, marketType]).not.toContain(null)
      expect(marketTime).toBeGreaterThan(Date.UTC(2005, 0))
      for (const runner of runners.values()) expect(runner.name).toMatch(/\S/)
    }
  })

  it("takes none of the other answers for a catalogue", () => {
    const others = files.filter((file) => !isCatalogue(file))
    expect(others.length).toBeGreaterThan(20)
    expect(others.filter((file) => decodeFile(file) !== null)).toEqual([])
  })

  it("has the cards of horses", () => {
    const { markets } = decodeFile("limx0/list_market_catalog_invalid_cloth_number.json")!
    const cards = markets.flatMap(({ runners }) => [...runners.values()])
    expect(cards.find(({ name }) => name === "Shout To The Lord")).toMatchObject({ clothNumber: "1A" })
    for (const each of cards) {
      expect(each.jockeyName).toMatch(/\S/)
      expect(each.trainerName).toMatch(/\S/)
      expect(each.weightPounds).toBeGreaterThan(90)
      expect(each.age).toBeGreaterThan(1)
    }
  })
})

import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { closing, load, marketId, opening, recordedAt } from "../recorded/Recordings.ts"
import { login, order, sandboxWith, Session, streamClient } from "./Client.ts"

const seconds = 1000

const subscribed = Effect.fnUntraced(function* (port: number, session: Session) {
  const client = yield* streamClient(port)
  yield* Effect.promise(() => client.authenticate(session.token))
  const marketDataFilter = { fields: ["EX_ALL_OFFERS", "EX_MARKET_DEF"] }
  client.send({ op: "marketSubscription", id: 2, marketFilter: { marketIds: [marketId] }, marketDataFilter })
  return client
})

describe("a sandbox over a recording", () => {
  it.live(
    "shows it over API and stream, takes bets and settles them",
    () =>
      Effect.gen(function* () {
        const prices = [
          [1, { rc: [{ id: 1, atb: [[3, 60]] }] }] as const,
          [4, closing("LOSER", "WINNER", "LOSER")] as const
        ]
        const { day } = yield* load([[0, opening], ...prices])
        const { ports, truth, restart } = yield* sandboxWith({ recorded: day })
        const session = new Session(ports.api, yield* Effect.promise(() => login(ports.api)))
        const client = yield* subscribed(ports.stream, session)
        yield* Effect.promise(async () => {
          const image = await client.find(({ op }) => op === "mcm")
          assert.deepInclude(image.mc[0], { id: marketId, img: true })
          assert.isAbove(Date.parse(image.mc[0].marketDefinition.marketTime), recordedAt + 600 * seconds)
          const [found] = await session.result("listMarketCatalogue", {
            filter: {},
            maxResults: 10,
            marketProjection: ["EVENT"]
          })
          assert.deepInclude(found, { marketId, marketName: "2m Hrd" })
          const bet = order({ marketId, selectionId: 2 })
          bet.instructions[0]!.limitOrder.price = 2.9
          const report = await session.result("placeOrders", bet)
          assert.deepInclude(report.instructionReports[0], {
            status: "SUCCESS",
            sizeMatched: 2,
            averagePriceMatched: 3
          })
        })
        yield* restart
        assert.lengthOf((yield* truth.orders("ann")).current, 1)
        // Played by the clock to its end.
        const later = yield* subscribed(ports.stream, session)
        yield* Effect.promise(() => later.find(({ mc }) => mc?.[0].marketDefinition?.status === "CLOSED"))
        const { cleared } = yield* truth.orders("ann")
        assert.deepStrictEqual(
          cleared.SETTLED.map(({ profit }) => profit),
          [4]
        )
        assert.strictEqual((yield* truth.funds("ann")).availableToBetBalance, 1003.8)
      }),
    30_000
  )
})

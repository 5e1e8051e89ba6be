/**
 * A key that changes nothing is a lie to whoever sets it. Every key of the schema has an act here, which shows two values
 * of it and what is seen of the program with each; a new key without one fails the test.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Keys from "../../src/config/SettingsKeys.ts"
import { type Act, put, settingsOf, type Tree } from "./acts/Act.ts"
import { betfairActs } from "./acts/BetfairActs.ts"
import { botActs } from "./acts/BotActs.ts"
import { databaseActs } from "./acts/DatabaseActs.ts"
import { feedActs } from "./acts/FeedActs.ts"
import { orderActs } from "./acts/OrderActs.ts"
import { guardActs } from "./acts/GuardActs.ts"
import { notificationActs } from "./acts/NotificationActs.ts"
import { httpActs } from "./acts/HttpActs.ts"
import { outsideActs } from "./acts/OutsideActs.ts"
import { predictionActs } from "./acts/PredictionActs.ts"
import { riskActs } from "./acts/RiskActs.ts"

const acts: Readonly<Record<string, Act>> = {
  ...riskActs,
  ...betfairActs,
  ...botActs,
  ...feedActs,
  ...databaseActs,
  ...guardActs,
  ...orderActs,
  ...httpActs,
  ...notificationActs,
  ...predictionActs,
  ...outsideActs
}

const keys = Keys.keys.flatMap((key) => [key, ...key.entries])

describe("every key of the settings", () => {
  it("has an act, and nothing else has", () => {
    expect(Object.keys(acts).toSorted()).toEqual(keys.map(({ path }) => Keys.format(path)).toSorted())
  })

  for (const { path } of keys) {
    const name = Keys.format(path)
    it.effect(`${name} changes what the program does`, () =>
      Effect.gen(function* () {
        const { beside, look, seen, values } = acts[name]!
        expect(values[0]).not.toEqual(values[1])
        expect(seen[0]).not.toEqual(seen[1])
        for (const [n, value] of values.entries()) {
          const tree = put(beside, path, value) as Tree
          expect(yield* Effect.scoped(look(settingsOf(tree), tree))).toEqual(seen[n])
        }
      })
    )
  }
})

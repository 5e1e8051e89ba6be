/** How long the database takes, and how much is asked of it at one time. */
import { Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import { DatabaseObserver } from "../persistence/DatabaseHealth.ts"
import * as Metrics from "./Metrics.ts"

/** For what the database is built upon. */
export const layer = Layer.effect(
  DatabaseObserver,
  Effect.gen(function* () {
    const { database } = yield* Settings
    let underWay = 0
    yield* Metrics.follow("database_operations", {}, () => underWay)
    // The embedded database has one session.
    yield* Metrics.set("database_connections", {}, database.url === null ? 1 : database.maxConnections)
    return {
      began: () => void underWay++,
      ended: (operation, durationMs) => {
        underWay--
        return Metrics.observe("database_duration_seconds", { operation }, durationMs)
      }
    }
  })
)

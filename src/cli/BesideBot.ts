/**
 * Answers about bets, results and strategies: from the running bot, which alone may open an embedded database, or from the
 * database where no bot answers. Both give the same, because both are made by the same code.
 */
import { Effect, Layer } from "effect"
import { Settings, type SettingsValue } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import type { Records } from "../http/Records.ts"
import type { BotClient } from "./BotLink.ts"

/** Loaded when it is run: other commands start without it. The database is open while the effect runs. */
export const ask = <A, E1, E2>(
  settings: SettingsValue,
  mode: Mode,
  ofBot: (bot: BotClient) => Effect.Effect<A, E1>,
  ofRecords: (records: Records["Service"]) => Effect.Effect<A, E2>
) =>
  Effect.gen(function* () {
    const BotLink = yield* Effect.promise(() => import("./BotLink.ts"))
    const bot = yield* BotLink.find(settings, mode)
    if (bot !== null) return yield* BotLink.within(ofBot(bot))
    const [{ Records }, Repositories] = yield* Effect.promise(() =>
      Promise.all([import("../http/Records.ts"), import("../persistence/Repositories.ts")])
    )
    const records = Records.layer(mode).pipe(
      Layer.provide(Repositories.layerDatabase),
      Layer.provide(Layer.succeed(Settings, settings))
    )
    return yield* Effect.flatMap(Records, ofRecords).pipe(Effect.provide(records))
  })

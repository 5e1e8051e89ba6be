/**
 * Prices for a bot that trades on paper, through Betfair's client: the real ones with the account of the settings, or those of
 * a sandbox of its own. Loaded when they are wanted.
 */
import { Effect, Layer } from "effect"
import * as BetfairClient from "../betfair/BetfairClient.ts"
import type { ClientOptions } from "../betfair/ClientOptions.ts"
import type { SettingsValue } from "../config/Settings.ts"
import { clientOptions } from "./BetfairOptions.ts"
import * as BetfairStreams from "./BetfairStreams.ts"
import * as OwnSandbox from "./OwnSandbox.ts"

/** With the books they go into. Logs in when they are asked for. */
const prices = (options: ClientOptions) =>
  BetfairStreams.prices(options).pipe(Layer.provideMerge(BetfairClient.layer(options)))

export const open = ({ betfair }: Pick<SettingsValue, "betfair">) => Effect.map(clientOptions(betfair), prices)

/** The sandbox is open as long as the scope. */
export const openSandbox = (settings: Pick<SettingsValue, "betfair" | "feed">, directory?: string) =>
  Effect.map(OwnSandbox.open(settings, directory), prices)

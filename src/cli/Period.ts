/** `--from DAY --to DAY`: days of the trading time zone, both included. */
import { DateTime, Effect, Option } from "effect"
import { Flag } from "effect/cli"
import type { SettingsValue } from "../config/Settings.ts"
import * as TradingDay from "../domain/TradingDay.ts"
import type { Period } from "../http/Records.ts"
import { BadUsage } from "./Exit.ts"

const day = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar("DAY"), Flag.withDescription(description), Flag.optional)

export const flags = {
  from: day("from", "First day, for instance 2026-03-29; without it the first there is"),
  to: day("to", "Last day; without it the last there is")
}

interface Asked {
  readonly from: Option.Option<string>
  readonly to: Option.Option<string>
}

const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(Date.parse(text) || 0).toISOString().startsWith(text)

const dayOf = (name: string, text: string, zone: DateTime.TimeZone): Effect.Effect<TradingDay.TradingDay, BadUsage> => {
  if (!isDay(text)) {
    return Effect.fail(new BadUsage({ message: `--${name}: found ${text}, expected a day such as 2026-03-29` }))
  }
  // Noon in Greenwich is the same date nearly everywhere; where it is not, the day is the next.
  const found = TradingDay.at(Date.parse(`${text}T12:00:00Z`), zone)
  return Effect.succeed(found.key === text ? found : TradingDay.at(found.start - 1, zone))
}

/** The last instant that the database takes. */
const farAway = Date.UTC(9999, 11, 31)

export const of = Effect.fnUntraced(function* ({ from, to }: Asked, { trading }: SettingsValue) {
  const zone = DateTime.zoneMakeNamedUnsafe(trading.timeZone)
  const period: Period = {
    from: Option.isNone(from) ? 0 : (yield* dayOf("from", from.value, zone)).start,
    to: Option.isNone(to) ? farAway : (yield* dayOf("to", to.value, zone)).end
  }
  if (period.from < period.to) return period
  return yield* new BadUsage({ message: "--from: expected a day that is not after --to" })
})

/** As the API takes it. */
export const query = ({ from, to }: Period) => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString()
})

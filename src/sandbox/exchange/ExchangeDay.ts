/** The day that an exchange is opened on, generated or recorded, and what a snapshot has to keep of it. */
import { OpenRecordings } from "../recorded/OpenRecordings.ts"
import type { RecordedDay } from "../recorded/RecordedDay.ts"
import { OpenRaces } from "./OpenRaces.ts"
import type { Programme } from "./Programme.ts"
import type { Day } from "../RaceDay.ts"

export type ExchangeDay = Day | RecordedDay

/** A recorded day also has a beginning (epoch milliseconds), to which a restarted exchange must hold. */
export type KeptDay = Day | { readonly digest: string; readonly speed: number; readonly beganAt: number }

/** The day, begun now or as it was kept. */
export const begin = (day: ExchangeDay, now: number, kept: KeptDay | undefined): KeptDay => {
  if (!("digest" in day)) return { seed: day.seed, intervalMs: day.intervalMs }
  const beganAt = kept !== undefined && "beganAt" in kept ? kept.beganAt : now - Math.floor(day.skippedMs / day.speed)
  return { digest: day.digest, speed: day.speed, beganAt }
}

/** Joins the markets of the moment; those in `fresh` at their beginning. */
export const open = (day: ExchangeDay, kept: KeptDay, now: number, fresh: ReadonlySet<string>): Programme =>
  "digest" in day
    ? new OpenRecordings(day, "beganAt" in kept ? kept.beganAt : now, now, fresh)
    : new OpenRaces(day, now, fresh)

/** Whether what was kept is of this day: its markets do not exist in another. */
export const isSame = (day: ExchangeDay, kept: KeptDay): boolean =>
  "digest" in day
    ? "digest" in kept && kept.digest === day.digest && kept.speed === day.speed
    : "seed" in kept && kept.seed === day.seed && kept.intervalMs === day.intervalMs

/** For a person who has to start it with the same. */
export const describe = (kept: KeptDay): string =>
  "seed" in kept
    ? `seed ${kept.seed} with a race every ${kept.intervalMs / 1000} s`
    : `certain recordings at speed ${kept.speed}`

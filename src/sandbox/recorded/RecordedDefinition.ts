/** A recorded definition as the sandbox publishes it: at the sandbox's time, complete, and with what was done by hand. */
import type { MarketDefinition } from "../../domain/Market.ts"
import type { MarketDefinitionMessage } from "../../market/MarketMessage.ts"
import type { ExchangeMarket } from "../exchange/ExchangeMarket.ts"
import { isoTime } from "../GeneratedRunner.ts"
import type { RecordedRunner } from "./RecordedRunner.ts"

type Defined = Pick<ExchangeMarket, "marketId" | "startsAt" | "status" | "version"> & {
  readonly runners: ReadonlyArray<RecordedRunner>
}

/** @param shift from a recorded time to the sandbox's */
export const definitionOf = (
  market: Defined,
  known: MarketDefinition,
  shift: (recordedMs: number) => number,
  settledAt: number | null
): MarketDefinitionMessage => {
  const { marketId, runners, startsAt, status, version } = market
  const time = isoTime(startsAt)
  return {
    bspMarket: known.bspMarket,
    turnInPlayEnabled: known.turnInPlayEnabled,
    persistenceEnabled: known.persistenceEnabled,
    marketBaseRate: known.marketBaseRate,
    eventId: known.eventId ?? marketId,
    eventTypeId: known.eventTypeId,
    numberOfWinners: known.numberOfWinners,
    bettingType: known.bettingType,
    marketType: known.marketType ?? "",
    marketTime: time,
    suspendTime: time,
    bspReconciled: known.bspReconciled,
    complete: known.complete,
    inPlay: known.inPlay,
    crossMatching: known.crossMatching,
    runnersVoidable: known.runnersVoidable,
    numberOfActiveRunners: runners.filter((runner) => runner.isActive).length,
    betDelay: known.betDelay,
    status,
    ...(settledAt === null ? {} : { settledTime: isoTime(settledAt) }),
    runners: runners.map((runner, i) => runner.definition(i + 1, shift)),
    regulators: ["MR_INT"],
    ...(known.venue === null ? {} : { venue: known.venue }),
    ...(known.countryCode === null ? {} : { countryCode: known.countryCode }),
    discountAllowed: known.discountAllowed,
    ...(known.timezone === null ? {} : { timezone: known.timezone }),
    openDate: time,
    version,
    name: known.name ?? marketId,
    eventName: known.eventName ?? known.venue ?? marketId,
    ...(known.raceType === null ? {} : { raceType: known.raceType }),
    priceLadderDefinition: { type: known.ladder }
  }
}

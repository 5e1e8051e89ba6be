/** How a market ended, in the words of the stream, from what listMarketBook says of it: for markets nobody listened to. */
import type { MarketBook, Runner } from "../betfair/api/MarketBook.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { MarketChange, MarketDefinitionMessage, RunnerDefinitionMessage } from "./MarketMessage.ts"

const runnerOf = ({
  adjustmentFactor,
  handicap,
  removalDate,
  selectionId,
  sp,
  status
}: Runner): RunnerDefinitionMessage => ({
  id: selectionId,
  status,
  ...(handicap === undefined ? {} : { hc: handicap }),
  ...(adjustmentFactor === undefined ? {} : { adjustmentFactor }),
  ...(removalDate === undefined ? {} : { removalDate }),
  ...(sp?.actualSP === undefined || !Number.isFinite(sp.actualSP) ? {} : { bsp: sp.actualSP })
})

/** What stays as it was when a market closes. */
const describe = (known: MarketDefinition): MarketDefinitionMessage => ({
  ...present({
    eventId: known.eventId,
    eventName: known.eventName,
    marketType: known.marketType,
    name: known.name,
    venue: known.venue,
    countryCode: known.countryCode,
    timezone: known.timezone,
    raceType: known.raceType,
    eachWayDivisor: known.eachWayDivisor
  }),
  eventTypeId: known.eventTypeId,
  bettingType: known.bettingType,
  marketTime: new Date(known.marketTime).toISOString(),
  turnInPlayEnabled: known.turnInPlayEnabled,
  persistenceEnabled: known.persistenceEnabled,
  bspMarket: known.bspMarket,
  runnersVoidable: known.runnersVoidable,
  discountAllowed: known.discountAllowed,
  marketBaseRate: known.marketBaseRate,
  priceLadderDefinition: { type: known.ladder }
})

type Present<A> = { readonly [K in keyof A]?: NonNullable<A[K]> }

const present = <A extends object>(fields: A): Present<A> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Present<A>

const nameOf = ({ handicap = 0, selectionId }: Runner, known: MarketDefinition | null) => {
  const name = known?.runners.find((runner) => runner.selectionId === selectionId && runner.handicap === handicap)?.name
  return typeof name === "string" ? { name } : {}
}

/**
 * Null: it has not ended.
 *
 * @param known the market as it was, which tells what a market book does not: names, off, type, commission, each-way divisor
 */
export const endingOf = (
  { betDelay, bspReconciled, complete, marketId, numberOfWinners, runners = [], status, version }: MarketBook,
  known: MarketDefinition | null
): MarketChange | null =>
  status !== "CLOSED"
    ? null
    : {
        id: marketId,
        marketDefinition: {
          ...(known === null ? {} : describe(known)),
          status,
          inPlay: false,
          ...(betDelay === undefined ? {} : { betDelay }),
          ...(bspReconciled === undefined ? {} : { bspReconciled }),
          ...(complete === undefined ? {} : { complete }),
          ...(numberOfWinners === undefined ? {} : { numberOfWinners }),
          ...(version === undefined ? {} : { version }),
          runners: runners.map((runner) => ({ ...runnerOf(runner), ...nameOf(runner, known) }))
        }
      }

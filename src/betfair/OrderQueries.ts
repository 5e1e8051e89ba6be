/** The account's orders, open and cleared, whole: however many pages and ids there are. */
import { Effect } from "effect"
import * as Summaries from "./api/OrderSummaries.ts"
import type * as Parameters from "./api/Parameters.ts"
import * as JsonRpc from "./JsonRpc.ts"
import * as Pages from "./Pages.ts"
import { inParts } from "./RequestWeight.ts"

const listCurrentOrders = JsonRpc.operation(
  { service: "betting", name: "listCurrentOrders", budget: "currentOrders", resend: "AfterLogin" },
  Summaries.CurrentOrderSummaryReport
)
const listClearedOrders = JsonRpc.operation(
  { service: "betting", name: "listClearedOrders", budget: "clearedOrders", resend: "AfterLogin" },
  Summaries.ClearedOrderSummaryReport
)

/** Ids of one request at most, of bets and markets together. */
const idsPerRequest = 250

export const make = (rpc: JsonRpc.JsonRpc["Service"]) => ({
  listCurrentOrders: (params: Parameters.ListCurrentOrders) =>
    inRequests(params, (part) =>
      Pages.all(
        listCurrentOrders.name,
        ({ betId }: Summaries.CurrentOrderSummary) => betId,
        (fromRecord) =>
          Effect.map(
            rpc.call(listCurrentOrders, { ...part, fromRecord, recordCount: Pages.recordsPerPage }),
            ({ currentOrders, moreAvailable }) => ({ records: currentOrders, moreAvailable })
          )
      )
    ),
  listClearedOrders: (params: Parameters.ListClearedOrders) =>
    inRequests(params, (part) =>
      Pages.all(
        listClearedOrders.name,
        ({ betId }: Summaries.ClearedOrderSummary) => betId,
        (fromRecord) =>
          Effect.map(
            rpc.call(listClearedOrders, { ...part, fromRecord, recordCount: Pages.recordsPerPage }),
            ({ clearedOrders, moreAvailable }) => ({ records: clearedOrders, moreAvailable })
          )
      )
    )
})

interface Ids {
  readonly betIds?: ReadonlyArray<string>
  readonly marketIds?: ReadonlyArray<string>
  readonly customerOrderRefs?: ReadonlyArray<string>
}

const idKeys = ["betIds", "marketIds", "customerOrderRefs"] as const satisfies ReadonlyArray<keyof Ids>

/**
 * All conditions hold at once, so a list of ids may be cut where it is too long, and the results joined. Gotcha: an empty
 * list is no condition to Betfair; here it matches nothing, and nothing is asked.
 */
const inRequests = <P extends Ids, A, E>(
  params: P,
  ask: (part: P) => Effect.Effect<ReadonlyArray<A>, E>
): Effect.Effect<ReadonlyArray<A>, E> => {
  const given = idKeys.filter((key) => params[key] !== undefined)
  const size = Math.floor(idsPerRequest / Math.max(1, given.length))
  const parts = given.reduce<ReadonlyArray<P>>(
    (all, key) => all.flatMap((part) => inParts(params[key]!, size).map((ids) => ({ ...part, [key]: ids }))),
    [params]
  )
  // One after the other, so that a long list does not take the whole budget.
  return Effect.map(Effect.forEach(parts, ask), (results) => results.flat())
}

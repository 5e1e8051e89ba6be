/** Carries out the calls of the three services for a caller, faults included; forms and sockets are elsewhere. */
import { Clock, Effect } from "effect"
import type { Reply } from "../exchange/Reply.ts"
import type { Fault } from "../faults/Fault.ts"
import type { Call, Outcome, Service } from "./ApiForm.ts"
import type { Driver } from "./Driver.ts"
import { isOrderOperation, type Operation, type OrderOperation } from "./KeptExchange.ts"
import * as OrderFaults from "./OrderFaults.ts"
import type { Caller, Refusal, Sessions } from "./Sessions.ts"

const operations: Readonly<Record<Service, ReadonlyArray<string>>> = {
  betting: [
    "listEventTypes",
    "listEvents",
    "listVenues",
    "listCountries",
    "listMarketTypes",
    "listCompetitions",
    "listTimeRanges",
    "listMarketCatalogue",
    "listMarketBook",
    "listRunnerBook",
    "placeOrders",
    "cancelOrders",
    "updateOrders",
    "replaceOrders",
    "listCurrentOrders",
    "listClearedOrders",
    "listMarketProfitAndLoss"
  ] satisfies ReadonlyArray<Operation>,
  account: [
    ...([
      "getAccountFunds",
      "getAccountDetails",
      "getAccountStatement",
      "listCurrencyRates"
    ] satisfies ReadonlyArray<Operation>),
    "getDeveloperAppKeys"
  ],
  heartbeat: ["heartbeat"]
}

/** @param caller why there is none, where the headers name nobody */
export const perform = Effect.fnUntraced(function* (
  driver: Driver,
  sessions: Sessions,
  service: Service,
  call: Call,
  caller: Caller | Refusal,
  faults: ReadonlyArray<Fault>
): Effect.fn.Return<Outcome> {
  const { operation, params } = call
  if (call.problem !== undefined) return { _tag: "Unreadable", reason: call.problem }
  if (!operations[service].includes(operation)) return { _tag: "Unreadable", reason: "no such operation" }
  if (typeof caller === "string") return exception(caller, "")
  const refused = faults.find(({ action }) => action === "api-error")
  if (refused !== undefined) return exception(refused.code ?? "UNEXPECTED_ERROR", "")
  if (operation === "heartbeat") return yield* heartbeat(driver, caller, params)
  if (operation === "getDeveloperAppKeys") return done(developerAppKeys(sessions))
  if (!isOrderOperation(operation)) return yield* ask(driver, operation as Operation, caller, params)
  if (caller.isDelayed) return done(OrderFaults.permissionDenied(operation, params))
  return yield* order(driver, operation, caller, params, faults)
})

const done = (result: unknown): Outcome => ({ _tag: "Done", result })

const exception = (code: string, details: string): Outcome => ({ _tag: "Exception", code, details })

/** One request to the exchange. What it changes is on the disk, and any bet delay is over, before the outcome is known. */
const ask = Effect.fnUntraced(function* (driver: Driver, operation: Operation, caller: Caller, params: unknown) {
  const now = yield* Clock.currentTimeMillis
  const reply: Reply<unknown> = driver.exchange.request(operation, now, caller.account.accountId, params)
  if (isOrderOperation(operation)) yield* Effect.promise(() => driver.exchange.flushed())
  switch (reply._tag) {
    case "Answer":
      return done(reply.result)
    case "Fault":
      if (reply.fault.code === "INVALID_JSON") return { _tag: "Unreadable", reason: "invalid parameters" } as const
      return exception(reply.fault.code, reply.fault.details)
    case "Delayed": {
      yield* Effect.sleep(Math.max(0, reply.until - now))
      driver.advance(Math.max(reply.until, yield* Clock.currentTimeMillis))
      return done(reply.take())
    }
  }
})

const order = Effect.fnUntraced(function* (
  driver: Driver,
  operation: OrderOperation,
  caller: Caller,
  params: unknown,
  faults: ReadonlyArray<Fault>
) {
  const altered = OrderFaults.alter(operation, params, faults)
  if (altered === undefined) return yield* ask(driver, operation, caller, params)
  const reports: Array<unknown> = []
  for (const step of altered.steps) {
    const outcome = yield* ask(driver, step.operation, caller, step.params)
    if (outcome._tag !== "Done") return outcome
    reports.push(outcome.result)
  }
  return done(altered.report(reports))
})

const heartbeat = Effect.fnUntraced(function* (driver: Driver, caller: Caller, params: unknown) {
  const { preferredTimeoutSeconds } = (params ?? {}) as { readonly preferredTimeoutSeconds?: unknown }
  const now = yield* Clock.currentTimeMillis
  const report = driver.heartbeats.beat(caller.account.accountId, preferredTimeoutSeconds, now)
  return report === undefined
    ? exception("INVALID_INPUT_DATA", "preferredTimeoutSeconds: expected a whole number from 0")
    : done(report)
})

const developerAppKeys = ({ options: { appKey, delayedAppKey } }: Sessions) => [
  {
    appName: "sandbox",
    appId: 1,
    appVersions: [appVersion(1, "1.0-DELAY", delayedAppKey, true), appVersion(2, "1.0", appKey, false)]
  }
]

const appVersion = (versionId: number, version: string, applicationKey: string, delayData: boolean) => ({
  owner: "sandbox",
  versionId,
  version,
  applicationKey,
  delayData,
  subscriptionRequired: delayData,
  ownerManaged: false,
  active: true
})

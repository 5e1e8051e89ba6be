/** What a fault can be aimed at, by the names that the API and the stream have for it. */

export const ordering = ["placeOrders", "cancelOrders", "updateOrders", "replaceOrders"] as const

export const http = [
  "certlogin",
  "login",
  "keepAlive",
  "logout",
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
  ...ordering,
  "listCurrentOrders",
  "listClearedOrders",
  "listMarketProfitAndLoss",
  "getAccountFunds",
  "getAccountDetails",
  "getAccountStatement",
  "listCurrencyRates",
  "heartbeat"
] as const

/** Kinds of lines that the stream's server writes. */
export const stream = ["connection", "status", "mcm", "ocm"] as const

/** A request, or a line of the stream. */
export interface Subject {
  readonly channel: "http" | "stream"
  readonly operation: string
  /** The account's user name, where the caller is known. */
  readonly account?: string
  /** Of a request. */
  readonly path?: string
}

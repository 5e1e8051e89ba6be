/** Where Betfair is. Sessions belong to a jurisdiction's identity hosts; the API and the stream are one for all. */

export interface Endpoints {
  /** Certificate login, which alone is shown the client certificate; ends with a slash. */
  readonly login: string
  /** Keep-alive and logout; ends with a slash. */
  readonly identity: string
  /** Betting, account and heartbeat; ends with a slash. */
  readonly api: string
  readonly stream: { readonly host: string; readonly port: number }
}

export type Jurisdiction = "international" | "italy" | "spain"

const api = "https://api.betfair.com/exchange/"
const stream = { host: "stream-api.betfair.com", port: 443 }

const identity = (domain: string): Endpoints => ({
  login: `https://identitysso-cert.betfair.${domain}/api/`,
  identity: `https://identitysso.betfair.${domain}/api/`,
  api,
  stream
})

/** Source: Betfair's pages on login and on the Italian and Spanish exchange. */
export const endpoints: Readonly<Record<Jurisdiction, Endpoints>> = {
  international: identity("com"),
  italy: identity("it"),
  spain: identity("es")
}

/** Bets that one placeOrders may hold. */
export const placeLimit: Readonly<Record<Jurisdiction, number>> = { international: 200, italy: 50, spain: 200 }

/** Minutes that a session lasts without a keep-alive, cautiously: Betfair says up to 24, in Italy twenty minutes. */
export const sessionMinutes: Readonly<Record<Jurisdiction, number>> = {
  international: 12 * 60,
  italy: 20,
  spain: 12 * 60
}

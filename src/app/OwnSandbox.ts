/**
 * A sandbox of the bot's own, in the same process: races to trade without an account. The bot reaches it as it would reach
 * Betfair, over TLS with the same client; nobody else is told where it is.
 */
import { Duration, Effect, Redacted } from "effect"
import type { ClientOptions } from "../betfair/ClientOptions.ts"
import { placeLimit, sessionMinutes } from "../betfair/Endpoints.ts"
import type { SettingsValue } from "../config/Settings.ts"
import * as CertificateStore from "../sandbox/server/CertificateStore.ts"
import * as Sandbox from "../sandbox/server/Sandbox.ts"

const account = { username: "paper", password: "paper", balancePence: 100_000 }

/**
 * The way into the sandbox, which is open as long as the scope.
 *
 * @param directory where its certificates are kept
 */
export const open = Effect.fn("OwnSandbox.open")(function* (
  settings: Pick<SettingsValue, "betfair" | "feed">,
  directory = CertificateStore.usualDirectory
) {
  const certificates = yield* CertificateStore.load(directory)
  const { appKey, ports } = yield* Sandbox.start({
    certificates,
    accounts: [account],
    seed: settings.feed.seed,
    raceIntervalMs: Math.round(Duration.toMillis(settings.feed.raceIntervalSeconds))
  })
  const address = `https://localhost:${ports.api}/`
  const options: ClientOptions = {
    appKey: Redacted.make(appKey),
    username: account.username,
    password: Redacted.make(account.password),
    certificate: {
      _tag: "Pem",
      certificate: certificates.client.certificatePem,
      key: Redacted.make(certificates.client.keyPem)
    },
    endpoints: {
      login: `${address}api/`,
      identity: `${address}api/`,
      api: `${address}exchange/`,
      stream: { host: "localhost", port: ports.stream }
    },
    authority: certificates.authority.certificatePem,
    requestTimeout: settings.betfair.requestTimeoutSeconds,
    sessionLength: Duration.minutes(sessionMinutes.international),
    placeLimit: placeLimit.international
  }
  return options
})

/** What the client needs to know. It reads no file and no environment: whoever starts it does. */
import type { Duration, Redacted } from "effect"
import type { Endpoints } from "./Endpoints.ts"

/** The certificate that is uploaded to the account, with its key: a PEM pair or a PKCS#12 container. */
export type ClientCertificate =
  | {
      readonly _tag: "Pem"
      readonly certificate: string
      readonly key: Redacted.Redacted<string>
      readonly passphrase?: Redacted.Redacted<string>
    }
  | {
      readonly _tag: "Pkcs12"
      readonly container: Redacted.Redacted<Uint8Array>
      readonly passphrase?: Redacted.Redacted<string>
    }

export interface ClientOptions {
  readonly appKey: Redacted.Redacted<string>
  readonly username: string
  readonly password: Redacted.Redacted<string>
  readonly certificate: ClientCertificate
  readonly endpoints: Endpoints
  /** PEM, trusted besides the authorities that Node trusts. Certificates are verified always. */
  readonly authority?: string
  /** From sending to the end of the answer. */
  readonly requestTimeout: Duration.Duration
  /** How long a session lasts without a keep-alive. */
  readonly sessionLength: Duration.Duration
  /** Bets that one placeOrders may hold. */
  readonly placeLimit: number
}

/** The account at Betfair, and where Betfair is. */
import {
  choice,
  integer,
  milliseconds,
  minutes,
  optionalText,
  optionalUrl,
  seconds,
  secret,
  section
} from "./Setting.ts"

export const Betfair = section(
  {
    jurisdiction: choice(
      ["international", "italy", "spain"],
      "international",
      "Where the account is registered: it decides the login's address, the session's length and the bets of one request"
    ),
    appKey: secret("The application key; the free delayed key reads late prices and may not bet"),
    username: optionalText("The account's user name"),
    password: secret("The account's password"),
    certFile: optionalText("The certificate uploaded to the account, PEM; with key_file"),
    keyFile: optionalText("The certificate's private key, PEM; readable by you alone"),
    pfxFile: optionalText("Certificate and key in one PKCS#12 file, instead of cert_file and key_file"),
    passphrase: secret("What key_file or pfx_file is encrypted with; null: nothing"),
    loginUrl: optionalUrl(["https:"], "Address of the certificate login; null: the jurisdiction's"),
    identityUrl: optionalUrl(["https:"], "Address of keep-alive and logout; null: the jurisdiction's"),
    apiUrl: optionalUrl(["https:"], "Address of betting, account and heartbeat; null: Betfair's"),
    streamHost: optionalText("Host of the stream; null: Betfair's"),
    streamPort: integer(443, { minimum: 1, maximum: 65_535 }, "Port of the stream"),
    streamHeartbeatMs: milliseconds(
      5000,
      { minimum: 500, maximum: 5000 },
      "How often the stream speaks when there is nothing to say; after twice this in silence it is connected anew"
    ),
    streamConflateMs: milliseconds(
      0,
      { minimum: 0, maximum: 120_000 },
      "How long Betfair collects price changes before it sends them; the delayed key gets 180 s whatever is asked"
    ),
    streamWindowMinutes: minutes(
      180,
      { minimum: 1, maximum: 2880 },
      "Live prices are followed of markets that start within this time, the first 200: Betfair allows no more"
    ),
    caFile: optionalText("PEM file of an authority that is trusted besides the usual ones, such as the sandbox's own"),
    requestTimeoutSeconds: seconds(16, { minimum: 1, maximum: 120 }, "How long an answer is waited for"),
    sessionMinutes: minutes(
      0,
      { minimum: 0, maximum: 1440 },
      "How long a session lasts without a keep-alive, which comes at half of it; 0: the jurisdiction's, 720 or in Italy 20"
    )
  },
  "The account at Betfair"
)

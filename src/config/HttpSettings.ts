/** The bot's HTTP: health, metrics, the API and the dashboard. */
import { flag, integer, milliseconds, secret, section, text } from "./Setting.ts"

export const Http = section(
  {
    enabled: flag(true, "Serve health, metrics, the API and the dashboard"),
    host: text("127.0.0.1", "Address to listen on; any but this machine's own (127.0.0.1, ::1) needs tokens first"),
    port: integer(
      8080,
      { minimum: 0, maximum: 65_535 },
      "Port to listen on; 0: any that is free, as the start-up screen tells"
    ),
    directory: text(".clever-better/http", "Where the tokens are kept, and the address for commands of this machine"),
    readToken: secret("Token that may look, 24 characters or more; null: the one made at the first start"),
    controlToken: secret(
      "Token that may look and control, 24 characters or more; null: the one made at the first start"
    ),
    requestsPerMinute: integer(
      3000,
      { minimum: 1, maximum: 1_000_000 },
      "Requests a minute from one address, POSTs counted apart; fifty open pages ask for up to 2300. More are answered with 429"
    ),
    maxBodyBytes: integer(16_384, { minimum: 64, maximum: 1_048_576 }, "Largest body of a request"),
    maxEventStreams: integer(64, { minimum: 0, maximum: 1000 }, "Event streams (open dashboards) at one time"),
    eventIntervalMs: milliseconds(
      1000,
      { minimum: 100, maximum: 60_000 },
      "How often event streams are told what has changed"
    )
  },
  "Health, metrics, the API and the dashboard over HTTP"
)

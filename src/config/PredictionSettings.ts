/** Whose predictions strategies get, how it is reached, and how long an answer is waited for. */
import { flag, integer, milliseconds, optionalText, seconds, section } from "./Setting.ts"

export const Predictions = section(
  {
    address: optionalText(
      "Host and port of the prediction service, for instance localhost:50051; null: one of the bot's own, in its process, with model_file"
    ),
    modelFile: optionalText(
      "The model of the bot's own service, from the working directory; null: the one that comes with the project. Without the file strategies that need predictions place nothing"
    ),
    allowUnproven: flag(
      false,
      "With real money: let the bot's own service use a model that did not beat the market on races it had not seen"
    ),
    modelVersion: optionalText(
      "The only model whose predictions are used, also where a service does not say which it has; null: any that says its version"
    ),
    deadlineMs: milliseconds(
      500,
      { minimum: 10, maximum: 10_000 },
      "How long an answer is waited for, further attempts included"
    ),
    retries: integer(
      1,
      { minimum: 0, maximum: 5 },
      "Further attempts within the deadline while the service cannot be reached"
    ),
    keepAliveSeconds: seconds(
      60,
      { minimum: 10, maximum: 3600 },
      "How often a quiet connection is tried; a service may close it when this is more often than it likes"
    ),
    cacheSeconds: seconds(
      5,
      { minimum: 0, maximum: 3600 },
      "How long an answer is used again while nothing that was asked has changed; 0: never"
    ),
    cacheRaces: integer(500, { minimum: 1, maximum: 100_000 }, "Answers that are kept at most"),
    tls: flag(false, "Reach the service over TLS"),
    caFile: optionalText("PEM file of the authority that is trusted with tls; null: the usual ones"),
    certFile: optionalText("The bot's certificate for a service that asks for one, PEM; with key_file"),
    keyFile: optionalText("That certificate's private key, PEM; readable by you alone"),
    serverName: optionalText("The name in the service's certificate; null: the address's")
  },
  "The prediction service"
)

/** Who is told of what the bot does, and of what of it. */
import { Schema } from "effect"
import {
  choice,
  list,
  optionalText,
  requiredChoice,
  requiredText,
  seconds,
  secret,
  secretAddress,
  section
} from "./Setting.ts"

const Target = Schema.Struct({
  name: requiredText("The name under which it is counted and logged"),
  kind: requiredChoice(
    ["generic", "slack", "discord", "telegram"],
    "Whose messages it takes: generic is JSON for a program of your own"
  ),
  url: secretAddress(
    ["http:", "https:"],
    "The webhook's address, which is a secret; of telegram another server than https://api.telegram.org"
  ),
  token: secret("Telegram: the bot's token; generic: sent as a bearer token; null: none"),
  chat: optionalText("Telegram: the chat that is written to, in quotes")
}).annotate({ expected: "a mapping with name, kind and url" })

const levels = ["on", "silent", "off"] as const

const event = (byDefault: (typeof levels)[number], description: string) => choice(levels, byDefault, description)

/** The events' keys are the tags of `Notification`. */
export const Notifications = section(
  {
    targets: list(
      Target,
      [],
      "Where messages are sent to; each event is written to the log besides",
      "a list of targets"
    ),
    foldSeconds: seconds(
      300,
      { minimum: 0, maximum: 86_400 },
      "Of an event that repeats within this time the first is sent, and at its end how often it came; 0: all are sent"
    ),
    started: event("silent", "The bot has started"),
    stopped: event("on", "The bot has stopped"),
    paused: event("on", "Trading was paused"),
    reducing: event("on", "Trading may only reduce what is open"),
    halted: event("on", "Trading was halted"),
    resumed: event("on", "Trading was resumed"),
    breakerChanged: event("on", "The circuit breaker opened, half opened or closed"),
    betUnknown: event("on", "It is not known whether a bet was placed"),
    betNeverPlaced: event("on", "A bet that was not answered never reached the exchange"),
    orderAdopted: event("on", "An order in the bot's name was no bet of its own"),
    replacementLost: event("on", "A bet was cancelled to be replaced, and the replacement refused"),
    reconciliationDifference: event("on", "Our bets and the exchange's orders were different"),
    exchangeLost: event("on", "The exchange cannot be asked about our orders"),
    exchangeBack: event("on", "The exchange answers about our orders again"),
    limitNear: event("on", "Four fifths of the daily loss or of the exposure is used"),
    limitReached: event("on", "All of the daily loss or of the exposure is used"),
    strategyDisabled: event("on", "A strategy was switched off after failures"),
    databaseLost: event("on", "The database does not answer"),
    databaseBack: event("on", "The database answers again"),
    feedLost: event("on", "No prices arrive"),
    feedBack: event("on", "Prices arrive again"),
    streamStale: event("on", "A stream is late by the exchange's own word, or broken"),
    streamFresh: event("silent", "A stream is well again"),
    sessionTrouble: event("on", "There is no session with the exchange"),
    sessionBack: event("silent", "There is a session with the exchange again"),
    modelDown: event("on", "The model gives no predictions"),
    modelBack: event("silent", "The model gives predictions again"),
    betPlaced: event("off", "A bet was placed"),
    marketSettled: event("silent", "A market with our bets was settled"),
    dailySummary: event("on", "A trading day has ended: its result")
  },
  "Messages to Slack, Discord, Telegram or a webhook of your own: each event is on, silent or off"
)

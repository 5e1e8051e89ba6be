/** How orders with real money are sent, followed and protected. */
import { Effect, Schema } from "effect"
import { about, seconds, section } from "./Setting.ts"

const StrategyRef = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9:._+*;~-]{1,15}$/))
  .annotate(
    about({
      description: "Marks this bot's orders, so that several bots on one account are told apart",
      byDefault: "clever-better",
      expected: "1 to 15 of A-Z a-z 0-9 : . _ + * ; ~ -"
    })
  )
  .pipe(Schema.withDecodingDefaultKey(Effect.succeed("clever-better")))

export const Orders = section(
  {
    strategyRef: StrategyRef,
    unknownBetTimeoutSeconds: seconds(
      120,
      { minimum: 30, maximum: 3600 },
      "A bet that was not answered must be missing at the exchange for this long to count as never placed"
    ),
    exchangeHeartbeatSeconds: seconds(
      0,
      { minimum: 0, maximum: 300 },
      "Silence after which the exchange cancels all the account's unmatched orders, 10 to 300; 0: never"
    )
  },
  "Orders with real money"
)

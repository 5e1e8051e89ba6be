/** The last look before an order with real money is sent: what must hold, whatever the risk rules have said. */
import { integer, milliseconds, money, seconds, section } from "./Setting.ts"

const pounds = { minimum: 0, maximum: 10_000_000 }

export const Guards = section(
  {
    hardCapPerBet: money(100, pounds, "Most that one order may lose, reckoned anew from the order itself"),
    hardCapTotal: money(1000, pounds, "Most that all open bets may lose taken one by one, this order included"),
    maxTransactionsPerHour: integer(
      4500,
      { minimum: 0, maximum: 1_000_000 },
      "Instructions in a clock hour after which no more bets are placed; Betfair charges for more than 5,000"
    ),
    maxFeedSilenceSeconds: seconds(
      15,
      { minimum: 1, maximum: 3600 },
      "No bets when the market stream has said nothing, not even a heartbeat, for this long"
    ),
    maxClockSkewMs: milliseconds(
      3000,
      { minimum: 100, maximum: 60_000 },
      "No bets when this machine's clock and the exchange's differ by more"
    ),
    fundsRefreshSeconds: seconds(10, { minimum: 1, maximum: 300 }, "Seconds between looks at the account's funds"),
    maxFundsAgeSeconds: seconds(
      60,
      { minimum: 2, maximum: 3600 },
      "No bets when the account's funds were last known longer ago"
    )
  },
  "The last look before an order with real money is sent"
)

/** Recorded answers of the exchange's HTTP API, each with the schema it is to decode with. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { Schema } from "effect"
import * as Account from "../../../src/betfair/api/Account.ts"
import * as Exceptions from "../../../src/betfair/api/Exceptions.ts"
import * as Identity from "../../../src/betfair/api/Identity.ts"
import * as Book from "../../../src/betfair/api/MarketBook.ts"
import * as Catalogue from "../../../src/betfair/api/MarketCatalogue.ts"
import * as Orders from "../../../src/betfair/api/Orders.ts"
import * as Summaries from "../../../src/betfair/api/OrderSummaries.ts"

const folder = new URL("../../../../shared/api/api-response/", import.meta.url).pathname

export const areThere = existsSync(folder)

const envelope = <T, E>(result: Schema.Codec<T, E>) => Schema.Struct({ result })

/** By the file's name; the first that fits. */
const schemas: ReadonlyArray<readonly [RegExp, Schema.Codec<unknown, unknown>]> = [
  [/get_account_funds_error/, Schema.Struct({ error: Exceptions.JsonRpcError })],
  [/account_funds/, envelope(Account.AccountFundsResponse)],
  [/account_details/, envelope(Account.AccountDetailsResponse)],
  [/heartbeat/, envelope(Account.HeartbeatReport)],
  [/cancel_order/, envelope(Orders.CancelExecutionReport)],
  [/replace_order/, envelope(Orders.ReplaceExecutionReport)],
  [/place_order/, envelope(Orders.PlaceExecutionReport)],
  [/update_order/, envelope(Orders.UpdateExecutionReport)],
  [/list_current_orders/, envelope(Summaries.CurrentOrderSummaryReport)],
  [/list_cleared_orders/, envelope(Summaries.ClearedOrderSummaryReport)],
  [/list_market_book|list_runner_book/, envelope(Schema.Array(Book.MarketBook))],
  [/list_market_profit/, envelope(Schema.Array(Book.MarketProfitAndLoss))],
  [/list_event_types/, envelope(Schema.Array(Catalogue.EventTypeResult))],
  [/list_events/, envelope(Schema.Array(Catalogue.EventResult))],
  [/KelvinVail\/listMarketC|betting_list_market_c|mzaja\/metadata/, Schema.Array(Catalogue.MarketCatalogue)],
  [/nautechsystems\/(2-)?list_market_catalogue/, Catalogue.MarketCatalogue],
  [/list_market_catalog/, envelope(Schema.Array(Catalogue.MarketCatalogue))],
  [/(betcode-org|mzaja)\/(2-)?1\.\d+\.json/, Catalogue.MarketCatalogue],
  [/login_interactive|nautechsystems\/login|keep_alive|logout/, Identity.IdentityResponse],
  [/login/, Identity.CertLoginResponse]
]

/** Not what their names say: a message of the order stream, and a market definition. */
const misnamed = ["nautechsystems/betting_replace_orders_success_multi.json", "mzaja/1.214555872.json"]

export interface Recorded {
  readonly name: string
  readonly text: string
  readonly schema: Schema.Codec<unknown, unknown>
}

export const recorded: ReadonlyArray<Recorded> = !areThere
  ? []
  : readdirSync(folder, { recursive: true, encoding: "utf8" })
      .toSorted()
      .flatMap((name) => {
        const schema = schemas.find(([pattern]) => pattern.test(name))?.[1]
        return schema === undefined || misnamed.includes(name)
          ? []
          : [{ name, schema, text: readFileSync(`${folder}${name}`, "utf8") }]
      })

export const wrong: ReadonlyArray<Recorded> = !areThere
  ? []
  : misnamed.map((name) => ({
      name,
      text: readFileSync(`${folder}${name}`, "utf8"),
      schema: schemas.find(([pattern]) => pattern.test(name))![1]
    }))

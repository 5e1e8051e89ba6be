/** Betfair's account API, as far as a bot needs it. */
import { Context, Effect, Layer } from "effect"
import { AccountDetailsResponse, AccountFundsResponse } from "./api/Account.ts"
import type { BetfairError } from "./BetfairError.ts"
import * as JsonRpc from "./JsonRpc.ts"

export class AccountApi extends Context.Service<
  AccountApi,
  {
    readonly getAccountFunds: Effect.Effect<AccountFundsResponse, BetfairError>
    readonly getAccountDetails: Effect.Effect<AccountDetailsResponse, BetfairError>
  }
>()("clever-better/betfair/AccountApi") {
  static readonly layer = Layer.effect(
    AccountApi,
    Effect.map(JsonRpc.JsonRpc, (rpc) => ({
      getAccountFunds: rpc.call(getAccountFunds, {}),
      getAccountDetails: rpc.call(getAccountDetails, {})
    }))
  )
}

const account = { service: "account", budget: "account", resend: "AfterLogin" } as const

const getAccountFunds = JsonRpc.operation({ ...account, name: "getAccountFunds" }, AccountFundsResponse)
const getAccountDetails = JsonRpc.operation({ ...account, name: "getAccountDetails" }, AccountDetailsResponse)

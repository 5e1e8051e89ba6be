/** getAccountFunds, getAccountDetails and getAccountStatement. */
import * as Money from "../../domain/Money.ts"
import type { Account, StatementLine } from "./Account.ts"
import type { AccountDetails, AccountFunds, AccountStatementReport, CurrencyRate, StatementItem } from "./Answers.ts"
import { isoSecond } from "./BetWire.ts"
import { currencies } from "./Currencies.ts"
import type { Floor } from "./Floor.ts"
import { answer, type Reply } from "./Reply.ts"
import { Request } from "./Request.ts"

const pageSize = 100

export const getAccountFunds = (floor: Floor, account: Account): Reply<AccountFunds> => {
  const exposure = floor.exposure(account.options.accountId)
  const { discountRate, exposureLimitPence } = account.options
  return answer({
    availableToBetBalance: Money.toDecimal(account.balance + exposure),
    exposure: Money.toDecimal(exposure),
    retainedCommission: 0,
    exposureLimit: exposureLimitPence === undefined ? -1_000_000_000 : -Money.toDecimal(exposureLimitPence),
    discountRate,
    pointsBalance: 0,
    wallet: "UK"
  })
}

export const getAccountDetails = (account: Account): Reply<AccountDetails> => {
  const { currencyCode, discountRate, firstName, lastName } = account.options
  return answer({
    currencyCode,
    firstName,
    lastName,
    localeCode: "en",
    region: "GBR",
    timezone: "GMT",
    discountRate,
    pointsBalance: 0,
    countryCode: "GB"
  })
}

export const getAccountStatement = (account: Account, params: unknown): Reply<AccountStatementReport> => {
  const request = new Request(params)
  const range = request.range("itemDateRange")
  const included = request.choice("includeItem", ["ALL", "DEPOSITS_WITHDRAWALS", "EXCHANGE", "POKER_ROOM"], "ALL")
  const { from, to } = request.page(pageSize)
  const isFound = ({ at, kind }: StatementLine) =>
    at >= range.from &&
    at <= range.to &&
    (included === "ALL" || (kind === "deposit" ? included === "DEPOSITS_WITHDRAWALS" : included === "EXCHANGE"))
  const found: Array<StatementLine> = []
  for (let i = account.statement.length - 1; i >= 0 && found.length <= to; i--) {
    if (isFound(account.statement[i]!)) found.push(account.statement[i]!)
  }
  return answer({ accountStatement: found.slice(from, to).map(itemOf), moreAvailable: found.length > to })
}

/** From pounds. All markets are in the same money and no conversion is made, so a unit of any currency is a pound. */
export const listCurrencyRates = (params: unknown): Reply<ReadonlyArray<CurrencyRate>> => {
  new Request(params).choice("fromCurrency", ["GBP"], "GBP")
  const others = Object.keys(currencies).filter((currencyCode) => currencyCode !== "GBP")
  return answer(others.map((currencyCode) => ({ currencyCode, rate: 1 })))
}

const itemOf = ({ amount, at, balance, kind, marketId, refId }: StatementLine): StatementItem => ({
  refId,
  itemDate: isoSecond(at),
  amount: Money.toDecimal(amount),
  balance: Money.toDecimal(balance),
  itemClass: "UNKNOWN",
  itemClassData: { unknownStatementItem: JSON.stringify({ kind, ...(marketId === null ? {} : { marketId }) }) }
})

/**
 * Betfair's enumerations: the known values, in the order of the API's own specification, and the type of each. Requests take
 * these types; in responses a field may hold other text as well (`Wire.oneOf`).
 */
export const MarketProjection = [
  "COMPETITION",
  "EVENT",
  "EVENT_TYPE",
  "MARKET_START_TIME",
  "MARKET_DESCRIPTION",
  "RUNNER_DESCRIPTION",
  "RUNNER_METADATA"
] as const
export type MarketProjection = (typeof MarketProjection)[number]

export const PriceData = ["SP_AVAILABLE", "SP_TRADED", "EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED"] as const
export type PriceData = (typeof PriceData)[number]

export const MatchProjection = ["NO_ROLLUP", "ROLLED_UP_BY_PRICE", "ROLLED_UP_BY_AVG_PRICE"] as const
export type MatchProjection = (typeof MatchProjection)[number]

export const OrderProjection = ["ALL", "EXECUTABLE", "EXECUTION_COMPLETE"] as const
export type OrderProjection = (typeof OrderProjection)[number]

export const MarketStatus = ["INACTIVE", "OPEN", "SUSPENDED", "CLOSED"] as const
export type MarketStatus = (typeof MarketStatus)[number]

export const RunnerStatus = ["ACTIVE", "WINNER", "LOSER", "REMOVED_VACANT", "REMOVED", "PLACED"] as const
export type RunnerStatus = (typeof RunnerStatus)[number]

export const Side = ["BACK", "LAY"] as const
export type Side = (typeof Side)[number]

export const OrderStatus = ["PENDING", "EXECUTION_COMPLETE", "EXECUTABLE", "EXPIRED"] as const
export type OrderStatus = (typeof OrderStatus)[number]

export const OrderBy = [
  "BY_BET",
  "BY_MARKET",
  "BY_PLACE_TIME",
  "BY_MATCH_TIME",
  "BY_VOID_TIME",
  "BY_SETTLED_TIME"
] as const
export type OrderBy = (typeof OrderBy)[number]

export const SortDir = ["EARLIEST_TO_LATEST", "LATEST_TO_EARLIEST"] as const
export type SortDir = (typeof SortDir)[number]

export const OrderType = ["LIMIT", "LIMIT_ON_CLOSE", "MARKET_ON_CLOSE"] as const
export type OrderType = (typeof OrderType)[number]

export const MarketSort = [
  "MINIMUM_TRADED",
  "MAXIMUM_TRADED",
  "MINIMUM_AVAILABLE",
  "MAXIMUM_AVAILABLE",
  "FIRST_TO_START",
  "LAST_TO_START"
] as const
export type MarketSort = (typeof MarketSort)[number]

export const MarketBettingType = [
  "ODDS",
  "LINE",
  "RANGE",
  "ASIAN_HANDICAP_DOUBLE_LINE",
  "ASIAN_HANDICAP_SINGLE_LINE",
  "FIXED_ODDS"
] as const
export type MarketBettingType = (typeof MarketBettingType)[number]

export const ExecutionReportStatus = ["SUCCESS", "FAILURE", "PROCESSED_WITH_ERRORS", "TIMEOUT"] as const
export type ExecutionReportStatus = (typeof ExecutionReportStatus)[number]

export const ExecutionReportErrorCode = [
  "ERROR_IN_MATCHER",
  "PROCESSED_WITH_ERRORS",
  "BET_ACTION_ERROR",
  "INVALID_ACCOUNT_STATE",
  "INVALID_WALLET_STATUS",
  "INSUFFICIENT_FUNDS",
  "LOSS_LIMIT_EXCEEDED",
  "MARKET_SUSPENDED",
  "MARKET_NOT_OPEN_FOR_BETTING",
  "DUPLICATE_TRANSACTION",
  "INVALID_ORDER",
  "INVALID_MARKET_ID",
  "PERMISSION_DENIED",
  "DUPLICATE_BETIDS",
  "NO_ACTION_REQUIRED",
  "SERVICE_UNAVAILABLE",
  "REJECTED_BY_REGULATOR",
  "NO_CHASING",
  "REGULATOR_IS_NOT_AVAILABLE",
  "TOO_MANY_INSTRUCTIONS",
  "INVALID_MARKET_VERSION",
  "EVENT_EXPOSURE_LIMIT_EXCEEDED",
  "EVENT_MATCHED_EXPOSURE_LIMIT_EXCEEDED",
  "EVENT_BLOCKED"
] as const
export type ExecutionReportErrorCode = (typeof ExecutionReportErrorCode)[number]

export const PersistenceType = ["LAPSE", "PERSIST", "MARKET_ON_CLOSE"] as const
export type PersistenceType = (typeof PersistenceType)[number]

export const InstructionReportStatus = ["SUCCESS", "FAILURE", "TIMEOUT"] as const
export type InstructionReportStatus = (typeof InstructionReportStatus)[number]

/** `INVALID_PROFIT_RATIO` (2020) is younger than the specification. */
export const InstructionReportErrorCode = [
  "INVALID_BET_SIZE",
  "INVALID_RUNNER",
  "BET_TAKEN_OR_LAPSED",
  "BET_IN_PROGRESS",
  "RUNNER_REMOVED",
  "MARKET_NOT_OPEN_FOR_BETTING",
  "LOSS_LIMIT_EXCEEDED",
  "MARKET_NOT_OPEN_FOR_BSP_BETTING",
  "INVALID_PRICE_EDIT",
  "INVALID_ODDS",
  "INSUFFICIENT_FUNDS",
  "INVALID_PERSISTENCE_TYPE",
  "ERROR_IN_MATCHER",
  "INVALID_BACK_LAY_COMBINATION",
  "ERROR_IN_ORDER",
  "INVALID_BID_TYPE",
  "INVALID_BET_ID",
  "CANCELLED_NOT_PLACED",
  "RELATED_ACTION_FAILED",
  "NO_ACTION_REQUIRED",
  "INVALID_MIN_FILL_SIZE",
  "INVALID_CUSTOMER_ORDER_REF",
  "TIME_IN_FORCE_CONFLICT",
  "UNEXPECTED_PERSISTENCE_TYPE",
  "INVALID_ORDER_TYPE",
  "UNEXPECTED_MIN_FILL_SIZE",
  "INVALID_CUSTOMER_STRATEGY_REF",
  "BET_LAPSED_PRICE_IMPROVEMENT_TOO_LARGE",
  "INVALID_PROFIT_RATIO"
] as const
export type InstructionReportErrorCode = (typeof InstructionReportErrorCode)[number]

export const RollupModel = ["STAKE", "PAYOUT", "MANAGED_LIABILITY", "NONE"] as const
export type RollupModel = (typeof RollupModel)[number]

export const GroupBy = ["EVENT_TYPE", "EVENT", "MARKET", "RUNNER", "SIDE", "BET", "STRATEGY"] as const
export type GroupBy = (typeof GroupBy)[number]

export const BetStatus = ["SETTLED", "VOIDED", "LAPSED", "CANCELLED"] as const
export type BetStatus = (typeof BetStatus)[number]

export const TimeInForce = ["FILL_OR_KILL"] as const
export type TimeInForce = (typeof TimeInForce)[number]

export const BetTargetType = ["PAYOUT", "BACKERS_PROFIT"] as const
export type BetTargetType = (typeof BetTargetType)[number]

export const PriceLadderType = ["CLASSIC", "FINEST", "LINE_RANGE"] as const
export type PriceLadderType = (typeof PriceLadderType)[number]

/** What Betfair did about an account's bets since the last heartbeat. */
export const ActionPerformed = [
  "NONE",
  "CANCELLATION_REQUEST_SUBMITTED",
  "ALL_BETS_CANCELLED",
  "SOME_BETS_NOT_CANCELLED",
  "CANCELLATION_REQUEST_ERROR",
  "CANCELLATION_STATUS_UNKNOWN"
] as const
export type ActionPerformed = (typeof ActionPerformed)[number]

/** `errorCode` of an `APINGException` of the betting and heartbeat API, without those of exposure limits. */
export const APINGExceptionCode = [
  "TOO_MUCH_DATA",
  "INVALID_INPUT_DATA",
  "INVALID_SESSION_INFORMATION",
  "NO_APP_KEY",
  "NO_SESSION",
  "UNEXPECTED_ERROR",
  "INVALID_APP_KEY",
  "TOO_MANY_REQUESTS",
  "SERVICE_BUSY",
  "TIMEOUT_ERROR",
  "APP_KEY_CREATION_FAILED",
  "DUPLICATE_APP_NAME",
  "APP_CREATION_FAILED",
  "REQUEST_SIZE_EXCEEDS_LIMIT",
  "ACCESS_DENIED"
] as const
export type APINGExceptionCode = (typeof APINGExceptionCode)[number]

/** `errorCode` of an `AccountAPINGException`, as far as the operations of this client can meet it. */
export const AccountAPINGExceptionCode = [
  "INVALID_INPUT_DATA",
  "INVALID_SESSION_INFORMATION",
  "UNEXPECTED_ERROR",
  "INVALID_APP_KEY",
  "SERVICE_BUSY",
  "TIMEOUT_ERROR",
  "NO_SESSION",
  "NO_APP_KEY",
  "TOO_MANY_REQUESTS"
] as const
export type AccountAPINGExceptionCode = (typeof AccountAPINGExceptionCode)[number]

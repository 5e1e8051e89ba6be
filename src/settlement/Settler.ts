/**
 * Settles an account's bets on a market that has closed: reads them, works out what each earned, and writes them in one
 * go. Doing it twice changes nothing; a market that closes again with another result is settled anew, all its bets
 * together, because commission is owed on their sum.
 */
import { Context, Effect, Layer } from "effect"
import { Settings } from "../config/Settings.ts"
import * as Bet from "../domain/Bet.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketDefinition } from "../domain/Market.ts"
import type { Mode } from "../domain/Mode.ts"
import type { Pence } from "../domain/Money.ts"
import { BetRepository } from "../persistence/BetRepository.ts"
import type { StorageFailure } from "../persistence/StorageFailure.ts"
import * as ExchangeResult from "./ExchangeResult.ts"
import * as MarketResult from "./MarketResult.ts"
import * as Settling from "./Settling.ts"
import * as SettlementRules from "./SettlementRules.ts"

export interface SettledBet {
  readonly bet: Bet.Bet
  readonly profit: Pence
  readonly commission: Pence
  readonly net: Pence
  /** What was booked before this settlement; null the first time, the same as now when this bet did not change. */
  readonly previous: Bet.Settlement | null
  /** By how much the account moves: `net` the first time, the difference when a result is corrected. */
  readonly change: Pence
}

export interface SettledMarket {
  readonly marketId: MarketId
  /** Every settled bet of the market, also those that this settlement left as they were; oldest first. */
  readonly bets: ReadonlyArray<SettledBet>
  /** Bets that ended with the market and were never matched: no money, but no longer open. */
  readonly lapsed: ReadonlyArray<Bet.Bet>
  /** Sums over `bets`. */
  readonly profit: Pence
  readonly commission: Pence
  readonly net: Pence
  readonly change: Pence
}

export class Settler extends Context.Service<
  Settler,
  {
    /**
     * Settles the market's bets as of `at` (epoch milliseconds). Null when nothing changed: no bets, already settled so,
     * or a market without a result. Apply what the venue has told of the bets first: a fill that arrives later is not
     * settled. Bets whose placing was not answered stay open, because they may have fills nobody has told of.
     */
    readonly settle: (
      mode: Mode,
      definition: MarketDefinition,
      at: number
    ) => Effect.Effect<SettledMarket | null, StorageFailure>
    /**
     * Settles the market's bets with real money as the exchange has settled them, whatever the definition says. Null when
     * nothing changed.
     */
    readonly settleAs: (
      marketId: MarketId,
      result: ExchangeResult.ExchangeResult,
      at: number
    ) => Effect.Effect<SettledMarket | null, StorageFailure>
  }
>()("clever-better/settlement/Settler") {
  static readonly layer = Layer.effect(
    Settler,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const repository = yield* BetRepository
  const { paper, trading } = yield* Settings
  const exchange = SettlementRules.exchange(trading.commissionDiscount)
  const simulated = paper.profile === "flumine" ? SettlementRules.reference : exchange
  const rulesOf = (mode: Mode) => (mode === "live" ? exchange : simulated)

  const settle = Effect.fn("Settler.settle")(function* (mode: Mode, definition: MarketDefinition, at: number) {
    yield* Effect.annotateCurrentSpan({ market_id: definition.marketId, paper_trading: mode !== "live" })
    const rows = yield* repository.onMarket(mode, definition.marketId)
    if (rows.length === 0) return null
    const rules = rulesOf(mode)
    const result = MarketResult.fromDefinition(definition, rules)
    if (result._tag === "Undecided") {
      yield* Effect.logWarning("Bets stay open: the market has no result", {
        market_id: definition.marketId,
        reason: MarketResult.undecidedReasons[result.reason]
      })
      return null
    }
    const before = new Map(rows.map((bet) => [bet.id, bet]))
    const bets = rows.map((bet) => lapseRemainder(bet, at)).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const settlement = Settling.settle(definition, result, bets.filter(isSettling), rules)
    const after = bets.map((bet) => {
      const amounts = settlement.bets.get(bet.id)
      return amounts === undefined ? bet : Bet.transition(bet, { _tag: "Settled", at, ...amounts })
    })
    const changed = after.filter((bet) => bet !== before.get(bet.id))
    if (changed.length === 0) return null
    yield* repository.update(changed)
    return report(definition.marketId, before, after, changed)
  })

  const settleAs = Effect.fn("Settler.settleAs")(function* (
    marketId: MarketId,
    result: ExchangeResult.ExchangeResult,
    at: number
  ) {
    yield* Effect.annotateCurrentSpan({ market_id: marketId, paper_trading: false })
    const rows = yield* repository.onMarket("live", marketId)
    const before = new Map(rows.map((bet) => [bet.id, bet]))
    const after = ExchangeResult.apply(rows, result, at).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const changed = after.filter((bet) => bet !== before.get(bet.id))
    if (changed.length === 0) return null
    yield* repository.update(changed)
    return report(marketId, before, after, changed)
  })

  return Settler.of({ settle, settleAs })
})

/** With money on a result: matched and not ended otherwise. */
const isSettling = (bet: Bet.Bet): boolean => bet.fills.length > 0 && (Bet.isOpen(bet) || bet.status === "settled")

/** Nothing more can be matched on a closed market. What the venue had said of the bet stands. */
const lapseRemainder = (bet: Bet.Bet, at: number): Bet.Bet =>
  bet.status === "placed" || bet.status === "partially_matched"
    ? Bet.transition(bet, {
        _tag: "Updated",
        at,
        state: { ...bet, sizeRemaining: 0, sizeLapsed: bet.sizeLapsed + bet.sizeRemaining, complete: true }
      })
    : bet

const netOf = (settlement: Bet.Settlement | null): Pence =>
  settlement === null ? 0 : settlement.profit - settlement.commission

const report = (
  marketId: MarketId,
  before: ReadonlyMap<Bet.Bet["id"], Bet.Bet>,
  after: ReadonlyArray<Bet.Bet>,
  changed: ReadonlyArray<Bet.Bet>
): SettledMarket => {
  const bets: Array<SettledBet> = []
  let profit = 0
  let commission = 0
  let change = 0
  for (const bet of after) {
    if (bet.settlement === null) continue
    const previous = before.get(bet.id)?.settlement ?? null
    const line = {
      bet,
      previous,
      profit: bet.settlement.profit,
      commission: bet.settlement.commission,
      net: netOf(bet.settlement),
      change: netOf(bet.settlement) - netOf(previous)
    }
    bets.push(line)
    profit += line.profit
    commission += line.commission
    change += line.change
  }
  const lapsed = changed.filter((bet) => bet.settlement === null)
  return { marketId, bets, lapsed, profit, commission, net: profit - commission, change }
}

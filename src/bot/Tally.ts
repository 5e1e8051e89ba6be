/**
 * Counts what became of signals and bets since the process began: the heartbeat line, the report of a replay and the
 * statistics of a run read it. Plain counters, written on the path of orders.
 */
import { Context, Layer } from "effect"
import * as Bet from "../domain/Bet.ts"
import type { DenialReason } from "../domain/Decision.ts"
import type { Pence } from "../domain/Money.ts"

export interface BetCounts {
  /** Accepted by the venue. */
  placed: number
  /** At least partly matched. */
  matched: number
  settled: number
  /** At least partly cancelled, lapsed, voided. */
  cancelled: number
  lapsed: number
  voided: number
  rejected: number
  /** Ended without the venue ever saying what became of it, or still waiting for its word. */
  unknown: number
}

const isPlaced = (bet: Bet.Bet) => bet.status !== "pending" && bet.status !== "rejected" && bet.status !== "unknown"

const make = () => {
  const bets: BetCounts = {
    placed: 0,
    matched: 0,
    settled: 0,
    cancelled: 0,
    lapsed: 0,
    voided: 0,
    rejected: 0,
    unknown: 0
  }
  const denied = new Map<DenialReason, number>()
  const money = { stakeMatched: 0, profit: 0, commission: 0 }
  const activity = { cycles: 0, evaluations: 0, signals: 0, updates: 0, markets: 0 }
  /** When the model last answered (epoch milliseconds), and what was wrong when it was last asked. */
  const model: { answers: number; lastAnswerAt: number | null; problem: string | null } = {
    answers: 0,
    lastAnswerAt: null,
    problem: null
  }

  const count = (key: keyof BetCounts, before: boolean, after: boolean) => {
    if (before !== after) bets[key] += after ? 1 : -1
  }

  return {
    bets: bets as Readonly<BetCounts>,
    denied: denied as ReadonlyMap<DenialReason, number>,
    money: money as Readonly<typeof money>,
    activity,
    model,
    /** Counts the step from one state of a bet to the next. */
    changed: (before: Bet.Bet, after: Bet.Bet): void => {
      count("placed", isPlaced(before), isPlaced(after))
      count("matched", Bet.sizeMatched(before) > 0, Bet.sizeMatched(after) > 0)
      count("cancelled", before.sizeCancelled > 0, after.sizeCancelled > 0)
      count("lapsed", before.sizeLapsed > 0, after.sizeLapsed > 0)
      count("voided", before.sizeVoided > 0, after.sizeVoided > 0)
      count("settled", before.status === "settled", after.status === "settled")
      count("rejected", before.status === "rejected", after.status === "rejected")
      count("unknown", before.status === "unknown", after.status === "unknown")
      money.stakeMatched += Bet.sizeMatched(after) - Bet.sizeMatched(before)
      money.profit += (after.settlement?.profit ?? 0) - (before.settlement?.profit ?? 0)
      money.commission += (after.settlement?.commission ?? 0) - (before.settlement?.commission ?? 0)
    },
    denial: (reason: DenialReason): void => void denied.set(reason, (denied.get(reason) ?? 0) + 1),
    net: (): Pence => money.profit - money.commission
  }
}

export class Tally extends Context.Service<Tally, ReturnType<typeof make>>()("clever-better/bot/Tally") {
  static readonly layer = Layer.sync(Tally, make)
}

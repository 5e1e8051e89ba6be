/**
 * An account's money and the counters by which the exchange limits it. Every movement of the balance is a line of the
 * statement, the starting balance being the first until lines are forgotten with the orders that they are about.
 */
import * as Money from "../../domain/Money.ts"
import type { Pence } from "../../domain/Money.ts"
import type { AccountOptions } from "./AccountOptions.ts"

export interface StatementLine {
  readonly at: number
  /** A bet id, or the market id of a commission; empty for others. */
  readonly refId: string
  readonly kind: "deposit" | "bet" | "commission" | "transaction charge"
  readonly marketId: string | null
  readonly amount: Pence
  /** After this line. */
  readonly balance: Pence
}

/** Of one UTC day: what the transactions of its full hours cost, and what was paid and lost meanwhile. */
interface DayOfCharges {
  readonly day: number
  /** Tenths of a penny. */
  readonly charge: number
  readonly commission: Pence
  readonly losses: Pence
}

export interface AccountState {
  readonly accountId: number
  readonly balance: Pence
  readonly statement: ReadonlyArray<StatementLine>
  /** How many lines there were before the first of `statement`. */
  readonly statementBefore: number
  /** customerRefs and when they were used (epoch milliseconds), of the last minute. */
  readonly customerRefs: ReadonlyArray<readonly [ref: string, at: number]>
  /** Transactions in the current clock hour (hours since the epoch). */
  readonly transactions: { readonly hour: number; readonly count: number }
  /** Instructions in the current second (seconds since the epoch). */
  readonly instructions: { readonly second: number; readonly count: number }
  readonly charges: DayOfCharges
}

const secondMs = 1000
const hourMs = 3_600_000
const dayHours = 24
const refWindowMs = 60_000
const instructionsPerSecond = 1000
/** Transactions in a clock hour that cost nothing, and what each above costs, in tenths of a penny. */
const freeTransactions = 5000
const chargePerTransaction = 2
/** Of the losses on losing markets, what counts as if it were commission. */
const impliedCommission = 0.03

export class Account {
  readonly options: AccountOptions
  balance: Pence
  readonly statement: Array<StatementLine>
  private statementBefore: number
  private readonly commissions = new Map<string, Pence>()
  private readonly refs: Map<string, number>
  private transactions: { hour: number; count: number }
  private charges: DayOfCharges
  private instructions: { second: number; count: number }

  constructor(options: AccountOptions, now: number, state?: AccountState) {
    const hour = Math.floor(now / hourMs)
    this.options = options
    this.balance = state?.balance ?? 0
    this.statement = [...(state?.statement ?? [])]
    this.statementBefore = state?.statementBefore ?? 0
    for (const line of this.statement) if (line.kind === "commission") this.commissions.set(line.refId, -line.amount)
    this.refs = new Map(state?.customerRefs)
    this.transactions = { ...(state?.transactions ?? { hour, count: 0 }) }
    this.instructions = { ...(state?.instructions ?? { second: -1, count: 0 }) }
    this.charges = state?.charges ?? { day: Math.floor(hour / dayHours), charge: 0, commission: 0, losses: 0 }
    if (state === undefined) this.move(now, "", "deposit", null, options.startingBalancePence)
  }

  get state(): AccountState {
    return {
      accountId: this.options.accountId,
      balance: this.balance,
      statement: [...this.statement],
      statementBefore: this.statementBefore,
      customerRefs: [...this.refs],
      transactions: { ...this.transactions },
      instructions: { ...this.instructions },
      charges: this.charges
    }
  }

  move(at: number, refId: string, kind: StatementLine["kind"], marketId: string | null, amount: Pence): void {
    this.balance += amount
    this.statement.push({ at, refId, kind, marketId, amount, balance: this.balance })
    if (kind === "commission") this.commissions.set(refId, -amount)
  }

  /** What the account paid on a market, as far back as the statement goes. */
  commissionOn(marketId: string): Pence {
    return this.commissions.get(marketId) ?? 0
  }

  /** Forgets the statement's lines from before that time; each line that stays tells the balance after it. */
  forget(before: number): void {
    const first = this.statement.findIndex(({ at }) => at >= before)
    const gone = this.statement.splice(0, first < 0 ? this.statement.length : first)
    this.statementBefore += gone.length
    for (const { kind, refId } of gone) if (kind === "commission") this.commissions.delete(refId)
  }

  /** A market is settled: what it paid in commission, or lost. */
  noteMarket(commission: Pence, profit: Pence): void {
    const { charges } = this
    this.charges = {
      ...charges,
      commission: charges.commission + commission,
      losses: charges.losses + Math.max(0, -profit)
    }
  }

  /** True when the ref was used within the last minute; else it is used now. */
  isRepeated(ref: string, now: number): boolean {
    for (const [old, at] of this.refs) {
      if (now - at < refWindowMs) break
      this.refs.delete(old)
    }
    if (this.refs.has(ref)) return true
    this.refs.set(ref, now)
    return false
  }

  /** False when the instructions are more than a second may bring; they do not count then. */
  admits(instructions: number, now: number): boolean {
    const second = Math.floor(now / secondMs)
    if (second !== this.instructions.second) this.instructions = { second, count: 0 }
    if (this.instructions.count + instructions > instructionsPerSecond) return false
    this.instructions.count += instructions
    return true
  }

  /** Bets placed and failed transactions count. */
  countTransactions(count: number, now: number): void {
    this.rollOver(now)
    this.transactions.count += count
  }

  /** Ends hours and days that are over: an hour's excess is charged, a day's sum less half of its commission is booked. */
  rollOver(now: number): void {
    const hour = Math.floor(now / hourMs)
    if (hour === this.transactions.hour) return
    const excess = Math.max(0, this.transactions.count - freeTransactions)
    this.charges = { ...this.charges, charge: this.charges.charge + excess * chargePerTransaction }
    this.transactions = { hour, count: 0 }
    const day = Math.floor(hour / dayHours)
    if (day === this.charges.day) return
    const { charge, commission, losses } = this.charges
    const due = Money.round(charge / 10 - (commission + losses * impliedCommission) / 2)
    if (due > 0) this.move(day * dayHours * hourMs, "", "transaction charge", null, -due)
    this.charges = { day, charge: 0, commission: 0, losses: 0 }
  }
}

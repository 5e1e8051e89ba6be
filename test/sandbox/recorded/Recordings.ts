/** Small recordings as a test says them, and exchanges that play them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import type {
  MarketChange,
  MarketDefinitionMessage,
  MarketMessage,
  RunnerDefinitionMessage
} from "../../../src/market/MarketMessage.ts"
import { Exchange } from "../../../src/sandbox/exchange/Exchange.ts"
import type { Publication } from "../../../src/sandbox/exchange/ExchangeContract.ts"
import type { Snapshot } from "../../../src/sandbox/exchange/Snapshot.ts"
import * as RecordedDay from "../../../src/sandbox/recorded/RecordedDay.ts"
import { account, Bettor } from "../exchange/Exchanges.ts"

export const marketId = "1.100"
/** When the recording begins, and when the sandbox does. */
export const recordedAt = Date.UTC(2024, 5, 1, 13, 50)
export const start = Date.UTC(2026, 10, 22, 12)

export const runnersAre = (...statuses: ReadonlyArray<string>): ReadonlyArray<RunnerDefinitionMessage> =>
  statuses.map((status, i) => ({
    id: i + 1,
    name: `Horse ${i + 1}`,
    status,
    sortPriority: i + 1,
    adjustmentFactor: 20
  }))

export const definition = (more: MarketDefinitionMessage = {}): MarketDefinitionMessage => ({
  status: "OPEN",
  eventId: "33",
  eventTypeId: "7",
  eventName: "Kelso 1st Jun",
  name: "2m Hrd",
  venue: "Kelso",
  marketType: "WIN",
  marketTime: "2024-06-01T14:00:00.000Z",
  bettingType: "ODDS",
  numberOfWinners: 1,
  marketBaseRate: 5,
  discountAllowed: true,
  bspMarket: true,
  turnInPlayEnabled: true,
  persistenceEnabled: true,
  betDelay: 0,
  version: 10,
  runners: runnersAre("ACTIVE", "ACTIVE", "ACTIVE"),
  ...more
})

/** A market at odds that can be bet on: 100 to back at 3 and 50 at 2.9, 80 to lay at 3.1, on every runner. */
export const opening: Partial<MarketChange> = {
  img: true,
  marketDefinition: definition(),
  rc: [1, 2, 3].map((id) => ({
    id,
    atb: [
      [3, 100],
      [2.9, 50]
    ],
    atl: [[3.1, 80]],
    trd: [[3, 20]],
    ltp: 3,
    tv: 20
  }))
}

export type Step = readonly [seconds: number, change: Partial<MarketChange>, id?: string]

export const closing = (...statuses: ReadonlyArray<string>): Partial<MarketChange> => ({
  marketDefinition: definition({ status: "CLOSED", version: 99, runners: runnersAre(...statuses) })
})

const messageOf = ([seconds, change, id = marketId]: Step): MarketMessage => ({
  op: "mcm",
  pt: recordedAt + seconds * 1000,
  clk: "A",
  mc: [{ id, ...change }]
})

/** A file of the steps, as long as the scope. */
export const fileOf = (steps: ReadonlyArray<Step>) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "recorded-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    ),
    (folder) => {
      const file = join(folder, "recording")
      writeFileSync(file, steps.map((step) => `${JSON.stringify(messageOf(step))}\n`).join(""))
      return file
    }
  )

export const load = (steps: ReadonlyArray<Step>, speed = 1, beforeOffMs?: number) =>
  Effect.flatMap(fileOf(steps), (file) => RecordedDay.load([file], speed, beforeOffMs))

const accounts = [account(1), account(2)]

/** An exchange that plays a recording. */
export class Play {
  readonly day: RecordedDay.RecordedDay
  exchange: Exchange
  now = start
  readonly publications: Array<Publication> = []

  constructor(day: RecordedDay.RecordedDay) {
    this.day = day
    this.exchange = new Exchange({ day, accounts }, start)
  }

  /** To so many seconds after its beginning. */
  to(seconds: number): this {
    this.now = start + seconds * 1000
    this.publications.push(...this.exchange.advance(this.now))
    return this
  }

  /** Killed, and started again from what a file would hold. */
  restart(day = this.day): this {
    const kept = JSON.parse(JSON.stringify(this.exchange.snapshot())) as Snapshot
    this.exchange = new Exchange({ day, accounts }, kept)
    return this
  }

  as(accountId: number, of = this.day.recordings[0]!.marketId as string): Bettor {
    return new Bettor(this, accountId, of)
  }

  /** Definitions and prices that were published, in their order. */
  get published(): ReadonlyArray<MarketChange> {
    return this.publications.flatMap((one) => (one._tag === "Market" ? (one.message.mc ?? []) : []))
  }
}

/** A market that is played for a test. */
export const play = (steps: ReadonlyArray<Step>, speed = 1) =>
  Effect.map(load([[0, opening], ...steps], speed), ({ day }) => new Play(day))

/** What a sandbox is started with, and the handle that tests and drills get of it. */
import type { Effect } from "effect"
import type { AccountFunds, StatementItem } from "../exchange/Answers.ts"
import type { Fault } from "../faults/Fault.ts"
import type { ActiveFault } from "../faults/Faults.ts"
import type { RecordedDay } from "../recorded/RecordedDay.ts"
import type { Certificates } from "./Certificates.ts"
import type { Orders } from "./Truth.ts"

export interface SandboxAccount {
  readonly username: string
  readonly password: string
  readonly balancePence: number
}

export interface SandboxOptions {
  readonly certificates: Certificates
  readonly accounts: ReadonlyArray<SandboxAccount>
  /** Of the generated day; see GENERATED_RACES.md. */
  readonly seed: number
  readonly raceIntervalMs: number
  /** Recorded markets instead of the generated day. */
  readonly recorded?: RecordedDay
  /** The system chooses those that are not given. */
  readonly port?: number
  readonly streamPort?: number
  readonly controlPort?: number
  /** Where the book is kept; without it nothing survives the process. */
  readonly data?: string
  readonly faults?: ReadonlyArray<Fault>
  readonly appKey?: string
  readonly delayedAppKey?: string
  /** A session ends so long after its login or last keep-alive; 12 hours without. */
  readonly sessionMs?: number
  /** Of the stream, for one account; 10 without. */
  readonly maximumConnections?: number
}

export interface Health {
  readonly status: "ok"
  /** Epoch milliseconds up to which the exchange has been played. */
  readonly now: number
  readonly markets: number
  readonly streamConnections: number
  readonly faults: number
}

export interface SandboxHandle {
  readonly appKey: string
  /** The key that sees delayed prices and may not bet. */
  readonly delayedAppKey: string
  readonly accounts: ReadonlyArray<SandboxAccount>
  readonly certificates: Certificates
  readonly health: Effect.Effect<Health>
  readonly faults: {
    /** Sets all of them and returns their ids, or none and undefined when there would be too many. */
    readonly set: (faults: ReadonlyArray<Fault>) => Effect.Effect<ReadonlyArray<number> | undefined>
    readonly remove: (id: number) => Effect.Effect<boolean>
    readonly clear: Effect.Effect<void>
    readonly list: Effect.Effect<ReadonlyArray<ActiveFault>>
  }
  /** What the exchange itself knows of an account; an account that does not exist is a defect. */
  readonly truth: {
    readonly orders: (username: string) => Effect.Effect<Orders>
    readonly statement: (username: string) => Effect.Effect<ReadonlyArray<StatementItem>>
    readonly funds: (username: string) => Effect.Effect<AccountFunds>
  }
  /** Suspend an open market until it is resumed, whatever its race does; false when there is no such market. */
  readonly markets: {
    readonly suspend: (marketId: string) => Effect.Effect<boolean>
    readonly resume: (marketId: string) => Effect.Effect<boolean>
  }
  /** Ends all sessions, or one account's; returns how many. */
  readonly expireSessions: (username: string | undefined) => Effect.Effect<number>
  /** Cuts every connection and sets the exchange up again from its book. */
  readonly restart: Effect.Effect<void>
}

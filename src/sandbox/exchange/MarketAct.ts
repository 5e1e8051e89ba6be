/** What an account did in a market, or who runs the exchange to it: enough to do it again, exactly, in the same market played anew. */
import type { Pence } from "../../domain/Money.ts"
import type { BetTerms, PersistenceType } from "./Bet.ts"

export type MarketAct =
  /** Placed together; `version` is the market's that they were meant for, null for any. */
  | {
      readonly act: "place"
      readonly at: number
      readonly bets: ReadonlyArray<BetTerms>
      readonly version: number | null
    }
  | { readonly act: "cancel"; readonly at: number; readonly betId: string; readonly size: Pence }
  | { readonly act: "update"; readonly at: number; readonly betId: string; readonly persistenceType: PersistenceType }
  /** Suspended by hand, or released. */
  | { readonly act: "hold"; readonly at: number; readonly isHeld: boolean }

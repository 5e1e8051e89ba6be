/**
 * A probe's bets on one market, by runner: which runners are free, and what is at risk on them. Bets never change, the list
 * of them does when something happens to one: until then whoever looks at every update is answered from what is known.
 */
import { type Bet, isExecutable } from "../domain/Bet.ts"
import { type RunnerKey, runnerKey } from "../domain/Identifiers.ts"
import type { Side } from "../domain/Side.ts"
import * as ProbeControls from "./ProbeControls.ts"

interface OnRunner {
  readonly bets: Array<Bet>
  isBusy: boolean
  /** Worst results by side, once somebody has asked. */
  readonly worst: Map<Side, number>
}

export class OwnOrders {
  private bets: ReadonlyArray<Bet> = []
  private readonly runners = new Map<RunnerKey, OnRunner>()

  /** Takes the bets as they are now, those that are matched included. */
  see(bets: ReadonlyArray<Bet>): void {
    if (bets === this.bets) return
    this.bets = bets
    this.runners.clear()
    for (const bet of bets) {
      const key = runnerKey(bet.selectionId, bet.handicap)
      const known = this.runners.get(key)
      if (known === undefined) this.runners.set(key, { bets: [bet], isBusy: isExecutable(bet), worst: new Map() })
      else {
        known.bets.push(bet)
        known.isBusy ||= isExecutable(bet)
      }
    }
  }

  /** True when some order on the runner is still live. */
  isBusy(runner: RunnerKey): boolean {
    return this.runners.get(runner)?.isBusy === true
  }

  /** What the bets on the runner bring at worst if the side loses, in pounds. */
  worst(runner: RunnerKey, side: Side): number {
    const own = this.runners.get(runner)
    if (own === undefined) return 0
    let worst = own.worst.get(side)
    if (worst === undefined) {
      worst = ProbeControls.worstOf(own.bets, side)
      own.worst.set(side, worst)
    }
    return worst
  }
}

/**
 * A probe's bets on one market, by runner: which runners are free, and what is at risk on them. Bets never change, the list
 * of them does when something happens to one: until then whoever looks at every update is answered from what is known.
 */
import { type Bet, isExecutable } from "../domain/Bet.ts"
import { type RunnerKey, runnerKey } from "../domain/Identifiers.ts"
import type { Side } from "../domain/Side.ts"
import * as ProbeControls from "./ProbeControls.ts"

interface OnRunner {
  readonly bets: ReadonlyArray<Bet>
  readonly isBusy: boolean
  /** Worst results by side, once somebody has asked. */
  readonly worst: Map<Side, number>
}

export class OwnOrders {
  private bets: ReadonlyArray<Bet> = []
  private readonly runners = new Map<RunnerKey, OnRunner>()

  /** Takes the bets as they are now, those that are matched included, and forgets what it knew of runners they differ on. */
  see(bets: ReadonlyArray<Bet>): void {
    const before = this.bets
    if (bets === before) return
    this.bets = bets
    let seen = 0
    for (const bet of before) {
      const now = bets[seen]
      if (now !== bet) this.runners.delete(keyOf(bet))
      // Bets keep their order: one that is not in its place is gone, or comes again among the last.
      if (now?.id === bet.id) seen++
    }
    for (; seen < bets.length; seen++) this.runners.delete(keyOf(bets[seen]!))
  }

  /** True when some order on the runner is still live. */
  isBusy(runner: RunnerKey): boolean {
    return this.on(runner).isBusy
  }

  /** What the bets on the runner bring at worst if the side loses, in pounds. */
  worst(runner: RunnerKey, side: Side): number {
    const own = this.on(runner)
    let worst = own.worst.get(side)
    if (worst === undefined) {
      worst = ProbeControls.worstOf(own.bets, side)
      own.worst.set(side, worst)
    }
    return worst
  }

  private on(runner: RunnerKey): OnRunner {
    let own = this.runners.get(runner)
    if (own === undefined) {
      const bets = this.bets.filter((bet) => keyOf(bet) === runner)
      own = { bets, isBusy: bets.some(isExecutable), worst: new Map() }
      this.runners.set(runner, own)
    }
    return own
  }
}

const keyOf = ({ handicap, selectionId }: Bet): RunnerKey => runnerKey(selectionId, handicap)

/** The handle of a sandbox, made of its parts. */
import { Clock, Effect } from "effect"
import { type Faults, maximumFaults } from "../faults/Faults.ts"
import type { Driver } from "./Driver.ts"
import type { SandboxHandle, SandboxOptions } from "./SandboxOptions.ts"
import type { Account, Sessions } from "./Sessions.ts"
import type { StreamServer } from "./StreamServer.ts"
import { Truth } from "./Truth.ts"

export interface Parts {
  readonly accounts: ReadonlyArray<Account>
  readonly appKey: string
  readonly delayedAppKey: string
  readonly driver: Driver
  readonly dropAll: Effect.Effect<void>
  readonly faults: Faults
  readonly sessions: Sessions
  readonly stream: StreamServer
}

export const make = (options: SandboxOptions, parts: Parts): SandboxHandle => {
  const { accounts, appKey, delayedAppKey, driver, dropAll, faults, sessions, stream } = parts
  const truth = new Truth(driver.exchange)
  const of = <A>(username: string, look: (accountId: number) => A) =>
    Effect.sync(() => {
      const account = accounts.find((known) => known.username === username)
      if (account === undefined) throw new Error(`there is no account ${username}`)
      return look(account.accountId)
    })
  const hold = (isHeld: boolean) => (marketId: string) =>
    Effect.gen(function* () {
      const isOpen = driver.exchange.hold(yield* Clock.currentTimeMillis, marketId, isHeld)
      yield* Effect.promise(() => driver.exchange.flushed())
      return isOpen
    })
  return {
    appKey,
    delayedAppKey,
    accounts: options.accounts,
    certificates: options.certificates,
    health: Effect.sync(() => ({
      status: "ok",
      now: driver.exchange.view.now,
      markets: driver.openMarkets,
      streamConnections: stream.size,
      faults: faults.list().length
    })),
    faults: {
      set: (rules) =>
        Effect.map(Clock.currentTimeMillis, (now) =>
          faults.list().length + rules.length > maximumFaults
            ? undefined
            : rules.map((rule) => faults.add(rule, now) ?? 0)
        ),
      remove: (id) => Effect.sync(() => faults.remove(id)),
      clear: Effect.sync(() => faults.clear()),
      list: Effect.sync(() => faults.list())
    },
    truth: {
      orders: (username) => of(username, (accountId) => truth.orders(accountId)),
      statement: (username) => of(username, (accountId) => truth.statement(accountId)),
      funds: (username) => of(username, (accountId) => truth.funds(accountId))
    },
    markets: { suspend: hold(true), resume: hold(false) },
    expireSessions: (username) => Effect.sync(() => sessions.expire(username)),
    restart: Effect.andThen(
      dropAll,
      Effect.map(Clock.currentTimeMillis, (now) => driver.restart(now))
    )
  }
}

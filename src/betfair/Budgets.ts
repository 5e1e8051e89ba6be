/**
 * How many calls may be under way and how many may be made a second, by kind of call. Each kind has a budget of its own, so
 * that polling can't starve orders, nor placing cancelling. What finds no place within a bounded time is not sent.
 */
import { Context, Duration, Effect, Layer, Ref, Semaphore } from "effect"
import { RateLimiter } from "effect/persistence"
import { BudgetSpent } from "./BetfairError.ts"

export interface Budget {
  /** Calls under way at once. */
  readonly concurrency: number
  /** Points a second; a call costs one, an order's instructions one each. */
  readonly pointsPerSecond: number
  /** Calls that wait at most; more are turned away at once. */
  readonly waiting: number
  readonly longestWait: Duration.Duration
}

/**
 * Betfair refuses more than 1,000 instructions a second of an account, shared here between placing and cancelling, and
 * queues three at most of the calls that look at orders.
 *
 * Source: Betfair support 360000406111 and EXCHANGE rules; the rest is manners.
 */
export const budgets = {
  /** A bet that had to wait longer is meant for prices that are gone. */
  placing: { concurrency: 24, pointsPerSecond: 500, waiting: 100, longestWait: Duration.seconds(2) },
  cancelling: { concurrency: 12, pointsPerSecond: 400, waiting: 200, longestWait: Duration.seconds(10) },
  currentOrders: { concurrency: 2, pointsPerSecond: 10, waiting: 50, longestWait: Duration.seconds(30) },
  clearedOrders: { concurrency: 2, pointsPerSecond: 10, waiting: 50, longestWait: Duration.seconds(30) },
  markets: { concurrency: 4, pointsPerSecond: 10, waiting: 200, longestWait: Duration.seconds(60) },
  account: { concurrency: 2, pointsPerSecond: 5, waiting: 20, longestWait: Duration.seconds(10) },
  heartbeat: { concurrency: 2, pointsPerSecond: 5, waiting: 4, longestWait: Duration.seconds(5) }
} as const satisfies Record<string, Budget>

export type BudgetName = keyof typeof budgets

export class Budgets extends Context.Service<
  Budgets,
  {
    /** Runs the call as soon as its budget allows, or fails without having run it. */
    readonly spend: (
      budget: BudgetName,
      operation: string,
      points: number
    ) => <A, E>(call: Effect.Effect<A, E>) => Effect.Effect<A, E | BudgetSpent>
  }
>()("clever-better/betfair/Budgets") {
  static readonly layer = Layer.effect(
    Budgets,
    Effect.suspend(() => make)
  ).pipe(Layer.provide(RateLimiter.layer), Layer.provide(RateLimiter.layerStoreMemory))
}

const make = Effect.gen(function* () {
  const limiter = yield* RateLimiter.RateLimiter
  const places = new Map<string, { readonly calls: Semaphore.Semaphore; readonly waiting: Ref.Ref<number> }>()
  for (const [name, { concurrency }] of Object.entries(budgets)) {
    places.set(name, { calls: yield* Semaphore.make(concurrency), waiting: yield* Ref.make(0) })
  }

  /** Waits until the points are there. One that can't be had at all is more than a request may hold. */
  const takePoints = (name: BudgetName, points: number): Effect.Effect<void> =>
    limiter
      .consume({
        key: name,
        algorithm: "token-bucket",
        limit: budgets[name].pointsPerSecond,
        window: Duration.seconds(1),
        tokens: points,
        onExceeded: "fail"
      })
      .pipe(
        Effect.catch(({ reason }) =>
          reason._tag === "RateLimitExceeded"
            ? Effect.andThen(Effect.sleep(reason.retryAfter), takePoints(name, points))
            : Effect.die(reason)
        ),
        Effect.asVoid
      )

  return Budgets.of({
    spend: (name, operation, points) => {
      const { longestWait, waiting: most } = budgets[name]
      const { calls, waiting } = places.get(name)!
      const spent = (problem: string) => new BudgetSpent({ operation, budget: name, problem })
      const queue = Ref.modify(waiting, (count) => (count < most ? [true, count + 1] : [false, count]))
      const leave = Ref.update(waiting, (count) => count - 1)
      const wait = Semaphore.takeScoped(calls, 1).pipe(
        Effect.andThen(takePoints(name, points)),
        Effect.timeoutOrElse({
          duration: longestWait,
          orElse: () => spent(`no place within ${Duration.toSeconds(longestWait)} s`)
        })
      )
      const enter = Effect.acquireUseRelease(
        queue,
        (hasRoom) => (hasRoom ? wait : spent(`${most} calls wait already`)),
        (hasRoom) => (hasRoom ? leave : Effect.void)
      )
      return (call) => Effect.scoped(Effect.andThen(enter, call))
    }
  })
})

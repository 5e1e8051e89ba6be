/** Whatever is lost, doubled, late or killed: in the end the rows are the exchange's orders, bet by bet and to the penny. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import { OrderManager } from "../../src/bot/OrderManager.ts"
import * as Bet from "../../src/domain/Bet.ts"
import * as Money from "../../src/domain/Money.ts"
import { Executor } from "../../src/execution/Executor.ts"
import { RiskManager } from "../../src/risk/RiskManager.ts"
import type { FakeOrder } from "../execution/ScriptedExchange.ts"
import { intent, limit, request } from "../risk/Builders.ts"
import { aWorld, compare, pass, place, rows, type World, withProcess } from "./LiveProcess.ts"

const Step = Schema.Struct({
  does: Schema.Literals([
    "place",
    "place",
    "place",
    "replace",
    "replace",
    "cancel",
    "match",
    "lapse",
    "tell",
    "late",
    "compare",
    "wait",
    "restart"
  ]),
  fault: Schema.Literals([
    "none",
    "lost",
    "unanswered",
    "silent",
    "timeout report",
    "says nothing",
    "refused",
    "defect"
  ]),
  which: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))
})
type Step = typeof Step.Type

interface Run {
  readonly world: World
  /** What the stream may still deliver late. */
  readonly past: Array<FakeOrder>
  ids: number
}

const pick = <A>(items: Iterable<A>, which: number): A | undefined => {
  const all = [...items]
  return all[which % Math.max(1, all.length)]
}

const remainingOf = (order: FakeOrder) =>
  Math.round((order.size - order.matched - order.cancelled - order.lapsed) * 100) / 100

/** Waits for an answer that may never come. */
const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const running = yield* Effect.forkChild(effect)
    yield* TestClock.adjust("31 seconds")
    return yield* Fiber.join(running)
  })

const replaceOne = Effect.fnUntraced(function* (run: Run, which: number) {
  const executable = [...(yield* OpenBets).all()].filter((bet) => Bet.isExecutable(bet) && bet.betfairBetId !== null)
  const bet = pick(executable, which)
  if (bet === undefined) return
  const changes = {
    id: ++run.ids,
    mode: "live",
    slot: bet.slot,
    order: limit(310, bet.sizeRemaining),
    replaces: bet.id
  } as const
  const approved = yield* (yield* RiskManager).reserve(request(changes))
  if (approved._tag === "Failure") return
  const manager = yield* OrderManager
  manager.expect(Bet.fromIntent(intent(changes)))
  // A second replacement of one bet is refused by its row.
  const next = yield* Effect.result((yield* Executor).replace(bet, approved.success))
  if (next._tag === "Success") manager.learn(next.success)
  else yield* manager.abandon(Bet.fromIntent(intent(changes)), false)
})

const does = Effect.fnUntraced(function* (run: Run, { does, fault, which }: Step) {
  const { exchange } = run.world
  const order = pick(exchange.orders.values(), which)
  if (does === "place" || does === "replace") {
    if (fault !== "none") exchange.faults.push(fault)
    const id = ++run.ids
    yield* patiently(
      does === "replace" ? replaceOne(run, which) : place({ id, slot: `${id}`, runner: 1 + which, market: id })
    )
    exchange.faults.length = 0
    return
  }
  if (does === "compare") return void (yield* compare)
  if (does === "wait") return yield* pass("40 seconds")
  if (order === undefined) return
  switch (does) {
    case "match": {
      const size = Math.min(remainingOf(order), 0.5)
      if (size > 0) exchange.match(order, size)
      return
    }
    case "lapse":
      if (order.matched === 0) order.lapsed += remainingOf(order)
      return
    case "tell":
      run.past.push({ ...order })
      yield* exchange.tell(order)
      return yield* pass("10 millis")
    case "late": {
      const old = pick(run.past, which)
      if (old !== undefined) yield* exchange.tell(old, { publishTime: 0 })
      return yield* pass("10 millis")
    }
    case "cancel": {
      const bet = pick((yield* OpenBets).all(), which)
      if (bet !== undefined) yield* (yield* Executor).cancelBet(bet)
      return
    }
  }
})

/** The steps between two starts of the process. */
const lives = (steps: ReadonlyArray<Step>): ReadonlyArray<ReadonlyArray<Step>> => {
  const all: Array<Array<Step>> = [[]]
  for (const step of steps) {
    if (step.does === "restart") all.push([])
    else all.at(-1)!.push(step)
  }
  return all
}

/** As the exchange has them; the size in which an order was placed says nothing of one that was replaced. */
const truth = ({ exchange }: World) =>
  [...exchange.orders.values()]
    .map(({ betId, cancelled, lapsed, matched, voided, ...order }) => ({
      betId,
      sizes: [matched, remainingOf({ betId, cancelled, lapsed, matched, voided, ...order }), cancelled, lapsed].map(
        Money.fromDecimal
      )
    }))
    .toSorted((a, b) => (a.betId < b.betId ? -1 : 1))

const known = (bets: ReadonlyArray<Bet.Bet>) =>
  bets
    .flatMap((bet) =>
      bet.betfairBetId === null
        ? []
        : [
            {
              betId: bet.betfairBetId,
              sizes: [Bet.sizeMatched(bet), bet.sizeRemaining, bet.sizeCancelled, bet.sizeLapsed]
            }
          ]
    )
    .toSorted((a, b) => (a.betId < b.betId ? -1 : 1))

describe("a live bot under any faults", () => {
  it.effect.prop(
    "knows every order of the exchange once and as it is, and no other",
    { steps: Schema.Array(Step).check(Schema.isMinLength(1), Schema.isMaxLength(12)) },
    ({ steps }) =>
      Effect.gen(function* () {
        const world = yield* aWorld({
          trading: { max_concurrent_bets: 1000, max_exposure: 10_000, max_strategy_exposure: 10_000 }
        })
        const run: Run = { world, past: [], ids: 0 }
        for (const life of lives(steps)) {
          yield* withProcess(world)(Effect.forEach(life, (step) => does(run, step), { discard: true }))
        }
        yield* withProcess(world)(
          Effect.gen(function* () {
            for (let times = 0; times < 4; times++) {
              yield* pass("2 minutes")
              yield* compare
            }
            const bets = yield* rows
            expect(known(bets)).toEqual(truth(world))
            for (const bet of bets) if (bet.betfairBetId === null) expect(bet.status).toBe("rejected")
            const adopted = world.notifications.filter(({ _tag }) => _tag === "OrderAdopted")
            expect(adopted).toEqual([])
            expect(yield* compare).toBe(0)
          })
        )
        const refs = [...world.exchange.placed, ...world.exchange.replaced].map(({ customerRef }) => customerRef)
        expect(new Set(refs).size).toBe(refs.length)
      }),
    { arbitrary: { runs: 250 } }
  )
})

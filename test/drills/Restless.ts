/**
 * The strategy of the drills: it bets on anything, on both sides, at prices that are matched at once, in part or later, and
 * cancels, replaces and updates what waits. It makes no sense but that as much as possible is under way at any time.
 */
import { Effect, Schema } from "effect"
import { type Bet, isExecutable } from "../../src/domain/Bet.ts"
import * as PriceLadder from "../../src/domain/PriceLadder.ts"
import type { Side } from "../../src/domain/Side.ts"
import type { OrderStyle, PlaceSignal, Signal } from "../../src/domain/Signal.ts"
import type { RunnerBook } from "../../src/market/MarketBook.ts"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"
import { define, type Snapshot } from "../../src/strategy/Strategy.ts"

/** So long before the off, seconds: bets are soon settled. */
const window = { from: 120, to: -10 }

const integer = (byDefault: number) => Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(byDefault)))

const parameters = Schema.Struct({ seed: integer(1), from_seconds: integer(window.from) })

const persistences = ["LAPSE", "LAPSE", "PERSIST", "MARKET_ON_CLOSE"] as const
/** In play each bet takes a second, in which nothing else is placed. */
const playsInPlay = 0.15
/** Bets of one strategy that wait or run on one market. */
const mostOpen = 60
/** On the close the exchange wants at least so much of a layer; pence. */
const onClose = 1000

/** What a back (lay) can be matched at, and what it would have to wait at. */
const ladders = (runner: RunnerBook, side: Side) =>
  side === "BACK"
    ? { taking: runner.availableToBack, waiting: runner.availableToLay, better: 1 }
    : { taking: runner.availableToLay, waiting: runner.availableToBack, better: -1 }

/** At once (into the ladder), just the best price (whatever its size), or better than anybody offers. */
const priceOf = (random: SeededRandom, runner: RunnerBook, side: Side): number => {
  const { better, taking, waiting } = ladders(runner, side)
  const kind = random.below(3)
  if (kind === 0) return PriceLadder.move(taking.price(0), -better * random.below(4))
  if (kind === 1) return taking.price(0)
  return PriceLadder.move(waiting.price(0), better * random.below(5))
}

const styleOf = (random: SeededRandom, { market }: Snapshot, price: number): OrderStyle => {
  const kind = random.below(20)
  if (kind === 0 && !market.inPlay) return { _tag: "LIMIT_ON_CLOSE", price }
  if (kind === 1 && !market.inPlay) return { _tag: "MARKET_ON_CLOSE" }
  if (kind === 2) return { _tag: "LIMIT", price, fillOrKill: true }
  return { _tag: "LIMIT", price, persistence: market.inPlay ? "LAPSE" : random.pick(persistences) }
}

const placing = (random: SeededRandom, snapshot: Snapshot, runner: RunnerBook): PlaceSignal => {
  const side: Side = random.chance(0.5) ? "BACK" : "LAY"
  const order = styleOf(random, snapshot, priceOf(random, runner, side))
  return {
    _tag: "Place",
    selectionId: runner.selectionId,
    side,
    order,
    sizing: { _tag: "FIXED", amount: order._tag === "LIMIT" ? 200 + random.below(400) : onClose },
    confidence: 1,
    reason: "restless",
    slot: String(random.below(1_000_000)),
    // What is left of one that is killed is cancelled, whatever else happens.
    ...(random.chance(0.05) && !(order._tag === "LIMIT" && order.fillOrKill === true)
      ? { marketVersion: snapshot.market.version }
      : {})
  }
}

const changing = (random: SeededRandom, bet: Bet): ReadonlyArray<Signal> => {
  if (bet.order._tag !== "LIMIT") return []
  const { id: betId } = bet
  const kind = random.below(5)
  if (kind === 0) return [{ _tag: "Cancel", betId, reason: "restless" }]
  if (kind === 1) return [{ _tag: "Update", betId, persistence: random.pick(persistences), reason: "restless" }]
  if (kind > 3) return []
  const price = PriceLadder.move(bet.order.price, random.below(7) - 3)
  return price === bet.order.price ? [] : [{ _tag: "Replace", betId, price, reason: "restless" }]
}

const isPriced = (runner: RunnerBook): boolean =>
  runner.isActive &&
  runner.availableToBack.length > 0 &&
  runner.availableToLay.length > 0 &&
  // Else a lay loses more than it is worth.
  runner.availableToLay.price(0) < 1200

export default define<typeof parameters.Type>({
  name: "restless",
  description: "Bets on anything and changes its mind: for drills on an exchange without money",
  parameters,
  traits: { inPlay: true, needsPrediction: false, window },
  make: ({ from_seconds, seed }) => {
    let random: SeededRandom | null = null
    return {
      evaluate: (snapshot) => {
        // A process that comes after a killed one must not do the same again.
        random ??= new SeededRandom(seed, snapshot.now)
        const { inPlay, status } = snapshot.market
        if (status !== "OPEN" || snapshot.secondsToStart > from_seconds) return []
        if (!random.chance(inPlay ? playsInPlay : 0.5)) return []
        const signals: Array<Signal> = []
        const waiting = snapshot.openBets.filter((bet) => bet.placedAt !== null && isExecutable(bet))
        if (waiting.length > 0) signals.push(...changing(random, random.pick(waiting)))
        const runners = snapshot.book.runners.filter(isPriced)
        if (runners.length > 0 && snapshot.openBets.length < mostOpen) {
          signals.push(placing(random, snapshot, random.pick(runners)))
        }
        return signals
      }
    }
  }
})

/** One contract for all that serve the repositories' tags: memory, the embedded database, and a server. */
import { describe, expect, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type * as Bet from "../../src/domain/Bet.ts"
import * as Decision from "../../src/domain/Decision.ts"
import { type BetId, runnerKey, SelectionId } from "../../src/domain/Identifiers.ts"
import { type AuditEntry, AuditRepository } from "../../src/persistence/AuditRepository.ts"
import { BetRepository, supersedes } from "../../src/persistence/BetRepository.ts"
import { DecisionRepository } from "../../src/persistence/DecisionRepository.ts"
import { OddsRepository } from "../../src/persistence/OddsRepository.ts"
import { PerformanceRepository } from "../../src/persistence/PerformanceRepository.ts"
import { type PredictionRecord, PredictionRepository } from "../../src/persistence/PredictionRepository.ts"
import { RaceRepository } from "../../src/persistence/RaceRepository.ts"
import * as Repositories from "../../src/persistence/Repositories.ts"
import { type StrategyRecord, StrategyRepository } from "../../src/persistence/StrategyRepository.ts"
import { TradingStateRepository } from "../../src/persistence/TradingStateRepository.ts"
import {
  after,
  AnyBet,
  bet,
  betOf,
  cancelled,
  market,
  matched,
  newBetId,
  newMarketId,
  newStrategyId,
  noon,
  performance,
  placed,
  runner,
  selection,
  settled,
  snapshot
} from "./builders.ts"
import { freshSchema, serverUrl, settings } from "./TestDatabase.ts"

const onServer = Layer.unwrap(
  Effect.map(freshSchema, (url) => Repositories.layerDatabase.pipe(Layer.provide(settings({ url }))))
)

const contract = <E>(name: string, repositories: Layer.Layer<Repositories.Repositories, E>, keepsOdds: boolean) =>
  layer(repositories)(name, (it) => {
    describe("BetRepository", () => {
      it.effect("reads back what was written", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const one = bet()
          yield* bets.create([one])
          expect(yield* bets.byId(one.id)).toEqual(one)
          expect(yield* bets.byId(newBetId())).toBeNull()
        })
      )

      it.effect.prop("keeps any bet exactly", { any: AnyBet }, ({ any }) =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const before = betOf(any, `v${newBetId()}`)
          yield* bets.create([before])
          expect(yield* bets.byId(before.id)).toEqual(before)
          expect(yield* bets.byBetfairBetId(before.mode, before.betfairBetId!)).toEqual(before)
        })
      )

      it.effect("refuses a second open bet of the same intent, and writes nothing of its batch", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const first = bet()
          yield* bets.create([first])
          const other = bet()
          const again = { ...first, id: newBetId() }
          const failure = yield* Effect.flip(bets.create([other, again]))
          expect(failure).toMatchObject({ _tag: "StorageFailure", kind: "conflict", operation: "BetRepository.create" })
          expect(yield* bets.byId(other.id)).toBeNull()
          yield* bets.create([other])
        })
      )

      it.effect.each([
        ["mode", { mode: "live" }],
        ["strategy", { strategyId: newStrategyId() }],
        ["market", { marketId: newMarketId() }],
        ["selection", { selectionId: selection(8) }],
        ["handicap", { handicap: 0.5 }],
        ["side", { side: "LAY" }],
        ["slot", { slot: "second" }]
      ] as const)("lets a bet of another %s stand beside it", ([, changes]) =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const first = bet()
          const second = { ...first, id: newBetId(), ...changes }
          yield* bets.create([first, second])
          expect(yield* bets.byId(second.id)).toEqual(second)
        })
      )

      it.effect("refuses the same intent twice in one batch, and the same id", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const one = bet()
          expect((yield* Effect.flip(bets.create([one, { ...one, id: newBetId() }]))).kind).toBe("conflict")
          yield* bets.create([one])
          expect((yield* Effect.flip(bets.create([{ ...one, slot: "other" }]))).kind).toBe("conflict")
        })
      )

      it.effect("frees the intent when the bet has ended", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const first = bet()
          yield* bets.create([first])
          yield* bets.update([after(first, placed(), cancelled())])
          const second = { ...first, id: newBetId() }
          yield* bets.create([second])
          expect(yield* bets.onMarket("paper", first.marketId)).toHaveLength(2)
        })
      )

      it.effect("records a match that comes after the end, though the intent has been taken since", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const first = bet()
          const ended = after(first, placed(), cancelled())
          yield* bets.create([first])
          yield* bets.update([ended])
          const second = { ...first, id: newBetId() }
          yield* bets.create([second])
          const late = {
            ...ended,
            status: "matched" as const,
            fills: [{ at: noon + 400, price: 350, size: 400 }],
            sizeCancelled: 1000,
            updatedAt: noon + 400
          }
          yield* bets.update([late])
          expect(yield* bets.byId(first.id)).toEqual(late)
          expect((yield* Effect.flip(bets.create([{ ...first, id: newBetId() }]))).kind).toBe("conflict")
        })
      )

      it.effect("lets a replacement stand beside the bet it replaces, and nothing beside either", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const first = bet()
          const replacement = { ...first, id: newBetId(), replaces: first.id }
          const another = () => bets.create([{ ...first, id: newBetId() }])
          yield* bets.create([first])
          yield* bets.create([replacement])
          expect(yield* bets.byId(replacement.id)).toEqual(replacement)
          const second = bets.create([{ ...replacement, id: newBetId() }])
          expect((yield* Effect.flip(second)).kind).toBe("conflict")
          yield* bets.update([after(first, placed(), cancelled())])
          expect((yield* Effect.flip(another())).kind).toBe("conflict")
          expect(yield* bets.onMarket("paper", first.marketId)).toHaveLength(2)
          yield* bets.update([after(replacement, placed(), cancelled())])
          yield* another()
          expect(yield* bets.onMarket("paper", first.marketId)).toHaveLength(3)
        })
      )

      it.effect("never takes a bet backwards", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const start = bet()
          const half = after(start, placed(), matched(400))
          const whole = after(half, matched(1000, null, noon + 300))
          const done = after(whole, settled(2500))
          yield* bets.create([start])
          const kept = Effect.fnUntraced(function* (write: typeof start, expected: typeof start) {
            yield* bets.update([write])
            expect(yield* bets.byId(start.id)).toEqual(expected)
          })
          yield* kept(half, half)
          yield* kept(start, half)
          yield* kept(whole, whole)
          yield* kept({ ...half, updatedAt: noon + 99_000 }, whole)
          yield* kept({ ...start, status: "rejected", updatedAt: noon + 99_000 }, whole)
          yield* kept(done, done)
          yield* kept({ ...whole, updatedAt: noon + 99_000 }, done)
          const corrected = after(done, settled(-1000, noon + 10_000))
          yield* kept(corrected, corrected)
          yield* kept(done, corrected)
        })
      )

      it.effect.prop(
        "agrees with `supersedes` on any two states",
        { before: AnyBet, next: AnyBet },
        ({ before, next }) =>
          Effect.gen(function* () {
            const bets = yield* BetRepository
            const row = betOf(before)
            const write = { ...betOf({ ...next, mode: row.mode }), ...intentOf(row) }
            yield* bets.create([row])
            yield* bets.update([write])
            expect(yield* bets.byId(row.id)).toEqual(supersedes(row, write) ? write : row)
          })
      )

      it.effect("writes nothing when one of the bets was never created", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const known = bet()
          yield* bets.create([known])
          const failure = yield* Effect.flip(bets.update([after(known, placed()), bet()]))
          expect(failure).toMatchObject({ kind: "invalid", operation: "BetRepository.update" })
          expect(yield* bets.byId(known.id)).toEqual(known)
        })
      )

      it.effect("knows Betfair's id of one bet a mode only", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const [one, two] = [bet({ betfairBetId: "77" }), bet()]
          yield* bets.create([one, two, bet({ mode: "live", betfairBetId: "77" })])
          expect((yield* Effect.flip(bets.update([after(two, placed("77"))]))).kind).toBe("conflict")
          expect(yield* bets.byBetfairBetId("paper", "77")).toEqual(one)
          expect(yield* bets.byBetfairBetId("paper", "78")).toBeNull()
        })
      )

      it.effect("knows it of one bet only within a write, too", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const both = [bet(), bet()]
          yield* bets.create(both)
          const named = both.map((one) => after(one, placed("79")))
          expect((yield* Effect.flip(bets.update(named))).kind).toBe("conflict")
          expect(yield* bets.byId(both[0]!.id)).toEqual(both[0])
        })
      )

      it.effect("keeps an intent whose order is known already, and prices that are on no ladder", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const adopted = bet({ mode: "live", betfairBetId: "80", slot: "80" })
          yield* bets.create([adopted])
          const fills = [{ at: adopted.createdAt, price: 312.3456, size: 50 }]
          const found = { ...after(adopted, placed("80")), fills }
          yield* bets.update([found])
          expect((yield* bets.byId(adopted.id))?.fills).toEqual(fills)
        })
      )

      it.effect("shows a period in pages that neither overlap nor leave a bet out", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const start = Date.UTC(2021, 5, 1)
          const made = [0, 1, 1, 1, 2, 3].map((ms) => bet({ mode: "live", createdAt: start + ms, slot: newBetId() }))
          yield* bets.create(made)
          const page = (after: BetId | null) => bets.page("live", { from: start, to: start + 3, after, limit: 2 })
          const first = yield* page(null)
          const second = yield* page(first[1]!.id)
          const third = yield* page(second[1]!.id)
          expect([first, second, third].map(({ length }) => length)).toEqual([2, 2, 1])
          const seen = [...first, ...second, ...third].map(({ id }) => id)
          expect(seen.toSorted()).toEqual(
            made
              .slice(0, 5)
              .map(({ id }) => id)
              .toSorted()
          )
          expect(yield* page(third[0]!.id)).toEqual([])
          expect(yield* page(newBetId())).toEqual([])
          expect(yield* bets.page("paper", { from: start, to: start + 3, after: null, limit: 2 })).toEqual([])
        })
      )

      it.effect("lists open, settled and recent bets of one mode in their order", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const far = Date.UTC(2110, 0)
          const mine = [3, 1, 2].map((minute) =>
            bet({ mode: "live", createdAt: far + minute, updatedAt: far + minute })
          )
          const [third, first, second] = mine
          yield* bets.create([...mine, bet({ createdAt: far + 4 })])
          const created = new Set(mine.map(({ id }) => id))
          const ids = (found: ReadonlyArray<{ readonly id: string }>) =>
            found.map(({ id }) => id).filter((id) => created.has(id as BetId))
          expect(ids(yield* bets.open("live"))).toEqual([first!.id, second!.id, third!.id])
          expect(ids(yield* bets.recent("live", 2))).toEqual([third!.id, second!.id])

          yield* bets.update([after(third!, settled(5, far + 10)), after(first!, settled(7, far + 20))])
          expect(ids(yield* bets.open("live"))).toEqual([second!.id])
          expect(ids(yield* bets.settledBetween("live", far + 10, far + 20))).toEqual([third!.id])
          expect(ids(yield* bets.settledBetween("live", far + 10, far + 21))).toEqual([third!.id, first!.id])
          expect(ids(yield* bets.lastSettled("live", 2))).toEqual([first!.id, third!.id])
          expect(ids(yield* bets.lastSettled("live", 1))).toEqual([first!.id])
          expect(yield* bets.settledBetween("paper", far, far + 99)).toEqual([])

          yield* bets.update([after(third!, settled(5, far + 10), settled(6, far + 30))])
          expect(ids(yield* bets.settledBetween("live", far, far + 99))).toEqual([first!.id, third!.id])
        })
      )

      it.effect("adds up what the settled bets of a mode brought, net of commission", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          const before = yield* bets.totalNet("live")
          const [one, two, three] = [bet({ mode: "live" }), bet({ mode: "live" }), bet()]
          yield* bets.create([one, two, three])
          yield* bets.update([
            after(one, { _tag: "Settled", at: noon, profit: 1050, commission: 53 }),
            after(two, settled(-2000)),
            after(three, settled(99))
          ])
          expect((yield* bets.totalNet("live")) - before).toBe(1050 - 53 - 2000)
        })
      )

      it.effect("takes empty batches", () =>
        Effect.gen(function* () {
          const bets = yield* BetRepository
          yield* bets.create([])
          yield* bets.update([])
        })
      )
    })

    describe("RaceRepository", () => {
      it.effect("reads back what was written, and takes it twice", () =>
        Effect.gen(function* () {
          const races = yield* RaceRepository
          const definition = market()
          yield* races.upsert(definition, noon)
          yield* races.upsert(definition, noon)
          expect(yield* races.byMarketId(definition.marketId)).toEqual(definition)
          expect(yield* races.byMarketId(newMarketId())).toBeNull()
        })
      )

      it.effect("follows status, result, starting price and withdrawal, and ignores what is older", () =>
        Effect.gen(function* () {
          const races = yield* RaceRepository
          const definition = market({ runners: [runner(9), runner(4, { handicap: -1.5 }), runner(5)] })
          const closed = market({
            ...definition,
            status: "CLOSED",
            settledAt: noon + 600_000,
            runners: [
              runner(9, { status: "WINNER", bsp: 3.4567 }),
              runner(4, { handicap: -1.5, status: "REMOVED", removedAt: noon - 5, adjustmentFactor: null })
            ]
          })
          yield* races.upsert(definition, noon)
          yield* races.upsert(closed, noon + 600_000)
          yield* races.upsert(definition, noon + 1)
          expect(yield* races.byMarketId(definition.marketId)).toEqual(closed)
        })
      )

      it.effect("finds races by their time", () =>
        Effect.gen(function* () {
          const races = yield* RaceRepository
          const far = Date.UTC(2111, 0)
          const [late, early, next] = [far + 2, far + 1, far + 3].map((marketTime) => market({ marketTime }))
          for (const definition of [late!, early!, next!]) yield* races.upsert(definition, noon)
          expect(yield* races.between(far + 1, far + 3)).toEqual([early, late])
          const places = yield* races.venues([early!.marketId, newMarketId()])
          expect([...places]).toEqual([[early!.marketId, early!.venue]])
          expect([...(yield* races.venues([]))]).toEqual([])
        })
      )

      it.effect("knows nothing of a market that only a bet has named, until it is defined", () =>
        Effect.gen(function* () {
          const races = yield* RaceRepository
          const bets = yield* BetRepository
          const definition = market()
          yield* bets.create([bet({ marketId: definition.marketId })])
          expect(yield* races.byMarketId(definition.marketId)).toBeNull()
          yield* races.upsert(definition, noon)
          expect(yield* races.byMarketId(definition.marketId)).toEqual(definition)
        })
      )
    })

    describe("OddsRepository", () => {
      it.effect("keeps snapshots over months, and drops a second one of the same instant", () =>
        Effect.gen(function* () {
          const odds = yield* OddsRepository
          const marketId = newMarketId()
          const at = Date.UTC(2026, 0, 31, 23, 59, 59, 999)
          const old = snapshot({ marketId, at })
          const young = snapshot({ marketId, at: at + 1, bestLay: 0, bestLaySize: 0, lastPriceTraded: 0 })
          yield* odds.insert([young, old, { ...old, bestBack: 101 }])
          yield* odds.insert([old])
          expect(yield* odds.between(marketId, at, at + 2, 10)).toEqual(keepsOdds ? [old, young] : [])
          expect(yield* odds.between(marketId, at + 1, at + 2, 10)).toEqual(keepsOdds ? [young] : [])
          yield* odds.preparePartitions(at, at + 1)
        })
      )

      it.effect("gives of many instants as many as are wanted, the last among them", () =>
        Effect.gen(function* () {
          const odds = yield* OddsRepository
          const marketId = newMarketId()
          const at = Date.UTC(2026, 1, 3)
          const runners = [1, 2].map((n) => SelectionId.make(n))
          const all = Array.from({ length: 10 }, (_, n) =>
            runners.map((selectionId) => snapshot({ marketId, selectionId, at: at + n }))
          ).flat()
          yield* odds.insert(all)
          const some = yield* odds.between(marketId, at, at + 10, 5)
          const wanted = [1, 3, 5, 7, 9].flatMap((n) => all.filter((one) => one.at === at + n))
          expect(some).toEqual(keepsOdds ? wanted : [])
        })
      )
    })

    describe("StrategyRepository", () => {
      it.effect("seeds what is not there and leaves the user's changes alone", () =>
        Effect.gen(function* () {
          const strategies = yield* StrategyRepository
          const mine = strategy()
          yield* strategies.seed([mine])
          expect(yield* strategies.setActive(mine.id, false, "five exceptions")).toBe(true)
          expect(yield* strategies.setParameters(mine.id, { minEdge: 0.1 })).toBe(true)
          const added = strategy()
          yield* strategies.seed([mine, added])
          const changed = { ...mine, active: false, note: "five exceptions", parameters: { minEdge: 0.1 } }
          expect(yield* strategies.all).toEqual(expect.arrayContaining([changed, added]))
          expect(yield* strategies.active).toEqual(expect.arrayContaining([added]))
          expect(yield* strategies.active).not.toContainEqual(changed)
        })
      )

      it.effect("says so when there is no such strategy", () =>
        Effect.gen(function* () {
          const strategies = yield* StrategyRepository
          expect(yield* strategies.setActive(newStrategyId(), true, null)).toBe(false)
          expect(yield* strategies.setParameters(newStrategyId(), {})).toBe(false)
        })
      )

      it.effect("does not take a strategy for configured because a bet names it", () =>
        Effect.gen(function* () {
          const strategies = yield* StrategyRepository
          const bets = yield* BetRepository
          const mine = strategy()
          yield* bets.create([bet({ strategyId: mine.id })])
          expect((yield* strategies.all).map(({ id }) => id)).not.toContain(mine.id)
          expect(yield* strategies.setActive(mine.id, true, null)).toBe(false)
          yield* strategies.seed([mine])
          expect(yield* strategies.all).toContainEqual(mine)
        })
      )
    })

    describe("PerformanceRepository", () => {
      it.effect("writes a day again, and finds the latest day of each strategy", () =>
        Effect.gen(function* () {
          const repository = yield* PerformanceRepository
          const first = performance()
          const { strategyId } = first
          const second = performance({ strategyId, day: "2026-03-15", sharpe: 1.23, profit: 250 })
          const other = performance({ mode: "live", strategyId, day: "2026-03-20" })
          yield* repository.record([second, { ...first, bets: 9 }, first, other])
          yield* repository.record([first])
          expect(yield* repository.history("paper", strategyId)).toEqual([first, second])
          const latest = yield* repository.latest("paper")
          expect(latest.filter((row) => row.strategyId === strategyId)).toEqual([second])
        })
      )
    })

    describe("DecisionRepository", () => {
      it.effect("keeps refusals with their numbers, by mode and market", () =>
        Effect.gen(function* () {
          const decisions = yield* DecisionRepository
          const marketId = newMarketId()
          const decision = (runner: Decision.Decision["runner"], denial: Decision.Denial): Decision.Decision => ({
            at: noon,
            strategyId: newStrategyId(),
            marketId,
            runner,
            step: "risk",
            denial
          })
          const all = [
            decision(runnerKey(47_972, -1.75), Decision.deny("daily_loss", 10_012, 10_000)),
            decision(null, Decision.deny("trading_paused")),
            decision(runnerKey(1, 511.75), Decision.deny("outside_window", -3.25))
          ]
          yield* decisions.insert("paper", all)
          yield* decisions.insert("paper", [])
          expect(yield* decisions.onMarket("paper", marketId)).toEqual(all)
          expect(yield* decisions.onMarket("live", marketId)).toEqual([])
          const invalid = decision(null, Decision.deny("probability_invalid", Number.NaN, 1))
          yield* decisions.insert("live", [invalid])
          expect(yield* decisions.onMarket("live", marketId)).toEqual([
            { ...invalid, denial: { reason: "probability_invalid", limit: 1 } }
          ])
        })
      )
    })

    describe("AuditRepository", () => {
      it.effect("lists the newest entries of a mode first", () =>
        Effect.gen(function* () {
          const audit = yield* AuditRepository
          const [one, two, three] = [entry("one", null), entry("two", { a: [1, null] }), entry("three", "text")]
          yield* audit.append([one])
          yield* audit.append([two, three])
          yield* audit.append([{ ...one, mode: "paper" }])
          expect(yield* audit.recent("live", 2)).toEqual([three, two])
          expect((yield* audit.recent("live", 3))[2]).toEqual(one)
        })
      )
    })

    describe("TradingStateRepository", () => {
      it.effect("keeps a JSON value a mode and key", () =>
        Effect.gen(function* () {
          const state = yield* TradingStateRepository
          const key = newMarketId()
          expect(yield* state.get("paper", key)).toBeUndefined()
          for (const value of [{ open: true, reasons: ["drawdown"] }, null, 7, "text"]) {
            yield* state.set("paper", key, value)
            expect(yield* state.get("paper", key)).toEqual(value)
          }
          expect(yield* state.get("live", key)).toBeUndefined()
        })
      )

      it.effect("lists the keys of a mode that begin alike, in their order, until they are removed", () =>
        Effect.gen(function* () {
          const state = yield* TradingStateRepository
          const prefix = `${newMarketId()}/`
          for (const key of ["b", "B", "a"]) yield* state.set("paper", `${prefix}${key}`, { key })
          yield* state.set("live", `${prefix}c`, 1)
          yield* state.set("paper", `other/${prefix}`, 1)
          const values = (keys: ReadonlyArray<string>) =>
            keys.map((key) => ({ key: `${prefix}${key}`, value: { key } }))
          expect(yield* state.list("paper", prefix)).toEqual(values(["B", "a", "b"]))
          yield* state.remove("paper", `${prefix}a`)
          yield* state.remove("paper", `${prefix}not there`)
          yield* state.remove("paper", `${prefix}c`)
          expect(yield* state.list("paper", prefix)).toEqual(values(["B", "b"]))
          expect((yield* state.list("live", prefix)).length).toBe(1)
        })
      )
    })

    describe("PredictionRepository", () => {
      it.effect("keeps predictions by mode and market", () =>
        Effect.gen(function* () {
          const predictions = yield* PredictionRepository
          const marketId = newMarketId()
          const prediction = {
            mode: "paper" as const,
            at: noon,
            marketId,
            selectionId: selection(7),
            handicap: 0,
            modelName: "gradient",
            modelVersion: "3",
            probability: 0.1234567890123,
            confidence: null,
            features: { lastPrice: 3.5 },
            ...undecided
          }
          const second = { ...prediction, selectionId: selection(8), confidence: 0.5 }
          yield* predictions.insert([prediction, second])
          expect(yield* predictions.onMarket("paper", marketId)).toEqual([prediction, second])
          expect(yield* predictions.onMarket("live", marketId)).toEqual([])
        })
      )

      it.effect("gives the newest prediction of each runner, strategy, side, decision and reason", () =>
        Effect.gen(function* () {
          const predictions = yield* PredictionRepository
          const marketId = newMarketId()
          const row = (change: Partial<PredictionRecord>): PredictionRecord => ({
            mode: "paper",
            at: noon,
            marketId,
            selectionId: selection(7),
            handicap: 0,
            modelName: "own",
            modelVersion: "3",
            probability: 0.25,
            confidence: 0.5,
            features: {},
            ...undecided,
            ...change
          })
          const strategyId = newStrategyId()
          const blocked = { strategyId, side: "BACK", decision: "blocked", expectedValue: -0.1 } as const
          const rows = [
            row({}),
            row({ at: noon + 1, selectionId: selection(8) }),
            row({ at: noon + 2, ...blocked, reason: "prediction_against" }),
            row({ at: noon + 3, ...blocked, reason: "prediction_against" }),
            row({ at: noon + 4, ...blocked, reason: "confidence_too_low" }),
            row({ at: noon + 5, strategyId, side: "LAY", decision: "repriced", expectedValue: 0.2 }),
            row({ at: noon + 6 }),
            row({ at: noon + 7, ...blocked, side: "LAY", reason: "prediction_against" })
          ]
          yield* predictions.insert(rows)
          expect(yield* predictions.onMarket("paper", marketId)).toEqual(rows)
          expect(yield* predictions.latestOnMarket("paper", marketId)).toEqual([1, 3, 4, 5, 6, 7].map((n) => rows[n]))
          expect(yield* predictions.latestOnMarket("live", marketId)).toEqual([])
        })
      )
    })
  })

/** Of a prediction that no signal was judged by. */
const undecided = { strategyId: null, side: null, decision: null, reason: null, expectedValue: null }

/** What is fixed when an intent is committed. */
const intentOf = (row: Bet.Bet) => {
  const { confidence, createdAt, handicap, id, marketId, order, probability, reason, side, slot } = row
  return { confidence, createdAt, handicap, id, marketId, order, probability, reason, side, slot }
}

const strategy = (): StrategyRecord => ({
  id: newStrategyId(),
  kind: "simple_value",
  active: true,
  parameters: { minEdge: 0.05, sides: ["BACK"] },
  note: null
})

const entry = (event: string, data: unknown): AuditEntry => ({
  mode: "live",
  at: noon,
  event,
  subject: "trading",
  actor: "alice",
  data
})

describe("in memory", () => contract("memory", Repositories.layerMemory, false))
describe("in the embedded database", () => contract("PGlite", Repositories.layerDatabaseMemory, true))
describe.skipIf(serverUrl === undefined)("on a server (TEST_DATABASE_URL)", () =>
  contract("PostgreSQL", onServer, true)
)

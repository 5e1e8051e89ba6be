/** What people ask of a running bot: by a row of the database, a file in a folder, the halt file, or a signal. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { OpenBets } from "../../src/bot/OpenBets.ts"
import { TradingControl } from "../../src/bot/TradingControl.ts"
import { AuditRepository } from "../../src/persistence/AuditRepository.ts"
import * as Folder from "../../src/persistence/ControlFolder.ts"
import * as ControlRequests from "../../src/persistence/ControlRequests.ts"
import type { ControlAction } from "../../src/persistence/ControlRequests.ts"
import { TradingStateRepository } from "../../src/persistence/TradingStateRepository.ts"
import { CircuitBreaker } from "../../src/risk/CircuitBreaker.ts"
import { TradingState } from "../../src/risk/TradingState.ts"
import { back, backer, strategy } from "../builders/strategies.ts"
import { TestDatabase } from "../builders/TestDatabase.ts"
import { anOpenRace, breakerPhase, denials, notified, pass, statuses, TestBot, withBot } from "./TestBot.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-control-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const often = "trading: { strategy_evaluation_interval: 1 }"

/** An order that nobody takes. */
const patient = strategy("patient", () => [back(1, 4, 2)])

const ask = (action: ControlAction, reason = "because") => ControlRequests.ask("paper", { action, reason, by: "anna" })

const state = Effect.map(TradingState, (trading) => trading.current())

const status = Effect.map(state, ({ status }) => status)

describe("TradingControl.check", () => {
  it.effect("does within a second what a row of the database asks, and takes the row away", () =>
    withBot()(
      Effect.gen(function* () {
        const seen: Array<string> = []
        for (const action of ["pause", "halt", "resume", "reduce"] as const) {
          yield* ask(action)
          yield* TestClock.adjust("1 second")
          seen.push(yield* status)
        }
        expect(seen).toEqual(["Paused", "Halted", "Active", "Reducing"])
        expect(yield* state).toMatchObject({ by: "anna", reason: "because" })
        expect(yield* (yield* TradingStateRepository).list("paper", "control/")).toEqual([])
      })
    )
  )

  it.effect("does what was asked in one second in the order in which it was asked", () =>
    withBot()(
      Effect.gen(function* () {
        for (const action of ["halt", "resume", "pause"] as const) {
          yield* ask(action)
          yield* TestClock.adjust("10 millis")
        }
        yield* TestClock.adjust("1 second")
        expect(yield* status).toBe("Paused")
        const recent = yield* (yield* AuditRepository).recent("paper", 3)
        expect(recent.map(({ actor, event }) => `${actor}: ${event}`)).toEqual([
          "anna: trading.paused",
          "anna: trading.resumed",
          "anna: trading.halted"
        ])
      })
    )
  )

  it.effect("does before anything is placed what was asked while no bot ran", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make
      yield* ask("halt").pipe(Effect.provide(database.layer))
      yield* withBot({ strategies: [backer()], settings: often, database })(
        Effect.gen(function* () {
          const { marketId } = yield* anOpenRace()
          yield* pass("5 seconds")
          expect(yield* statuses).toEqual([])
          expect(yield* denials(marketId)).toEqual(["risk: trading_halted"])
        })
      )
    })
  )

  it.effect("does not hear what another mode's bot is asked", () =>
    withBot()(
      Effect.gen(function* () {
        yield* ControlRequests.ask("live", { action: "halt", reason: "because", by: "anna" })
        yield* TestClock.adjust("2 seconds")
        expect(yield* status).toBe("Active")
      })
    )
  )

  it.effect("halts on a request that it does not understand, once", () =>
    withBot()(
      Effect.gen(function* () {
        const rows = yield* TradingStateRepository
        yield* rows.set("paper", "control/by-hand", { action: "stop!" })
        yield* TestClock.adjust("1 second")
        expect((yield* state).reason).toMatch(/^the control request by-hand cannot be understood: /)
        expect(yield* rows.list("paper", "control/")).toEqual([])
      })
    )
  )

  it.effect("closes the breaker, and keeps who asked for it", () =>
    withBot()(
      Effect.gen(function* () {
        yield* (yield* CircuitBreaker).triggerEmergencyShutdown("test")
        expect(yield* breakerPhase).toBe("OPEN")
        yield* ask("reset-breaker", "all is well")
        yield* TestClock.adjust("1 second")
        expect(yield* breakerPhase).toBe("CLOSED")
        const [entry] = yield* (yield* AuditRepository).recent("paper", 1)
        expect(entry).toMatchObject({ event: "breaker.reset", actor: "anna", data: { reason: "all is well" } })
      })
    )
  )

  it.effect("goes on looking for the halt file while the database is away", () =>
    Effect.gen(function* () {
      const file = join(yield* temporary, "HALT")
      const database = yield* TestDatabase.make
      yield* withBot({ database, settings: `bot: { halt_file: "${file}" }` })(
        Effect.gen(function* () {
          database.isDown = true
          yield* pass("30 seconds")
          writeFileSync(file, "")
          yield* TestClock.adjust("1 second")
          expect(yield* status).toBe("Halted")
          database.isDown = false
          yield* TestClock.adjust("5 seconds")
          const [entry] = yield* (yield* AuditRepository).recent("paper", 1)
          expect(entry).toMatchObject({ event: "trading.halted", actor: "halt file" })
        })
      )
    })
  )
})

describe("the control folder", () => {
  it.effect("is heard like the database", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporary, "database.control")
      yield* withBot()(
        Effect.gen(function* () {
          yield* ControlRequests.askInFolder(folder, "paper", { action: "halt", reason: "because", by: "anna" })
          yield* ControlRequests.askInFolder(folder, "live", { action: "resume", reason: "because", by: "anna" })
          yield* TestClock.adjust("1 second")
          expect(yield* state).toMatchObject({ status: "Halted", reason: "because", by: "anna" })
          expect([Folder.list(folder, "paper").length, Folder.list(folder, "live").length]).toEqual([0, 1])
        })
      ).pipe(Effect.provideService(Folder.ControlFolder, folder))
    })
  )

  it.effect("halts the bot when what is in it cannot be understood", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporary, "database.control")
      mkdirSync(folder)
      writeFileSync(join(folder, "paper-1.json"), "{")
      yield* withBot()(
        Effect.gen(function* () {
          expect(yield* status).toBe("Halted")
          expect(Folder.list(folder, "paper")).toEqual([])
        })
      ).pipe(Effect.provideService(Folder.ControlFolder, folder))
    })
  )
})

/** A bot with a halt file of its own. */
const haltFile = <A, E, R>(test: (file: string) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const file = join(yield* temporary, "HALT")
    yield* withBot({ strategies: [patient], settings: `${often}\nbot: { halt_file: "${file}" }` })(test(file))
  })

describe("the halt file", () => {
  it.effect("halts within a second of its being there, and says what it says", () =>
    haltFile((file) =>
      Effect.gen(function* () {
        writeFileSync(file, "strange prices\nmore\n")
        yield* TestClock.adjust("1 second")
        expect(yield* state).toMatchObject({
          status: "Halted",
          reason: `the halt file ${file} is there: strange prices`,
          by: "halt file"
        })
      })
    )
  )

  it.effect("keeps resume from working until it is gone", () =>
    haltFile((file) =>
      Effect.gen(function* () {
        writeFileSync(file, "")
        yield* ask("resume")
        yield* TestClock.adjust("2 seconds")
        expect(yield* status).toBe("Halted")
        rmSync(file)
        yield* TestClock.adjust("2 seconds")
        expect(yield* status).toBe("Halted")
        yield* ask("resume")
        yield* TestClock.adjust("1 second")
        expect(yield* status).toBe("Active")
      })
    )
  )
})

describe("SIGUSR2", () => {
  it.effect("halts before its handler returns, and is told and kept", () =>
    withBot()(
      Effect.gen(function* () {
        process.emit("SIGUSR2")
        expect(yield* state).toMatchObject({ status: "Halted", by: "signal" })
        yield* TestClock.adjust("1 milli")
        expect(yield* notified("Halted")).toEqual([{ _tag: "Halted", reason: "the process was sent SIGUSR2 (signal)" }])
        expect(yield* (yield* TradingStateRepository).get("paper", "trading_state")).toMatchObject({ status: "Halted" })
      })
    )
  )
})

/** What is left of an order after a halt. */
const halted = (onHalt: string) =>
  withBot({ strategies: [patient], settings: `${often}\nbot: { on_halt: ${onHalt} }` })(
    Effect.gen(function* () {
      yield* anOpenRace()
      yield* pass("2 seconds")
      expect(yield* statuses).toEqual(["placed"])
      yield* ask("halt")
      yield* pass("3 seconds")
      return yield* statuses
    })
  )

describe("a halt", () => {
  it.effect("cancels what is unmatched", () =>
    Effect.map(halted("cancel"), (left) => expect(left).toEqual(["cancelled"]))
  )

  it.effect("leaves it with bot.on_halt: keep", () =>
    Effect.map(halted("keep"), (left) => expect(left).toEqual(["placed"]))
  )

  it.effect("is told, and so are a pause, reducing and resuming", () =>
    withBot()(
      Effect.gen(function* () {
        for (const action of ["reduce", "pause", "halt", "resume"] as const) {
          yield* ask(action)
          yield* TestClock.adjust("1 second")
        }
        yield* TestClock.adjust("1 milli")
        const { notifications } = yield* TestBot
        expect(notifications.filter(({ _tag }) => _tag !== "Started")).toEqual([
          { _tag: "Reducing", by: "anna" },
          { _tag: "Paused", by: "anna" },
          { _tag: "Halted", reason: "because (anna)" },
          { _tag: "Resumed", by: "anna" }
        ])
      })
    )
  )
})

const asked = (request: Partial<ControlRequests.ControlRequest> & Pick<ControlRequests.ControlRequest, "action">) =>
  Effect.flatMap(TradingControl, (control) => control.carryOut({ reason: "because", by: "anna", ...request }))

describe("TradingControl.carryOut", () => {
  it.effect("cancels the bet it names, and says so when there is none", () =>
    withBot({ strategies: [patient], settings: often })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("2 seconds")
        const open = yield* OpenBets
        const [bet] = [...open.all()]
        expect(yield* asked({ action: "cancel", bet: bet!.id })).toEqual({
          done: true,
          text: "asked for 1 order to be cancelled"
        })
        yield* pass("500 millis")
        expect((yield* statuses)[0]).toBe("cancelled")
        expect(yield* asked({ action: "cancel", bet: bet!.id })).toEqual({
          done: false,
          text: `${bet!.id} is not open`
        })
        expect(yield* asked({ action: "cancel" })).toMatchObject({ done: false })
      })
    )
  )

  it.effect("cancels all, and has nothing to compare on paper", () =>
    withBot({ strategies: [patient], settings: often })(
      Effect.gen(function* () {
        yield* anOpenRace()
        yield* pass("2 seconds")
        expect(yield* asked({ action: "cancel-all" })).toEqual({
          done: true,
          text: "asked for 1 order to be cancelled"
        })
        expect(yield* asked({ action: "reconcile" })).toEqual({
          done: false,
          text: "paper orders have no exchange to be compared with"
        })
      })
    )
  )
})

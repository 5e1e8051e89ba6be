/** `run --live` on the sandbox, as its user runs it: what it wants before it starts, and what it leaves when it is stopped. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as CertificateStore from "../../src/sandbox/server/CertificateStore.ts"
import * as Sandbox from "../../src/sandbox/server/Sandbox.ts"
import { type Program, says, workplace } from "./Program.ts"

const folder = workplace()

/** Backs a runner of each market once, at odds that nobody gives. */
const hopefulModule = `
import { Schema } from "effect"

export default {
  name: "hopeful",
  description: "Backs at 1000",
  parameters: Schema.Struct({}),
  traits: { inPlay: false, needsPrediction: false },
  make: () => ({
    evaluate: ({ book, openBets }: any) => {
      const runner = book.runners.find((one: any) => one.isActive && one.availableToBack.price(0) > 0)
      if (runner === undefined || openBets.length > 0) return []
      return [{
        _tag: "Place",
        selectionId: runner.selectionId,
        side: "BACK",
        order: { _tag: "LIMIT", price: 100000 },
        sizing: { _tag: "FIXED", amount: 200 },
        confidence: 1,
        reason: "hope"
      }]
    }
  })
}
`

const sandboxHere = Effect.gen(function* () {
  const { files, ...certificates } = yield* CertificateStore.load(folder.path("sandbox"))
  const sandbox = yield* Sandbox.start({
    certificates,
    accounts: [{ username: "ann", password: "secret", balancePence: 100_000 }],
    seed: 1,
    raceIntervalMs: 600_000
  })
  const address = `https://localhost:${sandbox.ports.api}`
  const settings = (onShutdown: "cancel" | "keep") => ({
    features: { live_trading_enabled: true, paper_trading_enabled: false, ml_predictions_enabled: false },
    trading: { min_time_to_start_seconds: 0, strategy_evaluation_interval: 1 },
    bot: { on_shutdown: onShutdown },
    http: { enabled: false },
    betfair: {
      app_key: sandbox.appKey,
      username: "ann",
      password: "secret",
      cert_file: files.clientCertificate,
      key_file: files.clientKey,
      ca_file: files.authority,
      login_url: `${address}/api/`,
      identity_url: `${address}/api/`,
      api_url: `${address}/exchange/`,
      stream_host: "localhost",
      stream_port: sandbox.ports.stream
    },
    strategies: { modules: ["./hopeful.ts"], active: [{ id: "hopeful", kind: "hopeful" }] },
    logging: { format: "json" }
  })
  return { sandbox, settings }
})

const stopped = async (bot: Program) => {
  bot.kill("SIGTERM")
  return bot.ended
}

describe("clever-better run --live", () => {
  it.live("trades when everything says so, and leaves its orders as it is told when it is stopped", () =>
    Effect.gen(function* () {
      const { sandbox, settings } = yield* sandboxHere
      const { orders } = sandbox.truth
      folder.write("hopeful.ts", hopefulModule)
      folder.settings(settings("cancel"))
      yield* Effect.promise(() => folder.database())

      const timid = folder.run("run", "--config", "settings.yaml")
      const bot = folder.start("run", "--live", "--config", "settings.yaml")
      yield* Effect.promise(() => bot.until(says("Bet placed")))
      const { code, stderr } = yield* Effect.promise(() => timid)
      expect({ code, stderr: stderr.split("\n").slice(0, 2) }).toEqual({
        code: 3,
        stderr: ["live trading is refused:", "  --live is not on the command line"]
      })
      const waiting = (yield* orders("ann")).current
      expect(waiting.length).toBeGreaterThan(0)
      expect(waiting[0]).toMatchObject({
        status: "EXECUTABLE",
        sizeRemaining: 2,
        priceSize: { price: 1000 },
        customerStrategyRef: "clever-better"
      })

      const ended = yield* Effect.promise(() => stopped(bot))
      expect(ended.code).toBe(0)
      expect(ended.stdout).toContain("LIVE: REAL MONEY IS AT STAKE")
      expect(ended.stdout + ended.stderr).not.toContain("secret")
      const after = yield* orders("ann")
      expect(after.current).toEqual([])
      const cancelled = new Set(after.cleared.CANCELLED.map(({ betId }) => betId))
      expect(waiting.filter(({ betId }) => !cancelled.has(betId))).toEqual([])

      folder.settings(settings("keep"))
      const keeping = folder.start("run", "--live", "--config", "settings.yaml")
      yield* Effect.promise(() => keeping.until(says("Bet placed")))
      expect((yield* Effect.promise(() => stopped(keeping))).code).toBe(0)
      const kept = yield* orders("ann")
      expect(kept.current.length).toBeGreaterThan(0)
      expect(kept.current.every(({ status }) => status === "EXECUTABLE")).toBe(true)
      expect(kept.cleared.CANCELLED).toHaveLength(cancelled.size)
    })
  )
})

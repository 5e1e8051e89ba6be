import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { clientOptions } from "../../src/app/BetfairOptions.ts"
import { settingsOf } from "../config/acts/Act.ts"

const problemsOf = (betfair: Readonly<Record<string, unknown>>) =>
  Effect.flip(clientOptions(settingsOf({ betfair }).betfair)).pipe(
    Effect.map(({ problems }) => problems),
    Effect.provide(NodeServices.layer)
  )

describe("BetfairOptions.clientOptions", () => {
  it.effect("tells all that is missing at once", () =>
    Effect.gen(function* () {
      expect(yield* problemsOf({ cert_file: "a.pem", ca_file: "/nowhere/ca.pem" })).toEqual([
        "betfair.app_key is not set",
        "betfair.username is not set",
        "betfair.password is not set",
        "betfair.key_file is not set: the login needs cert_file and key_file, or pfx_file",
        expect.stringMatching(/^betfair\.ca_file can't be read: .*\/nowhere\/ca\.pem/)
      ])
    })
  )

  it.effect("takes one kind of certificate only", () =>
    Effect.gen(function* () {
      expect(yield* problemsOf({ cert_file: "a.pem", pfx_file: "a.p12" })).toContain(
        "betfair.pfx_file is set beside cert_file or key_file: use one or the other"
      )
    })
  )

  it.effect("names the file that can't be read, and no secret", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({ app_key: "the-key", password: "the-password", pfx_file: "/nowhere/a.p12" })
      expect(problems.join()).toMatch(/betfair\.pfx_file can't be read.*\/nowhere\/a\.p12/)
      expect(problems.join()).not.toMatch(/the-key|the-password/)
    })
  )
})

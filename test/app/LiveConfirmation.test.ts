import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as LiveConfirmation from "../../src/app/LiveConfirmation.ts"
import { SettingsSchema } from "../../src/config/Settings.ts"

const account = { app_key: "key", username: "anna", password: "secret", cert_file: "c.pem", key_file: "k.pem" }
const both = { live_trading_enabled: true, paper_trading_enabled: false }

const wanted = (live: boolean, features: object, betfair: object): LiveConfirmation.Wanted => ({
  live,
  settings: Schema.decodeSync(SettingsSchema)({ features, betfair })
})

const without = (key: keyof typeof account) =>
  Object.fromEntries(Object.entries(account).filter(([name]) => name !== key))

describe("LiveConfirmation", () => {
  it("lets live trading start when everything asks for it", () => {
    expect(LiveConfirmation.refusal(wanted(true, both, account))).toBe(null)
    const { cert_file: _, key_file: __, ...rest } = account
    expect(LiveConfirmation.refusal(wanted(true, both, { ...rest, pfx_file: "a.p12" }))).toBe(null)
  })

  it("refuses it for each thing that is missing alone", () => {
    const paper = { live_trading_enabled: true, paper_trading_enabled: true }
    const off = { live_trading_enabled: false, paper_trading_enabled: false }
    expect(LiveConfirmation.missing(wanted(false, both, account))).toEqual(["--live is not on the command line"])
    expect(LiveConfirmation.missing(wanted(true, paper, account))).toEqual(["features.paper_trading_enabled is true"])
    expect(LiveConfirmation.missing(wanted(true, off, account))).toEqual(["features.live_trading_enabled is false"])
    for (const key of ["app_key", "username", "password"] as const) {
      expect(LiveConfirmation.missing(wanted(true, both, without(key)))).toEqual([`betfair.${key} is not set`])
    }
    for (const key of ["cert_file", "key_file"] as const) {
      expect(LiveConfirmation.missing(wanted(true, both, without(key)))).toEqual([
        "betfair.cert_file and betfair.key_file (or betfair.pfx_file) are not set"
      ])
    }
  })

  it("says everything at once", () => {
    expect(
      LiveConfirmation.refusal(wanted(true, {}, {}))
        ?.split("\n")
        .slice(0, 7)
    ).toEqual([
      "live trading is refused:",
      "  features.live_trading_enabled is false",
      "  features.paper_trading_enabled is true",
      "  betfair.app_key is not set",
      "  betfair.username is not set",
      "  betfair.password is not set",
      "  betfair.cert_file and betfair.key_file (or betfair.pfx_file) are not set"
    ])
  })

  it("takes half a wish for a wish, so that nobody trades on paper who meant it", () => {
    expect(LiveConfirmation.isWanted(wanted(false, {}, {}))).toBe(false)
    expect(LiveConfirmation.isWanted(wanted(true, {}, {}))).toBe(true)
    expect(LiveConfirmation.isWanted(wanted(false, both, account))).toBe(true)
  })
})

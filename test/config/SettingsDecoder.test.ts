import { Duration, Option, Redacted, Result } from "effect"
import { describe, expect, it } from "vitest"
import { decode } from "../../src/config/SettingsDecoder.ts"
import { toJson } from "../../src/config/SettingsInvalid.ts"
import { outline, problemsOf, refusalOf, settingsOf } from "./Decoding.ts"

describe("SettingsDecoder.decode", () => {
  it("needs no key: an empty file trades on paper", () => {
    expect(settingsOf("").features).toMatchObject({ liveTradingEnabled: false, paperTradingEnabled: true })
  })

  it("takes a section whose keys are all commented out as left out", () => {
    expect(settingsOf("trading:\n  # bankroll: 5\n")).toEqual(settingsOf(""))
  })

  it("reads money as pence and intervals as durations", () => {
    const { trading } = settingsOf("trading:\n  max_stake_per_bet: 12.34\n  strategy_evaluation_interval: 0.5\n")
    expect(trading.maxStakePerBet).toBe(1234)
    expect(Duration.toMillis(trading.strategyEvaluationInterval)).toBe(500)
  })

  it("reads anchors and aliases", () => {
    expect(settingsOf("markets:\n  countries: &here [GB]\n  market_types: *here\n").markets.marketTypes).toEqual(["GB"])
  })

  it("fills in what an entry of a list leaves out", () => {
    expect(settingsOf("strategies: { active: [{ id: a, kind: b }] }").strategies.active).toEqual([
      { id: "a", kind: "b", active: true, parameters: {} }
    ])
  })

  it("leaves parameters to their strategy", () => {
    const { strategies } = settingsOf(
      "strategies: { active: [{ id: a, kind: b, parameters: { edge: 0.1, of: [x] } }] }"
    )
    expect(strategies.active[0]?.parameters).toEqual({ edge: 0.1, of: ["x"] })
  })
})

describe("SettingsDecoder.decode, on what is wrong,", () => {
  it("reports everything at once, in the order of the file", () => {
    const problems = problemsOf(
      [
        "trading:",
        "  max_stake: 3",
        "  kelly_fraction: 2",
        "  evaluation: sometimes",
        "  bankroll: 10",
        "  bankroll: 11",
        "  min_odds: 5",
        "  max_odds: 4",
        "bot: 3",
        "feed: { seed: '${NOT_SET}' }",
        "strategies:",
        "  active:",
        "    - id: Upper",
        "    - { id: a, kind: b, colour: red }",
        "nonsense: 1"
      ].join("\n")
    )
    expect(outline(problems)).toEqual([
      "unknown_key trading.max_stake 2",
      "value trading.kelly_fraction 3",
      "value trading.evaluation 4",
      "doubled_key trading.bankroll 6",
      "rule trading.min_odds 7",
      "value bot 9",
      "variable feed.seed 10",
      "value strategies.active[0].id 13",
      "missing_key strategies.active[0].kind 13",
      "unknown_key strategies.active[1].colour 14",
      "unknown_key nonsense 15"
    ])
  })

  it("renders each problem on a line with its file, place and key", () => {
    expect(refusalOf("trading:\n  max_stake: 3\n  kelly_fraction: x\n").message).toBe(
      [
        "config/config.yaml:2: trading.max_stake: unknown key; did you mean max_stake_per_bet?",
        'config/config.yaml:3: trading.kelly_fraction: found "x", expected a number from 0 to 1'
      ].join("\n")
    )
  })

  it("renders them for machines with every field", () => {
    expect(toJson(refusalOf("trading: { max_odds: 0 }"))).toEqual({
      file: "config/config.yaml",
      problems: [
        {
          kind: "value",
          path: "trading.max_odds",
          line: 1,
          found: "0",
          expected: "a number from 1.01 to 1000",
          suggestion: null,
          message: "found 0, expected a number from 1.01 to 1000"
        }
      ]
    })
  })

  it("names both lines of a doubled key", () => {
    const [problem] = problemsOf("bot:\n  max_failures: 3\n\n  max_failures: 4\n")
    expect(problem?.message).toBe("stands here a second time (first on line 2); remove one")
    expect(problem?.line).toEqual(Option.some(4))
  })

  it("refuses a fraction of a penny", () => {
    expect(problemsOf("trading: { max_stake_per_bet: 10.001 }")[0]?.expected).toEqual(
      Option.some("an amount from 0 to 1000000 with at most two decimals")
    )
  })

  it("says that a number among texts wants quotes", () => {
    expect(problemsOf("markets: { event_types: [7] }")[0]?.message).toBe("found 7, expected text in quotes")
  })

  it("refuses a time zone that does not exist", () => {
    expect(outline(problemsOf("trading: { time_zone: Europe/Lodnon }"))).toEqual(["value trading.time_zone 1"])
  })

  it.each(["telemetry: { otlp_endpoint: 127.0.0.1 }", "telemetry: { otlp_endpoint: 'ftp://x' }"])(
    "refuses an address of the wrong kind: %s",
    (text) => {
      expect(outline(problemsOf(text))).toEqual(["value telemetry.otlp_endpoint 1"])
    }
  )

  it.each([
    ["a: [1\nb: 2", 2],
    ["\ttrading:", 1],
    ["trading: !odd 3", 1],
    ["trading:\n---\nbot:", 2],
    ["- trading", 1],
    ["just words", 1]
  ])("has one clear error for %j", (text, line) => {
    expect(outline(problemsOf(text))).toEqual([`syntax - ${line}`])
  })

  it("knows that a variable in a flow mapping wants quotes", () => {
    expect(problemsOf("feed: { seed: ${SEED} }", { SEED: "1" })[0]?.message).toContain("must be in quotes")
  })

  it.each([
    ["an alias of nothing", "trading: *nothing"],
    ["a bomb of aliases", "a: &a [x,x]\nb: &b [" + "*a,".repeat(12) + "]\nc: [" + "*b,".repeat(12) + "]"]
  ])("has one clear error for %s", (_, text) => {
    expect(outline(problemsOf(text))).toEqual(["syntax - -"])
  })
})

describe("SettingsDecoder.decode, between keys,", () => {
  it.each([
    ["trading: { min_odds: 3, max_odds: 2 }", "trading.min_odds"],
    ["trading: { min_stake: 11 }", "trading.min_stake"],
    ["features: { live_trading_enabled: true }", "features.live_trading_enabled"],
    ["features: { paper_trading_enabled: false }", "features.paper_trading_enabled"],
    ["strategies: { active: [{ id: a, kind: b }, { id: a, kind: c }] }", "strategies.active"]
  ])("refuses %s", (text, path) => {
    expect(outline(problemsOf(text))).toEqual([`rule ${path} 1`])
  })

  it.each([
    "trading: { min_odds: 2, max_odds: 2 }",
    "trading: { min_stake: 10 }",
    "features: { live_trading_enabled: true, paper_trading_enabled: false }",
    "feed: { source: recorded }"
  ])("accepts %s", (text) => {
    expect(problemsOf(text)).toEqual([])
  })

  it("does not judge by the default of a key that was not understood", () => {
    expect(outline(problemsOf("trading: { min_stake: 11, max_stake_per_bet: lots }"))).toEqual([
      "value trading.max_stake_per_bet 1"
    ])
  })
})

describe("SettingsDecoder.decode, with variables,", () => {
  it("makes a number of a value that is one variable", () => {
    expect(settingsOf("trading: { max_odds: '${MOST}' }", { MOST: "12.5" }).trading.maxOdds).toBe(12.5)
  })

  it("makes a switch of a value that is one variable", () => {
    expect(settingsOf("odds:\n  persist: ${KEEP:-false}\n").odds.persist).toBe(false)
  })

  it("leaves text where text is wanted, though it looks like a number", () => {
    expect(settingsOf("telemetry:\n  service_name: ${NAME}\n", { NAME: "42" }).telemetry.serviceName).toBe("42")
  })

  it("expands within a text without reading it as YAML", () => {
    const { database } = settingsOf("database:\n  directory: data/${NAME}\n", { NAME: "a: b # c" })
    expect(database.directory).toBe("data/a: b # c")
  })

  it("takes an empty variable for null where null is allowed", () => {
    expect(settingsOf("telemetry:\n  otlp_endpoint: ${COLLECTOR:-}\n").telemetry.otlpEndpoint).toBeNull()
  })

  it("names a variable that is not set", () => {
    expect(problemsOf("bot:\n  max_failures: ${HOW_MANY}\n").map(({ message }) => message)).toEqual([
      "the environment variable HOW_MANY is not set: set it, or write ${HOW_MANY:-default}"
    ])
  })
})

describe("SettingsDecoder.decode, with DATABASE_URL,", () => {
  const url = "postgres://user:hunter2@host:5432/name"
  const urlOf = (text: string) => settingsOf(text, { DATABASE_URL: url }).database.url

  it("takes it where the file has no database.url", () => {
    expect(Redacted.value(urlOf("database: { max_connections: 3 }")!)).toBe(url)
  })

  it("takes it where there is no file", () => {
    const { database } = Result.getOrThrow(decode(Option.none(), "", { DATABASE_URL: url }))
    expect(Redacted.value(database.url!)).toBe(url)
  })

  it("prefers the file's", () => {
    expect(Redacted.value(urlOf("database: { url: 'postgres://other/name' }")!)).toBe("postgres://other/name")
  })

  it("lets the file insist on the embedded database", () => {
    expect(urlOf("database: { url: null }")).toBeNull()
  })

  it("names the variable when it is no such address", () => {
    const [problem] = problemsOf("", { DATABASE_URL: "mysql://user:hunter2@host" })
    expect(problem?.found).toEqual(Option.some("the variable DATABASE_URL"))
  })
})

describe("SettingsDecoder.decode, about secrets,", () => {
  it.each([
    "database: { url: 'mysql://user:hunter2@host' }",
    "database: { url: [hunter2] }",
    "database: { ulr: 'postgres://user:hunter2@host' }",
    "database: 'postgres://user:hunter2@host'",
    "trading: { bankroll: '${PASSWORD}' }",
    "trading: { bankroll: 'x${PASSWORD}' }",
    "pasword: '${PASSWORD}'",
    "a: &a '${PASSWORD}'\ntrading: { bankroll: *a }"
  ])("says nothing of them when refusing %s", (text) => {
    const refusal = refusalOf(text, { PASSWORD: "hunter2", DATABASE_URL: "mysql://hunter2" })
    expect(refusal.message + JSON.stringify(toJson(refusal))).not.toContain("hunter2")
  })
})

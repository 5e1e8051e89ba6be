import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { chmodSync, rmSync, statSync, writeFileSync } from "node:fs"
import { RateLimit } from "../../src/http/RateLimit.ts"
import * as Tokens from "../../src/http/Tokens.ts"
import { listen, temporary, withSite } from "./Bot.ts"

const none = { readToken: null, controlToken: null }

const values = ({ control, read }: Tokens.Tokens) => ({ control: Redacted.value(control), read: Redacted.value(read) })

describe("Tokens", () => {
  it.effect("are made once, for their owner alone, and read from then on", () =>
    Effect.gen(function* () {
      const settings = { ...none, directory: `${yield* temporary}/http`, host: "127.0.0.1" }
      const first = yield* Tokens.open(settings)
      expect(first.isNew).toBe(true)
      expect(statSync(Tokens.fileIn(settings.directory)).mode & 0o777).toBe(0o600)
      const again = yield* Tokens.open({ ...settings, host: "0.0.0.0" })
      expect(again.isNew).toBe(false)
      expect(values(again.tokens)).toEqual(values(first.tokens))
      expect(values(first.tokens).read).not.toBe(values(first.tokens).control)
    })
  )

  it.effect("are never made where others can reach the bot", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      for (const host of ["0.0.0.0", "::", "192.168.1.7", "bot.example"]) {
        const refused = yield* Effect.flip(Tokens.open({ ...none, directory, host }))
        expect(refused).toMatchObject({
          _tag: "HttpRefused",
          message: expect.stringContaining("there are no tokens yet")
        })
      }
      const long = Redacted.make("x".repeat(24))
      yield* Tokens.open({ readToken: long, controlToken: long, directory, host: "0.0.0.0" })
    })
  )

  it.effect("are refused when they are short, damaged, or open to others", () =>
    Effect.gen(function* () {
      const settings = { ...none, directory: yield* temporary, host: "127.0.0.1" }
      const short = { ...settings, controlToken: Redacted.make("x".repeat(23)) }
      expect((yield* Effect.flip(Tokens.open(short))).message).toContain("http.control_token: found fewer than 24")
      const file = Tokens.fileIn(settings.directory)
      writeFileSync(file, "{}", { mode: 0o600 })
      expect((yield* Effect.flip(Tokens.open(settings))).message).toContain("does not hold two tokens")
      chmodSync(file, 0o644)
      expect((yield* Effect.flip(Tokens.open(settings))).message).toContain("chmod 600")
    })
  )

  it("let the control token look, too, and nothing else do anything", () => {
    const scopeOf = Tokens.scopeOf({ read: Redacted.make("r".repeat(24)), control: Redacted.make("c".repeat(24)) })
    expect(["r".repeat(24), "c".repeat(24), "", "r", "r".repeat(25)].map(scopeOf)).toEqual([
      "read",
      "control",
      null,
      null,
      null
    ])
  })
})

describe("Tokens.replace", () => {
  it.effect("ends the old ones in a running bot at once, and what was opened with them", () =>
    withSite(
      ({ ask, directory, tokens, url }) =>
        Effect.gen(function* () {
          const settings = { ...none, directory, host: "127.0.0.1" }
          const stream = yield* listen(`${url}/api/events`, tokens.read)
          yield* stream.until((events) => events.length > 0)
          const made = yield* Tokens.replace(settings)
          expect(statSync(Tokens.fileIn(directory)).mode & 0o777).toBe(0o600)
          yield* stream.ended
          for (const token of [tokens.read, tokens.control]) {
            expect((yield* ask("/api/status", { token })).status).toBe(401)
          }
          for (const token of [made.read, made.control]) {
            expect((yield* ask("/api/status", { token })).status).toBe(200)
          }
        }),
      { more: ", event_interval_ms: 100" }
    )
  )

  it.effect("leaves a running bot its tokens while the file is damaged, removed, or open to others", () =>
    withSite(({ ask, directory, tokens }) =>
      Effect.gen(function* () {
        const file = Tokens.fileIn(directory)
        const works = Effect.map(ask("/api/status", { token: tokens.control }), ({ status }) => status === 200)
        for (const spoil of [() => writeFileSync(file, "{"), () => chmodSync(file, 0o644), () => rmSync(file)]) {
          spoil()
          expect(yield* works).toBe(true)
        }
        const { control } = yield* Tokens.replace({ ...none, directory, host: "127.0.0.1" })
        expect(yield* works).toBe(false)
        expect((yield* ask("/api/status", { token: control })).status).toBe(200)
      })
    )
  )

  it.effect("leaves those of the settings as they are, and is refused where both are", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const long = Redacted.make("x".repeat(24))
      const one = { readToken: long, controlToken: null, directory, host: "127.0.0.1" }
      const made = yield* Tokens.replace(one)
      expect(made.read).toBeNull()
      expect(values((yield* Tokens.open(one)).tokens)).toEqual({ read: "x".repeat(24), control: made.control })
      const both = { ...one, controlToken: long }
      expect((yield* Effect.flip(Tokens.replace(both))).message).toContain("change them there")
    })
  )
})

describe("RateLimit", () => {
  it("lets so many pass in a minute for each key, and tells when the next may", () => {
    const limit = new RateLimit(2)
    expect([0, 0, 0].map(() => limit.take("a", 0))).toEqual([0, 0, 30])
    expect(limit.take("b", 0)).toBe(0)
    expect(limit.take("a", 29_999)).toBe(1)
    expect(limit.take("a", 30_000)).toBe(0)
    expect(limit.take("a", 30_000)).toBe(30)
  })

  it("forgets nothing by a clock that goes back", () => {
    const limit = new RateLimit(1)
    expect([limit.take("a", 1000), limit.take("a", 0)]).toEqual([0, 60])
  })
})

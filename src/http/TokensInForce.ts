/**
 * The tokens that count now. Somebody may replace those of the file while the bot runs: whoever asks is held against the file
 * as it stands, and what was opened with the old ones is closed.
 */
import { Context } from "effect"
import * as fs from "node:fs"
import type { SettingsValue } from "../config/Settings.ts"
import * as Tokens from "./Tokens.ts"

type HttpSettings = Pick<SettingsValue["http"], "host" | "directory" | "readToken" | "controlToken">

export class TokensInForce extends Context.Service<
  TokensInForce,
  {
    /** What a token may do; null: nothing. Plain code. */
    readonly scopeOf: (presented: string) => Tokens.Scope | null
    /** Counts the times that they were replaced. Plain code. */
    readonly replaced: () => number
  }
>()("clever-better/http/TokensInForce") {}

/** Tells one file from another in its place; null: there is none, or it cannot be looked at. */
const stampOf = (file: string): string | null => {
  try {
    const { ino, mtimeMs, size } = fs.statSync(file)
    return `${ino} ${mtimeMs} ${size}`
  } catch {
    return null
  }
}

/** @param tokens those of the start: they stay in force while the file does not hold two good ones */
export const make = (settings: HttpSettings, tokens: Tokens.Tokens): TokensInForce["Service"] => {
  const file = Tokens.fileIn(settings.directory)
  let stamp = stampOf(file)
  let scopeOf = Tokens.scopeOf(tokens)
  let [read, control] = [Tokens.textOf(tokens.read), Tokens.textOf(tokens.control)]
  let replaced = 0

  const look = (): void => {
    const found = stampOf(file)
    if (found === stamp || found === null) return
    stamp = found
    const next = Tokens.now(settings)
    if (next === null) return
    const texts = [Tokens.textOf(next.read), Tokens.textOf(next.control)] as const
    if (texts[0] === read && texts[1] === control) return
    ;[read, control] = texts
    scopeOf = Tokens.scopeOf(next)
    replaced++
  }

  return TokensInForce.of({
    scopeOf: (presented) => {
      look()
      return scopeOf(presented)
    },
    replaced: () => {
      look()
      return replaced
    }
  })
}

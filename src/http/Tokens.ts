/**
 * Who may look and who may control: two bearer tokens, of which the control token may look as well. They are made at the
 * first start and kept in a file that only its owner may read, beside the folder through which the same owner can control
 * the bot without any token.
 */
import { Effect, Redacted, Result, Schema } from "effect"
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import * as fs from "node:fs"
import { isIP } from "node:net"
import { join } from "node:path"
import type { SettingsValue } from "../config/Settings.ts"
import { HttpRefused } from "./HttpRefused.ts"

export type Scope = "read" | "control"

export type Tokens = Readonly<Record<Scope, Redacted.Redacted>>

type HttpSettings = Pick<SettingsValue["http"], "host" | "directory" | "readToken" | "controlToken">

/** Shorter ones can be guessed. */
const shortest = 24

const Kept = Schema.fromJsonString(Schema.Struct({ read: Schema.NonEmptyString, control: Schema.NonEmptyString }))

export const fileIn = (directory: string): string => join(directory, "tokens.json")

/** True of an address that only this machine can reach. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))

/** A token as it is presented. */
export const textOf = (token: Redacted.Redacted): string => Redacted.value(token)

/** Null when there is no file. */
const readKept = (file: string): Result.Result<Record<Scope, string> | null, HttpRefused> => {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return Result.succeed(null)
  if ((stat.mode & 0o077) !== 0) {
    return Result.fail(
      new HttpRefused({ message: `${file} can be read by others, and its tokens control the bot: chmod 600 ${file}` })
    )
  }
  return Result.mapError(
    Schema.decodeResult(Kept)(fs.readFileSync(file, "utf8")),
    () =>
      new HttpRefused({
        message: `${file} does not hold two tokens: remove it, and new ones are made at the next start`
      })
  )
}

const given = (token: Redacted.Redacted | null, kept: string | undefined): Redacted.Redacted | null =>
  token ?? (kept === undefined ? null : Redacted.make(kept))

const isWeak = (token: Redacted.Redacted | null): boolean => token !== null && Redacted.value(token).length < shortest

interface Known {
  readonly read: Redacted.Redacted | null
  readonly control: Redacted.Redacted | null
}

/** The tokens that there are; null where one has not been made yet. Plain code: reads the file, never writes. */
const look = ({ controlToken, directory, readToken }: HttpSettings): Result.Result<Known, HttpRefused> => {
  const kept = Result.flatMap(
    Result.try({
      try: () => readKept(fileIn(directory)),
      catch: (cause) => new HttpRefused({ message: `the tokens cannot be read: ${String(cause)}` })
    }),
    (found) => found
  )
  if (Result.isFailure(kept)) return Result.fail(kept.failure)
  const tokens = { read: given(readToken, kept.success?.read), control: given(controlToken, kept.success?.control) }
  for (const scope of ["read", "control"] as const) {
    if (!isWeak(tokens[scope])) continue
    const message = `http.${scope}_token: found fewer than ${shortest} characters, expected ${shortest} or more`
    return Result.fail(new HttpRefused({ message }))
  }
  return Result.succeed(tokens)
}

/** The tokens that there are; null where one has not been made yet. Never writes. */
export const known = (settings: HttpSettings) => Effect.suspend(() => Effect.fromResult(look(settings)))

/** Both tokens as they stand; null while there are not two good ones. */
export const now = (settings: HttpSettings): Tokens | null => {
  const found = look(settings)
  if (Result.isFailure(found)) return null
  const { control, read } = found.success
  return control === null || read === null ? null : { control, read }
}

/** 32 random bytes; the beginning says what it is to whoever finds it somewhere. */
const make = (scope: Scope): string => `cb_${scope}_${randomBytes(32).toString("base64url")}`

/** The file is there whole or not at all, and nobody else can ever read it. */
const write = (directory: string, tokens: Record<Scope, string>): void => {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = fileIn(directory)
  const draft = `${file}.${process.pid}.tmp`
  fs.writeFileSync(draft, `${JSON.stringify(tokens)}\n`, { mode: 0o600 })
  fs.renameSync(draft, file)
}

const writeNew = (directory: string) =>
  Effect.try({
    try: () => {
      const made = { read: make("read"), control: make("control") }
      write(directory, made)
      return made
    },
    catch: (cause) => new HttpRefused({ message: `the tokens cannot be written to ${directory}: ${String(cause)}` })
  })

/**
 * Writes new tokens in place of those of the file, which count no more as soon as it is written. Those of the settings stay:
 * null where there is one. Refused where both are.
 */
export const replace = Effect.fnUntraced(function* ({ controlToken, directory, readToken }: HttpSettings) {
  if (readToken !== null && controlToken !== null) {
    return yield* new HttpRefused({
      message: "http.read_token and http.control_token set the tokens: change them there, and start the bot again"
    })
  }
  const made = yield* writeNew(directory)
  return { read: readToken === null ? made.read : null, control: controlToken === null ? made.control : null }
})

/**
 * The tokens of the settings or of the file; made and written if there are none. On an address that others can reach they
 * have to be there already: somebody has to have seen them before anybody can try.
 */
export const open = Effect.fnUntraced(function* (settings: HttpSettings) {
  const { control, read } = yield* known(settings)
  if (control !== null && read !== null) return { tokens: { control, read } satisfies Tokens, isNew: false }
  const { directory, host } = settings
  if (!isLoopback(host)) {
    return yield* new HttpRefused({
      message:
        `http.host ${host} can be reached by others, and there are no tokens yet: start once with http.host 127.0.0.1, ` +
        "which makes them, or set http.read_token and http.control_token"
    })
  }
  const made = yield* writeNew(directory)
  const tokens: Tokens = {
    read: read ?? Redacted.make(made.read),
    control: control ?? Redacted.make(made.control)
  }
  return { tokens, isNew: true }
})

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/**
 * What a token may do; null: nothing. Both are compared always, by digests of one length, so that the time taken says
 * nothing of either.
 */
export const scopeOf = (tokens: Tokens): ((presented: string) => Scope | null) => {
  const read = digest(Redacted.value(tokens.read))
  const control = digest(Redacted.value(tokens.control))
  return (presented) => {
    const found = digest(presented)
    const isControl = timingSafeEqual(found, control)
    const isRead = timingSafeEqual(found, read)
    return isControl ? "control" : isRead ? "read" : null
  }
}

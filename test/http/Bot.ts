/** A bot that answers over HTTP on a port of its own, and a client that speaks plain HTTP to it. */
import { Effect, Redacted } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { BotServer } from "../../src/http/BotServer.ts"
import { type BotOptions, withBot } from "../bot/TestBot.ts"

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
  /** Of a body that is JSON. */
  readonly json: () => any
}

export interface Asking {
  readonly method?: string
  readonly token?: string | null
  /** Sent as JSON, unless it is text already. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Site {
  readonly url: string
  readonly directory: string
  readonly tokens: { readonly read: string; readonly control: string }
  readonly ask: (path: string, asking?: Asking) => Effect.Effect<Answer>
  readonly get: (path: string) => Effect.Effect<Answer>
  readonly post: (path: string, body: unknown) => Effect.Effect<Answer>
}

export const send = (url: string, { body, headers = {}, method = "GET", token = null }: Asking) =>
  Effect.callback<Answer>((resume) => {
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body)
    const sent = request(
      url,
      {
        method,
        agent: false,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
          ...headers
        }
      },
      (response) => {
        let text = ""
        response.setEncoding("utf8").on("data", (chunk: string) => void (text += chunk))
        response.on("end", () =>
          resume(
            Effect.succeed({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              json: () => JSON.parse(text)
            })
          )
        )
      }
    )
    sent.on("error", (error) => resume(Effect.die(error)))
    sent.end(text)
  })

export const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "clever-better-http-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** What the tests' settings say of HTTP: a port that is free, and a folder of their own. */
export const httpSettings = (directory: string, more = "") => `http: { port: 0, directory: ${directory}${more} }\n`

/** @param more further keys of the section http, for instance `, max_body_bytes: 100` */
export const withSite = <A, E, R>(
  test: (site: Site) => Effect.Effect<A, E, R>,
  { more = "", settings = "", ...options }: BotOptions & { readonly more?: string } = {}
) =>
  Effect.gen(function* () {
    const directory = yield* temporary
    return yield* withBot({ ...options, settings: httpSettings(directory, more) + settings })(
      Effect.gen(function* () {
        const server = yield* BotServer
        const made = server.newTokens!
        const tokens = { read: Redacted.value(made.read), control: Redacted.value(made.control) }
        const url = server.address()!
        const ask = (path: string, asking: Asking = {}) => send(`${url}${path}`, { token: tokens.read, ...asking })
        return yield* test({
          url,
          directory,
          tokens,
          ask,
          get: (path) => ask(path),
          post: (path, body) => ask(path, { method: "POST", token: tokens.control, body })
        })
      }).pipe(Effect.provide(BotServer.layer))
    )
  }).pipe(Effect.scoped)

export interface ServerEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

const parseEvents = (text: string): ReadonlyArray<ServerEvent> =>
  text
    .split("\n\n")
    .slice(0, -1)
    .map((block) => {
      const fields = Object.fromEntries(
        block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()])
      )
      return { id: fields["id"] ?? "", event: fields["event"] ?? "message", data: fields["data"] ?? "" }
    })

const nothing = () => {}

/** Opens an event stream. `until` waits, as long as it takes, until what has come is enough. */
export const listen = (url: string, token: string, lastId?: string) =>
  Effect.sync(() => {
    let text = ""
    let look: () => void = nothing
    const answered = Promise.withResolvers<number>()
    const ended = Promise.withResolvers<void>()
    const sent = request(url, {
      agent: false,
      headers: { authorization: `Bearer ${token}`, ...(lastId === undefined ? {} : { "last-event-id": lastId }) }
    })
    sent.on("response", (response) => {
      answered.resolve(response.statusCode ?? 0)
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk
        look()
      })
      response.on("error", nothing)
      response.on("close", () => ended.resolve())
    })
    sent.on("error", nothing)
    sent.end()
    return {
      status: Effect.promise(() => answered.promise),
      /** Waits until the bot has hung up. */
      ended: Effect.promise(() => ended.promise),
      until: (enough: (events: ReadonlyArray<ServerEvent>) => boolean) =>
        Effect.callback<ReadonlyArray<ServerEvent>>((resume) => {
          look = () => {
            const events = parseEvents(text)
            if (enough(events)) resume(Effect.succeed(events))
          }
          look()
        }),
      close: Effect.callback<void>((resume) => {
        sent.on("close", () => resume(Effect.void))
        sent.destroy()
      })
    }
  })

export type Listener = Effect.Success<ReturnType<typeof listen>>

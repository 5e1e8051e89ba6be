/** One HTTP request and its answer over Node's server: bounded bodies, compression, and the ways in which faults end it. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import { Effect } from "effect"

/** Two hundred instructions are a tenth of this. */
export const maximumBodyBytes = 1_048_576

export interface Answer {
  readonly status: number
  readonly contentType: "application/json" | "text/html"
  readonly body: string
}

export const json = (status: number, body: unknown): Answer => ({
  status,
  contentType: "application/json",
  body: JSON.stringify(body)
})

/** As a gateway in front of the exchange answers when it is in trouble. */
export const html = (status: number, title: string): Answer => ({
  status,
  contentType: "text/html",
  body: `<!DOCTYPE html>\n<html><head><title>${status} ${title}</title></head><body><h1>${title}</h1></body></html>\n`
})

/** The body as text; undefined when it is longer than allowed. Never done when the client goes away: then nothing follows. */
export const readBody = (request: IncomingMessage): Effect.Effect<string | undefined> =>
  Effect.callback<string | undefined>((resume) => {
    const chunks: Array<Buffer> = []
    let length = 0
    request.on("data", (chunk: Buffer) => {
      length += chunk.length
      if (length > maximumBodyBytes) {
        chunks.length = 0
        resume(Effect.undefined)
      } else chunks.push(chunk)
    })
    request.on("end", () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8"))))
    request.on("error", () => resume(Effect.interrupt))
    request.on("close", () => {
      if (!request.complete) resume(Effect.interrupt)
    })
  })

const compress = promisify(gzip)

/** @param now for the Date header, epoch milliseconds */
export const send = Effect.fnUntraced(function* (
  request: IncomingMessage,
  response: ServerResponse,
  { body, contentType, status }: Answer,
  now: number,
  isDoubled: boolean
) {
  const isCompressed = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))
  const bytes = isCompressed ? yield* Effect.promise(() => compress(body)) : Buffer.from(body)
  if (response.destroyed) return
  const headers = {
    Date: new Date(now).toUTCString(),
    "Content-Type": contentType,
    "Content-Length": String(bytes.length),
    "Cache-Control": "no-cache",
    Vary: "Accept-Encoding",
    ...(isCompressed && { "Content-Encoding": "gzip" }),
    // A body that was not read to its end would be taken for the next request.
    ...(!request.complete && { Connection: "close" })
  }
  response.writeHead(status, headers)
  response.end(bytes)
  if (!isDoubled) return
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  request.socket.write(`HTTP/1.1 ${status} Doubled\r\n${head.join("")}\r\n`)
  request.socket.write(bytes)
})

/** Cuts the connection without an answer. */
export const drop = (request: IncomingMessage): void => void request.socket.destroy()

export const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === "string" && value !== "" ? value : undefined
}

/** A server on this machine that takes webhooks, answers as it is told, and notes what it was sent. */
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect, Latch } from "effect"

export interface Received {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

export class WebhookServer {
  readonly received: Array<Received> = []
  /** The answers to come; after the last of them 200. */
  readonly answers: Array<number> = []
  /** Closed, it keeps all answers back. */
  readonly gate = Latch.makeUnsafe(true)
  private readonly arrived = Latch.makeUnsafe(false)
  readonly url: string

  constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`
  }

  noted(received: Received): number {
    this.received.push(received)
    this.arrived.openUnsafe()
    return this.answers.shift() ?? 200
  }

  /** Waits until so many requests have come. */
  until(count: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.received.length >= count) return Effect.void
      this.arrived.closeUnsafe()
      return Effect.andThen(this.arrived.await, this.until(count))
    })
  }

  static readonly open = Effect.acquireRelease(
    Effect.promise(async () => {
      let own: WebhookServer | null = null
      const server = createServer(async (request, response) => {
        let text = ""
        for await (const chunk of request) text += chunk
        const { authorization } = request.headers
        const status = own!.noted({ path: request.url!, authorization, body: JSON.parse(text) })
        await Effect.runPromise(own!.gate.await)
        response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end("ok")
      })
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      own = new WebhookServer((server.address() as AddressInfo).port)
      return { own, server }
    }),
    ({ server }) =>
      Effect.promise(async () => {
        server.closeAllConnections()
        server.close()
        await once(server, "close")
      })
  ).pipe(Effect.map(({ own }) => own))
}

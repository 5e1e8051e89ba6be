import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Envelope from "../../../src/betfair/stream/Envelope.ts"
import type { Sink } from "../../../src/betfair/stream/Listener.ts"
import { StreamRefused } from "../../../src/betfair/stream/StreamFailure.ts"
import type { StreamEvent } from "../../../src/betfair/stream/StreamState.ts"
import * as Subscription from "../../../src/betfair/stream/Subscription.ts"
import * as Exchange from "./Exchange.ts"

/** Hands messages over as objects. */
class ObjectSink implements Sink<ReadonlyArray<Exchange.Fields>> {
  private messages: Array<Exchange.Fields> = []

  add(line: Buffer): boolean {
    const message = Envelope.objectOf(line)
    if (message !== null) this.messages.push(message)
    return message !== null
  }

  take() {
    return this.messages.length === 0 ? null : this.messages.splice(0)
  }
}

const request = { op: "marketSubscription", messages: "mcm", fields: { marketFilter: { marketIds: ["1.2"] } } } as const

const heartbeatMs = 5000

/** A subscription at the test's exchange: what it hands over, one message at a time, and the events that are no message. */
const subscribe = Effect.fnUntraced(function* (options: Partial<Subscription.SubscriptionOptions> = {}) {
  const exchange = yield* Exchange.open
  const tokens = Exchange.counted()
  const { batches, events, health } = yield* Subscription.make(
    { server: exchange.server, tokens, heartbeatMs, conflateMs: 0, ...options },
    request,
    new ObjectSink()
  )
  const heard = yield* Queue.unbounded<Exchange.Fields>()
  const told = yield* Queue.unbounded<StreamEvent>()
  yield* Effect.forkScoped(
    Stream.runForEach(events, (event) => Queue.offer(told, event)),
    { startImmediately: true }
  )
  const running = yield* Effect.forkScoped(
    Stream.runForEach(batches, (batch) => Queue.offerAll(heard, batch)),
    { startImmediately: true }
  )
  /** The next event of a kind, whatever comes before. */
  const event = Effect.fnUntraced(function* <T extends StreamEvent["_tag"]>(tag: T) {
    for (;;) {
      const next = yield* Queue.take(told)
      if (next._tag === tag) return next as Extract<StreamEvent, { readonly _tag: T }>
    }
  })
  return { accept: exchange.accept, hear: Queue.take(heard), event, health, running, tokens, server: exchange.server }
})

const change = (id: unknown, pt: number, more: Exchange.Fields = {}): Exchange.Fields => ({
  op: "mcm",
  id,
  clk: `C${pt}`,
  pt,
  ...more
})
const image = (id: unknown, pt: number, more: Exchange.Fields = {}) =>
  change(id, pt, {
    initialClk: `I${pt}`,
    ct: "SUB_IMAGE",
    heartbeatMs,
    conflateMs: 0,
    mc: [{ id: "1.2", img: true }],
    ...more
  })

describe("Subscription", () => {
  it.effect("authenticates, subscribes and hands over what comes", () =>
    Effect.gen(function* () {
      const { accept, event, health, hear } = yield* subscribe()
      expect(health().status).toBe("disconnected")
      const client = yield* accept
      expect(yield* client.authenticate).toEqual({ op: "authentication", id: 1, appKey: "key", session: "token-1" })
      expect(yield* event("Connected")).toMatchObject({ connectionId: "002-1", connectionsAvailable: 9 })
      const asked = yield* client.receive
      expect(asked).toEqual({
        op: "marketSubscription",
        id: 2,
        marketFilter: { marketIds: ["1.2"] },
        segmentationEnabled: true,
        heartbeatMs: 5000,
        conflateMs: 0
      })
      yield* client.grant(asked)
      yield* client.send(image(2, 1000), change(2, 2000))
      expect((yield* hear).pt).toBe(1000)
      expect((yield* hear).pt).toBe(2000)
      expect(yield* event("Subscribed")).toMatchObject({ connection: 1, with: "image" })
      expect(health()).toMatchObject({
        status: "connected",
        connectedSince: 0,
        lastMessageAt: 0,
        lastPublishTime: 2000,
        latencyMs: -2000,
        reconnects: 0,
        connectionsAvailable: 9
      })
    })
  )

  it.effect("refuses a certificate of an authority it does not know", () =>
    Effect.gen(function* () {
      const { server } = yield* Exchange.open
      const { running } = yield* subscribe({ server: { ...server, ca: [] } })
      const failure = yield* Effect.flip(Fiber.join(running))
      expect(failure).toMatchObject({ _tag: "StreamBroken", kind: "UNVERIFIED" })
    })
  )

  it.effect("refuses a certificate of another name", () =>
    Effect.gen(function* () {
      const { server } = yield* Exchange.open
      const { running } = yield* subscribe({ server: { ...server, servername: "stream-api.betfair.com" } })
      expect(yield* Effect.flip(Fiber.join(running))).toMatchObject({ _tag: "StreamBroken", kind: "UNVERIFIED" })
    })
  )

  it.effect("tries a server that is not there again and again", () =>
    Effect.gen(function* () {
      const { event } = yield* subscribe({ server: { host: "127.0.0.1", port: 1 } })
      const delays: Array<number> = []
      for (let n = 0; n < 12; n++) {
        const { reason, retryInMs } = yield* event("Disconnected")
        expect(reason).toContain("127.0.0.1:1 cannot be reached")
        delays.push(retryInMs)
        yield* TestClock.adjust(retryInMs)
      }
      for (const [n, delay] of delays.entries()) {
        const whole = Math.min(30_000, 500 * 2 ** n)
        expect(delay).toBeGreaterThanOrEqual(whole / 2)
        expect(delay).toBeLessThanOrEqual(whole)
      }
    })
  )

  it.effect("resumes from the last clocks, with the same filter, after a link that broke in the middle of a line", () =>
    Effect.gen(function* () {
      const { accept, event, health, hear } = yield* subscribe()
      const first = yield* accept
      yield* first.subscribe
      yield* first.send(image(2, 1000), change(2, 2000, { ct: "HEARTBEAT" }))
      yield* hear
      yield* hear
      yield* first.write('{"op":"mcm","id":2,"clk":"C3000","pt":3000,"mc":[{"id":"1.')
      yield* first.cut
      const { retryInMs } = yield* event("Disconnected")
      expect(health().status).toBe("disconnected")
      yield* TestClock.adjust(retryInMs)
      const second = yield* accept
      const asked = yield* second.subscribe
      expect(asked).toMatchObject({ initialClk: "I1000", clk: "C2000", marketFilter: { marketIds: ["1.2"] } })
      yield* second.send(change(asked.id, 4000, { ct: "RESUB_DELTA", mc: [{ id: "1.2" }] }))
      expect(yield* hear).toMatchObject({ pt: 4000 })
      expect(yield* event("Subscribed")).toMatchObject({ connection: 2, with: "delta" })
      expect(health()).toMatchObject({ status: "connected", reconnects: 1 })
    })
  )

  it.effect("notices a silent link after two heartbeats and makes another", () =>
    Effect.gen(function* () {
      const { accept, event, hear } = yield* subscribe()
      const first = yield* accept
      yield* first.subscribe
      yield* first.send(image(2, 1000, { heartbeatMs: 1000 }))
      yield* hear
      yield* TestClock.adjust(1999)
      yield* first.send(change(2, 2000, { ct: "HEARTBEAT" }))
      yield* hear
      yield* TestClock.adjust(1999)
      yield* first.send(change(2, 3000, { ct: "HEARTBEAT" }))
      yield* hear
      yield* TestClock.adjust(2000)
      const { reason, retryInMs } = yield* event("Disconnected")
      expect(reason).toBe("nothing was heard for 2000 ms")
      yield* first.left
      yield* TestClock.adjust(retryInMs)
      expect(yield* (yield* accept).subscribe).toMatchObject({ clk: "C3000" })
    })
  )

  it.effect("gives up on a link that does not greet, or does not answer, in time", () =>
    Effect.gen(function* () {
      const { accept, event } = yield* subscribe()
      const first = yield* accept
      yield* TestClock.adjust("15 seconds")
      const greeting = yield* event("Disconnected")
      expect(greeting.reason).toBe("connection was not answered within 15 seconds")
      yield* first.left
      yield* TestClock.adjust(greeting.retryInMs)
      const second = yield* accept
      yield* second.greet
      yield* second.receive
      yield* TestClock.adjust("15 seconds")
      expect((yield* event("Disconnected")).reason).toBe("authentication was not answered within 15 seconds")
      yield* second.left
    })
  )

  it.effect.each(["NO_SESSION", "INVALID_SESSION_INFORMATION"])("takes another token at once after %s", (code) =>
    Effect.gen(function* () {
      const { accept, event, hear, tokens } = yield* subscribe()
      const first = yield* accept
      yield* first.greet
      yield* first.refuse(yield* first.receive, code)
      expect(yield* event("Disconnected")).toMatchObject({ retryInMs: 0 })
      const second = yield* accept
      expect(yield* second.authenticate).toMatchObject({ session: "token-2" })
      expect(tokens.refusals()).toBe(1)
      yield* second.grant(yield* second.receive)
      yield* second.send(image(2, 1000))
      yield* hear
    })
  )

  it.effect.each([
    "NO_APP_KEY",
    "INVALID_APP_KEY",
    "NOT_AUTHORIZED",
    "INVALID_INPUT",
    "INVALID_REQUEST",
    "SUBSCRIPTION_LIMIT_EXCEEDED"
  ])("ends when it has never worked and %s says that it will not", (code) =>
    Effect.gen(function* () {
      const { accept, running } = yield* subscribe()
      const client = yield* accept
      yield* client.authenticate
      yield* client.refuse(yield* client.receive, code, code !== "SUBSCRIPTION_LIMIT_EXCEEDED")
      const failure = yield* Effect.flip(Fiber.join(running))
      expect(failure).toBeInstanceOf(StreamRefused)
      expect(failure).toMatchObject({ errorCode: code, request: "marketSubscription" })
      yield* client.left
    })
  )

  it.effect("does not end by such a refusal once it has worked", () =>
    Effect.gen(function* () {
      const { accept, event, hear } = yield* subscribe()
      const first = yield* accept
      yield* first.subscribe
      yield* first.send(image(2, 1000))
      yield* hear
      yield* first.cut
      yield* TestClock.adjust((yield* event("Disconnected")).retryInMs)
      const second = yield* accept
      yield* second.greet
      yield* second.refuse(yield* second.receive, "NOT_AUTHORIZED")
      expect(yield* event("Disconnected")).toMatchObject({ retryInMs: 30_000 })
      yield* TestClock.adjust(30_000)
      yield* (yield* accept).subscribe
    })
  )

  it.effect.each(["UNEXPECTED_ERROR", "TIMEOUT", "CONNECTION_FAILED", "A_NEW_ONE"])("tries again after %s", (code) =>
    Effect.gen(function* () {
      const { accept, event } = yield* subscribe()
      const first = yield* accept
      yield* first.greet
      yield* first.refuse(yield* first.receive, code)
      const { reason, retryInMs } = yield* event("Disconnected")
      expect(reason).toBe(`authentication refused: ${code}, as told`)
      expect(retryInMs).toBeLessThanOrEqual(500)
      yield* TestClock.adjust(retryInMs)
      yield* (yield* accept).subscribe
    })
  )

  it.effect.each(["MAX_CONNECTION_LIMIT_EXCEEDED", "TOO_MANY_REQUESTS"])("waits longer after %s", (code) =>
    Effect.gen(function* () {
      const { accept, event } = yield* subscribe()
      const first = yield* accept
      yield* first.refuse({}, code)
      const { retryInMs } = yield* event("Disconnected")
      expect(retryInMs).toBeGreaterThanOrEqual(2500)
      yield* TestClock.adjust(retryInMs)
      yield* (yield* accept).subscribe
    })
  )

  it.effect.each([true, false])("asks for an image when the clocks are too old, the link closed: %s", (isClosed) =>
    Effect.gen(function* () {
      const { accept, event, hear } = yield* subscribe()
      const first = yield* accept
      yield* first.subscribe
      yield* first.send(image(2, 1000))
      yield* hear
      yield* first.cut
      yield* TestClock.adjust((yield* event("Disconnected")).retryInMs)
      const second = yield* accept
      yield* second.authenticate
      const old = yield* second.receive
      expect(old.clk).toBe("C1000")
      yield* second.refuse(old, "INVALID_CLOCK", isClosed)
      if (isClosed) yield* TestClock.adjust((yield* event("Disconnected")).retryInMs)
      const third = isClosed ? yield* accept : second
      if (isClosed) yield* third.authenticate
      const fresh = yield* third.receive
      expect([fresh.initialClk, fresh.clk]).toEqual([undefined, undefined])
      yield* third.grant(fresh)
      // What the former subscription still sends is not ours any more.
      yield* third.send(change(old.id === fresh.id ? 99 : old.id, 2000), image(fresh.id, 3000))
      expect((yield* hear).pt).toBe(3000)
      expect(yield* event("Subscribed")).toMatchObject({ connection: 2, with: "image" })
    })
  )

  it.effect("stays connected when the exchange is late, and says so until it is not", () =>
    Effect.gen(function* () {
      const { accept, event, health, hear } = yield* subscribe()
      const client = yield* accept
      yield* client.subscribe
      yield* client.send(image(2, 1000), change(2, 2000, { status: 503, ct: "HEARTBEAT" }))
      yield* hear
      yield* hear
      yield* event("Stale")
      expect(health().status).toBe("stale")
      yield* client.send(change(2, 3000))
      yield* hear
      yield* event("Fresh")
      expect(health().status).toBe("connected")
    })
  )

  it.effect("keeps the link when only a request was refused on it", () =>
    Effect.gen(function* () {
      const { accept, event, health, hear } = yield* subscribe()
      const client = yield* accept
      yield* client.subscribe
      yield* client.send(image(2, 1000))
      yield* client.refuse({ id: 2 }, "SUBSCRIPTION_LIMIT_EXCEEDED", false)
      yield* client.send(change(2, 2000))
      yield* hear
      yield* hear
      expect((yield* event("Refused")).reason).toContain("SUBSCRIPTION_LIMIT_EXCEEDED")
      expect(health().status).toBe("connected")
    })
  )

  it.effect("hands over a change in segments when it is whole, and resumes before it when it is not", () =>
    Effect.gen(function* () {
      const { accept, event, hear } = yield* subscribe()
      const first = yield* accept
      yield* first.subscribe
      yield* first.send(
        image(2, 1000, { segmentType: "SEG_START" }),
        change(2, 1500, { ct: "HEARTBEAT" }),
        change(2, 2000, { segmentType: "SEG", ct: "SUB_IMAGE" }),
        change(2, 3000, { segmentType: "SEG_END", ct: "SUB_IMAGE" })
      )
      const pts = [yield* hear, yield* hear, yield* hear, yield* hear].map(({ pt }) => pt)
      expect(pts).toEqual([1500, 1000, 2000, 3000])
      yield* first.send(change(2, 4000, { segmentType: "SEG_START" }), change(2, 5000, { ct: "HEARTBEAT" }))
      expect((yield* hear).pt).toBe(5000)
      yield* first.cut
      yield* TestClock.adjust((yield* event("Disconnected")).retryInMs)
      const second = yield* accept
      const asked = yield* second.subscribe
      expect(asked).toMatchObject({ initialClk: "I1000", clk: "C3000" })
      yield* second.send(change(asked.id, 6000, { ct: "RESUB_DELTA" }))
      expect((yield* hear).pt).toBe(6000)
    })
  )

  it.effect.each([
    ["no JSON", "garbage\u0000\r\n"],
    ["JSON that is no message", "[1,2]\r\n"],
    ["a message of another kind", '{"op":"ocm","pt":5}\r\n'],
    ["a message without a time", '{"op":"mcm","id":2}\r\n'],
    ["a message that is cut and ended", '{"op":"mcm","id":2,"pt":3000,"mc":[{"id"\r\n'],
    ["a segment that has no beginning", '{"op":"mcm","id":2,"pt":3000,"segmentType":"SEG"}\r\n'],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0d, 0x0a])]
  ] as const)("makes another link after %s, and keeps what came before", ([, bytes]) =>
    Effect.gen(function* () {
      const { accept, event, hear } = yield* subscribe()
      const first = yield* accept
      yield* first.subscribe
      const before = Buffer.from([image(2, 1000), change(2, 2000)].map((m) => `${JSON.stringify(m)}\r\n`).join(""))
      yield* first.write(Buffer.concat([before, Buffer.from(bytes), before]))
      expect([(yield* hear).pt, (yield* hear).pt]).toEqual([1000, 2000])
      yield* TestClock.adjust((yield* event("Disconnected")).retryInMs)
      yield* first.left
      expect(yield* (yield* accept).subscribe).toMatchObject({ clk: "C2000" })
    })
  )

  it.effect("makes another link after a line that is too long", () =>
    Effect.gen(function* () {
      const { accept, event, hear } = yield* subscribe({ maximumLineBytes: 1000 })
      const client = yield* accept
      yield* client.subscribe
      yield* client.send(image(2, 1000))
      yield* hear
      yield* client.write(Buffer.alloc(2000, "x"))
      expect((yield* event("Disconnected")).reason).toBe("a line is longer than 1000 bytes")
      yield* client.left
    })
  )

  it.effect("waits for a token when there is none", () =>
    Effect.gen(function* () {
      let logins = 0
      const good = Exchange.counted()
      const tokens = {
        ...good,
        credentials: Effect.suspend(() =>
          ++logins === 1 ? Effect.fail({ message: "the login service is away" }) : good.credentials
        )
      }
      const { accept, event } = yield* subscribe({ tokens })
      const { reason, retryInMs } = yield* event("Disconnected")
      expect(reason).toBe("there is no session token: the login service is away")
      yield* TestClock.adjust(retryInMs)
      yield* (yield* accept).subscribe
    })
  )

  it.effect("closes its link when it is stopped", () =>
    Effect.gen(function* () {
      const { accept, hear, running } = yield* subscribe()
      const client = yield* accept
      yield* client.subscribe
      yield* client.send(image(2, 1000))
      yield* hear
      expect(Exit.isFailure(yield* Effect.exit(Effect.andThen(Fiber.interrupt(running), Fiber.join(running))))).toBe(
        true
      )
      yield* client.left
    })
  )

  it.effect("stops reading while nobody asks", () =>
    Effect.gen(function* () {
      const exchange = yield* Exchange.open
      const { batches } = yield* Subscription.make(
        { server: exchange.server, tokens: Exchange.counted(), heartbeatMs, conflateMs: 0 },
        request,
        new ObjectSink()
      )
      const pull = yield* Stream.toPull(batches)
      const first = yield* Effect.forkScoped(pull, { startImmediately: true })
      const client = yield* exchange.accept
      yield* client.subscribe
      yield* client.send(image(2, 1))
      yield* Fiber.join(first)
      // Nobody asks: the bytes pile up at the exchange's end, all but what the sockets of the machine hold.
      const padding = "x".repeat(1000)
      const sent = 40_000
      for (let pt = 2; pt <= sent; pt++) yield* client.send(change(2, pt, { padding }))
      const held = () => client.socket.writableLength
      let before = -1
      while (held() !== before) {
        before = held()
        for (let turn = 0; turn < 20; turn++) yield* Effect.promise(() => new Promise((done) => setImmediate(done)))
      }
      expect(held()).toBeGreaterThan(20_000_000)
      // Then all of it comes, in order.
      let last = 1
      while (last < sent) {
        for (const { pt } of (yield* pull).flat()) {
          expect(pt).toBe(last + 1)
          last++
        }
      }
      expect(last).toBe(sent)
    })
  )
})

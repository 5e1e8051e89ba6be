/** Keeps a stream's health, and tells of what happens to it. Plain code: it is on the path of every message. */
import { PubSub, Stream } from "effect"
import type { Envelope } from "./Envelope.ts"
import type { StreamEvent, StreamHealth } from "./StreamState.ts"

/** Events that a listener may be behind. */
export const eventCapacity = 256

const serviceUnavailable = 503

export class StreamMonitor {
  /** How often it has been subscribed. */
  connection = 0
  private current: StreamHealth = {
    status: "disconnected",
    connectedSince: null,
    lastMessageAt: null,
    lastPublishTime: null,
    latencyMs: null,
    reconnects: 0,
    connectionsAvailable: null,
    problem: null
  }
  private readonly pubsub: PubSub.PubSub<StreamEvent>

  constructor(pubsub: PubSub.PubSub<StreamEvent>) {
    this.pubsub = pubsub
  }

  readonly health = (): StreamHealth => this.current

  get events(): Stream.Stream<StreamEvent> {
    return Stream.fromPubSub(this.pubsub)
  }

  connected(at: number, connectionId: string | null, connectionsAvailable: number | null): void {
    this.current = { ...this.current, connectionsAvailable }
    this.tell({ _tag: "Connected", at, connectionId, connectionsAvailable })
  }

  /** The first message of a subscription. */
  subscribed(at: number, how: "image" | "delta"): void {
    this.connection++
    this.current = { ...this.current, status: "connected", connectedSince: at, reconnects: this.connection - 1 }
    this.tell({ _tag: "Subscribed", at, connection: this.connection, with: how })
  }

  /** Any message of the subscription, the first included. */
  heard(at: number, { pt, status }: Envelope): void {
    const isStale = status === serviceUnavailable
    const wasStale = this.current.status === "stale"
    const lastPublishTime = pt ?? this.current.lastPublishTime
    this.current = {
      ...this.current,
      status: isStale ? "stale" : "connected",
      lastMessageAt: at,
      lastPublishTime,
      latencyMs: pt === null ? this.current.latencyMs : at - pt
    }
    if (isStale !== wasStale) this.tell({ _tag: isStale ? "Stale" : "Fresh", at })
  }

  refused(at: number, reason: string): void {
    this.current = { ...this.current, problem: reason }
    this.tell({ _tag: "Refused", at, reason })
  }

  disconnected(at: number, reason: string, retryInMs: number): void {
    this.current = { ...this.current, status: "disconnected", connectedSince: null, problem: reason }
    this.tell({ _tag: "Disconnected", at, reason, retryInMs })
  }

  get isStale(): boolean {
    return this.current.status === "stale"
  }

  private tell(event: StreamEvent): void {
    PubSub.publishUnsafe(this.pubsub, event)
  }
}

export const makeEvents = PubSub.sliding<StreamEvent>({ capacity: eventCapacity, replay: 1 })

/**
 * What comes over one link: which of it is the subscription's, in which order it is handed over, and from where the next link
 * is to resume.
 *
 * A change in segments is handed over whole, behind its last segment: nobody is to see half an image. The clocks are kept
 * from the last message that ends a change, so that a link that breaks within one gets all of it again; changes carry new
 * values and not differences, so hearing one twice does no harm.
 */
import { type Envelope, read as readEnvelope } from "./Envelope.ts"
import * as Session from "./Session.ts"
import { StreamBroken, type StreamFailure } from "./StreamFailure.ts"
import type { StreamMonitor } from "./StreamMonitor.ts"

export interface Request {
  readonly op: "marketSubscription" | "orderSubscription"
  /** What its messages are called. */
  readonly messages: "mcm" | "ocm"
  /** The filter. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Where a message of the subscription is from. */
export interface Origin {
  readonly connection: number
  readonly arrivedAt: number
  /** The first message of the connection: its image, or what was missed. */
  readonly isFirst: boolean
  readonly isStale: boolean
}

/** Takes messages in, and gives what has become of them since it was asked last. */
export interface Sink<A> {
  /** False: it cannot be understood, and the link that brought it is not to be trusted. `line` ends with LF. Never throws. */
  readonly add: (line: Buffer, envelope: Envelope, origin: Origin) => boolean
  /** Null: nothing to hand over. */
  readonly take: () => A | null
}

/** What segments of one change may hold together, in bytes. */
export const maximumChangeBytes = 64 * 1024 * 1024

export interface Clocks {
  readonly initialClk: string | null
  readonly clk: string | null
}

interface Segment {
  readonly line: Buffer
  readonly envelope: Envelope
  readonly origin: Origin
}

const garbled = (message: string) => new StreamBroken({ kind: "GARBLED", message })

export const noClocks: Clocks = { initialClk: null, clk: null }

/** Plain code: it is on the path of every message. */
export class Listener<A> {
  heartbeatMs: number
  isSubscribed: boolean
  private readonly subscriptionId: number
  private readonly segments: Array<Segment> = []
  private segmentBytes = 0
  private isWithin = false
  private latest: Clocks
  private readonly request: Request
  private readonly sink: Sink<A>
  private readonly monitor: StreamMonitor
  /** How it resumes from here. */
  clocks: Clocks
  private readonly isResuming: boolean

  constructor(
    subscriptionId: number,
    clocks: Clocks,
    heartbeatMs: number,
    isNewLink: boolean,
    request: Request,
    sink: Sink<A>,
    monitor: StreamMonitor
  ) {
    this.subscriptionId = subscriptionId
    this.clocks = clocks
    this.latest = clocks
    this.isResuming = clocks.clk !== null
    this.heartbeatMs = heartbeatMs
    this.isSubscribed = !isNewLink
    this.request = request
    this.sink = sink
    this.monitor = monitor
  }

  /** Takes a line in; why the link must go, or null. */
  hear(line: Buffer, now: number): StreamFailure | null {
    const envelope = readEnvelope(line)
    if (envelope === null) return garbled("a line is no message")
    const { id, op } = envelope
    if (op === "status") return this.told(line, now)
    if (op === "connection") return null
    if (op !== this.request.messages) return garbled(`a message of the kind ${JSON.stringify(op.slice(0, 40))}`)
    // Of a subscription that this one has replaced.
    if (id !== null && id !== this.subscriptionId) return null
    if (envelope.pt === null || !(envelope.pt > 0)) return garbled("a message without its time")
    return this.change(line, envelope, now)
  }

  private change(line: Buffer, envelope: Envelope, now: number): StreamFailure | null {
    const { clk, ct, heartbeatMs, initialClk, segmentType } = envelope
    const isFirst = !this.isSubscribed
    if (isFirst) {
      this.isSubscribed = true
      this.monitor.subscribed(now, this.isResuming && ct !== "SUB_IMAGE" ? "delta" : "image")
    }
    this.monitor.heard(now, envelope)
    if (heartbeatMs !== null && heartbeatMs > 0) this.heartbeatMs = heartbeatMs
    this.latest = { initialClk: initialClk ?? this.latest.initialClk, clk: clk ?? this.latest.clk }
    const { connection, isStale } = this.monitor
    const segment: Segment = { line, envelope, origin: { connection, arrivedAt: now, isFirst, isStale } }
    if (segmentType === "SEG_START") {
      if (this.isWithin) return garbled("a change in segments begins within another")
      this.isWithin = true
    } else if (segmentType !== null && !this.isWithin) return garbled("a segment of a change that has not begun")
    if (this.isWithin && ct !== "HEARTBEAT") return this.hold(segment)
    return this.hand(segment) ?? this.settle()
  }

  private hold(segment: Segment): StreamFailure | null {
    this.segments.push(segment)
    this.segmentBytes += segment.line.length
    if (this.segmentBytes > maximumChangeBytes) {
      return new StreamBroken({
        kind: "TOO_LONG",
        message: `a change in segments is longer than ${maximumChangeBytes} bytes`
      })
    }
    if (segment.envelope.segmentType !== "SEG_END") return null
    this.isWithin = false
    this.segmentBytes = 0
    for (const part of this.segments.splice(0)) {
      const failure = this.hand(part)
      if (failure !== null) return failure
    }
    return this.settle()
  }

  private hand({ envelope, line, origin }: Segment): StreamFailure | null {
    return this.sink.add(line, envelope, origin) ? null : garbled("a message that cannot be read")
  }

  private settle(): null {
    if (!this.isWithin) this.clocks = this.latest
    return null
  }

  private told(line: Buffer, now: number): StreamFailure | null {
    const status = Session.statusOf(line)
    if (status === null || status.statusCode === "SUCCESS") return null
    const refused = Session.refusal(this.request.op, status)
    if (status.connectionClosed) return refused
    this.monitor.refused(now, refused.message)
    return null
  }
}

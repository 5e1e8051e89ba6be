/**
 * What market and order subscriptions have in common: the first image, or the changes since a given clock; then changes
 * at the asked-for pace, and heartbeats when there are none. Nothing is queued for a reader: what is told is always what
 * has changed since it was told last, however long ago that is.
 */

/** Changes, and when the newest was published (epoch milliseconds). */
export interface Told<Change> {
  readonly changes: ReadonlyArray<Change>
  readonly at: number
}

export interface Feed<Change> {
  readonly op: "mcm" | "ocm"
  /** Where a message carries the changes. */
  readonly key: "mc" | "oc"
  /** The number of the newest change. */
  readonly last: number
  readonly image: () => ReadonlyArray<Change>
  /** Folded; undefined when some of it is gone. */
  readonly since: (after: number) => Told<Change> | undefined
}

export interface SubscriptionOptions {
  /** Of the request, which all messages repeat. */
  readonly id: number | undefined
  readonly heartbeatMs: number
  readonly conflateMs: number
  readonly isSegmented: boolean
  /** The same for the same run of the server, account and filter: what a clock is good for. */
  readonly initialClk: string
  readonly resume: { readonly initialClk: string; readonly clk: string } | undefined
}

type Message = Readonly<Record<string, unknown>>

/** Changes of so many markets make a segment. */
const marketsPerSegment = 20

export class Subscription<Change> {
  private readonly feed: Feed<Change>
  private readonly options: SubscriptionOptions
  private position = 0
  /** When the last message went out, and the last one with changes. */
  private toldAt = 0
  private changedAt = 0
  /** Publish time of the last message: it never goes back. */
  private publishedAt = 0

  constructor(feed: Feed<Change>, options: SubscriptionOptions) {
    this.feed = feed
    this.options = options
  }

  /** The first messages: everything, or what is new since the clock to resume at. */
  begin(now: number): ReadonlyArray<Message> {
    const { conflateMs, heartbeatMs, initialClk, resume } = this.options
    const after = resume?.initialClk === initialClk ? positionOf(resume.clk) : undefined
    const missed = after === undefined ? undefined : this.feed.since(after)
    const changes = missed?.changes ?? this.feed.image()
    this.position = this.feed.last
    this.toldAt = now
    this.changedAt = now
    const ct = missed === undefined ? "SUB_IMAGE" : "RESUB_DELTA"
    return this.messages({ initialClk, conflateMs, heartbeatMs, pt: this.published(now), ct }, changes)
  }

  /** What there is to tell now; a message with `status` when the prices are said to be late, and then no changes. */
  pulse(now: number, isUnavailable: boolean): ReadonlyArray<Message> {
    const { conflateMs, heartbeatMs } = this.options
    const isHeartbeatDue = now - this.toldAt >= heartbeatMs
    if (!isUnavailable && this.feed.last > this.position && now - this.changedAt >= conflateMs) {
      const told = this.feed.since(this.position)
      const { at, changes } = told ?? { at: now, changes: this.feed.image() }
      this.position = this.feed.last
      if (changes.length > 0) {
        this.toldAt = now
        this.changedAt = now
        return this.messages({ pt: this.published(at) }, changes)
      }
    }
    if (!isHeartbeatDue) return []
    this.toldAt = now
    return this.messages({ pt: this.published(now), ct: "HEARTBEAT", ...(isUnavailable && { status: 503 }) }, [])
  }

  /** An image and heartbeats are of now, changes of when they were made: a little before, when the exchange is behind. */
  private published(at: number): number {
    this.publishedAt = Math.max(this.publishedAt, at)
    return this.publishedAt
  }

  private messages(head: Message, changes: ReadonlyArray<Change>): ReadonlyArray<Message> {
    const { id, isSegmented } = this.options
    const { key, op } = this.feed
    const { initialClk, ...rest } = head
    const clocks = { ...(initialClk !== undefined && { initialClk }), clk: clkOf(this.position) }
    const opening = { op, ...(id !== undefined && { id }) }
    if (!isSegmented || changes.length <= marketsPerSegment) {
      return [{ ...opening, ...clocks, ...rest, ...(changes.length > 0 && { [key]: changes }) }]
    }
    const count = Math.ceil(changes.length / marketsPerSegment)
    return Array.from({ length: count }, (_, index) => ({
      ...opening,
      // Only the last segment may be resumed at: before it not everything has been told.
      ...(index === count - 1 && clocks),
      ...rest,
      segmentType: index === 0 ? "SEG_START" : index === count - 1 ? "SEG_END" : "SEG",
      [key]: changes.slice(index * marketsPerSegment, (index + 1) * marketsPerSegment)
    }))
  }
}

const clkOf = (position: number): string => `A${position.toString(36)}`

/** Undefined for what is no clock of ours. */
export const positionOf = (clk: string): number | undefined =>
  /^A[0-9a-z]{1,10}$/.test(clk) ? Number.parseInt(clk.slice(1), 36) : undefined

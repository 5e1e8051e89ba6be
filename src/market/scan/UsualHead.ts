/**
 * How the messages of a stream begin: up to the id of the first market they are the same, byte by byte, but for the clock
 * and the publish time. Once learnt from a message that was read key by key, the head of the next is compared in steps of
 * four bytes, which takes a fraction of the time; bytes that are the same mean the same.
 */
import type { ScannedMarket } from "./MarketIds.ts"

const maximumBytes = 128
const quote = 0x22
const space = 0x20
const backslash = 0x5c

/** Bytes to be met again. */
class Fixed {
  private readonly words = new Int32Array(maximumBytes / 4)
  length = 0

  /** False when they are too few, or too many. */
  keep(view: DataView, from: number, to: number): boolean {
    this.length = to - from
    if (this.length < 4 || this.length > maximumBytes) return false
    for (let i = 0; i * 4 + 4 <= this.length; i++) this.words[i] = view.getInt32(from + i * 4)
    this.words[maximumBytes / 4 - 1] = view.getInt32(to - 4)
    return true
  }

  isAt(view: DataView, at: number): boolean {
    const { length, words } = this
    if (at + length > view.byteLength) return false
    const last = at + length - 4
    let i = 0
    for (let from = at; from < last; from += 4) if (view.getInt32(from) !== words[i++]) return false
    return view.getInt32(last) === words[maximumBytes / 4 - 1]
  }
}

export class UsualHead {
  private readonly beforeClock = new Fixed()
  private readonly beforeTime = new Fixed()
  private readonly beforeId = new Fixed()
  /** The same with the id and its closing quote: many recordings have one market. */
  private readonly withId = new Fixed()
  private market: ScannedMarket | null = null
  private isLearnt = false
  private hasClock = false

  /**
   * Learns the head of a message that has been read.
   *
   * @param clockStart behind the opening quote of the clock, or 0 when it is no text or comes behind the time
   * @param idStart behind the opening quote of the first market's id
   * @param market whose id it is
   */
  learn(
    view: DataView,
    start: number,
    clockStart: number,
    clockEnd: number,
    timeStart: number,
    timeEnd: number,
    idStart: number,
    market: ScannedMarket
  ): void {
    this.hasClock = clockStart > 0
    this.isLearnt =
      (!this.hasClock || this.beforeClock.keep(view, start, clockStart)) &&
      this.beforeTime.keep(view, this.hasClock ? clockEnd : start, timeStart) &&
      this.beforeId.keep(view, timeEnd, idStart)
    const isKept = this.isLearnt && this.withId.keep(view, timeEnd, idStart + market.idBytes.length + 1)
    this.market = isKept ? market : null
  }

  /** Where the publish time stands, if the bytes from `start` on are as learnt up to there; else -1. */
  findTime(bytes: Buffer, view: DataView, start: number): number {
    if (!this.isLearnt) return -1
    let at = start
    if (this.hasClock) {
      if (!this.beforeClock.isAt(view, at)) return -1
      at += this.beforeClock.length
      for (let byte = bytes[at]!; byte !== quote; byte = bytes[++at]!) if (byte < space || byte === backslash) return -1
    }
    return this.beforeTime.isAt(view, at) ? at + this.beforeTime.length : -1
  }

  /** The market whose id was learnt, if it stands where the bytes behind the publish time are as learnt; else null. */
  findMarket(view: DataView, timeEnd: number): ScannedMarket | null {
    return this.market !== null && this.withId.isAt(view, timeEnd) ? this.market : null
  }

  /** Behind the id of the market that `findMarket` found. */
  idEnd(timeEnd: number): number {
    return timeEnd + this.withId.length
  }

  /** Where the market id stands, if the bytes behind the publish time are as learnt; else -1. */
  findId(view: DataView, timeEnd: number): number {
    return this.beforeId.isAt(view, timeEnd) ? timeEnd + this.beforeId.length : -1
  }
}

/**
 * Market ids by their bytes, so that a message costs no new string, and each market's last definition as it was sent, so
 * that one sent again is not decoded again.
 */
import type { MarketId } from "../../domain/Identifiers.ts"
import type { MarketDefinitionMessage } from "../MarketMessage.ts"
import { dot, nine, zero } from "./JsonBytes.ts"

/** All are forgotten when there are more. */
const maximumMarkets = 4096

export class ScannedMarket {
  readonly marketId: MarketId
  readonly idBytes: Uint8Array
  private definitionBytes: Buffer | null = null
  private definition: MarketDefinitionMessage | null = null

  constructor(idBytes: Uint8Array) {
    this.idBytes = idBytes
    this.marketId = String.fromCharCode(...idBytes) as MarketId
  }

  isAt(bytes: Uint8Array, start: number, end: number): boolean {
    const { idBytes } = this
    if (end - start !== idBytes.length) return false
    for (let i = 0; i < idBytes.length; i++) if (bytes[start + i] !== idBytes[i]) return false
    return true
  }

  /** The definition in these bytes, or null when they are no JSON object. */
  define(bytes: Buffer, start: number, end: number): MarketDefinitionMessage | null {
    if (this.definitionBytes?.compare(bytes, start, end) === 0) return this.definition
    try {
      // Bytes that begin with a brace are an object, or no JSON.
      this.definition = JSON.parse(bytes.toString("utf8", start, end)) as MarketDefinitionMessage
    } catch {
      return null
    }
    this.definitionBytes = Buffer.from(bytes.subarray(start, end))
    return this.definition
  }
}

/** Digits, one dot, digits, as `MarketId` has it. */
const isMarketId = (bytes: Uint8Array, start: number, end: number): boolean => {
  let dots = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if (byte === dot) dots++
    else if (byte < zero || byte > nine) return false
  }
  return dots === 1 && bytes[start] !== dot && bytes[end - 1] !== dot
}

export class MarketIds {
  private readonly byHash = new Map<number, Array<ScannedMarket>>()
  private size = 0
  private last: ScannedMarket | null = null

  /** The market whose id these bytes are, null when they are none. */
  find(bytes: Uint8Array, start: number, end: number): ScannedMarket | null {
    const { last } = this
    if (last !== null && last.isAt(bytes, start, end)) return last
    let hash = 0
    for (let i = start; i < end; i++) hash = (hash * 31 + bytes[i]!) & 0x3fff_ffff
    const known = this.byHash.get(hash)
    if (known !== undefined) {
      for (let i = 0; i < known.length; i++) if (known[i]!.isAt(bytes, start, end)) return (this.last = known[i]!)
    }
    return isMarketId(bytes, start, end)
      ? this.add(hash, new ScannedMarket(Uint8Array.from(bytes.subarray(start, end))))
      : null
  }

  private add(hash: number, market: ScannedMarket): ScannedMarket {
    if (this.size === maximumMarkets) {
      this.byHash.clear()
      this.size = 0
    }
    const known = this.byHash.get(hash)
    if (known === undefined) this.byHash.set(hash, [market])
    else known.push(market)
    this.size++
    return (this.last = market)
  }
}

/**
 * The members of a tar as ranges of the file it lies in: nothing is unpacked, so members merge by time as files do.
 *
 * Source: POSIX pax (`ustar`, extended headers), GNU long names and base-256 sizes.
 */
import { type ByteRange, readAt } from "./ByteRange.ts"
import type { OnDamage } from "./RecordingProblem.ts"

const blockBytes = 512
/** A name longer than this is no name. */
const maximumHeaderBytes = 64 * 1024

export interface ArchiveMember {
  readonly name: string
  readonly range: ByteRange
}

const text = (block: Buffer, start: number, length: number): string => {
  const end = block.indexOf(0, start)
  return block.toString("utf8", start, end >= start && end < start + length ? end : start + length)
}

/** Octal digits, or (GNU) a set first bit and a big-endian number. */
const readNumber = (block: Buffer, start: number, length: number): number => {
  if ((block[start]! & 0x80) !== 0) return block.readUIntBE(start + length - 6, 6)
  const digits = text(block, start, length).trim()
  return digits === "" ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
}

const isChecked = (block: Buffer): boolean => {
  let sum = 8 * 32
  for (let i = 0; i < blockBytes; i++) if (i < 148 || i >= 156) sum += block[i]!
  return readNumber(block, 148, 8) === sum
}

/** Whether 512 bytes are the head of a tar. */
export const isTarHeader = (head: Uint8Array): boolean => {
  if (head.length < blockBytes || head[0] === 0) return false
  const block = Buffer.from(head.buffer, head.byteOffset, blockBytes)
  return isChecked(block) && (text(block, 257, 5) === "ustar" || Number.isFinite(readNumber(block, 124, 12)))
}

/** `key=value` records, each behind its own length. */
const readExtended = (bytes: Buffer): ReadonlyMap<string, string> => {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at)
    const length = space < 0 ? 0 : Number(bytes.toString("latin1", at, space))
    if (!(length > 0)) break
    const [key, ...value] = bytes.toString("utf8", space + 1, at + length - 1).split("=")
    records.set(key!, value.join("="))
    at += length
  }
  return records
}

export async function* tarMembers(range: ByteRange, onDamage: OnDamage): AsyncGenerator<ArchiveMember, void> {
  const length = range.end - range.start
  let longName: string | null = null
  let longSize: number | null = null
  for (let offset = 0; offset < length;) {
    const block = readAt(range, offset, blockBytes)
    if (block.length < blockBytes) return onDamage("TRUNCATED", "the tar ends within a header")
    if (block[0] === 0) return
    const size = longSize ?? readNumber(block, 124, 12)
    if (!isChecked(block) || !(size >= 0)) return onDamage("CORRUPT", `no tar header at byte ${offset}`)
    const start = offset + blockBytes
    const type = String.fromCharCode(block[156]!)
    if (type === "x" || type === "L") {
      const header = readAt(range, start, Math.min(size, maximumHeaderBytes))
      const records = type === "x" ? readExtended(header) : null
      longName = records === null ? text(header, 0, header.length) : (records.get("path") ?? longName)
      const extendedSize = Number(records?.get("size") ?? Number.NaN)
      longSize = Number.isFinite(extendedSize) ? extendedSize : null
    } else {
      if (type === "0" || type === "\0" || type === "7") {
        const prefix = text(block, 257, 5) === "ustar" && block[262] === 0 ? text(block, 345, 155) : ""
        const name = longName ?? `${prefix === "" ? "" : `${prefix}/`}${text(block, 0, 100)}`
        if (start + size > length) onDamage("TRUNCATED", `the tar ends within ${name}`)
        const end = Math.min(start + size, length)
        yield { name, range: { path: range.path, start: range.start + start, end: range.start + end } }
      }
      longName = null
      longSize = null
    }
    offset = start + Math.ceil(size / blockBytes) * blockBytes
  }
}

/**
 * The members of a zip as ranges of the file it lies in. The directory at its end says where they are; a zip that was cut
 * has none, and is read from header to header instead.
 */
import { createReadStream } from "node:fs"
import { fromRandomAccessReaderPromise, RandomAccessReader } from "yauzl"
import { type ByteRange, readAt } from "./ByteRange.ts"
import type { OnDamage } from "./RecordingProblem.ts"
import type { ArchiveMember } from "./TarArchive.ts"

export interface ZipMember extends ArchiveMember {
  readonly method: "stored" | "deflate" | "lzma"
  /** Unpacked size, Infinity when the archive does not tell. */
  readonly size: number
}

const methods: ReadonlyMap<number, ZipMember["method"]> = new Map([
  [0, "stored"],
  [8, "deflate"],
  [14, "lzma"]
])

const localHeaderBytes = 30
const localHeaderMark = 0x04034b50
const encryptedFlag = 1
/** The sizes stand behind the data, not in front of it. */
const streamedFlag = 8
/** The size field of an archive that keeps it elsewhere (zip64). */
const sizeElsewhere = 0xffffffff

class RangeReader extends RandomAccessReader {
  private readonly range: ByteRange

  constructor(range: ByteRange) {
    super()
    this.range = range
  }

  override _readStreamForRange(start: number, end: number) {
    return createReadStream(this.range.path, { start: this.range.start + start, end: this.range.start + end - 1 })
  }
}

export async function* zipMembers(range: ByteRange, onDamage: OnDamage): AsyncGenerator<ZipMember, void> {
  const directory = await readDirectory(range, onDamage)
  if (directory !== null) yield* directory
  else yield* scan(range, onDamage)
}

const toMember = (
  name: string,
  method: number,
  flags: number,
  range: ByteRange,
  size: number,
  onDamage: OnDamage
): ZipMember | null => {
  const known = methods.get(method)
  if ((flags & encryptedFlag) !== 0) onDamage("UNSUPPORTED", `${name} is encrypted`)
  else if (known === undefined) onDamage("UNSUPPORTED", `${name} is packed by zip method ${method}`)
  else return { name, method: known, range, size }
  return null
}

/** Null when the zip has no directory, or one that leads nowhere. */
const readDirectory = async (range: ByteRange, onDamage: OnDamage): Promise<ReadonlyArray<ZipMember> | null> => {
  const members: Array<ZipMember> = []
  try {
    const zip = await fromRandomAccessReaderPromise(new RangeReader(range), range.end - range.start, {
      lazyEntries: true,
      autoClose: false,
      validateEntrySizes: false
    })
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith("/")) continue
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
      const start = range.start + fileDataStart
      const { compressionMethod, fileName, generalPurposeBitFlag, uncompressedSize } = entry
      const where = { path: range.path, start, end: start + entry.compressedSize }
      const member = toMember(
        fileName,
        compressionMethod,
        generalPurposeBitFlag,
        where,
        // With an end marker the data tells better than the directory.
        compressionMethod === 14 && (generalPurposeBitFlag & 2) !== 0 ? Infinity : uncompressedSize,
        onDamage
      )
      if (member !== null) members.push(member)
    }
    return members
  } catch {
    return null
  }
}

async function* scan(range: ByteRange, onDamage: OnDamage): AsyncGenerator<ZipMember, void> {
  onDamage("TRUNCATED", "the zip has no directory at its end: its members are read as they come")
  const length = range.end - range.start
  for (let offset = 0; offset + localHeaderBytes <= length;) {
    const header = readAt(range, offset, localHeaderBytes)
    if (header.length < localHeaderBytes || header.readUInt32LE(0) !== localHeaderMark) return
    const flags = header.readUInt16LE(6)
    const nameBytes = header.readUInt16LE(26)
    const packed = header.readUInt32LE(18)
    const start = offset + localHeaderBytes + nameBytes + header.readUInt16LE(28)
    const name = readAt(range, offset + localHeaderBytes, nameBytes).toString("utf8")
    const isOpen = (flags & streamedFlag) !== 0 || packed === sizeElsewhere
    const end = isOpen ? length : Math.min(length, start + packed)
    const unpacked = header.readUInt32LE(22)
    const isMarked = isOpen || (flags & 2) !== 0
    const member = toMember(
      name,
      header.readUInt16LE(8),
      flags,
      { path: range.path, start: range.start + Math.min(start, length), end: range.start + end },
      isMarked ? Infinity : unpacked,
      onDamage
    )
    if (member !== null && !name.endsWith("/")) yield member
    // Where the next member begins is not known then.
    if (isOpen) return
    offset = start + packed
  }
}

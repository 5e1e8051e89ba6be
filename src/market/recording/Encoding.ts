/**
 * What bytes are, told by their first few and never by a file's name, and how packed ones are unpacked in a stream.
 */
import { bunzip2 } from "./Bzip2.ts"
import { inflate } from "./Inflate.ts"
import { unlzma } from "./Lzma.ts"
import type { OnDamage } from "./RecordingProblem.ts"
import { isTarHeader } from "./TarArchive.ts"

export type Encoding =
  | { readonly _tag: "gzip" }
  | { readonly _tag: "bzip2" }
  | { readonly _tag: "zstd" }
  | { readonly _tag: "deflate" }
  | { readonly _tag: "lzma"; readonly size: number }

export type Format = "gzip" | "bzip2" | "zstd" | "zip" | "tar" | "xz" | "7z" | "rar" | "plain"

/** As many bytes as tell a tar. */
export const headBytes = 512

const marks: ReadonlyArray<readonly [Format, ReadonlyArray<number>]> = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
  ["zip", [0x50, 0x4b, 0x05, 0x06]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["7z", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ["rar", [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]]
]

/** `BZh` and a digit. */
const isBzip2 = (head: Uint8Array) =>
  head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && head[3]! >= 0x31 && head[3]! <= 0x39

export const detect = (head: Uint8Array): Format => {
  for (const [format, mark] of marks) if (mark.every((byte, index) => head[index] === byte)) return format
  if (isBzip2(head)) return "bzip2"
  return isTarHeader(head) ? "tar" : "plain"
}

export const decode = (
  encoding: Encoding,
  source: AsyncIterable<Uint8Array>,
  onDamage: OnDamage
): AsyncGenerator<Uint8Array, void> => {
  switch (encoding._tag) {
    case "bzip2":
      return bunzip2(source, onDamage)
    case "lzma":
      return unlzma(source, encoding.size, onDamage)
    case "gzip":
    case "zstd":
    case "deflate":
      return inflate(encoding._tag, source, onDamage)
  }
}

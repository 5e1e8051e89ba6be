/**
 * gzip, raw deflate and zstd through Node's own decoders, chunk by chunk on its thread pool. Whatever was decoded before
 * the data breaks off or turns bad is handed over.
 */
import { createGunzip, createInflateRaw, createZstdDecompress } from "node:zlib"
import type { OnDamage } from "./RecordingProblem.ts"

export type Inflatable = "gzip" | "deflate" | "zstd"

const chunkSize = 64 * 1024
/** What is given to the decoder at a time: with deflate's ratio of at most 1032 it bounds what comes out of one step. */
const sliceBytes = 16 * 1024

const create = (format: Inflatable) => {
  switch (format) {
    case "gzip":
      return createGunzip({ chunkSize })
    case "deflate":
      return createInflateRaw({ chunkSize })
    case "zstd":
      return createZstdDecompress({ chunkSize })
  }
}

class Decoder {
  failure: NodeJS.ErrnoException | null = null
  private readonly stream: ReturnType<typeof create>
  /** Settles when the stream has ended or failed: a write after that is never answered. */
  private readonly closed: Promise<void>
  private output: Array<Uint8Array> = []

  constructor(format: Inflatable) {
    const stream = create(format)
    stream.on("data", (chunk: Buffer) => this.output.push(chunk))
    stream.on("error", (error: NodeJS.ErrnoException) => (this.failure = error))
    this.closed = new Promise((resolve) => {
      stream.once("end", resolve)
      stream.once("close", resolve)
    })
    this.stream = stream
  }

  /** How many of the bytes were taken: fewer than given when the compressed stream is over before them. */
  async write(bytes: Uint8Array): Promise<number> {
    const before = this.stream.bytesWritten
    const written = new Promise<void>((resolve) => {
      this.stream.write(bytes, () => resolve())
    })
    await Promise.race([written, this.closed])
    return this.stream.bytesWritten - before
  }

  async finish(): Promise<void> {
    this.stream.end()
    await this.closed
  }

  take(): ReadonlyArray<Uint8Array> {
    const { output } = this
    this.output = []
    return output
  }

  close(): void {
    this.stream.destroy()
  }
}

export async function* inflate(
  format: Inflatable,
  source: AsyncIterable<Uint8Array>,
  onDamage: OnDamage
): AsyncGenerator<Uint8Array, void> {
  let decoder = new Decoder(format)
  let isFresh = true
  try {
    reading: for await (const chunk of source) {
      for (let offset = 0; offset < chunk.length;) {
        const slice = chunk.subarray(offset, offset + sliceBytes)
        const taken = await decoder.write(slice)
        offset += taken
        yield* decoder.take()
        if (decoder.failure !== null) break reading
        if (taken > 0) isFresh = false
        if (taken === slice.length) continue
        // The compressed stream is over. Node goes on to gzip's next member by itself, what follows then is padding.
        if (format !== "zstd" || isFresh) return
        // zstd files are often several frames, one after the other; Node decodes the first.
        decoder.close()
        decoder = new Decoder(format)
        isFresh = true
      }
    }
    await decoder.finish()
    yield* decoder.take()
    const { failure } = decoder
    if (failure !== null) onDamage(failure.code === "Z_BUF_ERROR" ? "TRUNCATED" : "CORRUPT", failure.message)
  } finally {
    decoder.close()
  }
}

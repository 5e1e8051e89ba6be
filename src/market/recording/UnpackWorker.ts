/**
 * What a worker of `Unpackers` runs: it reads and unpacks recordings, and hands over as much at a time as it is asked for.
 * Whatever there is to tell of the bytes goes with them, in its place.
 */
import { parentPort } from "node:worker_threads"
import { openSource, type PackedBytes } from "./RecordingSource.ts"
import type { OnDamage } from "./RecordingProblem.ts"

export type UnpackRequest =
  /** Asks for the next part; the first time with its source. */
  | { readonly _tag: "next"; readonly id: number; readonly source: PackedBytes | null }
  | { readonly _tag: "close"; readonly id: number }

export type UnpackStep =
  /** A chunk as `openSource` yields it. */
  | { readonly _tag: "bytes"; readonly bytes: Uint8Array }
  | { readonly _tag: "read"; readonly bytes: number }
  | {
      readonly _tag: "damage"
      readonly kind: Parameters<OnDamage>[0]
      readonly message: string
    }

export interface UnpackedPart {
  readonly id: number
  readonly steps: ReadonlyArray<UnpackStep>
  /** Nothing comes after it. */
  readonly isOver: boolean
}

/** Chunks are collected up to this: a message between threads costs about as much as 100 kB of gzip. */
const partBytes = 512 * 1024
/** A smaller chunk is copied; it may be a constant. */
const leastTransferred = 4096

class Unpacking {
  private steps: Array<UnpackStep> = []
  private readonly bytes: AsyncGenerator<Uint8Array, void>

  constructor(source: PackedBytes) {
    this.bytes = openSource(
      source,
      (kind, message) => this.steps.push({ _tag: "damage", kind, message }),
      (bytes) => this.steps.push({ _tag: "read", bytes })
    )
  }

  async next(id: number): Promise<UnpackedPart> {
    let isOver = false
    for (let length = 0; !isOver && length < partBytes;) {
      const { done, value } = await this.bytes.next()
      if (done === true) isOver = true
      else {
        this.steps.push({ _tag: "bytes", bytes: owned(value) })
        length += value.length
      }
    }
    const { steps } = this
    this.steps = []
    return { id, steps, isOver }
  }

  async close(): Promise<void> {
    await this.bytes.return()
  }
}

/** Bytes that nobody else uses. Gotcha: Node's decoders go on filling the buffer of which they have given a piece. */
const owned = (bytes: Uint8Array): Uint8Array => {
  const isAlone = !Buffer.isBuffer(bytes) && bytes.byteLength === bytes.buffer.byteLength
  return isAlone && bytes.byteLength >= leastTransferred ? bytes : new Uint8Array(bytes)
}

const port = parentPort
const unpackings = new Map<number, Unpacking>()

const serve = async (request: UnpackRequest): Promise<void> => {
  const { id } = request
  if (request._tag === "close") {
    await unpackings.get(id)?.close()
    unpackings.delete(id)
    return
  }
  if (request.source !== null) unpackings.set(id, new Unpacking(request.source))
  // One that is over may have been asked for more before that was known.
  const part = (await unpackings.get(id)?.next(id)) ?? { id, steps: [], isOver: true }
  if (part.isOver) unpackings.delete(id)
  const buffers = part.steps.flatMap((step) => (step._tag === "bytes" ? [step.bytes.buffer as ArrayBuffer] : []))
  port?.postMessage(part, buffers)
}

let served = Promise.resolve()
port?.on("message", (request: UnpackRequest) => {
  served = served.then(() => serve(request))
})

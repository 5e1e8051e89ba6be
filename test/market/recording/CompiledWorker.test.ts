import { mkdtempSync, rmSync } from "node:fs"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import * as CompiledWorker from "../../../src/market/recording/CompiledWorker.ts"
import type { UnpackedPart, UnpackRequest } from "../../../src/market/recording/UnpackWorker.ts"

const script = new URL("../../../src/market/recording/UnpackWorker.ts", import.meta.url)
const path = import.meta.filename

describe("CompiledWorker.start", () => {
  it.each([
    { kept: "with kept code", isKept: true },
    { kept: "without", isKept: false }
  ])("runs the script, $kept", async ({ isKept }) => {
    const folder = mkdtempSync(join(tmpdir(), "clever-better-"))
    const worker = CompiledWorker.start(script, isKept ? folder : null)
    const request: UnpackRequest = {
      _tag: "next",
      id: 7,
      source: { range: { path, start: 0, end: 16 }, encodings: [] }
    }
    worker.postMessage(request, [])
    const [part] = (await once(worker, "message")) as [UnpackedPart]
    await worker.terminate()
    rmSync(folder, { recursive: true })
    const bytes = part.steps.flatMap((step) => (step._tag === "bytes" ? [Buffer.from(step.bytes).toString()] : []))
    expect({ id: part.id, bytes }).toEqual({ id: 7, bytes: ["import { mkdtemp"] })
  })
})

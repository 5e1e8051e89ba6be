/** A worker of `Unpackers` that dies when it is asked for a third part. */
import { parentPort } from "node:worker_threads"
import "../../../src/market/recording/UnpackWorker.ts"

let asked = 0
parentPort?.on("message", () => {
  if (++asked === 3) process.exit(1)
})

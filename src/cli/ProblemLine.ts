/** What could not be used of a recording, in one line. */
import type { RecordingProblem } from "../market/recording/RecordingProblem.ts"

export const render = ({ count, file, line, message }: Omit<RecordingProblem, "kind">): string =>
  `${file}${line === null ? "" : `:${line}`}: ${message}${count > 1 ? ` (${count} times)` : ""}`

import { expect } from "vitest"
import { render, type Verdict } from "./Verdict.ts"

/** Fails with all that the verdict says: a value that is compared would be cut short in reports. */
export const expectPassed = (verdict: Verdict): void => {
  if (!verdict.passed) expect.fail(render(verdict))
}

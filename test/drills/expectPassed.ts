import { expect } from "vitest"
import { render, type Verdict } from "./Verdict.ts"

/** Fails with all that the verdict says, whose beginning says what is wrong. */
export const expectPassed = (verdict: Verdict): void => {
  expect(verdict.passed ? "" : render(verdict)).toBe("")
}

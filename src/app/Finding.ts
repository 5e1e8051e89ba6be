/** What a look at one thing has found: whether it is well, in words, and what to do if it is not. */

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string
  /** `warn`: it works, or is not needed now. `fail`: something that is meant to work does not. */
  readonly result: "ok" | "warn" | "fail"
  readonly found: string
  /** Null when there is nothing to do. */
  readonly todo: string | null
}

export const ok = (check: string, found: string): Finding => ({ check, result: "ok", found, todo: null })
export const warn = (check: string, found: string, todo: string): Finding => ({ check, result: "warn", found, todo })
export const fail = (check: string, found: string, todo: string): Finding => ({ check, result: "fail", found, todo })

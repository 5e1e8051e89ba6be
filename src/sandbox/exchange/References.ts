/** The references customers give: how long they may be and of which characters. */
import type { Request } from "./Request.ts"
import { invalid } from "./Request.ts"

const characters = /^[A-Za-z0-9:\-._+*;~]*$/
const longestRef = 32
const longestStrategyRef = 15

/** The request's customerRef, null for none; a fault when it is not one. */
export const customerRefOf = (request: Request): string | null => {
  const ref = request.text("customerRef")
  if (ref === null || ref === "") return null
  return ref.length <= longestRef && characters.test(ref)
    ? ref
    : invalid("customerRef", `at most ${longestRef} of A-Z a-z 0-9 : - . _ + * ; ~`, ref)
}

export const isOrderRef = (ref: string): boolean => ref.length <= longestRef && characters.test(ref)

export const isStrategyRef = (ref: string): boolean => ref.length <= longestStrategyRef && characters.test(ref)

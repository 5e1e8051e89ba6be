/**
 * Reads the parameters of a request, whatever they are. What has the wrong type, or is not one of the values there are,
 * makes the whole request INVALID_INPUT_DATA, as the API does; what is merely not allowed is the operations' to refuse.
 */
import * as Excerpt from "../../domain/Excerpt.ts"
import * as Money from "../../domain/Money.ts"
import type { Pence } from "../../domain/Money.ts"
import { FaultRaised } from "./Reply.ts"

export const invalid = (path: string, expected: string, found: unknown): never => {
  throw new FaultRaised("INVALID_INPUT_DATA", `${path} must be ${expected}, not ${Excerpt.of(found, 80)}`)
}

/** Absent and null are the same on the wire. */
const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null

export class Request {
  readonly raw: Readonly<Record<string, unknown>>
  private readonly path: string

  constructor(value: unknown, path = "params") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) invalid(path, "an object", value)
    this.raw = value as Readonly<Record<string, unknown>>
    this.path = path
  }

  has(key: string): boolean {
    return !isAbsent(this.raw[key])
  }

  /** An object within; an empty one when it is absent. */
  part(key: string): Request {
    return new Request(this.raw[key] ?? {}, this.at(key))
  }

  required(key: string): Request {
    return new Request(this.raw[key], this.at(key))
  }

  /** Some clients write ids as numbers. */
  text(key: string): string | null {
    const value = this.raw[key]
    if (isAbsent(value)) return null
    if (Number.isSafeInteger(value)) return String(value)
    return typeof value === "string" ? value : invalid(this.at(key), "a string", value)
  }

  requiredText(key: string): string {
    return this.text(key) ?? invalid(this.at(key), "a string", this.raw[key])
  }

  /** One of the values; `otherwise` when it is absent, and a fault when that is null. */
  choice<A extends string>(key: string, values: ReadonlyArray<A>, otherwise: A | null): A {
    const value = this.raw[key] ?? otherwise
    return values.find((known) => known === value) ?? invalid(this.at(key), `one of ${values.join(", ")}`, value)
  }

  flag(key: string): boolean | null {
    const value = this.raw[key]
    if (isAbsent(value)) return null
    return typeof value === "boolean" ? value : invalid(this.at(key), "a boolean", value)
  }

  /** Some clients write amounts as text. */
  number(key: string): number | null {
    const given = this.raw[key]
    if (isAbsent(given)) return null
    const value = typeof given === "string" && /^-?\d{1,15}(\.\d{1,15})?$/.test(given) ? Number(given) : given
    return typeof value === "number" && Number.isFinite(value) ? value : invalid(this.at(key), "a number", value)
  }

  /** A whole number of at least `least`; some clients write ids as text. */
  wholeNumber(key: string, least = 0): number | null {
    const value = this.raw[key]
    if (isAbsent(value)) return null
    const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value
    return Number.isSafeInteger(number) && (number as number) >= least
      ? (number as number)
      : invalid(this.at(key), `a whole number from ${least}`, value)
  }

  list(key: string): ReadonlyArray<Request> | null {
    return this.items(key)?.map((item, i) => new Request(item, `${this.at(key)}[${i}]`)) ?? null
  }

  /** Ids and codes; null when the list is absent or empty: then it restricts nothing. */
  texts(key: string): ReadonlyArray<string> | null {
    const items = this.items(key)
    if (items === null || items.length === 0) return null
    return items.map((item, i) =>
      typeof item === "string" || Number.isSafeInteger(item)
        ? String(item)
        : invalid(`${this.at(key)}[${i}]`, "a string", item)
    )
  }

  /** `{from, to}` as epoch milliseconds, open where they are absent. */
  range(key: string): { readonly from: number; readonly to: number } {
    const range = this.part(key)
    return { from: range.time("from") ?? -Infinity, to: range.time("to") ?? Infinity }
  }

  /** `fromRecord` and `recordCount`: the page, of `most` at most; 0 asks for that too. */
  page(most: number): { readonly from: number; readonly to: number } {
    const from = this.wholeNumber("fromRecord") ?? 0
    const count = this.wholeNumber("recordCount") ?? 0
    return { from, to: from + (count === 0 ? most : Math.min(count, most)) }
  }

  private time(key: string): number | null {
    const value = this.text(key)
    if (value === null) return null
    const time = Date.parse(value)
    return Number.isFinite(time) ? time : invalid(this.at(key), "a date of ISO 8601", value)
  }

  private items(key: string): ReadonlyArray<unknown> | null {
    const value = this.raw[key]
    if (isAbsent(value)) return null
    return Array.isArray(value) ? (value as ReadonlyArray<unknown>) : invalid(this.at(key), "a list", value)
  }

  private at(key: string): string {
    return this.path === "params" ? key : `${this.path}.${key}`
  }
}

/** Whole pence of a decimal amount; null when it has more than two decimals or is beyond all measure. */
export const penceOf = (amount: number): Pence | null => {
  const pence = Money.fromDecimal(amount)
  return Math.abs(pence - amount * 100) < 1e-6 && Math.abs(pence) < 1e12 ? pence : null
}

/**
 * Faults as they are written on the command line: `[OPERATION:]ACTION[=VALUE][,FIELD=VALUE…]`, for example
 * `placeOrders:drop-response,nth=3` or `mcm:stall=10s,probability=0.01,seed=7`.
 */
import { Result } from "effect"
import * as Fault from "./Fault.ts"

/** The field that the value after an action's name is for. */
const fieldOfValue: Readonly<Record<string, "delayMs" | "status" | "code" | "executed">> = {
  "delay-request": "delayMs",
  "delay-response": "delayMs",
  stall: "delayMs",
  delay: "delayMs",
  unavailable: "delayMs",
  "http-error": "status",
  "api-error": "code",
  "refuse-login": "code",
  timeout: "executed",
  "bet-in-progress": "executed"
}

/** What the fields are called here, and how they are read. */
const fields: Readonly<Record<string, readonly [field: string, read: (text: string) => unknown]>> = {
  account: ["account", (text) => text],
  path: ["path", (text) => text],
  nth: ["nth", Number],
  probability: ["probability", Number],
  seed: ["seed", Number],
  count: ["count", Number],
  after: ["afterMs", millisecondsOf],
  for: ["forMs", millisecondsOf]
}

/** Reads one rule; the failure says what was found and what was expected. */
export const parse = (text: string): Result.Result<Fault.Fault, string> => {
  const [head = "", ...rest] = text.split(",")
  const [, operation, action = "", value] = /^(?:([^:=]*):)?([^=]*)(?:=(.*))?$/.exec(head) ?? []
  if (!Fault.actions.some((known) => known === action)) {
    return Result.fail(`found action ${JSON.stringify(action)}, expected one of ${Fault.actions.join(", ")}`)
  }
  const json: Record<string, unknown> = { action, ...(operation === undefined ? {} : { operation }) }
  if (value !== undefined) {
    const field = fieldOfValue[action]
    if (field === undefined) return Result.fail(`${action} takes no value, found ${JSON.stringify(value)}`)
    json[field] = readValue(field, value)
  }
  for (const part of rest) {
    const separator = part.indexOf("=")
    const name = separator < 0 ? part : part.slice(0, separator)
    const known = fields[name]
    if (known === undefined || separator < 0) {
      return Result.fail(
        `found ${JSON.stringify(part)}, expected FIELD=VALUE with one of ${Object.keys(fields).join(", ")}`
      )
    }
    json[known[0]] = known[1](part.slice(separator + 1))
  }
  return Fault.fromJson(json)
}

/** What is not understood is handed on as it is: the rule's schema refuses it and says what it expects. */
const readValue = (field: string, text: string): unknown => {
  if (field === "delayMs") return millisecondsOf(text)
  if (field === "status") return Number(text)
  if (field === "executed") return text === "executed" ? true : text === "not-executed" ? false : text
  return text
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `250ms`, `10s`, `20m` or `1h`. */
function millisecondsOf(text: string): number | string {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  return amount === undefined ? text : Math.round(Number(amount) * unitMs[unit!]!)
}

/**
 * The rules that are set, and which of them strike. Plain state: whoever asks tells the time, and with the same seeds and
 * the same requests the same things go wrong.
 */
import { SeededRandom } from "../SeededRandom.ts"
import { subjectsOf, type Fault } from "./Fault.ts"
import { http, type Subject } from "./Operation.ts"

export interface ActiveFault {
  readonly id: number
  readonly fault: Fault
  /** Requests or lines that met the conditions, time window included; `nth` counts these. */
  readonly seen: number
  /** How often it has struck. */
  readonly struck: number
}

/** More than anybody sets by hand; a drill that forgets to delete its rules is told so. */
export const maximumFaults = 1000

interface Rule {
  readonly id: number
  readonly fault: Fault
  readonly setAt: number
  readonly random: SeededRandom
  seen: number
  struck: number
}

export class Faults {
  private readonly rules: Array<Rule> = []
  private nextId = 1

  /** Sets a rule at `now` (epoch milliseconds) and returns its id; undefined when there are too many. */
  add(fault: Fault, now: number): number | undefined {
    if (this.rules.length >= maximumFaults) return undefined
    const id = this.nextId++
    this.rules.push({ id, fault, setAt: now, random: new SeededRandom(fault.seed ?? 0, id), seen: 0, struck: 0 })
    return id
  }

  remove(id: number): boolean {
    const index = this.rules.findIndex((rule) => rule.id === id)
    if (index >= 0) this.rules.splice(index, 1)
    return index >= 0
  }

  clear(): void {
    this.rules.length = 0
  }

  list(): ReadonlyArray<ActiveFault> {
    return this.rules.map(({ fault, id, seen, struck }) => ({ id, fault, seen, struck }))
  }

  /** The faults that strike this subject, in the order in which they were set. */
  strike(subject: Subject, now: number): ReadonlyArray<Fault> {
    return this.rules.filter((rule) => strikes(rule, subject, now)).map((rule) => rule.fault)
  }
}

const strikes = (rule: Rule, subject: Subject, now: number): boolean => {
  const { fault } = rule
  if (!isMeant(fault, subject) || !isTime(rule, now)) return false
  if (fault.count !== undefined && rule.struck >= fault.count) return false
  rule.seen += 1
  if (fault.nth !== undefined && rule.seen !== fault.nth) return false
  if (fault.probability !== undefined && !rule.random.chance(fault.probability)) return false
  rule.struck += 1
  return true
}

const isMeant = ({ account, action, operation, path }: Fault, subject: Subject): boolean =>
  (operation === undefined ? isPossible(action, subject) : operation === subject.operation) &&
  (account === undefined || account === subject.account) &&
  (path === undefined || subject.path?.startsWith(path) === true)

/** A rule for any operation also takes those that the sandbox does not know, where it is possible on all it knows. */
const isPossible = (action: Fault["action"], { channel, operation }: Subject): boolean => {
  const subjects = subjectsOf(action)
  return subjects === http ? channel === "http" : subjects.includes(operation)
}

const isTime = ({ fault, setAt }: Rule, now: number): boolean => {
  const from = setAt + (fault.afterMs ?? 0)
  return now >= from && (fault.forMs === undefined || now < from + fault.forMs)
}

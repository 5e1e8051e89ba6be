/** What rows and logs say of the bets of a difference, so that a drill that failed elsewhere can be understood. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Bet } from "../../src/domain/Bet.ts"
import { customerOrderRef, fromCustomerOrderRef } from "../../src/domain/Identifiers.ts"
import type { Difference } from "./Comparison.ts"

/** More of them have the same cause, or too many. */
const shownSubjects = 3
const shownLines = 25
const longestLine = 400

/** Bets' ids, their references, and ids of the exchange. */
const idIn = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b|\b\d{9,}\b/g

/** Whatever may name the bets that a text names, and those that they replace or are replaced by. */
const namesOf = (text: string, rows: ReadonlyArray<Bet>): ReadonlySet<string> => {
  const named = text.match(idIn) ?? []
  const names = new Set<string>([...named, ...named.map((name) => fromCustomerOrderRef(name) ?? name)])
  for (let before = -1; names.size > before;) {
    before = names.size
    for (const { betfairBetId, id, replaces } of rows) {
      const isMeant = [id, betfairBetId, replaces].some((name) => name !== null && names.has(name))
      if (isMeant)
        for (const name of [id, customerOrderRef(id), betfairBetId, replaces]) if (name !== null) names.add(name)
    }
  }
  return names
}

const rowLine = ({ betfairBetId, complete, createdAt, id, note, order, replaces, status, updatedAt }: Bet): string =>
  JSON.stringify({ id, status, complete, betfairBetId, replaces, order, note, createdAt, updatedAt })

const logLines = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((name) => /^bot-\d+\.log$/.test(name))
    .toSorted((a, b) => Number.parseInt(a.slice(4), 10) - Number.parseInt(b.slice(4), 10))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))

export const evidence = (
  folder: string,
  rows: ReadonlyArray<Bet>,
  differences: ReadonlyArray<Difference>
): ReadonlyArray<string> => {
  if (differences.length === 0) return []
  const lines = logLines(folder)
  return differences.slice(0, shownSubjects).flatMap(({ bot, exchange, subject, what }) => {
    const names = namesOf(`${subject} ${bot} ${exchange}`, rows)
    const told = lines.filter((line) => [...names].some((name) => line.includes(name)))
    return [
      `of ${what}: ${subject}`,
      ...rows.filter(({ id }) => names.has(id)).map(rowLine),
      ...told.slice(-shownLines).map((line) => line.slice(0, longestLine))
    ]
  })
}

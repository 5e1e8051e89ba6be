/**
 * What a user may have meant by a key that does not exist.
 */
import { Option, String as Text } from "effect"
import * as Keys from "./SettingsKeys.ts"

/** Below this likeness a suggestion would puzzle more than it helps. */
const leastLikeness = 0.5

/**
 * The known key nearest to the unknown one at `path`: the name alone if it belongs to the same mapping, the whole path
 * if the very name exists in another section.
 */
export const nearestKey = (path: Keys.KeyPath): Option.Option<string> => {
  const name = Text.camelToSnake(String(path.at(-1)))
  const siblings = Keys.namesAt(path.slice(0, -1))
  if (!siblings.includes(name)) {
    const elsewhere = Keys.keys.find((key) => key.name === name)
    if (elsewhere !== undefined) return Option.some(Keys.format(elsewhere.path))
  }
  let best = { name: "", likeness: 0 }
  for (const sibling of siblings) {
    const likeness = alike(name, sibling)
    if (likeness > best.likeness) best = { name: sibling, likeness }
  }
  return best.likeness >= leastLikeness ? Option.some(best.name) : Option.none()
}

/**
 * Sørensen and Dice's coefficient of the pairs of neighbouring letters, from 0 to 1. Unlike an edit distance it sees
 * that `max_stake` is nearer to `max_stake_per_bet` than to `min_stake`.
 */
const alike = (one: string, other: string): number => {
  if (one === other) return 1
  const rest = pairs(other)
  const total = pairs(one).length + rest.length
  let shared = 0
  for (const pair of pairs(one)) {
    const index = rest.indexOf(pair)
    if (index < 0) continue
    rest.splice(index, 1)
    shared += 1
  }
  return total === 0 ? 0 : (2 * shared) / total
}

const pairs = (text: string) =>
  Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => text.slice(index, index + 2))

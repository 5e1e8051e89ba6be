/** The secrets of the settings as plain text: to take them out of what is sent to others, and for nothing else. */
import { Predicate, Redacted } from "effect"

/** Shorter ones would be found in ordinary words. */
const shortest = 6

/** The password of an address, which is told without the rest of it, too. */
const passwordIn = (secret: string): ReadonlyArray<string> => {
  const password = URL.canParse(secret) ? new URL(secret).password : ""
  return password === "" ? [] : [password, decodeURIComponent(password)]
}

const secretsIn = (value: unknown): ReadonlyArray<string> => {
  if (Redacted.isRedacted(value)) {
    const secret = Redacted.value(value)
    return typeof secret === "string" ? [secret, ...passwordIn(secret)] : []
  }
  return Predicate.isObjectOrArray(value) ? Object.values(value).flatMap(secretsIn) : []
}

/** Makes the function that replaces each secret of the settings by `<redacted>`. */
export const redactor = (settings: unknown): ((text: string) => string) => {
  const secrets = [...new Set(secretsIn(settings))]
    .filter((secret) => secret.length >= shortest)
    .toSorted((a, b) => b.length - a.length)
  return (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret, "<redacted>"), text)
}

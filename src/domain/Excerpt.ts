/** What a value from outside, which may be anything, looks like in a message. */

/** Its JSON, cut off where it is too long. Gotcha: JSON.stringify throws for JSON that is nested deeper than the stack. */
export const of = (value: unknown, longest: number, absent = "nothing"): string => {
  const json = jsonOf(value, absent)
  return json.length > longest ? `${json.slice(0, longest)}…` : json
}

const jsonOf = (value: unknown, absent: string): string => {
  try {
    return JSON.stringify(value) ?? absent
  } catch {
    return "something that is nested too deeply"
  }
}

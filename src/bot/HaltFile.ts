/** A file whose being there halts the bot: `touch` is quick to type, works over any remote shell, and needs no database. */
import * as fs from "node:fs"

/** Of what the file says, no more than this becomes the reason. */
const longestReason = 200

const firstLineOf = (file: string): string => {
  try {
    return fs.readFileSync(file, "utf8").slice(0, longestReason).split("\n")[0]!.trim()
  } catch {
    return ""
  }
}

/** Why to halt, or null when there is no such file. What cannot be looked at counts as being there. */
export const reasonIn = (file: string): string | null => {
  try {
    if (fs.statSync(file, { throwIfNoEntry: false }) === undefined) return null
  } catch (error) {
    return `the halt file ${file} cannot be looked at: ${error instanceof Error ? error.message : String(error)}`
  }
  const said = firstLineOf(file)
  return `the halt file ${file} is there${said === "" ? "" : `: ${said}`}`
}

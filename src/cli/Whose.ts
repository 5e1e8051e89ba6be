/** Whose bot a command is for, why, and who asks. */
import { Option } from "effect"
import { Flag } from "effect/cli"
import { userInfo } from "node:os"
import type { SettingsValue } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"

export const mode = Flag.Literals("mode", ["live", "paper", "replay"]).pipe(
  Flag.withDescription("Whose bot is meant; without it live if the settings allow live trading, else paper"),
  Flag.optional
)

export const reason = Flag.String("reason").pipe(Flag.withDescription("Why: it is kept with who asked, and when"))

export const byHand = reason.pipe(Flag.withDefault("by hand"))

export const yes = Flag.Boolean("yes").pipe(
  Flag.withDescription("Do not ask whether it is meant"),
  Flag.withDefault(false)
)

export const modeOf = (asked: Option.Option<Mode>, { features }: SettingsValue): Mode =>
  Option.getOrElse(asked, () => (features.liveTradingEnabled ? "live" : "paper"))

/** The user of this machine who runs the command. */
export const nameOf = (): string => {
  try {
    return userInfo().username
  } catch {
    return "operator"
  }
}

/** As it is kept: never empty, and not longer than a line or two. */
export const reasonOf = (text: string): string => text.trim().slice(0, 500) || "by hand"

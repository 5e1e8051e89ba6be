/**
 * Live trading has to be wanted several times over: by the settings, on the command line, and with credentials. Anything
 * less is refused, and everything that is missing is said at once.
 */
import type { SettingsValue } from "../config/Settings.ts"

export interface Wanted {
  /** `--live` is on the command line. */
  readonly live: boolean
  readonly settings: Pick<SettingsValue, "features" | "betfair">
}

const credentials = ({
  appKey,
  certFile,
  keyFile,
  password,
  pfxFile,
  username
}: SettingsValue["betfair"]): ReadonlyArray<string> => {
  const missing = Object.entries({ app_key: appKey, username, password }).filter(([, value]) => value === null)
  const certificate =
    pfxFile === null && (certFile === null || keyFile === null)
      ? ["betfair.cert_file and betfair.key_file (or betfair.pfx_file) are not set"]
      : []
  return [...missing.map(([key]) => `betfair.${key} is not set`), ...certificate]
}

/** True when live trading is wanted at all, be it by half: then it is either live in full or refused, never paper. */
export const isWanted = ({ live, settings }: Wanted): boolean => live || settings.features.liveTradingEnabled

/** What is missing for live trading; nothing when it may start. */
export const missing = ({ live, settings }: Wanted): ReadonlyArray<string> => {
  const { liveTradingEnabled, paperTradingEnabled } = settings.features
  return [
    ...(live ? [] : ["--live is not on the command line"]),
    ...(liveTradingEnabled ? [] : ["features.live_trading_enabled is false"]),
    ...(paperTradingEnabled ? ["features.paper_trading_enabled is true"] : []),
    ...credentials(settings.betfair)
  ]
}

/** What is said of it (exit code 3), or null when nothing is missing. */
export const refusal = (wanted: Wanted): string | null => {
  const reasons = missing(wanted)
  if (reasons.length === 0) return null
  return [
    "live trading is refused:",
    ...reasons.map((reason) => `  ${reason}`),
    "real money needs all of them: features.live_trading_enabled: true, features.paper_trading_enabled: false, --live, and the",
    "credentials of the betfair section (clever-better doctor looks at them)"
  ].join("\n")
}

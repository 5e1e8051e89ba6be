/** The settings file that `init` writes: what was answered, and nothing else, because all other keys have their defaults. */
import * as Yaml from "yaml"

export interface Answers {
  readonly mode: "paper" | "live"
  /** In pounds. */
  readonly maxStakePerBet: number
  readonly maxDailyLoss: number
  readonly maxExposure: number
  /** Null: no account, and so the generated races. */
  readonly account: {
    readonly appKey: string
    readonly username: string
    readonly certFile: string
    readonly keyFile: string
    /** Null: it is read from the variable `BETFAIR_PASSWORD` at each start. */
    readonly password: string | null
  } | null
}

/** What an answer says literally, even if it looks like a variable of the environment. */
const literal = (text: string): string => text.replaceAll("${", () => "$${")

const comment = ` Settings of Clever Better. What is not here has its default: config/config.yaml.example has every key.
 clever-better config check says whether the file is valid, clever-better doctor whether everything else is.`

export const render = ({ account, maxDailyLoss, maxExposure, maxStakePerBet, mode }: Answers): string => {
  const document = new Yaml.Document({
    features: { live_trading_enabled: mode === "live", paper_trading_enabled: mode === "paper" },
    trading: { max_stake_per_bet: maxStakePerBet, max_daily_loss: maxDailyLoss, max_exposure: maxExposure },
    ...(account === null
      ? {}
      : {
          betfair: {
            app_key: literal(account.appKey),
            username: literal(account.username),
            password: account.password === null ? "${BETFAIR_PASSWORD}" : literal(account.password),
            cert_file: literal(account.certFile),
            key_file: literal(account.keyFile)
          }
        })
  })
  document.commentBefore = comment
  return document.toString({ lineWidth: 0 })
}

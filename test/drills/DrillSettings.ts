/** The settings of a bot that trades on a drill's sandbox: nothing holds it back but what the drill wants to see hold. */
import { join } from "node:path"
import type { Sandbox } from "../../src/sandbox/server/Sandbox.ts"
import type { KeptCertificates } from "../../src/sandbox/server/CertificateStore.ts"

export interface DrillLimits {
  readonly maxExposurePounds: number
  /** Least time between two looks of strategies at one market. */
  readonly lookEveryMs: number
  readonly strategies: number
  /** So long before the off they begin. */
  readonly fromSeconds: number
}

/** Names of files in the drill's folder. */
export const haltFile = "HALT"
export const databaseDirectory = "database"

const pounds = 1_000_000

export const settingsFor = (
  { accounts: [account], appKey, ports }: Pick<Sandbox, "accounts" | "appKey" | "ports">,
  { files }: KeptCertificates,
  { fromSeconds, lookEveryMs, maxExposurePounds, strategies }: DrillLimits
): object => ({
  features: { live_trading_enabled: true, paper_trading_enabled: false, ml_predictions_enabled: false },
  trading: {
    bankroll: pounds,
    max_stake_per_bet: 100,
    max_liability_per_bet: 1000,
    max_daily_loss: pounds,
    max_exposure: maxExposurePounds,
    max_market_exposure: maxExposurePounds,
    max_selection_exposure: maxExposurePounds,
    max_strategy_exposure: maxExposurePounds,
    max_concurrent_bets: 100_000,
    strategy_evaluation_interval: 1,
    evaluation: "on_update",
    min_evaluation_gap_ms: lookEveryMs,
    min_time_to_start_seconds: 0,
    max_ticks_from_best: 350,
    emergency_shutdown_enabled: false
  },
  bot: {
    order_monitoring_interval: 5,
    max_order_age_seconds: 30,
    performance_update_interval: 3600,
    max_consecutive_losses: 10_000,
    max_drawdown_percent: 1,
    max_failures: 10_000,
    on_shutdown: "cancel",
    halt_file: haltFile
  },
  orders: { strategy_ref: "drill", unknown_bet_timeout_seconds: 30 },
  guards: {
    hard_cap_per_bet: 1000,
    hard_cap_total: 10 * pounds,
    max_transactions_per_hour: pounds,
    funds_refresh_seconds: 2
  },
  betfair: {
    app_key: appKey,
    username: account!.username,
    password: account!.password,
    cert_file: files.clientCertificate,
    key_file: files.clientKey,
    ca_file: files.authority,
    login_url: `https://localhost:${ports.api}/api/`,
    identity_url: `https://localhost:${ports.api}/api/`,
    api_url: `https://localhost:${ports.api}/exchange/`,
    stream_host: "localhost",
    stream_port: ports.stream,
    stream_heartbeat_ms: 1000,
    stream_window_minutes: 2,
    request_timeout_seconds: 3
  },
  odds: { persist: false },
  database: { directory: databaseDirectory },
  strategies: {
    modules: [join(import.meta.dirname, "Restless.ts")],
    active: Array.from({ length: strategies }, (_, index) => ({
      id: `restless_${index}`,
      kind: "restless",
      parameters: { seed: index, from_seconds: fromSeconds }
    }))
  },
  logging: { format: "json" }
})

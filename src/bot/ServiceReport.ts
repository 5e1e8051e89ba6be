/**
 * Tells systemd that the bot is up, and then again and again that it lives: not only that the process is there, but that trading
 * cycles come round. Node cannot write to systemd's kind of socket, so systemd's own little program does.
 */
import { execFile } from "node:child_process"
import { Duration, Effect } from "effect"
import { serviceManager } from "../config/ServiceManager.ts"
import type { Variables } from "../config/Environment.ts"
import type { Loop } from "./Loop.ts"

/** How long the telling may take. */
const patienceMs = 5000
/** A service that is not watched is told once, and looked at seldom. */
const unwatchedEvery = Duration.minutes(10)

const tell = (message: string, env: Variables): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const child = execFile("systemd-notify", [message], { env, timeout: patienceMs }, (error) =>
      resume(Effect.succeed(error === null))
    )
    return Effect.sync(() => void child.kill())
  })

/**
 * The loop that tells; null when no service manager waits.
 *
 * @param isAlive false when what the bot is there for does not come round any more: then it is not told that it lives
 */
export const loop: (isAlive: () => boolean) => Effect.Effect<Loop | null> = Effect.fnUntraced(function* (isAlive) {
  const manager = yield* serviceManager
  if (manager === null) return null
  const { variables, watchdogMs } = manager
  let isReady = false
  let isSilent = false

  const told = (wasTold: boolean) => {
    const isNews = !wasTold && !isSilent
    isSilent = !wasTold
    return isNews ? Effect.logWarning("The service manager cannot be told that the bot lives") : Effect.void
  }

  return {
    name: "service manager",
    // Three times before it would lose patience.
    every: watchdogMs === null ? unwatchedEvery : Duration.millis(watchdogMs / 3),
    inRealTimeOnly: true,
    run: Effect.suspend(() => {
      if (isReady && (watchdogMs === null || !isAlive())) return Effect.void
      const message = isReady ? "WATCHDOG=1" : "READY=1"
      isReady = true
      return Effect.flatMap(tell(message, variables), told)
    })
  }
})

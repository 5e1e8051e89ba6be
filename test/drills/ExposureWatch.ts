/** Looks at what the account can lose, as the exchange itself reckons it, again and again, and remembers the worst. */
import { Effect, Schedule } from "effect"
import type { Ground } from "./Ground.ts"

export interface ExposureWatch {
  samples: number
  /** Pounds. */
  worst: number
  /** Samples above the limit. */
  above: number
}

const every = "20 millis"

/** Watches until the scope closes. */
export const start = Effect.fnUntraced(function* (ground: Ground, limitPounds: number) {
  const watch: ExposureWatch = { samples: 0, worst: 0, above: 0 }
  const look = Effect.map(ground.exposure, (exposure) => {
    watch.samples++
    if (exposure > limitPounds) watch.above++
    if (exposure > watch.worst) {
      watch.worst = exposure
      if (exposure > limitPounds) ground.say(`the account can lose ${exposure.toFixed(2)}, more than the limit`)
    }
  })
  yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(every)))
  return watch
})

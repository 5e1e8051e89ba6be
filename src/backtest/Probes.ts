/** All probes, in the order of the reference's results. */
import { earlyMocLay, earlyRest, earlyRestPersist, earlyRestSp, earlyRestSpLay } from "./EarlyProbes.ts"
import { inplayLay, lowestLay } from "./InPlayProbes.ts"
import { fok, limitOnce, locBack, mocLay, replaceOnce } from "./LastMinuteProbes.ts"
import type { Probe } from "./Probe.ts"
import { queueBack, queueLay } from "./QueueProbes.ts"

export const probes: ReadonlyArray<Probe> = [
  limitOnce,
  replaceOnce,
  inplayLay,
  lowestLay,
  locBack,
  mocLay,
  queueBack,
  queueLay,
  earlyRest,
  earlyRestPersist,
  earlyRestSp,
  earlyRestSpLay,
  earlyMocLay,
  fok
]

/**
 * The bot's time and the page's timers. Ages and countdowns go by the clock of the bot, which its status tells: a phone's own
 * may be wrong, and in a recording the bot lives by another.
 */

let toldAt = 0
let heardAt = 0

/** The bot says what time it is. */
export const told = (at: number): void => {
  const isFirst = toldAt === 0
  toldAt = at
  heardAt = performance.now()
  // What was drawn before knew no time.
  if (isFirst) tick()
}

/** Epoch milliseconds by the bot's clock; 0 before it has said anything. */
export const now = (): number => (toldAt === 0 ? 0 : toldAt + performance.now() - heardAt)

/** The browser's own: only differences mean anything. */
export const monotonic = (): number => performance.now()

export const after = (ms: number, act: () => void): (() => void) => {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

export const every = (ms: number, act: () => void): (() => void) => {
  const timer = setInterval(act, ms)
  return () => clearInterval(timer)
}

const ticking = new Set<() => void>()

/** Runs each second while the page can be seen, for what shows an age. Returns how to end it. */
export const eachSecond = (act: () => void): (() => void) => {
  ticking.add(act)
  return () => void ticking.delete(act)
}

const tick = (): void => {
  for (const act of ticking) act()
}

every(1000, () => {
  if (!document.hidden) tick()
})

/** Figures as people read them. Pure: the same text for the same value, whatever the browser's language. */

const minus = "\u2212"
/** Stands where there is nothing to show. */
export const nothing = "\u2013"

const grouped = (whole: string): string => whole.replace(/\B(?=(\d{3})+$)/g, ",")

/** Pence as money: `1,234.56`, `−0.50`. */
export const money = (pence: number): string => {
  const [whole, fraction] = (Math.abs(pence) / 100).toFixed(2).split(".")
  return `${pence < 0 ? minus : ""}${grouped(whole!)}.${fraction}`
}

/** Money that was won or lost: `+12.00`, `−3.40`, `0.00`. */
export const gain = (pence: number): string => (pence > 0 ? `+${money(pence)}` : money(pence))

/** Which way money went, for its colour. */
export const toneOf = (pence: number | null): "won" | "lost" | "even" =>
  pence === null || pence === 0 ? "even" : pence > 0 ? "won" : "lost"

export const whole = (count: number): string => (count < 0 ? minus : "") + grouped(String(Math.abs(Math.round(count))))

/** A fraction as a percentage: 0.051 is `5.1 %`. */
export const percent = (fraction: number | null, digits = 1): string =>
  fraction === null ? nothing : `${fixed(fraction * 100, digits)}\u00a0%`

/** The same with its sign. */
export const change = (fraction: number | null, digits = 1): string =>
  fraction !== null && fraction > 0 ? `+${percent(fraction, digits)}` : percent(fraction, digits)

export const fixed = (value: number | null, digits: number): string => {
  if (value === null) return nothing
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) !== 0 ? minus + text : text
}

/** Decimal odds, two digits: `3.05`. */
export const odds = (price: number | null): string => (price === null ? nothing : price.toFixed(2))

/** Wins in a row as `3 won`, losses as `2 lost`. */
export const streak = (count: number): string => (count === 0 ? nothing : count > 0 ? `${count} won` : `${-count} lost`)

/** Prose with its long decimals cut: nobody reads `-0.008945887638668451`. */
export const readable = (text: string): string =>
  text.replace(/-?\d+\.\d{4,}/g, (long) => String(Number(Number(long).toPrecision(3))))

const two = (count: number): string => String(count).padStart(2, "0")

/** A length of time in the two units that matter: `42 s`, `5 min`, `2 h 05 min`, `3 d 4 h`. */
export const age = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${two(minutes % 60)} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Time to an event as a clock: `4:05`, `1:02:09`; past it `+0:30`. */
export const countdown = (ms: number): string => {
  const seconds = ms >= 0 ? Math.ceil(ms / 1000) : Math.floor(-ms / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${ms < 0 ? "+" : ""}${h > 0 ? `${h}:${two(m)}` : m}:${two(s)}`
}

/** Instants on the clocks of the bot's time zone. */
export const clocks = (timeZone: string) => {
  const common = { timeZone, hour12: false } as const
  const time = new Intl.DateTimeFormat("en-GB", { ...common, hour: "2-digit", minute: "2-digit", second: "2-digit" })
  const short = new Intl.DateTimeFormat("en-GB", { ...common, hour: "2-digit", minute: "2-digit" })
  const date = new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short" })
  const day = new Intl.DateTimeFormat("en-CA", { timeZone })
  return {
    /** `14:30:05`. */
    time: (at: number): string => time.format(at),
    /** `14:30`. */
    minute: (at: number): string => short.format(at),
    /** `29 Mar`. */
    date: (at: number): string => date.format(at),
    /** `14:30` of the day that `now` is in, else `29 Mar 14:30`. */
    moment: (at: number, now: number): string =>
      day.format(at) === day.format(now) ? short.format(at) : `${date.format(at)} ${short.format(at)}`
  }
}
export type Clocks = ReturnType<typeof clocks>

/**
 * The line on which the bot tells what has changed: opened again whenever it breaks or falls silent, at most every ten
 * seconds. Says how it stands, so that nobody takes old figures for new ones.
 */
import type { MarketAnswer, StatusAnswer } from "../../wire/Answers.ts"
import type { BetAnswer } from "../../wire/BetAnswer.ts"
import type { StandingAnswer } from "../../wire/StandingAnswer.ts"
import * as Clock from "./Clock.ts"
import { reader, type Told } from "./EventText.ts"
import { Refused, send, wordsOf } from "./Request.ts"

/** What is told, by its name. */
export interface News {
  readonly status: StatusAnswer
  readonly standings: ReadonlyArray<StandingAnswer>
  readonly markets: ReadonlyArray<MarketAnswer>
  readonly bets: ReadonlyArray<BetAnswer>
}

export type Standing =
  | { readonly is: "connecting" }
  | { readonly is: "live" }
  /** `heardAt` and `nextTryAt` by the browser's monotonic clock; `heardAt` null: nothing was ever heard. */
  | { readonly is: "lost"; readonly why: string; readonly heardAt: number | null; readonly nextTryAt: number }

interface Listener {
  readonly news: { readonly [Name in keyof News]: (news: News[Name]) => void }
  readonly standing: (standing: Standing) => void
  /** The token is not one of the bot's. */
  readonly refused: (why: string) => void
}

const firstWaitMs = 1000
const longestWaitMs = 10_000
/** Until the bot has said how often it speaks. */
const usualBeatMs = 1000

const nothing = () => {}

export const open = ({ news, refused, standing }: Listener) => {
  let lastId: string | undefined
  let heardAt: number | null = null
  let beatMs = usualBeatMs
  let waitMs = firstWaitMs
  let attempt = new AbortController()
  let endSilence = nothing
  let endWait = nothing
  let isClosed = false

  const silenceMs = () => 3 * beatMs + 2000

  const watchForSilence = () => {
    endSilence()
    endSilence = Clock.after(silenceMs(), () => attempt.abort(new Error("the bot has fallen silent")))
  }

  const hear = ({ data, event, id }: Told) => {
    const value: unknown = JSON.parse(data)
    if (event === "hello") beatMs = (value as { readonly everyMs: number }).everyMs
    else if (Object.hasOwn(news, event)) news[event as keyof News](value as never)
    if (id !== undefined) lastId = id
  }

  const listen = async () => {
    const response = await send("/api/events", {
      signal: attempt.signal,
      headers: { accept: "text/event-stream", ...(lastId === undefined ? {} : { "last-event-id": lastId }) }
    })
    const read = reader()
    const decoder = new TextDecoder()
    let isFresh = false
    for await (const bytes of response.body ?? []) {
      const told = read(decoder.decode(bytes, { stream: true }))
      if (told.length === 0) continue
      heardAt = Clock.monotonic()
      waitMs = firstWaitMs
      watchForSilence()
      for (const one of told) hear(one)
      // Before the first status what is shown is still what was.
      isFresh ||= told.some(({ event }) => event === "status")
      if (isFresh) standing({ is: "live" })
    }
    throw new Error("the bot has ended the connection")
  }

  const lose = (error: unknown) => {
    endSilence()
    if (isClosed) return
    if (error instanceof Refused && (error.status === 401 || error.status === 403)) return refused(error.message)
    const why = attempt.signal.aborted ? wordsOf(attempt.signal.reason) : wordsOf(error)
    standing({ is: "lost", why, heardAt, nextTryAt: Clock.monotonic() + waitMs })
    endWait()
    endWait = Clock.after(waitMs, connect)
    waitMs = Math.min(waitMs * 2, longestWaitMs)
  }

  const connect = () => {
    if (isClosed) return
    attempt = new AbortController()
    if (heardAt === null) standing({ is: "connecting" })
    watchForSilence()
    listen().catch(lose)
  }

  /** A page that comes back from the background does not wait for its turn. */
  const wake = () => {
    if (document.hidden || heardAt === null || Clock.monotonic() - heardAt < silenceMs()) return
    endWait()
    attempt.abort(new Error("the page was asleep"))
    waitMs = firstWaitMs
    endWait = Clock.after(0, connect)
  }

  document.addEventListener("visibilitychange", wake)
  globalThis.addEventListener("online", wake)
  connect()

  return () => {
    isClosed = true
    endSilence()
    endWait()
    attempt.abort()
    document.removeEventListener("visibilitychange", wake)
    globalThis.removeEventListener("online", wake)
  }
}

/**
 * The dashboards of `bench:load`, in a process of their own: each listens to events and asks as the page does. A fifth of them
 * watch the log, a fifth a market; two more ask for events and take none. Prometheus scrapes every second.
 */
import { once } from "node:events"
import { Agent, type ClientRequest, get, type IncomingMessage } from "node:http"
import { connect, type Socket } from "node:net"
import type { Site } from "./LoadBot.ts"

export interface Wanted {
  readonly site: Site
  readonly clients: number
  readonly deaf: number
}

export interface Heard {
  readonly events: number
  readonly bytes: number
  /** Milliseconds until an answer was there whole. */
  readonly latencies: ReadonlyArray<number>
  readonly scrapes: ReadonlyArray<number>
  /** Answers other than 200, by their status; 0: none came. */
  readonly refused: Readonly<Record<string, number>>
  readonly deafCut: number
}

/** As often as the page asks, milliseconds. */
const every = { log: 3000, market: 2000, marketHistory: 10_000, results: 60_000 } as const

let [events, bytes, deafCut] = [0, 0, 0]
let latencies: Array<number> = []
let scrapes: Array<number> = []
let refused: Record<string, number> = {}

const refuse = (status: number): void => void (refused[status] = (refused[status] ?? 0) + 1)

let isOpen = false
const timers = new Set<NodeJS.Timeout>()
const requests = new Set<ClientRequest>()
const sockets = new Set<Socket>()

const timely = (act: () => void, ms: number): void => {
  // Pages are not opened in step.
  timers.add(
    setTimeout(() => {
      act()
      timers.add(setInterval(act, ms))
    }, Math.random() * ms)
  )
}

const ask = ({ token, url }: Site, agent: Agent, path: string, into: Array<number>): Promise<string> =>
  new Promise((resolve) => {
    const began = performance.now()
    const sent = get(`${url}${path}`, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (chunk: string) => void (text += chunk))
      response.on("end", () => {
        bytes += text.length
        if (response.statusCode === 200) into.push(performance.now() - began)
        else refuse(response.statusCode ?? 0)
        resolve(text)
      })
    })
    sent.on("error", () => {
      if (isOpen) refuse(0)
      resolve("")
    })
  })

const hear = (response: IncomingMessage): void => {
  if (response.statusCode !== 200) refuse(response.statusCode ?? 0)
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length
    for (let at = chunk.indexOf("\n\n"); at >= 0; at = chunk.indexOf("\n\n", at + 2)) events++
  })
  response.on("error", () => undefined)
}

const page = (site: Site, number: number, market: string): void => {
  const agent = new Agent({ keepAlive: true })
  const stream = get(
    `${site.url}/api/events`,
    { agent: false, headers: { authorization: `Bearer ${site.token}` } },
    hear
  )
  stream.on("error", () => undefined)
  requests.add(stream)
  const look = (path: string) => void ask(site, agent, path, latencies)
  timely(() => {
    look("/api/equity?points=600")
    look("/api/pnl/daily?days=60")
    look("/api/bets/settled?limit=25")
    look("/api/strategies/results")
  }, every.results)
  if (number % 5 === 0) timely(() => look("/api/logs?level=INFO&limit=300"), every.log)
  if (number % 5 === 1) {
    timely(() => look(`/api/markets/${market}`), every.market)
    timely(() => {
      look(`/api/markets/${market}/prices?points=240`)
      look(`/api/decisions/${market}`)
    }, every.marketHistory)
  }
}

/** Asks for events and reads nothing that comes. */
const deaf = ({ token, url }: Site): void => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(`GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  socket.pause()
  socket.on("error", () => undefined)
  socket.on("close", () => {
    if (isOpen) deafCut++
  })
  sockets.add(socket)
}

const open = async ({ clients, deaf: deafCount, site }: Wanted): Promise<void> => {
  isOpen = true
  const markets = JSON.parse(await ask(site, new Agent(), "/api/markets", latencies)) as Array<{ marketId: string }>
  for (let number = 0; number < clients; number++) page(site, number, markets[number % markets.length]!.marketId)
  for (let number = 0; number < deafCount; number++) deaf(site)
  const agent = new Agent({ keepAlive: true })
  timers.add(setInterval(() => void ask(site, agent, "/metrics", scrapes), 1000))
}

const close = (): void => {
  isOpen = false
  for (const timer of timers) clearInterval(timer)
  for (const request of requests) request.destroy()
  for (const socket of sockets) socket.destroy()
  timers.clear()
  requests.clear()
  sockets.clear()
}

const take = (): Heard => {
  const taken = { events, bytes, latencies, scrapes, refused, deafCut }
  ;[events, bytes, latencies, scrapes, refused, deafCut] = [0, 0, [], [], {}, 0]
  return taken
}

if (import.meta.main) {
  process.once("disconnect", () => process.exit())
  for (;;) {
    const [wanted] = (await once(process, "message")) as [Wanted | "close"]
    if (wanted === "close") {
      close()
      process.send!(take())
    } else {
      await open(wanted)
      process.send!("open")
    }
  }
}

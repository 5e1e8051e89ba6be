/**
 * The exchange of `bench:latency`, in a process of its own: a stream that tells of the markets at a steady pace, faster than
 * the sandbox's crowd trades, and an API that takes every order. A market's trigger is a change of what its first runner was
 * last traded at; the message's `clk` numbers it, so that it is found again among the bytes.
 */
import { createServer as createApi } from "node:https"
import { createServer as createStream, type TLSSocket } from "node:tls"
import type { AddressInfo, Server } from "node:net"
import { once } from "node:events"
import { setTimeout } from "node:timers/promises"
import type { Certificates } from "../../src/sandbox/server/Certificates.ts"
import { SeededRandom } from "../../src/sandbox/SeededRandom.ts"

export interface Load {
  readonly certificates: Certificates
  readonly markets: number
  readonly updatesPerSecond: number
  readonly betsPerSecond: number
  /** How long the answer to placeOrders takes: the way to the exchange and back, and what it takes there. */
  readonly answerAfterMs: number
}

export interface Ports {
  readonly api: number
  readonly stream: number
}

/** Of a message with a trigger: its `clk` is this and the trigger's number. */
export const triggerClock = "TRIGGER"
export const marketIdOf = (market: number): string => `1.${800_000_000 + market}`
/** The market of the trigger with this number. */
export const marketOf = (trigger: number, { markets }: Pick<Load, "markets">): number => trigger % markets

export const runners = 10
const levels = 5
const firstSelection = 20_000_001
const stepMs = 2
const lapseAfterMs = 500
const wire = "\r\n"
const now = Date.now
const untilOffMs = 6 * 3_600_000

/** Between 2.20 and 2.80, where the ladder goes in steps of 0.02. */
const middleOf = (runner: number) => 115 + runner
const priceAt = (step: number) => (step * 2) / 100

const definition = () => ({
  status: "OPEN",
  bettingType: "ODDS",
  marketType: "WIN",
  eventTypeId: "7",
  eventId: "900000001",
  countryCode: "GB",
  timezone: "GMT",
  marketTime: new Date(now() + untilOffMs).toISOString(),
  numberOfWinners: 1,
  numberOfActiveRunners: runners,
  marketBaseRate: 5,
  betDelay: 0,
  inPlay: false,
  bspMarket: false,
  complete: true,
  version: 1,
  runners: Array.from({ length: runners }, (_, index) => ({
    id: firstSelection + index,
    sortPriority: index + 1,
    status: "ACTIVE"
  }))
})

const imageOf = (market: number) => ({
  id: marketIdOf(market),
  img: true,
  marketDefinition: definition(),
  rc: Array.from({ length: runners }, (_, runner) => ({
    id: firstSelection + runner,
    atb: Array.from({ length: levels }, (_, level) => [priceAt(middleOf(runner) - 1 - level), 50 + level]),
    atl: Array.from({ length: levels }, (_, level) => [priceAt(middleOf(runner) + 1 + level), 50 + level]),
    ltp: priceAt(middleOf(runner)),
    trd: [[priceAt(middleOf(runner)), 10]]
  }))
})

/** What changes, one market a message. */
class Changes {
  private readonly random = new SeededRandom(11)
  private readonly load: Load
  private readonly triggerEvery: number
  private sent = 0
  private triggers = 0

  constructor(load: Load) {
    this.load = load
    this.triggerEvery = Math.round(load.updatesPerSecond / load.betsPerSecond)
  }

  next(id: number): string {
    const isTrigger = ++this.sent % this.triggerEvery === 0
    const number = isTrigger ? this.triggers++ : 0
    const market = isTrigger ? marketOf(number, this.load) : this.below(this.load.markets)
    const runner = isTrigger ? 0 : this.below(runners)
    const level = 1 + this.below(levels)
    const isBack = this.below(2) === 0
    const offers = [[priceAt(middleOf(runner) + (isBack ? -level : level)), 2 + this.below(50_000) / 100]]
    // Each round of the markets trades at the other of two prices.
    const isOdd = Math.floor(number / this.load.markets) % 2 === 1
    const traded = isTrigger ? { ltp: priceAt(middleOf(0) + (isOdd ? 0 : 1)) } : {}
    const change = { id: firstSelection + runner, ...(isBack ? { atb: offers } : { atl: offers }), ...traded }
    const clk = isTrigger ? `${triggerClock}${number}` : "AAA"
    return JSON.stringify({ op: "mcm", id, clk, pt: now(), mc: [{ id: marketIdOf(market), rc: [change] }] })
  }

  private below(limit: number): number {
    return Math.floor(this.random.next() * limit)
  }
}

/** Messages at an even pace; what a busy machine has held up is made up for. */
const stream = (socket: TLSSocket, id: number, load: Load): void => {
  const changes = new Changes(load)
  const begin = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begin) / 1000) * load.updatesPerSecond)
    let lines = ""
    for (; sent < due; sent++) lines += changes.next(id) + wire
    if (lines !== "") socket.write(lines)
  }, stepMs)
  socket.on("close", () => clearInterval(timer))
}

interface Placed {
  readonly betId: string
  readonly marketId: string
  readonly strategyRef: string
  readonly instruction: {
    readonly selectionId: number
    readonly side: string
    readonly customerOrderRef: string
    readonly limitOrder: { readonly size: number; readonly price: number; readonly persistenceType: string }
  }
  readonly at: number
}

const orderChange = (id: number, { at, betId, instruction, marketId, strategyRef }: Placed, isOver: boolean) => {
  const { price, size } = instruction.limitOrder
  const order = {
    id: betId,
    p: price,
    s: size,
    side: instruction.side === "BACK" ? "B" : "L",
    status: isOver ? "EC" : "E",
    pt: "L",
    ot: "L",
    pd: at,
    ...(isOver ? { ld: now(), lsrc: "LAPSED" } : {}),
    sm: 0,
    sr: isOver ? 0 : size,
    sl: isOver ? size : 0,
    sc: 0,
    sv: 0,
    rac: "",
    rc: "REG_LGA",
    rfo: instruction.customerOrderRef,
    rfs: strategyRef
  }
  const oc = [{ id: marketId, orc: [{ id: instruction.selectionId, uo: [order] }] }]
  return JSON.stringify({ op: "ocm", id, clk: "AAA", pt: now(), oc })
}

/** Orders wait for half a second and then lapse: nothing gathers. */
class Orders {
  readonly live = new Map<string, Placed>()
  private readonly listeners = new Map<TLSSocket, number>()
  private last = 100_000_000_000

  listen(socket: TLSSocket, id: number): void {
    this.listeners.set(socket, id)
    socket.on("close", () => this.listeners.delete(socket))
  }

  place(params: any) {
    const instructionReports = params.instructions.map((instruction: Placed["instruction"]) => {
      const betId = String(++this.last)
      const at = now()
      const placed = { betId, marketId: params.marketId, strategyRef: params.customerStrategyRef, instruction, at }
      this.live.set(betId, placed)
      this.tell(placed, false)
      void setTimeout(lapseAfterMs).then(() => {
        this.live.delete(betId)
        this.tell(placed, true)
      })
      const placedDate = new Date(at).toISOString()
      return { status: "SUCCESS", instruction, betId, placedDate, sizeMatched: 0, orderStatus: "EXECUTABLE" }
    })
    return { customerRef: params.customerRef, status: "SUCCESS", marketId: params.marketId, instructionReports }
  }

  current() {
    const currentOrders = [...this.live.values()].map(({ at, betId, instruction, marketId, strategyRef }) => ({
      betId,
      marketId,
      selectionId: instruction.selectionId,
      handicap: 0,
      priceSize: { price: instruction.limitOrder.price, size: instruction.limitOrder.size },
      bspLiability: 0,
      side: instruction.side,
      status: "EXECUTABLE",
      persistenceType: "LAPSE",
      orderType: "LIMIT",
      placedDate: new Date(at).toISOString(),
      sizeMatched: 0,
      sizeRemaining: instruction.limitOrder.size,
      customerOrderRef: instruction.customerOrderRef,
      customerStrategyRef: strategyRef
    }))
    return { currentOrders, moreAvailable: false }
  }

  private tell(placed: Placed, isOver: boolean): void {
    for (const [socket, id] of this.listeners) socket.write(orderChange(id, placed, isOver) + wire)
  }
}

const catalogue = (load: Load, wanted: ReadonlyArray<string> | undefined) =>
  Array.from({ length: load.markets }, (_, market) => marketIdOf(market))
    .filter((marketId) => wanted?.includes(marketId) ?? true)
    .map((marketId) => ({ marketId, marketName: "bench", totalMatched: 0 }))

const answerOf = (load: Load, orders: Orders, operation: string, params: any): unknown => {
  switch (operation) {
    case "placeOrders":
      return orders.place(params)
    case "listMarketCatalogue":
      return catalogue(load, params.filter.marketIds)
    case "listCurrentOrders":
      return orders.current()
    case "listClearedOrders":
      return { clearedOrders: [], moreAvailable: false }
    case "getAccountFunds":
      return { availableToBetBalance: 1_000_000, exposure: 0 }
    case "listMarketBook":
      return []
    default:
      throw new Error(`The bench knows no ${operation}`)
  }
}

const apiServer = (load: Load, orders: Orders) => {
  const { authority, server } = load.certificates
  const tls = { key: server.keyPem, cert: server.certificatePem, ca: authority.certificatePem }
  return createApi({ ...tls, requestCert: true, rejectUnauthorized: false }, async (request, response) => {
    let body = ""
    for await (const chunk of request) body += chunk
    response.setHeader("content-type", "application/json")
    if (request.url!.startsWith("/api/")) {
      return response.end(JSON.stringify({ loginStatus: "SUCCESS", status: "SUCCESS", sessionToken: "a", token: "a" }))
    }
    const { id, method, params } = JSON.parse(body)
    const operation = method.split("/").at(-1)
    const result = answerOf(load, orders, operation, params)
    if (operation === "placeOrders" && load.answerAfterMs > 0) await setTimeout(load.answerAfterMs)
    return response.end(JSON.stringify({ jsonrpc: "2.0", id, result }))
  })
}

const streamServer = (load: Load, orders: Orders) => {
  const { server } = load.certificates
  return createStream({ key: server.keyPem, cert: server.certificatePem }, (socket) => {
    const send = (message: object) => socket.write(JSON.stringify(message) + wire)
    const first = { initialClk: "I", clk: "AAA", conflateMs: 0, heartbeatMs: 5000, ct: "SUB_IMAGE" }
    socket.setNoDelay(true)
    socket.on("error", () => undefined)
    send({ op: "connection", connectionId: "bench" })
    let rest = ""
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split(wire)
      rest = lines.pop()!
      for (const line of lines) {
        const { id, op } = JSON.parse(line)
        send({ op: "status", id, statusCode: "SUCCESS", connectionClosed: false, connectionsAvailable: 9 })
        if (op === "marketSubscription") {
          send({ op: "mcm", id, ...first, pt: now(), mc: Array.from({ length: load.markets }, (_, m) => imageOf(m)) })
          stream(socket, id, load)
        } else if (op === "orderSubscription") {
          send({ op: "ocm", id, ...first, pt: now(), oc: [] })
          orders.listen(socket, id)
          const beat = setInterval(() => send({ op: "ocm", id, clk: "AAA", pt: now(), ct: "HEARTBEAT" }), 4000)
          socket.on("close", () => clearInterval(beat))
        }
      }
    })
  })
}

const listen = async (server: Server): Promise<number> => {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return (server.address() as AddressInfo).port
}

if (import.meta.main) {
  const [load] = (await once(process, "message")) as [Load]
  const orders = new Orders()
  const ports: Ports = {
    api: await listen(apiServer(load, orders)),
    stream: await listen(streamServer(load, orders))
  }
  process.send!(ports)
  process.once("disconnect", () => process.exit())
}

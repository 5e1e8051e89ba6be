/**
 * Stands in for Betfair behind the client's own tags: it has orders, matches and settles them when a test says so, and goes
 * wrong as it is told. What it has is the truth that a bot must arrive at.
 */
import { Clock, Effect, Layer, Queue, Stream } from "effect"
import type * as Api from "../../src/betfair/api/Orders.ts"
import type { ClearedOrderSummary, CurrentOrderSummary } from "../../src/betfair/api/OrderSummaries.ts"
import type * as Parameters from "../../src/betfair/api/Parameters.ts"
import { AnswerLost, NotConnected, Withheld } from "../../src/betfair/BetfairError.ts"
import { BettingApi } from "../../src/betfair/BettingApi.ts"
import { HeartbeatApi } from "../../src/betfair/HeartbeatApi.ts"
import { read } from "../../src/betfair/stream/OrderChange.ts"
import { type OrderChangeMessage, OrderStream } from "../../src/betfair/stream/OrderStream.ts"

export interface FakeOrder {
  readonly betId: string
  readonly ref: string
  readonly strategyRef: string
  readonly marketId: string
  readonly selectionId: number
  readonly side: "BACK" | "LAY"
  readonly price: number
  /** Pounds, as all sizes here. */
  readonly size: number
  readonly placedAt: number
  matched: number
  averagePrice: number
  cancelled: number
  lapsed: number
  voided: number
  profit: number | null
  settledAt: number | null
}

/** What happens to the next placement or replacement. */
export type Fault =
  /** The request never arrives. */
  | "lost"
  /** It is executed, and the answer is lost. */
  | "unanswered"
  /** It is executed, and neither answer nor error ever comes. */
  | "silent"
  | "not connected"
  /** Executed, but the report says TIMEOUT. */
  | "timeout report"
  /** Executed, but the whole is PROCESSED_WITH_ERRORS and says nothing of the order. */
  | "says nothing"
  /** Executed before, and now refused as known. */
  | "duplicate"
  | "refused"
  /** A replacement whose cancellation stands. */
  | "cancelled, not placed"
  /** A bug of the client. */
  | "defect"

const remaining = (order: FakeOrder) =>
  Math.round((order.size - order.matched - order.cancelled - order.lapsed - order.voided) * 100) / 100

const iso = (at: number) => new Date(at).toISOString()

export class ScriptedExchange {
  readonly orders = new Map<string, FakeOrder>()
  readonly faults: Array<Fault> = []
  readonly placed: Array<Parameters.PlaceOrders> = []
  readonly replaced: Array<Parameters.ReplaceOrders> = []
  readonly cancelRequests: Array<Parameters.CancelOrders> = []
  readonly heartbeats: Array<number> = []
  /** Nothing can be asked. */
  isDown = false
  commissionRate = 0
  /** Runs while a request is being executed, before it is answered. */
  onExecuted: (order: FakeOrder) => Effect.Effect<void> = () => Effect.void
  #nextId = 1000
  readonly #messages: Queue.Queue<OrderChangeMessage>
  #connection = 1

  constructor(messages: Queue.Queue<OrderChangeMessage>) {
    this.#messages = messages
  }

  static readonly make = Effect.map(Queue.unbounded<OrderChangeMessage>(), (messages) => new ScriptedExchange(messages))

  only(): FakeOrder {
    const [order] = this.orders.values()
    if (order === undefined || this.orders.size !== 1) throw new Error(`there are ${this.orders.size} orders`)
    return order
  }

  match(order: FakeOrder, size: number, price = order.price): void {
    order.averagePrice = (order.averagePrice * order.matched + price * size) / (order.matched + size)
    order.matched += size
  }

  /** Settles the market: what waits lapses, what is matched has the profit per pound given. */
  settle(marketId: string, profitPerPound: number, at: number): void {
    for (const order of this.orders.values()) {
      if (order.marketId !== marketId) continue
      order.lapsed += remaining(order)
      order.settledAt = at
      order.profit = order.matched > 0 ? Math.round(order.matched * profitPerPound * 100) / 100 : null
    }
  }

  /** Tells of the order on the stream, as it is now or was. */
  tell(order: FakeOrder, changes: Partial<OrderChangeMessage> = {}): Effect.Effect<void> {
    const side = order.side === "BACK" ? "B" : "L"
    const uo = [
      {
        id: order.betId,
        p: order.price,
        s: order.size,
        side,
        status: remaining(order) > 0 ? "E" : "EC",
        pt: "L",
        ot: "L",
        pd: order.placedAt,
        sm: order.matched,
        avp: order.averagePrice,
        sr: remaining(order),
        sl: order.lapsed,
        sc: order.cancelled,
        sv: order.voided,
        rfo: order.ref,
        rfs: order.strategyRef
      }
    ]
    return this.message({ ...read([{ id: order.marketId, orc: [{ id: order.selectionId, uo }] }]), ...changes })
  }

  /** The stream is made anew: an image without any order. */
  reconnect(): Effect.Effect<void> {
    this.#connection++
    return this.message({ isFirst: true, isImage: true })
  }

  message(changes: Partial<OrderChangeMessage>): Effect.Effect<void> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.asVoid(
        Queue.offer(this.#messages, {
          markets: [],
          unreadable: [],
          publishTime: now,
          arrivedAt: now,
          connection: this.#connection,
          isFirst: false,
          isImage: false,
          isStale: false,
          ...changes
        })
      )
    )
  }

  #add(
    order: Pick<FakeOrder, "ref" | "strategyRef" | "marketId" | "selectionId" | "side" | "price" | "size">,
    at: number
  ) {
    const betId = `${this.#nextId++}`
    const nothing = { matched: 0, averagePrice: 0, cancelled: 0, lapsed: 0, voided: 0, profit: null, settledAt: null }
    const added: FakeOrder = { ...order, ...nothing, betId, placedAt: at }
    this.orders.set(betId, added)
    return added
  }

  /** An order that nobody here has placed. */
  addStranger(changes: Partial<FakeOrder> = {}): FakeOrder {
    const order = {
      ref: "",
      strategyRef: "clever-better",
      marketId: "1.1",
      selectionId: 5,
      side: "BACK" as const,
      price: 4,
      size: 2,
      ...changes
    }
    return this.#add(order, changes.placedAt ?? 0)
  }

  readonly #lost = (operation: string) => new AnswerLost({ operation, kind: "TimedOut", problem: "no answer" })

  readonly #ending = <A>(operation: string, fault: Fault | undefined, answer: A, quiet: A) => {
    switch (fault) {
      case undefined:
      case "refused":
      case "cancelled, not placed":
        return Effect.succeed(answer)
      case "silent":
        return Effect.never
      case "defect":
        return Effect.die("a bug")
      case "not connected":
        return Effect.fail(new NotConnected({ operation, host: "the exchange", problem: "ECONNREFUSED" }))
      case "timeout report":
      case "says nothing":
      case "duplicate":
        return Effect.succeed(quiet)
      default:
        return Effect.fail(this.#lost(operation))
    }
  }

  readonly #isExecuted = (fault: Fault | undefined) =>
    fault !== "lost" && fault !== "not connected" && fault !== "refused"

  readonly #quiet = (fault: Fault | undefined) =>
    fault === "timeout report"
      ? { status: "TIMEOUT" }
      : fault === "duplicate"
        ? { status: "FAILURE", errorCode: "DUPLICATE_TRANSACTION" }
        : { status: "PROCESSED_WITH_ERRORS" }

  readonly #placeOne = Effect.fnUntraced(function* (
    this: ScriptedExchange,
    params: Parameters.PlaceOrders,
    instruction: Api.PlaceInstruction,
    fault: Fault | undefined
  ) {
    const { customerOrderRef = "", orderType, selectionId, side } = instruction
    const reported = { selectionId, side, customerOrderRef, orderType }
    if (!this.#isExecuted(fault)) {
      return { status: "FAILURE", errorCode: "INVALID_BET_SIZE", instruction: reported }
    }
    const limit = instruction.orderType === "LIMIT" ? instruction.limitOrder : { price: 0, size: 0 }
    const order = this.#add(
      {
        ref: customerOrderRef,
        strategyRef: params.customerStrategyRef ?? "",
        marketId: params.marketId,
        selectionId,
        side,
        price: limit.price,
        size: limit.size ?? 0
      },
      yield* Clock.currentTimeMillis
    )
    yield* this.onExecuted(order)
    return {
      status: "SUCCESS",
      instruction: reported,
      betId: order.betId,
      placedDate: iso(order.placedAt),
      averagePriceMatched: order.averagePrice,
      sizeMatched: order.matched,
      orderStatus: remaining(order) > 0 ? "EXECUTABLE" : "EXECUTION_COMPLETE"
    }
  })

  readonly #current = (order: FakeOrder): CurrentOrderSummary => ({
    betId: order.betId,
    marketId: order.marketId,
    selectionId: order.selectionId,
    handicap: 0,
    priceSize: { price: order.price, size: order.size },
    side: order.side,
    status: remaining(order) > 0 ? "EXECUTABLE" : "EXECUTION_COMPLETE",
    persistenceType: "LAPSE",
    orderType: "LIMIT",
    placedDate: iso(order.placedAt),
    averagePriceMatched: order.averagePrice,
    sizeMatched: order.matched,
    sizeRemaining: remaining(order),
    sizeLapsed: order.lapsed,
    sizeCancelled: order.cancelled,
    sizeVoided: order.voided,
    customerOrderRef: order.ref,
    customerStrategyRef: order.strategyRef
  })

  readonly #isCurrent = (order: FakeOrder) => order.settledAt === null && (remaining(order) > 0 || order.matched > 0)

  readonly #cleared = (order: FakeOrder, list: string): ClearedOrderSummary | null => {
    if (this.#isCurrent(order)) return null
    const line = {
      marketId: order.marketId,
      selectionId: order.selectionId,
      betId: order.betId,
      side: order.side,
      orderType: "LIMIT",
      priceRequested: order.price,
      customerOrderRef: order.ref,
      customerStrategyRef: order.strategyRef
    }
    const settledDate = iso(order.settledAt ?? order.placedAt)
    switch (list) {
      case "SETTLED":
        return order.profit === null
          ? null
          : { ...line, settledDate, sizeSettled: order.matched, priceMatched: order.averagePrice, profit: order.profit }
      case "VOIDED":
        return order.voided > 0 ? { ...line, settledDate, sizeSettled: order.voided } : null
      case "LAPSED":
        return order.lapsed > 0 ? { ...line, sizeCancelled: order.lapsed } : null
      default:
        return order.cancelled > 0 ? { ...line, sizeCancelled: order.cancelled } : null
    }
  }

  readonly #wanted = (
    order: FakeOrder,
    filter: Pick<Parameters.ListCurrentOrders, "betIds" | "marketIds" | "customerOrderRefs" | "customerStrategyRefs">
  ) =>
    (filter.betIds?.includes(order.betId) ?? true) &&
    (filter.marketIds?.includes(order.marketId) ?? true) &&
    (filter.customerOrderRefs?.includes(order.ref) ?? true) &&
    (filter.customerStrategyRefs?.includes(order.strategyRef) ?? true)

  readonly #ask = <A>(operation: string, answer: () => A) =>
    Effect.suspend(() =>
      this.isDown
        ? Effect.fail(new NotConnected({ operation, host: "the exchange", problem: "ECONNREFUSED" }))
        : Effect.sync(answer)
    )

  readonly #marketTotals = (marketIds: ReadonlyArray<string>) =>
    marketIds.flatMap((marketId): ReadonlyArray<ClearedOrderSummary> => {
      const settled = [...this.orders.values()].filter((order) => order.marketId === marketId && order.profit !== null)
      if (settled.length === 0) return []
      const profit = settled.reduce((sum, order) => sum + order.profit!, 0)
      const commission = Math.round(Math.max(0, profit) * this.commissionRate * 100) / 100
      return [{ marketId, profit, commission }]
    })

  get layer() {
    const api = BettingApi.of({
      placeOrders: (params, lastLook = Effect.succeed(null)) =>
        Effect.gen({ self: this }, function* () {
          const reason = yield* lastLook
          if (reason !== null) return yield* new Withheld({ operation: "placeOrders", reason })
          this.placed.push(params)
          const fault = this.faults.shift()
          const reports: Array<Api.PlaceInstructionReport> = []
          for (const one of params.instructions) reports.push(yield* this.#placeOne(params, one, fault))
          const status = fault === "refused" ? "FAILURE" : "SUCCESS"
          return yield* this.#ending<Api.PlaceExecutionReport>(
            "placeOrders",
            fault,
            { status, instructionReports: reports },
            this.#quiet(fault)
          )
        }),
      replaceOrders: (params, lastLook = Effect.succeed(null)) =>
        Effect.gen({ self: this }, function* () {
          const reason = yield* lastLook
          if (reason !== null) return yield* new Withheld({ operation: "replaceOrders", reason })
          this.replaced.push(params)
          const fault = this.faults.shift()
          const [{ betId, newPrice }] = params.instructions
          const old = this.orders.get(betId)
          const quiet = this.#quiet(fault)
          if (old === undefined || remaining(old) === 0 || fault === "refused") {
            const failure = { status: "FAILURE", errorCode: "BET_TAKEN_OR_LAPSED" }
            const answer = {
              status: "FAILURE",
              instructionReports: [{ ...failure, cancelInstructionReport: failure }]
            }
            return yield* this.#ending<Api.ReplaceExecutionReport>("replaceOrders", fault, answer, quiet)
          }
          if (!this.#isExecuted(fault)) {
            return yield* this.#ending<Api.ReplaceExecutionReport>("replaceOrders", fault, quiet, quiet)
          }
          const size = remaining(old)
          old.cancelled += size
          const cancelInstructionReport = { status: "SUCCESS", instruction: { betId }, sizeCancelled: size }
          if (fault === "cancelled, not placed") {
            const errorCode = "CANCELLED_NOT_PLACED"
            const report = { status: "FAILURE", errorCode, cancelInstructionReport }
            return { status: "FAILURE", instructionReports: [report] }
          }
          const order = this.#add({ ...old, price: newPrice, size }, yield* Clock.currentTimeMillis)
          yield* this.onExecuted(order)
          const placeInstructionReport = {
            status: "SUCCESS",
            instruction: { selectionId: old.selectionId, limitOrder: { size, price: newPrice } },
            betId: order.betId,
            sizeMatched: order.matched,
            averagePriceMatched: order.averagePrice,
            orderStatus: remaining(order) > 0 ? "EXECUTABLE" : "EXECUTION_COMPLETE"
          }
          const report = { status: "SUCCESS", cancelInstructionReport, placeInstructionReport }
          return yield* this.#ending<Api.ReplaceExecutionReport>(
            "replaceOrders",
            fault,
            { status: "SUCCESS", instructionReports: [report] },
            quiet
          )
        }),
      cancelOrders: (params) =>
        this.#ask("cancelOrders", () => {
          this.cancelRequests.push(params)
          const instructionReports = params.instructions.map(({ betId }) => {
            const order = this.orders.get(betId)
            if (order === undefined || remaining(order) === 0) {
              return { status: "FAILURE", errorCode: "BET_TAKEN_OR_LAPSED", instruction: { betId } }
            }
            const size = remaining(order)
            order.cancelled += size
            return { status: "SUCCESS", instruction: { betId }, sizeCancelled: size }
          })
          return { status: "SUCCESS", instructionReports }
        }),
      cancelAllOrders: () => Effect.die("nobody may cancel what others have"),
      updateOrders: (params) =>
        this.#ask("updateOrders", () => ({
          status: "SUCCESS",
          instructionReports: params.instructions.map((instruction) => ({ status: "SUCCESS", instruction }))
        })),
      listCurrentOrders: (filter) =>
        this.#ask("listCurrentOrders", () =>
          [...this.orders.values()]
            .filter((order) => this.#isCurrent(order) && this.#wanted(order, filter))
            .map(this.#current)
        ),
      listClearedOrders: (filter) =>
        this.#ask("listClearedOrders", () =>
          filter.groupBy === "MARKET"
            ? this.#marketTotals(filter.marketIds ?? [])
            : [...this.orders.values()].flatMap((order) => {
                const line = this.#wanted(order, filter) ? this.#cleared(order, filter.betStatus) : null
                return line === null ? [] : [line]
              })
        ),
      listMarketCatalogue: () => Effect.die("not asked here"),
      listMarketBook: () => Effect.die("not asked here"),
      listEventTypes: () => Effect.die("not asked here"),
      listEvents: () => Effect.die("not asked here"),
      listMarketProfitAndLoss: () => Effect.die("not asked here")
    })
    const messages = Stream.fromQueue(this.#messages)
    return Layer.mergeAll(
      Layer.succeed(BettingApi, api),
      Layer.succeed(HeartbeatApi, {
        heartbeat: (seconds) =>
          this.#ask("heartbeat", () => {
            this.heartbeats.push(seconds)
            return { actionPerformed: "NONE", actualTimeoutSeconds: seconds }
          })
      }),
      Layer.succeed(OrderStream, {
        messages,
        events: Stream.empty,
        health: () => ({
          status: "connected",
          connectedSince: 0,
          lastMessageAt: 0,
          lastPublishTime: 0,
          latencyMs: 0,
          reconnects: 0,
          connectionsAvailable: null,
          problem: null
        })
      })
    )
  }
}

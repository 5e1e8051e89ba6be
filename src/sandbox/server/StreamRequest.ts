/** What clients say on the stream, as read from a line. Unknown fields are ignored, as the exchange does. */
import { Schema } from "effect"
import * as BoundedJson from "./BoundedJson.ts"

const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const id = optional(Schema.Int)

const subscription = {
  id,
  segmentationEnabled: optional(Schema.Boolean),
  heartbeatMs: optional(Schema.Int),
  conflateMs: optional(Schema.Int),
  initialClk: optional(Schema.String),
  clk: optional(Schema.String)
}

const Authentication = Schema.Struct({
  op: Schema.Literals(["authentication"]),
  id,
  appKey: optional(Schema.String),
  session: optional(Schema.String)
})

const Heartbeat = Schema.Struct({ op: Schema.Literals(["heartbeat"]), id })

const MarketSubscription = Schema.Struct({
  op: Schema.Literals(["marketSubscription"]),
  ...subscription,
  /** Read by the exchange. */
  marketFilter: Schema.optionalKey(Schema.Unknown),
  marketDataFilter: optional(
    Schema.Struct({
      fields: optional(Schema.Array(Schema.String)),
      ladderLevels: optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10 })))
    })
  )
})
export type MarketSubscription = typeof MarketSubscription.Type

const OrderSubscription = Schema.Struct({
  op: Schema.Literals(["orderSubscription"]),
  ...subscription,
  orderFilter: optional(
    Schema.Struct({
      includeOverallPosition: optional(Schema.Boolean),
      customerStrategyRefs: optional(Schema.Array(Schema.String)),
      partitionMatchedByStrategyRef: optional(Schema.Boolean),
      accountIds: optional(Schema.Array(Schema.Int))
    })
  )
})
export type OrderSubscription = typeof OrderSubscription.Type

const schemas = {
  authentication: Schema.decodeUnknownOption(Authentication),
  heartbeat: Schema.decodeUnknownOption(Heartbeat),
  marketSubscription: Schema.decodeUnknownOption(MarketSubscription),
  orderSubscription: Schema.decodeUnknownOption(OrderSubscription)
}

export type StreamRequest = typeof Authentication.Type | typeof Heartbeat.Type | MarketSubscription | OrderSubscription

/** `id` is repeated in the refusal where it could be read. */
export interface Refused {
  readonly errorCode: "INVALID_REQUEST" | "INVALID_INPUT"
  readonly errorMessage: string
  readonly id: number | undefined
}

const Envelope = Schema.decodeUnknownOption(
  Schema.Struct({ op: Schema.String, id: Schema.optionalKey(Schema.Unknown) })
)

export const read = (line: string): StreamRequest | Refused => {
  const message = BoundedJson.parse(line)?.value
  const envelope = Envelope(message)
  if (envelope._tag === "None") return { errorCode: "INVALID_REQUEST", errorMessage: "Not a message", id: undefined }
  const { id: given, op } = envelope.value
  const id = typeof given === "number" && Number.isInteger(given) ? given : undefined
  if (!isOp(op)) return { errorCode: "INVALID_REQUEST", errorMessage: `Unknown op: ${op.slice(0, 40)}`, id }
  const request = schemas[op](message)
  if (request._tag === "Some") return request.value
  return { errorCode: "INVALID_INPUT", errorMessage: `A field of ${op} is not what it should be`, id }
}

export const isRefused = (request: StreamRequest | Refused): request is Refused => "errorCode" in request

const isOp = (op: string): op is keyof typeof schemas => Object.hasOwn(schemas, op)

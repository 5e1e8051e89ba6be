/**
 * What people ask of a bot that runs in another process: pause, reduce, halt, resume, reset the breaker, cancel. A request waits
 * until a bot of its mode takes it, be it now or when one starts. On a server it is a row of `trading_state` whose key begins
 * with `control/`; beside an embedded database it is a file.
 */
import { Clock, Effect, Random, Result, Schema } from "effect"
import { BetId } from "../domain/Identifiers.ts"
import type { Mode } from "../domain/Mode.ts"
import * as Folder from "./ControlFolder.ts"
import { StorageFailure } from "./StorageFailure.ts"
import { TradingStateRepository } from "./TradingStateRepository.ts"

export const ControlAction = Schema.Literals([
  "pause",
  "reduce",
  "halt",
  "resume",
  "reset-breaker",
  "cancel",
  "cancel-all",
  "reconcile"
])
export type ControlAction = typeof ControlAction.Type

export const ControlRequest = Schema.Struct({
  action: ControlAction,
  reason: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(500)),
  /** Who asks. */
  by: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100)),
  /** Of `cancel`: whose unmatched part. */
  bet: Schema.optionalKey(BetId)
})
export type ControlRequest = typeof ControlRequest.Type

export interface WaitingRequest {
  readonly id: string
  /** Or what is wrong with it. */
  readonly request: Result.Result<ControlRequest, string>
  /** It is gone, and will not be found again. */
  readonly remove: Effect.Effect<void, StorageFailure>
}

const prefix = "control/"

const decode = Schema.decodeUnknownResult(ControlRequest)

const understand = (value: unknown): WaitingRequest["request"] =>
  Result.mapError(decode(value), ({ message }) => message)

const parse = (text: string): WaitingRequest["request"] => {
  try {
    return understand(JSON.parse(text))
  } catch (error) {
    return Result.fail(String(error))
  }
}

const inFolder = <A>(operation: string, use: () => A): Effect.Effect<A, StorageFailure> =>
  Effect.try({
    try: use,
    catch: (cause) =>
      new StorageFailure({
        operation: `ControlFolder.${operation}`,
        kind: "invalid",
        message: cause instanceof Error ? cause.message : String(cause),
        cause
      })
  })

/** Sorts by time, and two of one millisecond do not meet. */
const newId = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  return `${now.toString().padStart(15, "0")}-${yield* Random.nextIntBetween(100_000, 1_000_000)}`
})

/** Leaves a request for a bot on a server's database; returns its id. */
export const ask = Effect.fnUntraced(function* (mode: Mode, request: ControlRequest) {
  const repository = yield* TradingStateRepository
  const id = yield* newId
  yield* repository.set(mode, `${prefix}${id}`, request)
  return id
})

/** The same for a bot on an embedded database. */
export const askInFolder = Effect.fnUntraced(function* (folder: string, mode: Mode, request: ControlRequest) {
  const id = yield* newId
  yield* inFolder("put", () => Folder.put(folder, mode, id, JSON.stringify(request)))
  return id
})

/** Takes back a request that nobody has taken; true if it was still there. */
export const withdrawFromFolder = (folder: string, mode: Mode, id: string) =>
  inFolder("remove", () => {
    const isThere = Folder.list(folder, mode).includes(id)
    Folder.remove(folder, mode, id)
    return isThere
  })

/** The same for a request on a server. */
export const withdraw = Effect.fnUntraced(function* (mode: Mode, id: string) {
  const repository = yield* TradingStateRepository
  const isThere = (yield* repository.get(mode, `${prefix}${id}`)) !== undefined
  yield* repository.remove(mode, `${prefix}${id}`)
  return isThere
})

/** What waits in the database, oldest first. */
export const waitingRows = Effect.fnUntraced(function* (mode: Mode) {
  const repository = yield* TradingStateRepository
  return (yield* repository.list(mode, prefix)).map(({ key, value }): WaitingRequest => ({
    id: key.slice(prefix.length),
    request: understand(value),
    remove: repository.remove(mode, key)
  }))
})

/** What waits in a folder, oldest first. */
export const waitingFiles = (
  folder: string,
  mode: Mode
): Effect.Effect<ReadonlyArray<WaitingRequest>, StorageFailure> =>
  inFolder("list", () =>
    Folder.list(folder, mode).map((id): WaitingRequest => ({
      id,
      request: parse(Folder.read(folder, mode, id)),
      remove: inFolder("remove", () => Folder.remove(folder, mode, id))
    }))
  )

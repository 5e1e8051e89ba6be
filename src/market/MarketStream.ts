/** How the link stands that live prices come over: for guards, which let no order pass on prices that may be old. */
import { Context, type Stream } from "effect"
import type { StreamEvent, StreamHealth } from "../betfair/stream/StreamState.ts"

export class MarketStream extends Context.Service<
  MarketStream,
  {
    readonly health: () => StreamHealth
    /** From now on, the last one first. A listener that is 256 events behind loses the oldest. */
    readonly events: Stream.Stream<StreamEvent>
  }
>()("clever-better/market/MarketStream") {}

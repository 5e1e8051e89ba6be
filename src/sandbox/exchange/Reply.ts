/**
 * What an operation of the exchange comes back with. Nothing is thrown at a client's mistake: the server puts a fault into
 * whatever form (JSON-RPC or REST) it was asked in.
 */

/** Codes of `APINGException` and `AccountAPINGException` that the exchange's rules can give. */
export type FaultCode = "TOO_MUCH_DATA" | "INVALID_INPUT_DATA" | "TOO_MANY_REQUESTS" | "INVALID_JSON"

export interface Fault {
  readonly code: FaultCode
  /** The field and what is wrong with it, for `errorDetails`. */
  readonly details: string
}

export type Reply<A> =
  | { readonly _tag: "Answer"; readonly result: A }
  | { readonly _tag: "Fault"; readonly fault: Fault }
  /**
   * The bets wait out the market's bet delay. The caller holds the answer back until `until` (epoch milliseconds), calls
   * `advance(until)` or later, then `take()`. The request is accepted whether or not the answer is fetched.
   */
  | { readonly _tag: "Delayed"; readonly until: number; readonly take: () => A }

export const answer = <A>(result: A): Reply<A> => ({ _tag: "Answer", result })

/** Thrown by readers of a request and caught where the operation begins; never leaves the exchange. */
export class FaultRaised extends Error {
  readonly fault: Fault

  constructor(code: FaultCode, details: string) {
    super(details)
    this.fault = { code, details }
  }
}

/**
 * What a book could not use of a message. The exchange never sends such things, but recordings are edited, cut and merged
 * by people; one absurd number must cost one price, not the race.
 */

export type BookProblemKind =
  /** A number that is no price, size, level or time: negative, not finite, out of range, or text. */
  | "ABSURD_NUMBER"
  /** Something of another shape than the exchange's messages: null, a list for an object, an id that is none. */
  | "MALFORMED"
  /** A status or betting type the exchange does not have; taken for the most careful one. */
  | "UNKNOWN_VALUE"

/** Called for each thing skipped; `field` is the message's own name for it, such as `atb` or `marketDefinition.status`. */
export type OnBookProblem = (kind: BookProblemKind, field: string, marketId: string | null, value: unknown) => void

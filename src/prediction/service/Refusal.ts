/** What the service answers instead of an answer: a gRPC status and a sentence for whoever asked. */
import { Schema } from "effect"

export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", {
  code: Schema.Literals(["INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION", "RESOURCE_EXHAUSTED", "INTERNAL"]),
  message: Schema.String
}) {}

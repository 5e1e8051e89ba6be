/** The database did not do what it was asked. Whoever places orders treats it as a no. */
import { Schema } from "effect"

export class StorageFailure extends Schema.TaggedError<StorageFailure>()("StorageFailure", {
  operation: Schema.String,
  /** `unavailable` may pass by itself, `conflict` is a broken uniqueness rule, `invalid` is a bug or foreign data. */
  kind: Schema.Literals(["unavailable", "conflict", "invalid"]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

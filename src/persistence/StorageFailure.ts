/**
 * The database did not do what it was asked. Whoever places orders treats it as a no. This is also the one place where the
 * driver's errors get their meaning.
 */
import { Schema } from "effect"
import type { SqlError } from "effect/sql/SqlError"

export class StorageFailure extends Schema.TaggedError<StorageFailure>()("StorageFailure", {
  operation: Schema.String,
  /** `unavailable` may pass by itself, `conflict` is a broken uniqueness rule, `invalid` is a bug or foreign data. */
  kind: Schema.Literals(["unavailable", "conflict", "invalid"]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/** What the driver or a row's schema failed with. */
export type RowError = SqlError | Schema.SchemaError

/**
 * Classes of SQLSTATE that say "not now": no database (3D), resources (53), an operator's intervention such as a server
 * that starts up or shuts down (57P), and the system itself (58).
 *
 * Source: PostgreSQL documentation, Appendix A.
 */
const passing = /^(3D|53|57P|58)/

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""

const kindOf = (error: RowError): StorageFailure["kind"] => {
  if (error._tag === "SchemaError") return "invalid"
  switch (error.reason._tag) {
    case "UniqueViolation":
      return "conflict"
    case "ConnectionError":
    case "AuthenticationError":
    case "DeadlockError":
    case "SerializationError":
    case "LockTimeoutError":
    case "StatementTimeoutError":
      return "unavailable"
    default:
      return passing.test(codeOf(error.reason.cause)) ? "unavailable" : "invalid"
  }
}

const messageOf = (error: RowError): string => {
  if (error._tag === "SchemaError") return error.message
  const cause = error.reason.cause
  return cause instanceof Error && cause.message !== "" ? `${error.message}: ${cause.message}` : error.message
}

export const fromError =
  (operation: string) =>
  (error: RowError): StorageFailure =>
    new StorageFailure({ operation, kind: kindOf(error), message: messageOf(error), cause: error })

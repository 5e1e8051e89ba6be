/** The bot may not serve HTTP as it is told to, and so does not start. */
import { Schema } from "effect"

export class HttpRefused extends Schema.TaggedError<HttpRefused>()("HttpRefused", { message: Schema.String }) {}

/** Opening a server's port for the time of a scope. */
import type { Server } from "node:net"
import { Effect, Schema } from "effect"

export class PortRefused extends Schema.TaggedError<PortRefused>()("PortRefused", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

/** Listens on this machine only and returns the port, which the system chooses for 0. `what` names it in the failure. */
export const listen = (server: Server, port: number, what: string) =>
  Effect.acquireRelease(
    Effect.callback<number, PortRefused>((resume) => {
      server.once("error", (cause: Error) =>
        resume(Effect.fail(new PortRefused({ message: `cannot open port ${port} for the sandbox's ${what}`, cause })))
      )
      server.listen({ port, host: "127.0.0.1" }, () => {
        // An accepted connection that breaks at once must not end the process.
        server.on("error", () => {})
        const address = server.address()
        resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : port))
      })
    }),
    () => Effect.sync(() => server.close())
  )

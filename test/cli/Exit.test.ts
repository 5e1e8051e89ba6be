import { once } from "node:events"
import { Cause, Exit, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { codeOf, Ended } from "../../src/cli/Exit.ts"
import { exitModule, keepsCompiled, start } from "./Process.ts"

class StartRefused extends Schema.TaggedError<StartRefused>()("StartRefused", { message: Schema.String }) {}
class Unlisted extends Schema.TaggedError<Unlisted>()("Unlisted", { message: Schema.String }) {}

describe("Exit.codeOf", () => {
  it("is 0 for what is done", () => {
    expect(codeOf(Exit.succeed("done"), false)).toBe(0)
  })

  it("is 3 for a refusal to start", () => {
    expect(codeOf(Exit.fail(new StartRefused({ message: "no" })), false)).toBe(3)
  })

  it("is 1 for an error nobody listed", () => {
    expect(codeOf(Exit.fail(new Unlisted({ message: "no" })), false)).toBe(1)
  })

  it("is 1 for a defect", () => {
    expect(codeOf(Exit.die("bug"), false)).toBe(1)
  })

  it("is the code a command ended with", () => {
    expect(codeOf(Exit.fail(new Ended({ code: 2 })), false)).toBe(2)
  })

  it("is 0 for an interruption by a signal", () => {
    expect(codeOf(Exit.interrupt(1), true)).toBe(0)
  })

  it("is 1 for an interruption out of nowhere", () => {
    expect(codeOf(Exit.interrupt(1), false)).toBe(1)
  })

  it("is 1 when something failed during the shutdown a signal asked for", () => {
    const cause = Cause.combine(Cause.interrupt(1), Cause.die("database gone"))
    expect(codeOf(Exit.failCause(cause), true)).toBe(1)
  })
})

/** A process whose whole program is `expression`. */
const runProgram = (expression: string) =>
  start(
    [
      "--input-type=module-typescript",
      "--eval",
      `import { Console, Effect, Schema } from "effect"
     import { runMain } from ${JSON.stringify(exitModule)}
     class StartRefused extends Schema.TaggedError()("StartRefused", { message: Schema.String }) {}
     class Silent extends Schema.TaggedError()("Silent", { limit: Schema.BigInt }) {}
     runMain(${expression})`
    ],
    { variables: keepsCompiled }
  )

describe("Exit.runMain", () => {
  it("says a known error by its message alone", async () => {
    const { ended } = runProgram(`Effect.fail(new StartRefused({ message: "live trading wants --live" }))`)
    expect(await ended).toEqual({ code: 3, stdout: "", stderr: "live trading wants --live\n" })
  })

  it("says the tag and the numbers of an error without a message", async () => {
    const { ended } = runProgram(`Effect.fail(new Silent({ limit: 5n }))`)
    const { code, stderr } = await ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Silent .*"limit":"5n".*\n$/)
  })

  it("shows the stack of a defect", async () => {
    const { code, stderr } = await runProgram(`Effect.die(new Error("a bug"))`).ended
    expect(code).toBe(1)
    expect(stderr).toContain("a bug")
    expect(stderr).toMatch(/^ +at /m)
  })

  it.each(["SIGINT", "SIGTERM"] as const)("waits on %s for all to be closed and exits 0", async (signal) => {
    const { ended, process } = runProgram(
      `Console.log("up").pipe(
         Effect.andThen(Effect.never),
         Effect.onInterrupt(() => Effect.andThen(Effect.sleep("50 millis"), Console.log("closed"))))`
    )
    await once(process.stdout, "data")
    process.kill(signal)
    expect(await ended).toEqual({ code: 0, stdout: "up\nclosed\n", stderr: "" })
  })

  it("ends at once on a second signal", async () => {
    const { ended, process } = runProgram(
      `Effect.sync(() => process.stderr.write("up")).pipe(
         Effect.andThen(Effect.never),
         Effect.onInterrupt(() => Effect.andThen(Console.log("closing"), Effect.never)))`
    )
    await once(process.stderr, "data")
    process.kill("SIGTERM")
    await once(process.stdout, "data")
    process.kill("SIGTERM")
    expect((await ended).code).toBe(1)
  })
})

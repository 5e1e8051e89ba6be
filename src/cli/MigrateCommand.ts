/** `migrate up | down | status`: what the bot does at its start, by hand. */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as Database from "../persistence/Database.ts"
import * as Migrations from "../persistence/Migrations.ts"

const json = Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))

const to = (description: string) => Flag.Int("to").pipe(Flag.withDescription(description), Flag.optional)

interface Step {
  readonly version: number
  readonly name: string
}

const label = ({ name, version }: Step) => `${version.toString().padStart(6, "0")} ${name}`

const printSteps = (asJson: boolean, verb: string, none: string, steps: ReadonlyArray<Step>) =>
  Console.log(
    asJson
      ? JSON.stringify({ [verb]: steps.map(({ name, version }) => ({ version, name })) })
      : steps.length === 0
        ? none
        : steps.map((step) => `${verb} ${label(step)}`).join("\n")
  )

const up = Command.make(
  "up",
  { to: to("Apply up to and including this version"), json },
  Effect.fn(function* ({ json, to }) {
    const applied = yield* Effect.provide(Migrations.up(Option.getOrUndefined(to)), Database.layer)
    yield* printSteps(json, "applied", "nothing to apply", applied)
  })
).pipe(Command.withDescription("Apply pending migrations"))

const down = Command.make(
  "down",
  { to: to("Revert what is above this version; without it, the newest migration only"), json },
  Effect.fn(function* ({ json, to }) {
    const reverted = yield* Effect.provide(Migrations.down(Option.getOrUndefined(to)), Database.layer)
    yield* printSteps(json, "reverted", "nothing to revert", reverted)
  })
).pipe(Command.withDescription("Revert migrations; the data in what they made is lost"))

const statusLine = (status: Migrations.MigrationStatus) =>
  `${label(status)}  ${status.state}${status.appliedAt === null ? "" : ` ${status.appliedAt.toISOString()}`}`

const status = Command.make(
  "status",
  { json },
  Effect.fn(function* ({ json }) {
    const found = yield* Effect.provide(Migrations.status, Database.layer)
    yield* Console.log(json ? JSON.stringify(found) : found.map(statusLine).join("\n"))
  })
).pipe(Command.withDescription("List migrations and whether they are applied"))

export const migrateCommand = Command.make("migrate").pipe(
  Command.withDescription("Bring the database's tables to this version, or back"),
  Command.withSubcommands([up, down, status])
)

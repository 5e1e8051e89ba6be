/** `migrate up | down | status`: what the bot does at its start, by hand. */
import { Console, Effect, Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { Settings } from "../config/Settings.ts"
import * as SettingsLoader from "../config/SettingsLoader.ts"
import { Mode } from "../domain/Mode.ts"
import type { MigrationStatus } from "../persistence/Migrations.ts"
import { ConfigFile, json, printJson } from "./Options.ts"

/** The database takes a moment to load: only a command that is run does that. */
const load = Effect.gen(function* () {
  const { settings } = yield* SettingsLoader.load(yield* ConfigFile)
  const [Database, InstanceLock, Migrations] = yield* Effect.promise(() =>
    Promise.all([
      import("../persistence/Database.ts"),
      import("../persistence/InstanceLock.ts"),
      import("../persistence/Migrations.ts")
    ])
  )
  const given = Layer.provide(Layer.succeed(Settings, settings))
  const locks = Mode.literals.map((mode) => InstanceLock.InstanceLock.layer(mode))
  return {
    Migrations,
    database: given(Database.layer),
    /** Holds off bots of every mode. */
    alone: given(Layer.mergeAll(locks[0]!, ...locks.slice(1)))
  }
})

const to = (description: string) => Flag.Int("to").pipe(Flag.withDescription(description), Flag.optional)

interface Step {
  readonly version: number
  readonly name: string
}

const label = ({ name, version }: Step) => `${version.toString().padStart(6, "0")} ${name}`

const printSteps = (asJson: boolean, verb: string, none: string, steps: ReadonlyArray<Step>) => {
  if (asJson) return printJson({ [verb]: steps.map(({ name, version }) => ({ version, name })) })
  return Console.log(steps.length === 0 ? none : steps.map((step) => `${verb} ${label(step)}`).join("\n"))
}

const up = Command.make(
  "up",
  { to: to("Apply up to and including this version"), json },
  Effect.fn(function* ({ json, to }) {
    const { Migrations, database } = yield* load
    const applied = yield* Effect.provide(Migrations.up(Option.getOrUndefined(to)), database)
    yield* printSteps(json, "applied", "nothing to apply", applied)
  })
).pipe(Command.withDescription("Apply pending migrations"))

const down = Command.make(
  "down",
  { to: to("Revert what is above this version; without it, the newest migration only"), json },
  Effect.fn(function* ({ json, to }) {
    const { Migrations, alone, database } = yield* load
    const reverted = yield* Migrations.down(Option.getOrUndefined(to)).pipe(
      Effect.provide(Layer.provideMerge(database, alone))
    )
    yield* printSteps(json, "reverted", "nothing to revert", reverted)
  })
).pipe(Command.withDescription("Revert migrations while no bot runs; the data in what they made is lost"))

const statusLine = (status: MigrationStatus) =>
  `${label(status)}  ${status.state}${status.appliedAt === null ? "" : ` ${status.appliedAt.toISOString()}`}`

const status = Command.make(
  "status",
  { json },
  Effect.fn(function* ({ json }) {
    const { Migrations, database } = yield* load
    const migrations = yield* Effect.provide(Migrations.status, database)
    yield* json ? printJson({ migrations }) : Console.log(migrations.map(statusLine).join("\n"))
  })
).pipe(Command.withDescription("List migrations and whether they are applied"))

export const command = Command.make("migrate").pipe(
  Command.withDescription("Bring the database's tables to this version, or back"),
  Command.withSubcommands([up, down, status])
)

/**
 * `clever-better`: all commands, and what is said when one is used wrongly.
 *
 * Each command is one file that exports `command`, and stands in the list below. What a command needs to start (a
 * database, gRPC, telemetry) it imports when it is run, not at the top of its file, so that the others start fast.
 */
import { Console, Effect, Layer } from "effect"
import { CliConfig, CliOutput, Command, GlobalFlag } from "effect/cli"
import manifest from "../../package.json" with { type: "json" }
import * as BetsCommand from "./BetsCommand.ts"
import * as ConfigCommand from "./ConfigCommand.ts"
import * as ControlCommand from "./ControlCommand.ts"
import * as DataCommand from "./DataCommand.ts"
import * as DoctorCommand from "./DoctorCommand.ts"
import * as ExplainCommand from "./ExplainCommand.ts"
import * as InitCommand from "./InitCommand.ts"
import * as MigrateCommand from "./MigrateCommand.ts"
import { ConfigFile } from "./Options.ts"
import * as PredictCommand from "./PredictCommand.ts"
import * as ProbesCommand from "./ProbesCommand.ts"
import * as ProfitCommand from "./ProfitCommand.ts"
import * as ReplayCommand from "./ReplayCommand.ts"
import * as RunCommand from "./RunCommand.ts"
import * as SandboxCommand from "./SandboxCommand.ts"
import * as StatusCommand from "./StatusCommand.ts"
import * as StrategiesCommand from "./StrategiesCommand.ts"
import * as TokensCommand from "./TokensCommand.ts"

const root = Command.make("clever-better").pipe(
  Command.withDescription("A trading bot for betting-exchange races"),
  Command.withSubcommands([
    RunCommand.command,
    ReplayCommand.command,
    ProbesCommand.command,
    MigrateCommand.command,
    ConfigCommand.command,
    StrategiesCommand.command,
    DataCommand.command,
    DoctorCommand.command,
    InitCommand.command,
    SandboxCommand.command,
    PredictCommand.command,
    StatusCommand.command,
    ExplainCommand.command,
    BetsCommand.command,
    ProfitCommand.command,
    TokensCommand.command,
    ...ControlCommand.commands
  ]),
  Command.withGlobalFlags([ConfigFile])
)

/** Help that was asked for is output; all else that the command line says of itself is not. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    if (event._tag === "Help" && event.reason === "Implicit") return Console.error(plain.formatHelpDoc(event.helpDoc))
    if (event._tag !== "InvalidInvocation") return CliOutput.defaultPresenter.present(event)
    const said = event.errors.map(({ message }) => message).join("\n")
    return Console.error(`${said}\nSee ${event.commandPath.join(" ")} --help`)
  }
}

const plain = CliOutput.defaultFormatter({ colors: false })

/** The command that the process's arguments name. */
export const program = Command.run(root, { version: manifest.version }).pipe(
  Effect.provide(
    Layer.mergeAll(
      CliOutput.layerPresenter(presenter),
      // Log levels belong to the settings.
      CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
    )
  )
)

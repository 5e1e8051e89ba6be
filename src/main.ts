import "effect/schema/SchemaJITCompiler/enable"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect } from "effect"
import { program } from "./cli/CommandLine.ts"
import { runMain } from "./cli/Exit.ts"

runMain(Effect.provide(program, NodeServices.layer))

/**
 * Strategies from a user's own modules. What a module exports is looked at once, at load, and refused with one error that
 * names the module and what is missing, rather than failing later in the middle of a race.
 */
import { createRequire } from "node:module"
import { isAbsolute, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { Effect, FileSystem, Predicate, Result, Schema } from "effect"
import "./OwnImports.ts"
import type { StrategyKind } from "./Strategy.ts"

export class StrategyModuleRefused extends Schema.TaggedError<StrategyModuleRefused>()("StrategyModuleRefused", {
  /** As it stands in `strategies.modules`. */
  module: Schema.String,
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/**
 * The kinds a module exports: by default (one, or a list) and by name.
 *
 * @param module a path (it begins with `.` or `/`, or ends in `.ts`, `.js`, `.mts` or `.mjs`) or the name of a package
 * @param folders where a relative path is looked for, in turn; packages are looked for from the same folders
 */
export const load = Effect.fn("StrategyModules.load")(function* (
  module: string,
  folders: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<StrategyKind>, StrategyModuleRefused, FileSystem.FileSystem> {
  const file = yield* isPath(module) ? findFile(module, folders) : findPackage(module, folders)
  const exported: unknown = yield* Effect.tryPromise({
    try: () => import(/* @vite-ignore */ pathToFileURL(file).href),
    catch: (cause) => refuse(module, `${file} cannot be loaded: ${messageOf(cause)}`, cause)
  })
  return yield* kindsOf(module, exported)
})

const isPath = (module: string): boolean => /^\.|\.[cm]?[jt]s$/.test(module) || isAbsolute(module)

const findFile = Effect.fnUntraced(function* (module: string, folders: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const candidates = isAbsolute(module) ? [module] : [...new Set(folders.map((folder) => resolve(folder, module)))]
  for (const candidate of candidates) {
    if (yield* fs.exists(candidate).pipe(Effect.orElseSucceed(() => false))) return candidate
  }
  return yield* refuse(module, `no such file; looked for ${candidates.join(", ")}`)
})

const findPackage = (module: string, folders: ReadonlyArray<string>) =>
  Effect.firstSuccessOf(
    folders.map((folder) =>
      Effect.try({
        try: () => createRequire(join(folder, "package.json")).resolve(module),
        catch: (cause) => refuse(module, `no such package; looked from ${folders.join(", ")}`, cause)
      })
    )
  )

const kindsOf = Effect.fnUntraced(function* (module: string, exported: unknown) {
  const kinds = new Set<StrategyKind>()
  for (const [name, value] of Object.entries(Predicate.isObject(exported) ? exported : {})) {
    if (name === "default") {
      const list: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
      for (const [index, item] of list.entries()) {
        kinds.add(yield* kindOf(module, Array.isArray(value) ? `default[${index}]` : "default", item))
      }
    } else if (Predicate.isObject(value) && "make" in value) {
      kinds.add(yield* kindOf(module, name, value))
    }
  }
  if (kinds.size > 0) return [...kinds]
  return yield* refuse(module, `it exports no strategy; expected ${wanted}, by default (one, or a list) or by name`)
})

const kindOf = (module: string, name: string, value: unknown): Effect.Effect<StrategyKind, StrategyModuleRefused> => {
  const decoded = decode(value)
  if (Result.isFailure(decoded)) {
    const problems = decoded.failure.message.replaceAll(/\n\s+at /g, " at ").replaceAll("\n", "; ")
    return Effect.fail(refuse(module, `the export "${name}" is no strategy: ${problems}. Expected ${wanted}`))
  }
  const kind = value as StrategyKind
  const defaults = Schema.decodeResult(kind.parameters)({})
  if (Result.isSuccess(defaults)) return Effect.succeed(kind)
  const problem = defaults.failure.message.replaceAll(/\s+/g, " ")
  return Effect.fail(
    refuse(module, `${kind.name}: every parameter needs a default, and {} does not decode: ${problem}`)
  )
}

const wanted =
  'an object { name: "my_strategy", description, parameters: a Schema, traits: { inPlay, needsPrediction }, make: a function }'

const aFunction = Schema.declare(Predicate.isFunction, { expected: "a function" })

const Kind = Schema.Struct({
  name: Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9_-]{0,39}$/)),
  description: Schema.NonEmptyString,
  parameters: Schema.declare(Schema.isSchema, { expected: "a Schema of effect" }),
  traits: Schema.Struct({
    inPlay: Schema.Boolean,
    needsPrediction: Schema.Boolean,
    window: Schema.optionalKey(Schema.Struct({ from: Schema.Finite, to: Schema.Finite }))
  }),
  make: aFunction
})

const decode = Schema.decodeUnknownResult(Kind, { errors: "all" })

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const refuse = (module: string, problem: string, cause?: unknown) =>
  new StrategyModuleRefused({
    module,
    message: `strategies.modules: ${module}: ${problem}`,
    ...(cause === undefined ? {} : { cause })
  })

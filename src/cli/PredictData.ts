/** The races that `predict train` and `predict evaluate` are given, and the flags that choose among them. */
import { Console, Effect, Option } from "effect"
import { Argument, Flag } from "effect/cli"
import type { Samples } from "../prediction/training/Samples.ts"
import { BadUsage } from "./Exit.ts"

const day = /^\d{4}-\d{2}-\d{2}$/

export const flags = {
  files: Argument.String("FILE").pipe(
    Argument.withDescription("Price files (.csv), or recordings, archives of them or folders"),
    Argument.variadic({ min: 0 })
  ),
  generated: Flag.Int("generated").pipe(
    Flag.withMetavar("RACES"),
    Flag.withDescription("So many generated races, in place of files"),
    Flag.filter(
      (races) => races >= 1 && races <= 1_000_000,
      (races) => `--generated: found ${races}, expected 1 to 1000000`
    ),
    Flag.optional
  ),
  moment: Flag.Literals("moment", ["scheduled-off", "off"]).pipe(
    Flag.withDescription("When price files are decided on; without it at each moment they have prices of"),
    Flag.optional
  ),
  before: Flag.Int("before").pipe(
    Flag.withMetavar("SECONDS"),
    Flag.withDescription("How long before the scheduled off recordings are decided on"),
    Flag.filter(
      (seconds) => seconds >= 0 && seconds <= 3600,
      (seconds) => `--before: found ${seconds}, expected 0 to 3600`
    ),
    Flag.withDefault(60)
  ),
  testFrom: Flag.String("test-from").pipe(
    Flag.withMetavar("DAY"),
    Flag.withDescription(
      "First day of the races that judge, for instance 2025-01-01; without it the last fifth judges"
    ),
    Flag.filter(
      (text) => day.test(text),
      (text) => `--test-from: found ${text}, expected a day like 2025-01-01`
    ),
    Flag.optional
  ),
  commission: Flag.Finite("commission").pipe(
    Flag.withDescription("Share of a race's net winnings that bettors pay"),
    Flag.filter(
      (share) => share >= 0 && share < 1,
      (share) => `--commission: found ${share}, expected 0 to below 1`
    ),
    Flag.withDefault(0.05)
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("Seed of the bootstrap, and of generated races"),
    Flag.filter(
      (seed) => seed >= 0 && seed <= 4_294_967_295,
      (seed) => `--seed: found ${seed}, expected 0 to 4294967295`
    ),
    Flag.withDefault(1)
  )
}

interface Given {
  readonly files: ReadonlyArray<string>
  readonly generated: Option.Option<number>
  readonly moment: Option.Option<"off" | "scheduled-off">
  readonly before: number
  readonly seed: number
}

/** The samples of each kind and moment; what could not be read is told on stderr. */
export const load = Effect.fnUntraced(function* (given: Given) {
  const { files, generated } = given
  if (Option.isSome(generated)) {
    if (files.length > 0) return yield* new BadUsage({ message: "--generated takes no files" })
    return [yield* loadGenerated(generated.value, given.seed)]
  }
  if (files.length === 0)
    return yield* new BadUsage({ message: "FILE: expected price files, recordings or --generated" })
  const priceFiles = files.filter((file) => file.toLowerCase().endsWith(".csv"))
  const recordings = files.filter((file) => !priceFiles.includes(file))
  return [
    ...(priceFiles.length === 0 ? [] : yield* loadPrices(priceFiles, given.moment)),
    ...(recordings.length === 0 ? [] : [yield* loadRecordings(recordings, given.before)])
  ]
})

const loadPrices = Effect.fnUntraced(function* (files: ReadonlyArray<string>, moment: Given["moment"]) {
  const [PriceFile, PriceSamples] = yield* Effect.promise(() =>
    Promise.all([import("../prediction/training/PriceFile.ts"), import("../prediction/training/PriceSamples.ts")])
  )
  const { problemCount, problems, races } = yield* PriceFile.read(files)
  yield* Effect.forEach(problems, ({ file, line, message }) => Console.error(`${file}:${line}: ${message}`))
  if (problemCount > problems.length) yield* Console.error(`and ${problemCount - problems.length} lines more`)
  return [...new Set(races.map(({ kind }) => kind))].flatMap((kind) => {
    const ofKind = races.filter((race) => race.kind === kind)
    return PriceSamples.momentsOf(kind)
      .filter((each) => Option.isNone(moment) || moment.value === each)
      .map((each): Samples => PriceSamples.make(ofKind, kind, each))
  })
})

const loadRecordings = Effect.fnUntraced(function* (files: ReadonlyArray<string>, before: number) {
  const RecordedSamples = yield* Effect.promise(() => import("../prediction/training/RecordedSamples.ts"))
  const { problems, samples } = yield* RecordedSamples.read(files, before)
  yield* Effect.forEach(problems, (problem) => Console.error(problem))
  return samples
})

const loadGenerated = Effect.fnUntraced(function* (count: number, seed: number) {
  const GeneratedRaces = yield* Effect.promise(() => import("../app/GeneratedRaces.ts"))
  const source = GeneratedRaces.races(seed)
  // A step each, so that the process can be interrupted in between.
  const races = yield* Effect.forEach(Array.from({ length: count }), () => Effect.sync(() => source.next().value))
  const found = races.filter((race) => race !== null)
  return GeneratedRaces.samples(found, count - found.length)
})

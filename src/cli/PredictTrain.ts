/** `predict train` and `predict evaluate`: a model from races that are over, and what it is worth beside the market. */
import { createHash } from "node:crypto"
import { Console, Effect, FileSystem, Option, Path, Random } from "effect"
import { Command, Flag } from "effect/cli"
import type { Judgement } from "../prediction/training/Judgement.ts"
import type { Samples } from "../prediction/training/Samples.ts"
import { BadUsage } from "./Exit.ts"
import { json, printJson } from "./Options.ts"
import * as PredictData from "./PredictData.ts"
import * as PredictText from "./PredictText.ts"

const out = Flag.String("out").pipe(Flag.withMetavar("FILE"), Flag.withDescription("Where the model is written"))

const model = Flag.String("model").pipe(
  Flag.withMetavar("FILE"),
  Flag.withDescription(
    "A trained model to judge, on later races than it knows; without it one is trained for each kind"
  ),
  Flag.optional
)

const blocks = Flag.Int("blocks").pipe(
  Flag.withMetavar("N"),
  Flag.withDescription("Judge the days of the test in so many blocks, each by a model trained on all days before it"),
  Flag.filter(
    (blocks) => blocks >= 1 && blocks <= 100,
    (blocks) => `--blocks: found ${blocks}, expected 1 to 100`
  ),
  Flag.withDefault(1)
)

const plot = Flag.String("plot").pipe(
  Flag.withMetavar("DIR"),
  Flag.withDescription("Write a reliability plot (SVG) of each kind of races there"),
  Flag.optional
)

const load = Effect.promise(() => import("../prediction/training/Training.ts"))

interface Terms {
  readonly testFrom: Option.Option<string>
  readonly commission: number
  readonly seed: number
}

/** Random numbers of the bootstrap, the same for the same seed and kind of races whatever else is judged. */
const trainingOptions = Effect.fnUntraced(function* ({ commission, testFrom }: Terms) {
  const random = yield* Random.Random
  return { testFrom: Option.getOrNull(testFrom), commission, random: () => random.nextDoubleUnsafe() }
})

const trainOn = Effect.fnUntraced(function* (samples: Samples, terms: Terms) {
  const Training = yield* load
  const options = yield* trainingOptions(terms).pipe(Random.withSeed(`${terms.seed} ${samples.segment}`))
  const trained = Training.train(samples, options)
  return typeof trained === "string" ? yield* new BadUsage({ message: `${samples.segment}: ${trained}` }) : trained
})

/** What training on these races is worth: one model's figures, or those of one model for each block. */
const judgeTraining = Effect.fnUntraced(function* (samples: Samples, terms: Terms, blocks: number) {
  if (blocks === 1) return (yield* trainOn(samples, terms)).judgement
  const WalkForward = yield* Effect.promise(() => import("../prediction/training/WalkForward.ts"))
  const options = yield* trainingOptions(terms).pipe(Random.withSeed(`${terms.seed} ${samples.segment}`))
  const judged = WalkForward.judge(samples, options, blocks)
  return typeof judged === "string" ? yield* new BadUsage({ message: `${samples.segment}: ${judged}` }) : judged
})

export const train = Command.make(
  "train",
  { ...PredictData.flags, out, json },
  Effect.fn(function* (given) {
    const [samples, ...others] = yield* PredictData.load(given)
    if (samples === undefined) return yield* new BadUsage({ message: "there are no races in the files" })
    if (others.length > 0) {
      const found = [samples, ...others].map(({ segment }) => segment).join("; ")
      return yield* new BadUsage({ message: `a model is of one kind of races at one moment: found ${found}` })
    }
    const { judgement, model } = yield* trainOn(samples, given)
    const Model = yield* Effect.promise(() => import("../prediction/model/Model.ts"))
    yield* write(given.out, Model.encode(model))
    if (given.json) return yield* printJson({ file: given.out, model })
    yield* Console.log(PredictText.render(judgement, samples.leftOut))
    yield* Console.log(`Written to ${given.out}: model ${model.version} with ${model.features.join(", ")}`)
  })
).pipe(Command.withDescription("Train a model on races that are over and judge it on the latest of them"))

export const evaluate = Command.make(
  "evaluate",
  { ...PredictData.flags, model, blocks, plot, json },
  Effect.fn(function* (given) {
    if (Option.isSome(given.model) && given.blocks > 1)
      return yield* new BadUsage({ message: "--blocks trains models of its own: it takes no --model" })
    const all = yield* PredictData.load(given)
    const judged = yield* Effect.forEach(all, (samples) =>
      Effect.map(
        Option.match(given.model, {
          onNone: () => judgeTraining(samples, given, given.blocks),
          onSome: (file) => judgeFile(file, samples, given)
        }),
        (judgement) => ({ judgement, leftOut: samples.leftOut })
      )
    )
    if (Option.isSome(given.plot))
      yield* writePlots(
        given.plot.value,
        judged.map(({ judgement }) => judgement)
      )
    if (given.json) {
      return yield* printJson({ segments: judged.map(({ judgement, leftOut }) => ({ ...judgement, leftOut })) })
    }
    yield* Console.log(judged.map(({ judgement, leftOut }) => PredictText.render(judgement, leftOut)).join("\n\n"))
  })
).pipe(Command.withDescription("Print what a model is worth beside the market, on races it has not seen"))

/** Only races after those the model was trained and calibrated on can judge it. */
const judgeFile = Effect.fnUntraced(function* (file: string, samples: Samples, terms: Terms) {
  const fs = yield* FileSystem.FileSystem
  const [Training, Model, Judgement] = yield* Effect.promise(() =>
    Promise.all([
      import("../prediction/training/Training.ts"),
      import("../prediction/model/Model.ts"),
      import("../prediction/training/Judgement.ts")
    ])
  )
  const model = yield* Model.decode(yield* fs.readFileString(file), file)
  const wanted = samples.features.slice(0, model.features.length)
  if (model.features.join() !== wanted.join()) {
    return yield* new BadUsage({
      message: `${file}: the model wants ${model.features.join(", ")}; ${samples.segment} have ${samples.features.join(", ")}`
    })
  }
  const from = Option.getOrElse(terms.testFrom, () => "")
  const races = samples.races.filter(({ day }) => day > model.data.to && day >= from)
  if (races.length === 0) {
    return yield* new BadUsage({
      message: `${samples.segment}: no races after ${model.data.to}, the last day the model was trained on`
    })
  }
  const { random } = yield* trainingOptions(terms).pipe(Random.withSeed(`${terms.seed} ${samples.segment}`))
  const { commission } = terms
  return Judgement.judge(races, Training.predict(model, races), { segment: samples.segment, commission, random })
})

const writePlots = Effect.fnUntraced(function* (folder: string, judgements: ReadonlyArray<Judgement>) {
  const path = yield* Path.Path
  const ReliabilityPlot = yield* Effect.promise(() => import("../prediction/training/ReliabilityPlot.ts"))
  yield* Effect.forEach(judgements, (judgement) =>
    write(path.join(folder, `${judgement.segment.replaceAll(" ", "-")}.svg`), ReliabilityPlot.render(judgement))
  )
})

/** Beside the file first, so that a service that watches it never reads half a model. */
const write = Effect.fnUntraced(function* (file: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* fs.makeDirectory(path.dirname(file), { recursive: true })
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8)
  const beside = `${file}.${digest}.tmp`
  yield* fs.writeFileString(beside, text)
  yield* fs.rename(beside, file)
})

/** Where paper bets are placed and matched, on whatever books there are. */
import { Clock, Duration, Effect, Layer } from "effect"
import { ExtraLoops } from "../bot/Loops.ts"
import { Settings } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import * as ExecutorPaper from "../execution/ExecutorPaper.ts"
import * as OrderUpdatesPaper from "../execution/OrderUpdatesPaper.ts"
import { PaperVenue } from "../execution/PaperVenue.ts"

/** Whose bets a paper bot's are: of now, or of a recording. */
export type PaperMode = Exclude<Mode, "live">

/** The simulated venue on whatever books there are; it hears of each update before anybody else. */
export const layer = (mode: PaperMode) =>
  Layer.mergeAll(ExecutorPaper.layer(mode), OrderUpdatesPaper.layer).pipe(
    Layer.provideMerge(Layer.unwrap(Effect.map(Settings, ({ paper }) => PaperVenue.layer(paper))))
  )

/** How often simulated orders are looked at in markets where nothing happens. */
const tickEvery = Duration.millis(250)

/** Looks after the simulated orders of quiet markets. */
export const loop = Layer.effect(
  ExtraLoops,
  Effect.map(PaperVenue, ({ tick }) => [
    { name: "simulated venue", every: tickEvery, run: Effect.map(Clock.currentTimeMillis, tick) }
  ])
)

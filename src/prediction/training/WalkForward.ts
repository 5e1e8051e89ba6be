/**
 * Judges a way of training rather than one model: the days of the test in blocks, each predicted by a model of all before
 * it. Every race is still one that its model has not seen, and there are as many of them as the data has after the start.
 */
import * as Judgement from "./Judgement.ts"
import { dayAfterShare, type Samples, splitAt } from "./Samples.ts"
import * as Training from "./Training.ts"

/** A sentence when a block has too little to train on or to judge by. */
export const judge = (samples: Samples, options: Training.Options, blocks: number): Judgement.Judgement | string => {
  const from = Training.firstTestDay(samples, options)
  const [, test] = splitAt(samples.races, from)
  const starts = Array.from({ length: blocks }, (_, b) => (b === 0 ? from : dayAfterShare(test, b / blocks)))
  const predictions: Array<ReadonlyArray<number>> = []
  for (const [b, testFrom] of starts.entries()) {
    const end = starts[b + 1]
    const races = end === undefined ? samples.races : splitAt(samples.races, end)[0]
    const trained = Training.train({ ...samples, races }, { ...options, testFrom })
    if (typeof trained === "string") return `from ${testFrom} on: ${trained}`
    for (const chances of Training.predict(trained.model, splitAt(races, testFrom)[1])) predictions.push(chances)
  }
  const { commission, random } = options
  return Judgement.judge(test, predictions, { segment: `${samples.segment} in ${blocks} blocks`, commission, random })
}

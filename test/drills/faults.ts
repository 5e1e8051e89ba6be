/** The bot among faults: `npm run drill:faults -- [--minutes N] [--rate R] [--kills] [--seed N] [--json]`. */
import * as FaultDrill from "./FaultDrill.ts"
import { main } from "./Program.ts"

await main(
  { numbers: { minutes: [5, 0.1, 10_000], rate: [0.05, 0.001, 0.9], seed: [1, 0, 4_294_967_295] }, flags: ["kills"] },
  ({ flag, number, say }) =>
    FaultDrill.run({
      minutes: number("minutes"),
      rate: number("rate"),
      kills: flag("kills"),
      seed: number("seed"),
      isWhole: true,
      say
    })
)

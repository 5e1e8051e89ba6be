/** The bot is killed again and again: `npm run drill:kill -- [--times N] [--seed N] [--json]`. */
import * as KillDrill from "./KillDrill.ts"
import { main } from "./Program.ts"

await main({ numbers: { times: [20, 1, 100_000], seed: [1, 0, 4_294_967_295] }, flags: [] }, ({ number, say }) =>
  KillDrill.run({ times: number("times"), seed: number("seed"), isWhole: true, say })
)

import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Tests of processes, and of what a process has only one of: each file has a process of its own. */
const apart = ["test/{app,cli,drills,e2e,http}/**/*.test.ts"]

/** What waits or computes longest begins first: begun last, it would be alone at the end. */
const longest = [
  "drills/FaultDrill",
  "drills/KillDrill",
  "e2e/Run",
  "e2e/Halt",
  "e2e/Control",
  "drills/Lessons",
  "e2e/Replay",
  "market/recording/Unpackers",
  "config/EveryKeyActs",
  "market/scan/Recordings"
]

const rank = ({ moduleId, project }: TestSpecification) => {
  const place = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`))
  return (project.config.isolate ? 0 : longest.length + 1) + (place < 0 ? longest.length : place)
}

class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    return files.toSorted((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

export default defineConfig({
  test: {
    pool: "forks",
    // One more than there are processors: many tests wait for a process or a socket most of the time.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    // For what hangs. On a busy machine a test may take ten times as long as on a quiet one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: "apart", include: apart, testTimeout: 400_000 } },
      {
        extends: true,
        // To load the modules anew for each file takes as long as the tests.
        test: { name: "together", include: ["test/**/*.test.ts"], exclude: apart, isolate: false }
      }
    ]
  }
})

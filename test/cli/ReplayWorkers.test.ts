import { describe, expect, it } from "vitest"
import { recorded, temporaryFolder } from "../market/recording/Archives.ts"
import { bzip2Of2400 } from "../market/recording/Packed.ts"
import * as InProcess from "./InProcess.ts"
import { run } from "./Process.ts"

const folder = temporaryFolder()

/** What a report says but how long it took. */
const withoutTimes = (stdout: string): unknown => {
  const { wallSeconds, updatesPerSecond, ...report } = JSON.parse(stdout) as Record<string, unknown>
  return [typeof wallSeconds, typeof updatesPerSecond, report]
}

describe("replay --workers", () => {
  it("changes nothing but the time it takes, and the process ends", async () => {
    const whole = Buffer.concat(Array.from({ length: 120 }, () => bzip2Of2400))
    const paths = [
      await folder.write("a.bz2", whole),
      await folder.write("b.bz2", whole.subarray(0, -2000)),
      await folder.write("c", recorded(100, "1.101"))
    ]
    const [alone, one, two] = await Promise.all(
      ["0", "1", "2"].map((workers) => run(["replay", ...paths, "--json", "--workers", workers]))
    )
    expect(alone!.stdout).toContain('"TRUNCATED"')
    expect(withoutTimes(one!.stdout)).toEqual(withoutTimes(alone!.stdout))
    expect(withoutTimes(two!.stdout)).toEqual(withoutTimes(alone!.stdout))
    expect([alone!.code, one!.code, two!.code]).toEqual([1, 1, 1])
  })

  it("refuses a number that is none", async () => {
    const { code, stderr } = await InProcess.run(["replay", "nowhere", "--workers", "100"])
    expect(stderr).toContain("expected 0 to 64")
    expect(code).toBe(2)
  })
})

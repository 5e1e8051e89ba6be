/**
 * The engine by itself against the reference's variants: other switches and latencies, and two strategies in one market. That
 * the plain profile gives every order of the reference, the test of the whole bot shows. Without the recording it is skipped.
 */
import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { flumine, latencies, type MatchingProfile } from "../../src/execution/MatchingProfile.ts"
import { ProbeRun, readRecording } from "./Probes.ts"

const recording = new URL("../../../shared/recordings/horses/pro/SELF-1.181223995", import.meta.url).pathname

const constant = (ms: number) => ({ ...latencies, placeMs: ms, cancelMs: ms, updateMs: ms, replaceMs: ms })

describe.skipIf(!existsSync(recording))("the flumine profile", () => {
  const displayed: MatchingProfile = { ...flumine, crossingFills: "displayed" }
  const asAsked: MatchingProfile = { ...flumine, bestPriceExecution: false }
  it.each([
    ["displayed prices", "QueueBack", displayed, latencies, [1204, 158, 309.59, -118.73]],
    ["displayed prices", "QueueLay", displayed, latencies, [1076, 152, 302.22, 14.9]],
    ["no best-price execution", "InplayLay", asAsked, latencies, [200, 140, 280, -79.72]],
    ["no best-price execution", "Fok", asAsked, latencies, [10, 0, 0, 0]],
    ["no latency", "QueueBack", flumine, constant(0), [1218, 95, 176.97, -92.95]],
    ["no latency", "InplayLay", flumine, constant(0), [219, 197, 394, -119.4]],
    ["a second's latency", "QueueBack", flumine, constant(1000), [901, 99, 183.54, -72.15]],
    ["a second's latency", "InplayLay", flumine, constant(1000), [121, 104, 208, -59.06]]
  ] as const)("reproduces the variant with %s of %s", (_, probe, profile, delays, expected) => {
    const lines = readRecording(recording)
    const row = new ProbeRun("1.181223995", probe, profile, delays).run(lines)
    expect([row.orders, row.matched_orders, row.size_matched, row.profit]).toEqual(expected)
  })

  it.each([
    ["for itself", "strategy", "QueueBack", "QueueLay", [1161, 87, 165.73, -74.89]],
    ["for itself", "strategy", "QueueLay", "QueueBack", [1157, 122, 234.68, -12.31]],
    ["between them", "account", "QueueBack", "QueueLay", [1158, 83, 157.73, -66.87]],
    ["between them", "account", "QueueLay", "QueueBack", [1157, 122, 234.68, -12.31]]
  ] as const)("reproduces strategies that have the volume %s (%s): %s beside %s", (...row) => {
    const [, volumeSharing, probe, other, expected] = row
    const lines = readRecording(recording)
    const run = new ProbeRun("1.181223995", probe, { ...flumine, volumeSharing })
    const { matched_orders, orders, profit, size_matched } = run.run(lines, [run.beside(other)])
    expect([orders, matched_orders, size_matched, profit]).toEqual(expected)
  })
})

import { describe as group, expect, it } from "vitest"
import { describe } from "../../src/monitoring/Notification.ts"
import { examples } from "./Notifications.ts"

group("describe", () => {
  it.each(examples.map((example) => [example._tag, example] as const))(
    "says %s in one line that can stand alone",
    (_, example) => {
      const { text } = describe(example)
      expect(text).not.toMatch(/\n|undefined|NaN|\[object/)
      expect(text.length).toBeGreaterThan(10)
    }
  )

  it("says how much of a limit is used, and a day's result", () => {
    const texts = examples
      .filter(({ _tag }) => _tag === "LimitNear" || _tag === "DailySummary")
      .map((example) => describe(example).text)
    expect(texts).toEqual([
      "80 % of the limit of the exposure is used: 400.00 of 500.00",
      "2026-07-01: 9.50 on 3 settled bets, 2 won and 1 lost, commission 0.50; balance 1009.50, 1 bets open"
    ])
  })
})

import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { foldKey } from "../../src/monitoring/FoldKey.ts"
import { Folding, maximumKeys } from "../../src/monitoring/Folding.ts"

const windowMs = 1000

const Offered = Schema.Struct({
  key: Schema.Literals(["a", "b", "c"]),
  importance: Schema.Literals([0, 1, 2]),
  /** Since the one before. */
  afterMs: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 700 }))
})

interface Sent {
  readonly key: string
  readonly importance: number
  readonly at: number
  readonly times: number
}

/** Offers one after the other, with a look at what is due before each; `check` sees what has gone out so far. */
const play = (
  offers: ReadonlyArray<typeof Offered.Type>,
  check: (offered: typeof Offered.Type, sent: ReadonlyArray<Sent>) => void = () => {}
) => {
  const folding = new Folding<typeof Offered.Type>(windowMs)
  const sent: Array<Sent> = []
  let now = 0
  const send = ({ importance, key }: typeof Offered.Type, times: number) =>
    void sent.push({ key, importance, at: now, times })
  for (const offered of offers) {
    now += offered.afterMs
    for (const { message, times } of folding.due(now)) send(message, times)
    const times = folding.offer(offered.key, offered.importance, offered, now)
    if (times > 0) send(offered, times)
    check(offered, sent)
  }
  for (const { message, times } of folding.rest()) send(message, times)
  return sent
}

describe("Folding", () => {
  it("sends the first at once and the rest together", () => {
    const folding = new Folding<string>(windowMs)
    expect(folding.offer("feed", 2, "one", 0)).toBe(1)
    expect(folding.offer("feed", 2, "two", 10)).toBe(0)
    expect(folding.offer("feed", 2, "three", 20)).toBe(0)
    expect(folding.due(999)).toEqual([])
    expect(folding.due(1000)).toEqual([{ message: "three", times: 2 }])
    expect(folding.offer("feed", 2, "four", 1500)).toBe(0)
    expect(folding.due(2000)).toEqual([{ message: "four", times: 1 }])
    expect(folding.due(3000)).toEqual([])
    expect(folding.offer("feed", 2, "five", 3000)).toBe(1)
  })

  it("never lets bad news wait behind good news", () => {
    const folding = new Folding<string>(windowMs)
    folding.offer("feed", 2, "lost", 0)
    expect(folding.offer("feed", 0, "back", 10)).toBe(0)
    expect(folding.due(1000)).toEqual([{ message: "back", times: 1 }])
    expect(folding.offer("feed", 2, "lost", 1001)).toBe(1)
  })

  it("puts nothing together that has no key, or when it is switched off", () => {
    const folding = new Folding<string>(windowMs)
    expect([folding.offer(null, 2, "one", 0), folding.offer(null, 2, "one", 0)]).toEqual([1, 1])
    const off = new Folding<string>(0)
    expect([off.offer("a", 2, "one", 0), off.offer("a", 2, "one", 0)]).toEqual([1, 1])
  })

  it("follows so many keys and no more, and lets the others pass", () => {
    const folding = new Folding<number>(windowMs)
    for (let n = 0; n < maximumKeys; n++) folding.offer(`key ${n}`, 0, n, 0)
    expect(folding.offer("one more", 0, 1, 0)).toBe(1)
    expect(folding.offer("one more", 0, 2, 0)).toBe(1)
    expect(folding.offer("key 0", 0, 2, 0)).toBe(0)
  })

  it.prop("loses nothing: what goes out stands for all that came", { offers: Schema.Array(Offered) }, ({ offers }) => {
    const sent = play(offers)
    for (const key of ["a", "b", "c"]) {
      const told = sent.filter((message) => message.key === key).reduce((sum, { times }) => sum + times, 0)
      expect(told).toBe(offers.filter((offered) => offered.key === key).length)
    }
  })

  it.prop(
    "is never too optimistic: nothing worse than what went out last waits",
    { offers: Schema.Array(Offered) },
    ({ offers }) => {
      play(offers, ({ importance, key }, sent) => {
        const last = sent.findLast((message) => message.key === key)
        expect(last!.importance).toBeGreaterThanOrEqual(importance)
      })
    }
  )

  it.prop(
    "sends no two of a key within a window, but for worse ones",
    { offers: Schema.Array(Offered) },
    ({ offers }) => {
      const sent: Array<Sent> = []
      play(offers, (_, soFar) => void sent.splice(0, sent.length, ...soFar))
      for (const key of ["a", "b", "c"]) {
        const ofKey = sent.filter((message) => message.key === key)
        for (const [index, { at, importance }] of ofKey.entries()) {
          const before = ofKey[index - 1]
          if (before !== undefined && importance <= before.importance) {
            expect(at - before.at).toBeGreaterThanOrEqual(windowMs)
          }
        }
      }
    }
  )
})

describe("foldKey", () => {
  it("has one key for a trouble and its end, and none for decisions", () => {
    expect(foldKey({ _tag: "FeedLost", cause: "silence" })).toBe(foldKey({ _tag: "FeedBack" }))
    expect(foldKey({ _tag: "FeedLost", cause: "silence" })).not.toBe(foldKey({ _tag: "DatabaseBack" }))
    expect(foldKey({ _tag: "Halted", reason: "operator" })).toBeNull()
    expect(foldKey({ _tag: "Resumed", by: "operator" })).toBeNull()
  })
})

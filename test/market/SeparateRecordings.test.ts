import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { RecordingProblems } from "../../src/market/recording/RecordingProblem.ts"
import * as SeparateRecordings from "../../src/market/SeparateRecordings.ts"
import { recorded, tarOf, temporaryFolder } from "./recording/Archives.ts"

const folder = temporaryFolder()
const write = (name: string, content: string | Uint8Array) => Effect.promise(() => folder.write(name, content))

/** How many messages there are in each recording, by the end of its name. */
const counts = Effect.fnUntraced(function* (paths: ReadonlyArray<string>, problems = new RecordingProblems()) {
  const found: Array<readonly [name: string, messages: number]> = []
  yield* SeparateRecordings.forEach(paths, problems, ({ name, next }) =>
    Effect.gen(function* () {
      let messages = 0
      for (let batch = yield* Effect.promise(next); batch !== null; batch = yield* Effect.promise(next)) {
        messages += batch.messages.length
      }
      found.push([name.slice(name.lastIndexOf("/") + 1), messages])
    })
  )
  return found
})

describe("SeparateRecordings.forEach", () => {
  it.effect("gives each file and each member of an archive alone, whatever their times", () =>
    Effect.gen(function* () {
      const tar = yield* Effect.promise(() => tarOf({ one: recorded(300), two: recorded(5, "1.101") }))
      const paths = [yield* write("both.tar", tar), yield* write("three", recorded(7, "1.102"))]
      expect(yield* counts(paths)).toEqual([
        ["both.tar!one", 300],
        ["both.tar!two", 5],
        ["three", 7]
      ])
    })
  )

  it.effect("files what is no recording among the problems and goes on", () =>
    Effect.gen(function* () {
      const problems = new RecordingProblems()
      const paths = [`${folder.path}/nothing`, yield* write("words", "hello\n"), yield* write("three", recorded(7))]
      expect(yield* counts(paths, problems)).toEqual([["three", 7]])
      expect(problems.list().map(({ kind }) => kind)).toContain("NO_MESSAGES")
      expect(problems.list().map(({ kind }) => kind)).toContain("UNREADABLE")
    })
  )

  it.effect("goes on with the next when a reader has left one half-way", () =>
    Effect.gen(function* () {
      const paths = [yield* write("long", recorded(3000)), yield* write("three", recorded(7))]
      const names: Array<string> = []
      yield* SeparateRecordings.forEach(paths, new RecordingProblems(), ({ name, next }) =>
        Effect.map(Effect.promise(next), () => void names.push(name))
      )
      expect(names).toEqual(paths)
    })
  )
})

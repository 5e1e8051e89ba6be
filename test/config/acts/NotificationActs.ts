/** What the keys of `notifications` do to what is posted to a target. */
import { Effect, Layer, String as Text } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock, TestConsole } from "effect/testing"
import { Settings } from "../../../src/config/Settings.ts"
import * as Logging from "../../../src/monitoring/Logging.ts"
import { type Notification, Notifier } from "../../../src/monitoring/Notifier.ts"
import * as NotifierWebhook from "../../../src/monitoring/NotifierWebhook.ts"
import { examples } from "../../monitoring/Notifications.ts"
import { act, type Act, type Acts, type Look } from "./Act.ts"

interface Posted {
  readonly url: string
  readonly authorization: string | null
  readonly body: Readonly<Record<string, unknown>>
}

/** What is posted of the notifications, and what is logged. */
const posted =
  (
    notifications: ReadonlyArray<Notification>,
    told: (posted: ReadonlyArray<Posted>, logs: ReadonlyArray<string>) => unknown,
    status = 200
  ): Look =>
  (settings) =>
    Effect.gen(function* () {
      const seen: Array<Posted> = []
      const before = (yield* TestConsole.errorLines).length
      const fetch = async (input: string | URL | Request, init?: RequestInit) => {
        const request = new Request(input, init)
        const authorization = request.headers.get("authorization")
        seen.push({ url: request.url, authorization, body: JSON.parse(await request.text()) })
        return new Response("", { status })
      }
      yield* Effect.gen(function* () {
        const { notify } = yield* Notifier
        for (const notification of notifications) yield* notify(notification)
        yield* TestClock.adjust("2 minutes")
      }).pipe(
        Effect.provide(
          NotifierWebhook.layer("paper").pipe(
            Layer.provideMerge(Logging.layer),
            Layer.provide(Layer.succeed(Settings, settings))
          )
        ),
        Effect.provideService(FetchHttpClient.Fetch, fetch)
      )
      const logs = (yield* TestConsole.errorLines).slice(before).map(String)
      return told(seen, logs)
    }).pipe(Effect.provide(TestConsole.layer))

const target = { name: "mine", kind: "generic", url: "http://127.0.0.1:9/one" }
const targeted = { notifications: { targets: [target] } }
const telegram = { notifications: { targets: [{ name: "phone", kind: "telegram", token: "12:ab", chat: "1" }] } }

const halted: ReadonlyArray<Notification> = [{ _tag: "Halted", reason: "operator" }]
const lostTwice = Array.from({ length: 3 }, (): Notification => ({ _tag: "DatabaseLost", cause: "it is away" }))

const event = (notification: Notification): readonly [string, Act] => [
  `notifications.${Text.camelToSnake(Text.uncapitalize(notification._tag))}`,
  act(
    ["off", "silent"],
    [[], [true]],
    posted([notification], (all) => all.map(({ body }) => body.silent)),
    targeted
  )
]

export const notificationActs: Acts = {
  "notifications.targets": act(
    [[], [target]],
    [0, 1],
    posted(halted, (all) => all.length)
  ),
  "notifications.targets[0].name": act(
    ["one", "two"],
    [["one"], ["two"]],
    posted(halted, (_, logs) => logs.flatMap((line) => /"target":"(one|two)"/.exec(line)?.[1] ?? []), 404),
    { ...targeted, logging: { format: "json" } }
  ),
  "notifications.targets[0].kind": act(
    ["generic", "slack"],
    [["at", "event", "fields", "level", "mode", "silent", "text", "times"], ["text"]],
    posted(halted, ([first]) => Object.keys(first!.body).toSorted()),
    targeted
  ),
  "notifications.targets[0].url": act(
    ["http://127.0.0.1:9/one", "http://127.0.0.1:9/two"],
    ["http://127.0.0.1:9/one", "http://127.0.0.1:9/two"],
    posted(halted, ([first]) => first!.url),
    targeted
  ),
  "notifications.targets[0].token": act(
    [null, "a-token"],
    [null, "Bearer a-token"],
    posted(halted, ([first]) => first!.authorization),
    targeted
  ),
  "notifications.targets[0].chat": act(
    ["1", "2"],
    ["1", "2"],
    posted(halted, ([first]) => first!.body.chat_id),
    telegram
  ),
  "notifications.fold_seconds": act(
    [0, 60],
    [
      [1, 1, 1],
      [1, 2]
    ],
    posted(lostTwice, (all) => all.map(({ body }) => body.times)),
    targeted
  ),
  ...Object.fromEntries(examples.map(event))
}

import { describe, expect, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Latch, Layer, Logger, Metric, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { TestClock } from "effect/testing"
import { Settings, SettingsSchema } from "../../src/config/Settings.ts"
import type { MarketId } from "../../src/domain/Identifiers.ts"
import { type Notification, Notifier } from "../../src/monitoring/Notifier.ts"
import * as NotifierWebhook from "../../src/monitoring/NotifierWebhook.ts"
import { Spans } from "./Spans.ts"
import { WebhookServer } from "./WebhookServer.ts"

const halted: Notification = { _tag: "Halted", reason: "the operator said so" }
const resumed: Notification = { _tag: "Resumed", by: "operator" }
const settled: Notification = {
  _tag: "MarketSettled",
  market: { marketId: "1.5" as MarketId, bets: [1, 2], profit: 1_000, commission: 50, net: 950 }
}
const feedLost: Notification = { _tag: "FeedLost", cause: "nothing has arrived for 130 s" }
const feedBack: Notification = { _tag: "FeedBack" }

interface Bot {
  readonly notify: (...notifications: ReadonlyArray<Notification>) => Effect.Effect<void>
  readonly logs: ReadonlyArray<string>
  readonly counted: Effect.Effect<ReadonlyArray<string>>
}

/** What `sections` say besides a target of the server; closed at the end of the test. */
const withNotifier =
  (targets: (server: WebhookServer) => ReadonlyArray<unknown>, settings: Record<string, unknown> = {}) =>
  <A, E, R>(test: (bot: Bot, server: WebhookServer) => Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const server = yield* WebhookServer.open
      const logs: Array<string> = []
      const keep = Logger.map(Logger.formatSimple, (line) => void logs.push(line))
      const { notifications = {}, ...others } = settings as { readonly notifications?: {} }
      const decoded = yield* Schema.decodeUnknownEffect(SettingsSchema)({
        ...others,
        notifications: { targets: targets(server), ...notifications }
      })
      const layer = NotifierWebhook.layer("live").pipe(Layer.provide(Layer.succeed(Settings, decoded)))
      yield* Effect.gen(function* () {
        const notifier = yield* Notifier
        const bot: Bot = {
          notify: (...all) => Effect.forEach(all, notifier.notify, { discard: true }),
          logs,
          counted: Effect.map(PrometheusMetrics.format(), (text) =>
            text
              .split("\n")
              .filter((line) => line.startsWith("clever_better_notifications_total") && !line.endsWith(" 0"))
          )
        }
        yield* test(bot, server)
      }).pipe(Effect.provide(Layer.provideMerge(layer, Logger.layer([keep]))))
      return server
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))

const generic = ({ url }: WebhookServer) => [{ name: "mine", kind: "generic", url: `${url}/hook/a-secret-path` }]

describe("NotifierWebhook", () => {
  it.live("posts JSON to a webhook of one's own, with its token", () =>
    withNotifier(({ url }) => [{ name: "mine", kind: "generic", url: `${url}/hook`, token: "a-token" }])(
      (bot, server) =>
        Effect.gen(function* () {
          yield* bot.notify(settled)
          yield* server.until(1)
          expect(server.received).toMatchObject([
            {
              path: "/hook",
              authorization: "Bearer a-token",
              body: {
                event: "market_settled",
                level: "info",
                mode: "live",
                text: "Market 1.5 settled: 9.50 on 2 bets",
                silent: true,
                times: 1,
                fields: { market_id: "1.5", net: 9.5 }
              }
            }
          ])
        })
    )
  )

  it.live("speaks to Slack, Discord and Telegram in their words", () =>
    withNotifier(({ url }) => [
      { name: "slack", kind: "slack", url: `${url}/slack` },
      { name: "discord", kind: "discord", url: `${url}/discord` },
      { name: "phone", kind: "telegram", url, token: "12:ab", chat: "-100" }
    ])((bot, server) =>
      Effect.gen(function* () {
        yield* bot.notify({ _tag: "Halted", reason: "<!channel> & @everyone" }, settled)
        yield* server.until(6)
        const bodies = (path: string) => server.received.filter((one) => one.path === path).map(({ body }) => body)
        const text = "LIVE ERROR: Trading halted until it is resumed by hand:"
        const result = "LIVE INFO: Market 1.5 settled: 9.50 on 2 bets"
        expect(bodies("/slack")).toEqual([{ text: `${text} &lt;!channel&gt; &amp; @everyone` }, { text: result }])
        expect(bodies("/discord")).toEqual([
          { content: `${text} <!channel> & @everyone`, allowed_mentions: { parse: [] } },
          { content: result, allowed_mentions: { parse: [] }, flags: 4096 }
        ])
        expect(bodies("/bot12:ab/sendMessage")).toEqual([
          { chat_id: "-100", text: `${text} <!channel> & @everyone`, disable_notification: false },
          { chat_id: "-100", text: result, disable_notification: true }
        ])
      })
    )
  )

  it.live("sends nothing of an event that is off, and logs it all the same", () =>
    withNotifier(generic, { notifications: { halted: "off", resumed: "silent" } })((bot, server) =>
      Effect.gen(function* () {
        yield* bot.notify(halted, resumed)
        yield* server.until(1)
        expect(server.received.map(({ body }) => [body.event, body.silent])).toEqual([["resumed", true]])
        expect(bot.logs.join("\n")).toContain("the operator said so")
      })
    )
  )

  it.effect("tries again with longer and longer waits, and gives up with one line and a counter", () => {
    const answers = [503, 429, 0, 500, 502, 503]
    const at: Array<number> = []
    let now = 0
    const fetch = async () => {
      at.push(now)
      const status = answers.shift() ?? 200
      if (status === 0) throw new TypeError("fetch failed")
      return new Response("", { status })
    }
    return withNotifier(generic)((bot) =>
      Effect.gen(function* () {
        const pass = Effect.sync(() => void now++).pipe(
          Effect.andThen(TestClock.adjust("1 second")),
          Effect.repeat({ times: 34 })
        )
        yield* bot.notify(halted)
        yield* TestClock.adjust(0)
        yield* pass
        expect(at).toEqual([0, 1, 3, 7, 15, 31])
        expect(yield* bot.counted).toEqual(['clever_better_notifications_total{target="mine",outcome="failed"} 1'])
        yield* bot.notify(resumed)
        yield* pass
        const lines = bot.logs.filter((line) => line.includes("Notifications"))
        expect(lines).toHaveLength(2)
        expect(lines[0]).toContain("do not arrive")
        expect(lines[1]).toContain("arrive again")
        expect(lines.join()).not.toContain("a-secret-path")
      })
    ).pipe(Effect.provideService(FetchHttpClient.Fetch, fetch))
  })

  it.live("does not try again what will never be taken, and follows no redirect", () =>
    withNotifier(generic)((bot, server) =>
      Effect.gen(function* () {
        server.answers.push(404, 302)
        yield* bot.notify(halted, resumed, halted)
        yield* server.until(3)
        expect(server.received.map(({ path }) => path)).not.toContain("/elsewhere")
        expect(server.received.map(({ body }) => body.event).slice(0, 2)).toEqual(["halted", "resumed"])
      })
    )
  )

  it.effect("puts together what repeats, and says how often it came", () =>
    withNotifier(generic, { notifications: { fold_seconds: 60 } })((bot, server) =>
      Effect.gen(function* () {
        yield* bot.notify(feedLost, feedBack, feedLost, feedBack)
        yield* server.until(1)
        yield* TestClock.adjust("61 seconds")
        yield* server.until(2)
        expect(server.received.map(({ body }) => [body.event, body.times])).toEqual([
          ["feed_lost", 1],
          ["feed_back", 3]
        ])
      })
    )
  )

  it.live("sends what waits before it ends", () =>
    Effect.gen(function* () {
      const server = yield* withNotifier(generic)((bot) => bot.notify(halted, resumed))
      expect(server.received.map(({ body }) => body.event)).toEqual(["halted", "resumed"])
    })
  )

  it.live("drops the least important when a target is down for long, and counts it", () =>
    Effect.gen(function* () {
      const server = yield* withNotifier(generic)((bot, server) =>
        Effect.gen(function* () {
          server.gate.closeUnsafe()
          yield* bot.notify(resumed)
          yield* server.until(1)
          yield* bot.notify(halted, ...Array.from({ length: NotifierWebhook.outboxCapacity + 4 }, () => resumed))
          expect(yield* bot.counted).toEqual(['clever_better_notifications_total{target="mine",outcome="dropped"} 5'])
          server.gate.openUnsafe()
        })
      )
      expect(server.received.map(({ body }) => body.event).slice(0, 3)).toEqual(["resumed", "halted", "resumed"])
      expect(server.received).toHaveLength(NotifierWebhook.outboxCapacity + 1)
    })
  )

  it.effect("takes no time of whoever tells, and ends in bounded time, whatever becomes of the messages", () =>
    Effect.gen(function* () {
      const bot = withNotifier(generic)((bot) =>
        Effect.gen(function* () {
          const before = yield* Clock.currentTimeMillis
          for (let n = 0; n < 1000; n++) yield* bot.notify({ _tag: "Halted", reason: `number ${n}` })
          expect(yield* Clock.currentTimeMillis).toBe(before)
          told.openUnsafe()
        })
      ).pipe(Effect.provideService(FetchHttpClient.Fetch, () => new Promise<Response>(() => {})))
      const told = Latch.makeUnsafe(false)
      const running = yield* Effect.forkChild(bot)
      yield* told.await
      yield* TestClock.adjust(NotifierWebhook.lastWait)
      yield* Fiber.join(running)
    })
  )

  it.live("lets no secret of the settings out, neither in text nor in a trace", () =>
    Effect.gen(function* () {
      const server = yield* withNotifier(generic, { database: { url: "postgres://bot:pa55word@db/bot" } })(
        (bot, server) =>
          Effect.gen(function* () {
            yield* bot.notify({
              _tag: "DatabaseLost",
              cause: "password pa55word refused by postgres://bot:pa55word@db/bot"
            })
            yield* server.until(1)
          })
      )
      expect(JSON.stringify(server.received)).not.toContain("pa55word")
      expect(server.received[0]!.body.text).toContain("password <redacted> refused")
      const spans = yield* Effect.flatMap(Spans, ({ ended }) => ended)
      expect(JSON.stringify(spans.map(({ attributes, name }) => [name, attributes]))).not.toContain("a-secret-path")
    }).pipe(Effect.provide(Spans.layer))
  )
})

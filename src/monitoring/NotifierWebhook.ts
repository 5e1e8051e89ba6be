/**
 * Sends notifications to the targets of the settings, besides writing them to the log. Whoever notifies only puts a message in
 * a queue; each target has a fiber of its own that sends, tries again and gives up, so that one that is down costs a counter
 * and a line in the log, and delays no other. A message may arrive twice when its answer was lost.
 */
import { Clock, Duration, Effect, Layer, References, Schedule, Schema, String as Text } from "effect"
import { FetchHttpClient, HttpClient, HttpClientError, HttpClientRequest } from "effect/http"
import { redactor } from "../config/Secrets.ts"
import { Settings } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import { foldKey } from "./FoldKey.ts"
import { Folding } from "./Folding.ts"
import * as Metrics from "./Metrics.ts"
import { describe, importance, type Notification } from "./Notification.ts"
import { Notifier } from "./Notifier.ts"
import { Outbox } from "./Outbox.ts"
import { type OutgoingMessage, requestOf, type Target } from "./WebhookRequest.ts"

/** Messages that wait for one target at most. */
export const outboxCapacity = 100
/** How long one attempt may take. */
export const attemptTimeout = Duration.seconds(10)
/** Attempts after the first. */
export const retries = 5
/** How long the end of the bot waits for what is left. */
export const lastWait = Duration.seconds(5)

/** A message was not taken. Neither address nor token is in it. */
class NotTaken extends Schema.TaggedError<NotTaken>()("NotTaken", {
  reason: Schema.String,
  mayPass: Schema.Boolean
}) {}

/** From a second up to half a minute. */
const backoff = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")])

const notTaken = (error: unknown): NotTaken => {
  if (!HttpClientError.isHttpClientError(error)) {
    return new NotTaken({ reason: `no answer within ${Duration.format(attemptTimeout)}`, mayPass: true })
  }
  const { reason } = error
  return new NotTaken({
    reason: reason._tag === "InvalidUrlError" ? "its address is not one" : "it cannot be reached",
    mayPass: reason._tag === "TransportError"
  })
}

const judge = (status: number) =>
  status >= 200 && status < 300
    ? Effect.void
    : new NotTaken({ reason: `it answered ${status}`, mayPass: status === 429 || status >= 500 })

const post = Effect.fnUntraced(function* (target: Target, message: OutgoingMessage) {
  const { body, headers, url } = requestOf(target, message)
  const client = yield* HttpClient.HttpClient
  const request = HttpClientRequest.post(url, { headers }).pipe(HttpClientRequest.bodyJsonUnsafe(body))
  const status = yield* client.execute(request).pipe(
    // The answer is read to its end, so that its connection can serve the next message.
    Effect.flatMap((response) => Effect.as(Effect.ignore(response.text), response.status)),
    Effect.timeout(attemptTimeout),
    Effect.mapError(notTaken)
  )
  yield* judge(status)
})

interface Sender {
  readonly outbox: Outbox<OutgoingMessage>
  readonly target: Target
}

const send = ({ target }: Sender) => {
  const { name } = target
  let isDown = false
  const failed = ({ reason }: NotTaken) =>
    Effect.gen(function* () {
      yield* Metrics.count("notifications_total", { target: name, outcome: "failed" })
      if (!isDown) yield* Effect.logWarning("Notifications do not arrive", { target: name, reason })
      isDown = true
    })
  const sent = Effect.gen(function* () {
    yield* Metrics.count("notifications_total", { target: name, outcome: "sent" })
    if (isDown) yield* Effect.logInfo("Notifications arrive again", { target: name })
    isDown = false
  })
  return (message: OutgoingMessage) =>
    post(target, message).pipe(
      Effect.retry({ schedule: backoff, times: retries, while: ({ mayPass }) => mayPass }),
      // A span would have the address in it, and the address is a secret.
      Effect.provideService(References.TracerEnabled, false),
      Effect.matchEffect({ onFailure: failed, onSuccess: () => sent })
    )
}

const keyOf = (tag: Notification["_tag"]) => Text.uncapitalize(tag)

const make = Effect.fnUntraced(function* (mode: Mode) {
  const settings = yield* Settings
  const { notifications } = settings
  const log = yield* Notifier
  const clean = redactor(settings)
  const folding = new Folding<OutgoingMessage>(Duration.toMillis(notifications.foldSeconds))
  const senders = notifications.targets.map((target): Sender => ({ target, outbox: new Outbox(outboxCapacity) }))

  const outgoing = (notification: Notification, at: number): OutgoingMessage => {
    const { fields, level, text } = describe(notification)
    return {
      event: Text.camelToSnake(keyOf(notification._tag)),
      mode,
      at,
      isSilent: notifications[keyOf(notification._tag)] === "silent",
      times: 1,
      level,
      text: clean(text),
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? clean(value) : value])
      )
    }
  }

  const enqueue = (message: OutgoingMessage) =>
    Metrics.record(({ count }) => {
      for (const { outbox, target } of senders) {
        const dropped = outbox.offer(message)
        count("notifications_total", { target: target.name, outcome: "dropped" }, dropped)
      }
    })

  const offer = (notification: Notification, at: number): Effect.Effect<void> => {
    if (notifications[keyOf(notification._tag)] === "off") return Effect.void
    const message = outgoing(notification, at)
    const times = folding.offer(foldKey(notification), importance[message.level], message, at)
    return times === 0 ? Effect.void : enqueue({ ...message, times })
  }

  const tellDue = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.forEach(folding.due(now), ({ message, times }) => enqueue({ ...message, times }), { discard: true })
  )

  for (const sender of senders) yield* Effect.forkScoped(sender.outbox.forEach(send(sender)))
  yield* tellDue.pipe(Effect.repeat(Schedule.spaced("1 second")), Effect.forkScoped)
  yield* Effect.addFinalizer(() =>
    Effect.forEach(folding.rest(), ({ message, times }) => enqueue({ ...message, times }), { discard: true }).pipe(
      Effect.andThen(Effect.forEach(senders, ({ outbox }) => outbox.empty, { concurrency: "unbounded" })),
      // A finalizer is not interruptible, and a timeout interrupts.
      Effect.timeout(lastWait),
      Effect.interruptible,
      Effect.ignore
    )
  )

  return Notifier.of({
    notify: (notification) =>
      Effect.andThen(
        log.notify(notification),
        Effect.flatMap(Clock.currentTimeMillis, (at) => offer(notification, at))
      )
  })
})

/** Redirects are not followed: a token goes to the address of the settings and nowhere else. */
const client = FetchHttpClient.layer.pipe(
  Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
)

/** Needs settings. Of a recording that is played nobody is told. */
export const layer = (mode: Mode): Layer.Layer<Notifier, never, Settings> =>
  Layer.unwrap(
    Effect.map(Settings, ({ notifications }) =>
      mode === "replay" || notifications.targets.length === 0
        ? Notifier.layerLog
        : Layer.effect(Notifier, make(mode)).pipe(Layer.provide(Layer.merge(Notifier.layerLog, client)))
    )
  )

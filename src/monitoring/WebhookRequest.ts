/**
 * What is posted to each kind of target. The formats are those of Slack's incoming webhooks, Discord's execute-webhook and the
 * Telegram Bot API's sendMessage; generic is our own. Text is never markup, and cannot call anybody by name.
 */
import { Redacted } from "effect"
import type { SettingsValue } from "../config/Settings.ts"
import type { Mode } from "../domain/Mode.ts"
import type { Message } from "./Notification.ts"

export type Target = SettingsValue["notifications"]["targets"][number]

export interface OutgoingMessage extends Message {
  /** The key of the settings: `bet_unknown`. */
  readonly event: string
  readonly mode: Mode
  /** Epoch milliseconds. */
  readonly at: number
  /** Arrives without a sound. */
  readonly isSilent: boolean
  /** How many it stands for. */
  readonly times: number
}

export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

const telegram = "https://api.telegram.org"

/** Discord takes 2,000 characters, Telegram 4,096. */
const longest = 1900

/** Discord's message flag SUPPRESS_NOTIFICATIONS. */
const suppressNotifications = 4096

/** One line with all that a person needs on a locked phone. */
export const textOf = ({ level, mode, text, times }: OutgoingMessage): string => {
  const line = `${mode.toUpperCase()} ${level.toUpperCase()}: ${text}${times > 1 ? ` (${times} times)` : ""}`
  return line.length <= longest ? line : `${line.slice(0, longest)}…`
}

const secret = (value: Redacted.Redacted | null): string => (value === null ? "" : Redacted.value(value))

/** Slack's three control characters. */
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

export const requestOf = ({ chat, kind, token, url }: Target, message: OutgoingMessage): WebhookRequest => {
  switch (kind) {
    case "slack":
      return { url: secret(url), headers: {}, body: { text: escaped(textOf(message)) } }
    case "discord":
      return {
        url: secret(url),
        headers: {},
        body: {
          content: textOf(message),
          allowed_mentions: { parse: [] },
          ...(message.isSilent ? { flags: suppressNotifications } : {})
        }
      }
    case "telegram": {
      const server = url === null ? telegram : secret(url).replace(/\/+$/, "")
      return {
        url: `${server}/bot${secret(token)}/sendMessage`,
        headers: {},
        body: { chat_id: chat, text: textOf(message), disable_notification: message.isSilent }
      }
    }
    case "generic": {
      const { at, event, fields, isSilent, level, mode, text, times } = message
      return {
        url: secret(url),
        headers: token === null ? {} : { authorization: `Bearer ${secret(token)}` },
        body: {
          event,
          level: level.toLowerCase(),
          mode,
          at: new Date(at).toISOString(),
          text,
          silent: isSilent,
          times,
          fields
        }
      }
    }
  }
}

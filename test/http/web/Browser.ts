/**
 * A real browser on the bot's page: the Chromium of this machine, with a profile of its own that is gone afterwards. Where
 * there is none, the tests that need it say that they were skipped.
 */
import { Effect } from "effect"
import { existsSync, mkdirSync } from "node:fs"
import { connect, createServer, type AddressInfo, type Socket } from "node:net"
import { join } from "node:path"
// Drives a browser that is there and brings none of its own.
import { type Browser, chromium, type Page } from "playwright-core"

const executablePath = "/usr/bin/chromium"

export const hasBrowser = existsSync(executablePath)

/** How long the page may take to show what it is expected to show. */
const patienceMs = 60_000

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync"
    ]
  })

export interface View {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: "light" | "dark"
}

export interface Opened {
  readonly page: Page
  /** Every address that was asked for. */
  readonly asked: ReadonlyArray<string>
  /** What the browser complained of: scripts that failed, content that was forbidden. */
  readonly complaints: ReadonlyArray<string>
  readonly text: (selector: string) => Effect.Effect<string>
  readonly texts: (selector: string) => Effect.Effect<ReadonlyArray<string>>
  /** Waits, as long as it takes, until an element that can be seen says this. */
  readonly says: (selector: string, text: string | RegExp) => Effect.Effect<void>
  readonly click: (selector: string) => Effect.Effect<void>
  readonly fill: (selector: string, text: string) => Effect.Effect<void>
  readonly screenshot: (name: string) => Effect.Effect<void>
}

const pictures = join(import.meta.dirname, "../../../test-results/dashboard")

/** Opens the page in a window of its own that closes with the scope. */
export const open = Effect.fnUntraced(function* (
  browser: Browser,
  url: string,
  { colorScheme = "light", height = 900, width = 1440 }: View = {}
) {
  const context = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newContext({ viewport: { width, height }, colorScheme })),
    (made) => Effect.promise(() => made.close())
  )
  context.setDefaultTimeout(patienceMs)
  const page = yield* Effect.promise(() => context.newPage())
  const asked: Array<string> = []
  const complaints: Array<string> = []
  page.on("request", (request) => void asked.push(request.url()))
  page.on("pageerror", (error) => void complaints.push(String(error)))
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text())
  })
  yield* Effect.promise(() => page.goto(url))
  const opened: Opened = {
    page,
    asked,
    complaints,
    text: (selector) => Effect.promise(() => page.locator(selector).innerText()),
    texts: (selector) => Effect.promise(() => page.locator(selector).allInnerTexts()),
    says: (selector, text) =>
      Effect.promise(() => page.locator(selector).filter({ hasText: text, visible: true }).first().waitFor()),
    click: (selector) => Effect.promise(() => page.locator(selector).click()),
    fill: (selector, text) => Effect.promise(() => page.locator(selector).fill(text)),
    screenshot: (name) =>
      Effect.promise(() => {
        mkdirSync(pictures, { recursive: true })
        return page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
      })
  }
  return opened
})

/** Opens the page and gives it the token. */
export const signIn = Effect.fnUntraced(function* (browser: Browser, url: string, token: string, view: View = {}) {
  const opened = yield* open(browser, url, view)
  yield* opened.fill("#token", token)
  yield* opened.click("#sign-in button")
  yield* opened.says("#link", "Connected")
  return opened
})

/** A line to the bot that a test can cut, or hold so that nothing comes though nobody hangs up. */
export const lineTo = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const target = new URL(url)
      const sockets = new Set<Socket>()
      let isCut = false
      let isHeld = false
      const keep = (socket: Socket) => {
        sockets.add(socket)
        socket.on("error", () => socket.destroy())
        socket.on("close", () => sockets.delete(socket))
      }
      const server = createServer((near) => {
        keep(near)
        if (isCut) return void near.destroy()
        const far = connect(Number(target.port), target.hostname)
        keep(far)
        near.pipe(far)
        far.on("data", (bytes: Buffer) => {
          if (!isHeld) near.write(bytes)
        })
        far.on("close", () => near.destroy())
        near.on("close", () => far.destroy())
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        cut: () => {
          isCut = true
          for (const socket of sockets) socket.destroy()
        },
        hold: () => void (isHeld = true),
        heal: () => {
          isCut = false
          isHeld = false
        },
        close: () =>
          new Promise<void>((resolve) => {
            server.close(() => resolve())
            for (const socket of sockets) socket.destroy()
          })
      }
    }),
    ({ close }) => Effect.promise(close)
  )

/**
 * `npm run screenshots`: starts the bot as `npm start` does, in a folder of its own, lets it trade generated races for some
 * minutes (`--minutes 8`), and takes pictures of its page. The first is the one in README.md; all are in
 * test-results/dashboard.
 */
import { spawn } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import type { Page } from "playwright-core"
import { launch } from "./Browser.ts"

const { minutes } = parseArgs({ options: { minutes: { type: "string", default: "8" } } }).values
const root = join(import.meta.dirname, "../../..")
const pictures = join(root, "test-results/dashboard")
const folder = mkdtempSync(join(tmpdir(), "clever-better-screenshots-"))
const say = (text: string) => void process.stderr.write(`${text}\n`)

// Any port that is free; everything else as it is without a file.
writeFileSync(join(folder, "config.yaml"), "http: { port: 0 }\n")
mkdirSync(pictures, { recursive: true })

const bot = spawn(process.execPath, [join(root, "src/launch.js"), "run", "--config", "config.yaml"], { cwd: folder })
let screen = ""
for (const stream of [bot.stdout, bot.stderr]) {
  stream.setEncoding("utf8").on("data", (text: string) => void (screen += text))
}
const ended = new Promise<void>((resolve) => bot.on("close", () => resolve()))

const until = async (wanted: RegExp): Promise<string> => {
  for (;;) {
    const found = wanted.exec(screen)?.[1]
    if (found !== undefined) return found
    if (bot.exitCode !== null) throw new Error(`the bot ended:\n${screen}`)
    await sleep(200)
  }
}

const shots = [
  { name: "dashboard", width: 1360, height: 1180, colorScheme: "light", isWhole: false },
  { name: "run-light", width: 1360, height: 900, colorScheme: "light", isWhole: true },
  { name: "run-dark", width: 1360, height: 900, colorScheme: "dark", isWhole: true },
  { name: "run-phone-light", width: 390, height: 844, colorScheme: "light", isWhole: true },
  { name: "run-phone-dark", width: 390, height: 844, colorScheme: "dark", isWhole: true }
] as const

const signIn = async (page: Page, url: string, token: string) => {
  await page.goto(url)
  await page.fill("#token", token)
  await page.keyboard.press("Enter")
  await page.waitForSelector("#link[data-link=live]")
  // Results and names are asked for after the first status.
  await sleep(2000)
}

try {
  const url = await until(/http +(http:\/\/\S+)/)
  await until(/to control +(\S+)/)
  const token: string = JSON.parse(readFileSync(join(folder, ".clever-better/http/tokens.json"), "utf8")).control
  say(`the bot trades at ${url}; pictures in ${minutes} minutes`)
  await sleep(Number(minutes) * 60_000)
  const browser = await launch()
  for (const { colorScheme, height, isWhole, name, width } of shots) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme })
    const page = await context.newPage()
    await signIn(page, url, token)
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: isWhole })
    if (name === "run-light") {
      await page.locator("#settled a").first().click()
      await sleep(3000)
      await page.screenshot({ path: join(pictures, "run-market.png"), fullPage: true })
    }
    await context.close()
  }
  await browser.close()
  copyFileSync(join(pictures, "dashboard.png"), join(root, "docs/dashboard.png"))
  say(`docs/dashboard.png and ${pictures}`)
} finally {
  bot.kill("SIGINT")
  await ended
  rmSync(folder, { recursive: true, force: true })
}

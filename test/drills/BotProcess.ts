/** The bot of a drill: a process that trades live on the sandbox, followed by its log. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createWriteStream } from "node:fs"
import { createInterface } from "node:readline"
import { Effect } from "effect"
import { keepsCompiled, main } from "../cli/Process.ts"

/** A line of its log. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly message: string
  readonly level: string
}

/** What all processes of a drill have logged, by the beginnings of messages. */
export class LogTally {
  /** Warnings and errors, and how often each came. */
  readonly complaints = new Map<string, number>()
  placements = 0
  /** When a bet last became unknown, epoch milliseconds; 0: none has. */
  unknownAt = 0
  /** Intents without an answer in the database when a process began, by what the exchange knew of them. */
  readonly inFlight = { arrived: 0, notThere: 0 }

  take(line: LogLine, hasStarted: boolean): void {
    const { becomes, level, message, status } = line
    if (message === "Bet placed") this.placements++
    if (message.startsWith("It is not known whether bet")) this.unknownAt = Date.now()
    if (!hasStarted && message === "A bet stands differently at the exchange" && status === "pending") {
      if (becomes === "unknown") this.inFlight.notThere++
      else this.inFlight.arrived++
    }
    if (level !== "WARN" && level !== "ERROR") return
    const said = message.replaceAll(/[0-9a-f-]{36}|\d[\d.]*/g, "#").slice(0, 90)
    this.complaints.set(`${level} ${said}`, (this.complaints.get(`${level} ${said}`) ?? 0) + 1)
  }
}

export class BotProcess {
  /** Its exit code; null when it was killed. */
  readonly ended: Promise<number | null>
  /** The strategies may trade: what was open is compared. False when it ended before. */
  readonly started: Promise<boolean>
  /** It has placed a bet. */
  readonly traded: Promise<boolean>
  lastLine = ""
  isOver = false
  private readonly child: ChildProcess

  /** @param file gets all it says */
  constructor(folder: string, file: string, tally: LogTally) {
    const child = spawn(process.execPath, [main, "run", "--live", "--config", "settings.yaml"], {
      cwd: folder,
      env: { PATH: process.env["PATH"], ...keepsCompiled },
      stdio: ["ignore", "ignore", "pipe"]
    })
    this.child = child
    const log = createWriteStream(file)
    child.stderr!.pipe(log)
    const lines = createInterface({ input: child.stderr! })
    this.ended = once(child, "close").then(([code]) => {
      this.isOver = true
      return code as number | null
    })
    const started = Promise.withResolvers<boolean>()
    const traded = Promise.withResolvers<boolean>()
    this.started = started.promise
    this.traded = traded.promise
    let hasStarted = false
    lines.on("line", (text) => {
      this.lastLine = text
      if (!text.startsWith("{")) return
      const line = JSON.parse(text) as LogLine
      if (typeof line.message !== "string") return
      tally.take(line, hasStarted)
      if (line.message.startsWith("Started in live mode")) {
        hasStarted = true
        started.resolve(true)
      }
      if (line.message === "Bet placed") traded.resolve(true)
    })
    void this.ended.then(() => {
      started.resolve(false)
      traded.resolve(false)
    })
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }
}

/** A process for the time of the scope. */
export const start = (folder: string, file: string, tally: LogTally) =>
  Effect.acquireRelease(
    Effect.sync(() => new BotProcess(folder, file, tally)),
    (bot) =>
      Effect.promise(() => {
        bot.kill("SIGKILL")
        return bot.ended
      })
  )

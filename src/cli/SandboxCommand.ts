/** `sandbox`: a Betfair-compatible exchange on this machine, for any client. */
import { join } from "node:path"
import { Console, Effect, Option, Result } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { SandboxAccount } from "../sandbox/server/SandboxOptions.ts"
import { BadUsage } from "./Exit.ts"
import { json, printJson } from "./Options.ts"

const port = (name: string, what: string, otherwise: number) =>
  Flag.Int(name).pipe(
    Flag.withMetavar("PORT"),
    Flag.withDescription(`${what}; 0 for any that is free`),
    Flag.filter(
      (value) => value >= 0 && value <= 65_535,
      (value) => `--${name}: found ${value}, expected a port from 0 to 65535`
    ),
    Flag.withDefault(otherwise)
  )

const more = Argument.String("FILE").pipe(
  Argument.withDescription("With --recorded: more of them"),
  Argument.variadic({ min: 0 })
)

const flags = {
  port: port("port", "HTTPS port of login and API", 9443),
  streamPort: port("stream-port", "TLS port of the stream", 9444),
  controlPort: port("control-port", "HTTP port by which faults are set and accounts looked at", 9445),
  data: Flag.String("data").pipe(
    Flag.withMetavar("DIR"),
    Flag.withDescription("Keep the exchange's book there; without it orders and balances end with the process"),
    Flag.optional
  ),
  certificates: Flag.String("certificates").pipe(
    Flag.withMetavar("DIR"),
    Flag.withDescription("Where the certificates are kept, which the first start makes"),
    Flag.withDefault(join(".clever-better", "sandbox"))
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("Seed of the generated race day"),
    Flag.filter(
      (seed) => seed >= 0 && seed <= 4_294_967_295,
      (seed) => `--seed: found ${seed}, expected 0 to 4294967295`
    ),
    Flag.withDefault(1)
  ),
  raceInterval: Flag.Int("race-interval").pipe(
    Flag.withMetavar("SECONDS"),
    Flag.withDescription("Seconds between races"),
    Flag.filter(
      (seconds) => seconds >= 10 && seconds <= 3600,
      (seconds) => `--race-interval: found ${seconds}, expected 10 to 3600`
    ),
    Flag.withDefault(60)
  ),
  recorded: Flag.String("recorded").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("Play recorded markets instead of generated races: recordings, archives of them, or folders"),
    Flag.atLeast(0)
  ),
  speed: Flag.Finite("speed").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription("With --recorded: how many times faster than recorded"),
    Flag.filter(
      (speed) => speed >= 0.01 && speed <= 1000,
      (speed) => `--speed: found ${speed}, expected 0.01 to 1000`
    ),
    Flag.optional
  ),
  beforeOff: Flag.Finite("before-off").pipe(
    Flag.withMetavar("MINUTES"),
    Flag.withDescription("With --recorded: begin so long before the first off, instead of with the first message"),
    Flag.filter(
      (minutes) => minutes >= 0 && minutes <= 10_080,
      (minutes) => `--before-off: found ${minutes}, expected 0 to 10080`
    ),
    Flag.optional
  ),
  account: Flag.String("account").pipe(
    Flag.withMetavar("USER:PASSWORD:BALANCE"),
    Flag.withDescription("An account and the money it begins with, for instance ann:secret:1000.00; may be repeated"),
    Flag.atLeast(0)
  ),
  fault: Flag.String("fault").pipe(
    Flag.withMetavar("RULE"),
    Flag.withDescription("What goes wrong, for instance placeOrders:drop-response,nth=3; may be repeated"),
    Flag.atLeast(0)
  ),
  json
}

/** So that a first try needs no options. */
const defaultAccount: SandboxAccount = { username: "sandbox", password: "sandbox", balancePence: 100_000 }

export const command = Command.make(
  "sandbox",
  { more, ...flags },
  Effect.fn(function* (given) {
    const accounts = yield* accountsOf(given.account)
    const [Sandbox, CertificateStore, FaultText] = yield* Effect.promise(() =>
      Promise.all([
        import("../sandbox/server/Sandbox.ts"),
        import("../sandbox/server/CertificateStore.ts"),
        import("../sandbox/faults/FaultText.ts")
      ])
    )
    const faults = yield* Effect.forEach(given.fault, (text) =>
      Result.match(FaultText.parse(text), {
        onFailure: (problem) => Effect.fail(new BadUsage({ message: `--fault ${text}: ${problem}` })),
        onSuccess: Effect.succeed
      })
    )
    const recorded = yield* recordedOf(given)
    return yield* Effect.gen(function* () {
      const certificates = yield* CertificateStore.load(given.certificates)
      const sandbox = yield* Sandbox.start({
        certificates,
        accounts,
        faults,
        seed: given.seed,
        raceIntervalMs: given.raceInterval * 1000,
        port: given.port,
        streamPort: given.streamPort,
        controlPort: given.controlPort,
        ...(recorded !== undefined && { recorded }),
        ...Option.match(given.data, { onNone: () => ({}), onSome: (data) => ({ data }) })
      })
      const { appKey, delayedAppKey, ports } = sandbox
      const usernames = accounts.map(({ username }) => username)
      const { authority, clientCertificate, clientKey, clientPkcs12 } = certificates.files
      const shown: Shown = {
        api: `https://localhost:${ports.api}`,
        stream: `localhost:${ports.stream}`,
        control: `http://127.0.0.1:${ports.control}`,
        appKey,
        delayedAppKey,
        accounts: usernames,
        certificateAuthority: authority,
        clientCertificate,
        clientKey,
        clientPkcs12,
        pkcs12Password: CertificateStore.pkcs12Password,
        data: Option.getOrNull(given.data)
      }
      yield* given.json ? printJson(shown) : Console.log(render(shown))
      return yield* sandbox.running
    }).pipe(Effect.scoped)
  })
).pipe(Command.withDescription("Run a Betfair-compatible exchange on this machine, for tests and drills of any client"))

/** The recorded day to play; undefined without `--recorded`. What is left out of it is said on stderr. */
const recordedOf = Effect.fnUntraced(function* (given: {
  readonly recorded: ReadonlyArray<string>
  readonly more: ReadonlyArray<string>
  readonly speed: Option.Option<number>
  readonly beforeOff: Option.Option<number>
}) {
  const { beforeOff, more, recorded, speed } = given
  if (recorded.length === 0) {
    if (more.length > 0) return yield* new BadUsage({ message: `found ${more[0]!}, expected --recorded before files` })
    if (Option.isNone(speed) && Option.isNone(beforeOff)) return undefined
    return yield* new BadUsage({ message: "--speed and --before-off are for --recorded FILE" })
  }
  const RecordedDay = yield* Effect.promise(() => import("../sandbox/recorded/RecordedDay.ts"))
  const minutes = Option.getOrUndefined(beforeOff)
  const beforeOffMs = minutes === undefined ? undefined : minutes * 60_000
  const { day, problems } = yield* RecordedDay.load(
    [...recorded, ...more],
    Option.getOrElse(speed, () => 1),
    beforeOffMs
  )
  for (const problem of problems) yield* Console.error(problem)
  return day
})

const accountsOf = Effect.fnUntraced(function* (
  texts: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<SandboxAccount>, BadUsage> {
  if (texts.length === 0) return [defaultAccount]
  const accounts: Array<SandboxAccount> = []
  for (const text of texts) {
    const [, username, password, pounds, pence] = /^([^:]+):(.+):(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text) ?? []
    // The password is not repeated.
    if (username === undefined || password === undefined) {
      const found = text.split(":")[0]
      const message = `--account ${found}…: expected USER:PASSWORD:BALANCE, for instance ann:secret:1000.00`
      return yield* new BadUsage({ message })
    }
    if (accounts.some((known) => known.username === username)) {
      return yield* new BadUsage({ message: `--account ${username}…: found twice` })
    }
    accounts.push({ username, password, balancePence: Number(pounds) * 100 + Number((pence ?? "").padEnd(2, "0")) })
  }
  return accounts
})

interface Shown {
  readonly api: string
  readonly stream: string
  readonly control: string
  readonly appKey: string
  readonly delayedAppKey: string
  readonly accounts: ReadonlyArray<string>
  readonly certificateAuthority: string
  readonly clientCertificate: string
  readonly clientKey: string
  readonly clientPkcs12: string
  readonly pkcs12Password: string
  readonly data: string | null
}

const render = (shown: Shown): string =>
  [
    "The sandbox is open. No money is real here.",
    "",
    `  login and API       ${shown.api}`,
    `  stream              ${shown.stream} (TLS)`,
    `  control port        ${shown.control}`,
    `  application key     ${shown.appKey} (delayed: ${shown.delayedAppKey})`,
    `  accounts            ${shown.accounts.join(", ")}`,
    `  authority to trust  ${shown.certificateAuthority}`,
    `  client certificate  ${shown.clientCertificate}`,
    `  its key             ${shown.clientKey}`,
    `  both, PKCS#12       ${shown.clientPkcs12} (password: ${shown.pkcs12Password})`,
    `  book                ${shown.data ?? "in memory only; --data DIR keeps it"}`,
    "",
    "Ctrl-C closes it."
  ].join("\n")

/** What the settings say of Betfair, as the client wants it: files read, addresses filled in, nothing missing. */
import { Duration, Effect, FileSystem, Redacted, Schema } from "effect"
import type { ClientCertificate, ClientOptions } from "../betfair/ClientOptions.ts"
import { endpoints, placeLimit, sessionMinutes } from "../betfair/Endpoints.ts"
import type { SettingsValue } from "../config/Settings.ts"

/** The settings do not suffice to log in to Betfair. */
export class BetfairSettingsUnusable extends Schema.TaggedError<BetfairSettingsUnusable>()("BetfairSettingsUnusable", {
  /** Each names the key, what was found and what is needed. */
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return `The settings do not suffice for Betfair:\n${this.problems.map((problem) => `  ${problem}`).join("\n")}`
  }
}

type BetfairSettings = SettingsValue["betfair"]

/** All that is wrong is told at once. */
export const clientOptions = Effect.fn("BetfairOptions.clientOptions")(function* (settings: BetfairSettings) {
  const problems = [...missing(settings)]
  const certificate = yield* Effect.result(certificateOf(settings))
  const authority = settings.caFile === null ? null : yield* Effect.result(readText("ca_file", settings.caFile))
  if (certificate._tag === "Failure") problems.push(...certificate.failure)
  if (authority?._tag === "Failure") problems.push(authority.failure)
  const { appKey, jurisdiction, password, username } = settings
  const isWhole = appKey !== null && username !== null && password !== null
  if (!isWhole || certificate._tag === "Failure" || authority?._tag === "Failure") {
    return yield* new BetfairSettingsUnusable({ problems })
  }
  const length = Duration.toMillis(settings.sessionMinutes)
  const options: ClientOptions = {
    appKey,
    username,
    password,
    certificate: certificate.success,
    endpoints: endpointsOf(settings),
    ...(authority === null ? {} : { authority: authority.success }),
    requestTimeout: settings.requestTimeoutSeconds,
    sessionLength: length === 0 ? Duration.minutes(sessionMinutes[jurisdiction]) : settings.sessionMinutes,
    placeLimit: placeLimit[jurisdiction]
  }
  return options
})

const missing = ({ appKey, password, username }: BetfairSettings) =>
  Object.entries({ app_key: appKey, username, password })
    .filter(([, value]) => value === null)
    .map(([key]) => `betfair.${key} is not set`)

const certificateOf = Effect.fnUntraced(function* (settings: BetfairSettings) {
  const { certFile, keyFile, passphrase, pfxFile } = settings
  const secret = passphrase === null ? {} : { passphrase }
  if (pfxFile !== null && (certFile !== null || keyFile !== null)) {
    return yield* Effect.fail(["betfair.pfx_file is set beside cert_file or key_file: use one or the other"])
  }
  if (pfxFile !== null) {
    const container = Redacted.make(yield* Effect.mapError(readBytes("pfx_file", pfxFile), (problem) => [problem]))
    return { _tag: "Pkcs12", container, ...secret } satisfies ClientCertificate
  }
  if (certFile === null || keyFile === null) {
    const key = certFile === null ? "cert_file" : "key_file"
    return yield* Effect.fail([`betfair.${key} is not set: the login needs cert_file and key_file, or pfx_file`])
  }
  const [certificate, key] = yield* Effect.mapError(
    Effect.all([readText("cert_file", certFile), readText("key_file", keyFile)]),
    (problem) => [problem]
  )
  return { _tag: "Pem", certificate, key: Redacted.make(key), ...secret } satisfies ClientCertificate
})

const readBytes = (key: string, path: string) =>
  FileSystem.FileSystem.use((fs) => fs.readFile(path)).pipe(
    Effect.mapError(({ message }) => `betfair.${key} can't be read: ${message}`)
  )

const readText = (key: string, path: string) =>
  Effect.map(readBytes(key, path), (bytes) => Buffer.from(bytes).toString("utf8"))

const endpointsOf = ({ apiUrl, identityUrl, jurisdiction, loginUrl, streamHost, streamPort }: BetfairSettings) => {
  const usual = endpoints[jurisdiction]
  return {
    login: withSlash(loginUrl ?? usual.login),
    identity: withSlash(identityUrl ?? usual.identity),
    api: withSlash(apiUrl ?? usual.api),
    stream: { host: streamHost ?? usual.stream.host, port: streamPort }
  }
}

const withSlash = (address: string) => (address.endsWith("/") ? address : `${address}/`)

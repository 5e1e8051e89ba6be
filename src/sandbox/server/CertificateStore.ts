/** Where the sandbox keeps its certificates between starts, so that clients trust its authority once and for all. */
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Clock, Effect, Schema } from "effect"
import * as Certificates from "./Certificates.ts"

export class CertificatesNotKept extends Schema.TaggedError<CertificatesNotKept>()("CertificatesNotKept", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

export interface KeptCertificates extends Certificates.Certificates {
  readonly files: {
    readonly authority: string
    readonly clientCertificate: string
    readonly clientKey: string
    /** Certificate and key in one PKCS#12 file, its password `pkcs12Password`. */
    readonly clientPkcs12: string
  }
}

/** Where they are kept unless it is said otherwise. */
export const usualDirectory = join(".clever-better", "sandbox")

/** No secret: it only satisfies programs that insist on a password. */
export const pkcs12Password = "sandbox"

/** Reads what the directory holds, makes what is missing or ends within 30 days, and keeps it; keys have mode 0600. */
export const load = Effect.fn("CertificateStore.load")(function* (directory: string) {
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.tryPromise({
    try: () => renewIn(directory, now),
    catch: (cause) =>
      new CertificatesNotKept({ message: `cannot keep the sandbox's certificates in ${directory}`, cause })
  })
})

const renewIn = async (directory: string, now: number): Promise<KeptCertificates> => {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const [authority, server, client] = await Promise.all([
    read(directory, "ca"),
    read(directory, "server"),
    read(directory, "client")
  ])
  const kept = { ...(authority && { authority }), ...(server && { server }), ...(client && { client }) }
  const certificates = await Certificates.renew(kept, now)
  if (certificates.authority !== authority) await write(directory, "ca", certificates.authority)
  if (certificates.server !== server) await write(directory, "server", certificates.server)
  if (certificates.client !== client) {
    await write(directory, "client", certificates.client)
    await writeWhole(join(directory, "client.p12"), Certificates.pkcs12(certificates.client, pkcs12Password), 0o600)
  }
  return {
    ...certificates,
    files: {
      authority: join(directory, "ca.pem"),
      clientCertificate: join(directory, "client.pem"),
      clientKey: join(directory, "client-key.pem"),
      clientPkcs12: join(directory, "client.p12")
    }
  }
}

const read = async (directory: string, name: string): Promise<Certificates.Pair | undefined> => {
  try {
    const [certificatePem, keyPem] = await Promise.all([
      readFile(join(directory, `${name}.pem`), "utf8"),
      readFile(join(directory, `${name}-key.pem`), "utf8")
    ])
    return { certificatePem, keyPem }
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
    throw cause
  }
}

const write = async (directory: string, name: string, pair: Certificates.Pair) => {
  await writeWhole(join(directory, `${name}-key.pem`), pair.keyPem, 0o600)
  await writeWhole(join(directory, `${name}.pem`), pair.certificatePem, 0o644)
}

/** A file is either as it was or whole. A key and a certificate that do not belong together are made again. */
const writeWhole = async (path: string, content: string | Buffer, mode: number) => {
  const beside = `${path}.${process.pid}`
  await writeFile(beside, content, { mode })
  await chmod(beside, mode)
  await rename(beside, path)
}

import { X509Certificate } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect, createServer, type PeerCertificate, type TLSSocket } from "node:tls"
import { afterEach, describe, expect, it } from "vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Certificates from "../../../src/sandbox/server/Certificates.ts"
import * as CertificateStore from "../../../src/sandbox/server/CertificateStore.ts"

const folders: Array<string> = []
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), "certificates-"))
  folders.push(path)
  return path
}
afterEach(() => folders.splice(0).forEach((path) => rmSync(path, { recursive: true })))

const start = Date.UTC(2026, 0, 1)
const day = 86_400_000

const loadAt = (directory: string, now: number) =>
  Effect.runPromise(
    TestClock.setTime(now).pipe(Effect.andThen(CertificateStore.load(directory)), Effect.provide(TestClock.layer()))
  )

describe("Certificates.make", () => {
  it("makes what both ends of a TLS connection accept, for every name of this machine", async () => {
    const { authority, client, server } = await Certificates.make(Date.now())
    const listening = createServer({
      cert: server.certificatePem,
      key: server.keyPem,
      ca: authority.certificatePem,
      requestCert: true,
      rejectUnauthorized: true
    })
    await new Promise<void>((done) => listening.listen(0, "127.0.0.1", done))
    const address = listening.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    for (const identity of [
      { cert: client.certificatePem, key: client.keyPem },
      { pfx: Certificates.pkcs12(client, "secret"), passphrase: "secret" }
    ]) {
      const seen = new Promise<PeerCertificate>((done) =>
        listening.once("secureConnection", (socket: TLSSocket) => done(socket.getPeerCertificate()))
      )
      const socket = connect({ port: address.port, host: "127.0.0.1", ca: authority.certificatePem, ...identity })
      socket.on("error", () => {})
      expect((await seen).subject.CN).toBe("clever-better sandbox client")
      expect(socket.authorized).toBe(true)
      socket.destroy()
    }
    listening.close()
    const certificate = new X509Certificate(server.certificatePem)
    expect(certificate.checkHost("localhost")).toBe("localhost")
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1")
    expect(certificate.checkIP("::1")).toBe("::1")
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
  })
})

describe("CertificateStore.load", () => {
  it("makes them once and keeps the keys to their owner", async () => {
    const directory = folder()
    const first = await loadAt(directory, start)
    expect(await loadAt(directory, start + 300 * day)).toEqual(first)
    for (const name of ["ca-key.pem", "server-key.pem", "client-key.pem", "client.p12"]) {
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
    }
    expect(readFileSync(first.files.clientCertificate, "utf8")).toBe(first.client.certificatePem)
  })

  it("renews under the same authority what is near its end", async () => {
    const directory = folder()
    const first = await loadAt(directory, start)
    const second = await loadAt(directory, start + 340 * day)
    expect(second.authority).toEqual(first.authority)
    expect(second.server).not.toEqual(first.server)
    expect(second.client).not.toEqual(first.client)
  })

  it("makes again a certificate that is cut short, and everything when the authority is", async () => {
    const directory = folder()
    const first = await loadAt(directory, start)
    writeFileSync(join(directory, "server.pem"), first.server.certificatePem.slice(0, 200))
    const second = await loadAt(directory, start)
    expect(second.authority).toEqual(first.authority)
    expect(second.server).not.toEqual(first.server)
    writeFileSync(join(directory, "ca-key.pem"), "")
    const third = await loadAt(directory, start)
    expect(third.authority).not.toEqual(first.authority)
    expect(third.client).not.toEqual(first.client)
  })

  it("makes again a certificate whose key is another's", async () => {
    const directory = folder()
    const first = await loadAt(directory, start)
    writeFileSync(join(directory, "client-key.pem"), first.server.keyPem)
    expect((await loadAt(directory, start)).client).not.toEqual(first.client)
  })

  it("says where it could not keep them", async () => {
    const directory = folder()
    writeFileSync(join(directory, "file"), "")
    const failure = await loadAt(join(directory, "file"), start).catch((error: unknown) => error)
    expect(String(failure)).toContain(join(directory, "file"))
  })
})

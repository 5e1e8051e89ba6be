/**
 * The certificate of the login as it lies on the disk: that it can be read, belongs to its key, is not about to expire, and that
 * nobody else can read the key.
 */
import { createPrivateKey, X509Certificate } from "node:crypto"
import * as fs from "node:fs"
import { createSecureContext } from "node:tls"
import { Redacted } from "effect"
import forge from "node-forge"
import type { SettingsValue } from "../config/Settings.ts"
import { type Finding, fail, ok, warn } from "./Finding.ts"

type BetfairSettings = Pick<SettingsValue["betfair"], "certFile" | "keyFile" | "pfxFile" | "passphrase">

const dayMs = 86_400_000
/** Renewing it takes an upload to the account: no hurry, but not to be forgotten. */
const warnedBeforeDays = 30

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Only its owner may read the file. Where the system has no such permissions, nothing is said. */
export const permissions = (check: string, file: string): ReadonlyArray<Finding> => {
  if (process.platform === "win32") return []
  const mode = fs.statSync(file).mode & 0o777
  const shown = mode.toString(8).padStart(3, "0")
  return [
    (mode & 0o077) === 0
      ? ok(check, `${file} has mode ${shown}`)
      : fail(check, `others than its owner may use ${file} (mode ${shown})`, `chmod 600 ${file}`)
  ]
}

const expiry = ({ validFromDate, validToDate }: X509Certificate, now: number): Finding => {
  const date = validToDate.toISOString().slice(0, 10)
  const days = Math.floor((validToDate.getTime() - now) / dayMs)
  const renew = "make a new one and upload it to the account"
  if (now < validFromDate.getTime()) {
    return fail("certificate", `it is not valid before ${validFromDate.toISOString()}`, "look at this machine's clock")
  }
  if (days < 0) return fail("certificate", `it expired on ${date}`, renew)
  return days < warnedBeforeDays
    ? warn("certificate", `it expires on ${date}, in ${days} days`, renew)
    : ok("certificate", `valid until ${date}`)
}

const pem = (certFile: string, keyFile: string, passphrase: string | undefined, now: number) => {
  const certificate = new X509Certificate(fs.readFileSync(certFile))
  const key = createPrivateKey({ key: fs.readFileSync(keyFile), ...(passphrase === undefined ? {} : { passphrase }) })
  const match = certificate.checkPrivateKey(key)
    ? ok("certificate key", `${keyFile} is the key of ${certFile}`)
    : fail("certificate key", `${keyFile} is not the key of ${certFile}`, "name the files that belong together")
  return [expiry(certificate, now), match, ...permissions("key permissions", keyFile)]
}

/**
 * The certificate that belongs to the container's key; null where it cannot be found. node-forge, because Node opens containers
 * but does not show what is in them; it fails at passphrases that are not ASCII.
 */
const ownCertificate = (container: Buffer, passphrase: string): X509Certificate | null => {
  try {
    const opened = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(container.toString("binary")), passphrase)
    const bags = opened.getBags({ bagType: forge.pki.oids.certBag! })[forge.pki.oids.certBag!] ?? []
    const own = bags.find(({ attributes }) => "localKeyId" in attributes) ?? bags[0]
    if (own === undefined) return null
    // Only certificates of RSA keys are taken apart.
    const content = own.cert === undefined || own.cert === null ? own.asn1 : forge.pki.certificateToAsn1(own.cert)
    return new X509Certificate(Buffer.from(forge.asn1.toDer(content).getBytes(), "binary"))
  } catch {
    return null
  }
}

const pfx = (pfxFile: string, passphrase: string | undefined, now: number): ReadonlyArray<Finding> => {
  const container = fs.readFileSync(pfxFile)
  const problem = whyClosed(container, pfxFile, passphrase)
  if (problem !== null) return [problem]
  const certificate = ownCertificate(container, passphrase ?? "")
  const found =
    certificate === null
      ? warn(
          "certificate",
          `${pfxFile} can be opened, but not when it expires`,
          `openssl pkcs12 -in ${pfxFile} -nokeys | openssl x509 -noout -enddate`
        )
      : expiry(certificate, now)
  return [found, ...permissions("key permissions", pfxFile)]
}

/** Opened as the login opens it: what is wrong with that, or null. */
const whyClosed = (container: Buffer, pfxFile: string, passphrase: string | undefined): Finding | null => {
  try {
    createSecureContext({ pfx: container, ...(passphrase === undefined ? {} : { passphrase }) })
    return null
  } catch (error) {
    const message = messageOf(error)
    if (message === "mac verify failure") {
      return passphrase === undefined
        ? fail("certificate", `${pfxFile} has a passphrase`, "set betfair.passphrase")
        : fail("certificate", `the passphrase does not open ${pfxFile}`, "correct betfair.passphrase")
    }
    // Of old programs, whose ciphers OpenSSL no longer takes.
    if (message === "Unsupported PKCS12 PFX data") {
      const todo = `write it anew: openssl pkcs12 -legacy -in ${pfxFile} -nodes | openssl pkcs12 -export -out new.p12`
      return fail("certificate", `${pfxFile} is encrypted in a way that is too old`, todo)
    }
    return fail(
      "certificate",
      `${pfxFile} cannot be opened: ${message}`,
      "betfair.pfx_file must be a PKCS#12 file with a certificate and its key"
    )
  }
}

/** Nothing where no certificate is set. @param now epoch milliseconds */
export const look = (settings: BetfairSettings, now: number): ReadonlyArray<Finding> => {
  const { certFile, keyFile, pfxFile } = settings
  const passphrase = settings.passphrase === null ? undefined : Redacted.value(settings.passphrase)
  try {
    if (pfxFile !== null) return pfx(pfxFile, passphrase, now)
    if (certFile !== null && keyFile !== null) return pem(certFile, keyFile, passphrase, now)
    return []
  } catch (error) {
    return [fail("certificate", messageOf(error), "correct betfair.cert_file, key_file, pfx_file or passphrase")]
  }
}

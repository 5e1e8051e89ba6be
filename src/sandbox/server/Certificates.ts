/**
 * The certificates of the sandbox: an authority of its own, which signs the servers' certificate and the one that clients
 * log in with. RSA of 2048 bits, because the exchange takes no other for its certificate login.
 *
 * node-forge, because Node reads certificates but cannot make any; keys are made by Node, which is faster at it.
 */
import { generateKeyPair, X509Certificate } from "node:crypto"
import { promisify } from "node:util"
import forge from "node-forge"

/** A certificate and its private key, both PEM. */
export interface Pair {
  readonly certificatePem: string
  readonly keyPem: string
}

export interface Certificates {
  readonly authority: Pair
  /** For localhost, 127.0.0.1 and ::1. */
  readonly server: Pair
  readonly client: Pair
}

const dayMs = 86_400_000
/** A machine whose clock is a little behind must not refuse what has just been made. */
const backdatedMs = dayMs
const authorityDays = 3650
const leafDays = 365
/** What ends within this time is made again. */
const renewalMs = 30 * dayMs

/** All three, valid from `now` (epoch milliseconds; TLS compares with the machine's clock, so no clock of a test). */
export const make = async (now: number): Promise<Certificates> => {
  const authority = await makeAuthority(now)
  const [server, client] = await Promise.all([makeServer(authority, now), makeClient(authority, now)])
  return { authority, server, client }
}

/** The same, where whatever is missing, is not of one authority or ends soon has been made again. */
export const renew = async (kept: Partial<Certificates>, now: number): Promise<Certificates> => {
  const { authority } = kept
  if (authority === undefined || !isSound(authority, authority, now + leafDays * dayMs)) return make(now)
  const keep = (pair: Pair | undefined) => (pair !== undefined && isSound(pair, authority, now) ? pair : undefined)
  return {
    authority,
    server: keep(kept.server) ?? (await makeServer(authority, now)),
    client: keep(kept.client) ?? (await makeClient(authority, now))
  }
}

/** Certificate and key as one PKCS#12 file, which some clients want instead of PEM. */
export const pkcs12 = ({ certificatePem, keyPem }: Pair, password: string): Buffer => {
  const container = forge.pkcs12.toPkcs12Asn1(
    forge.pki.privateKeyFromPem(keyPem),
    [forge.pki.certificateFromPem(certificatePem)],
    password,
    { algorithm: "aes256" }
  )
  return Buffer.from(forge.asn1.toDer(container).getBytes(), "binary")
}

const isSound = ({ certificatePem, keyPem }: Pair, authority: Pair, now: number): boolean => {
  try {
    const certificate = new X509Certificate(certificatePem)
    const publicKey = new X509Certificate(authority.certificatePem).publicKey
    const key = forge.pki.privateKeyFromPem(keyPem)
    const own = forge.pki.certificateFromPem(certificatePem).publicKey as forge.pki.rsa.PublicKey
    return (
      certificate.validFromDate.getTime() <= now &&
      certificate.validToDate.getTime() > now + renewalMs &&
      certificate.verify(publicKey) &&
      own.n.equals(key.n)
    )
  } catch {
    // Cut short or not a certificate at all: the same as missing.
    return false
  }
}

const makeAuthority = (now: number) =>
  issue({ commonName: "Clever Better sandbox authority", now, days: authorityDays, issuer: undefined }, [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    { name: "subjectKeyIdentifier" }
  ])

const makeServer = (issuer: Pair, now: number) =>
  issue({ commonName: "localhost", now, days: leafDays, issuer }, [
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    {
      name: "subjectAltName",
      altNames: [
        { type: 2, value: "localhost" },
        { type: 7, ip: "127.0.0.1" },
        { type: 7, ip: "::1" }
      ]
    }
  ])

const makeClient = (issuer: Pair, now: number) =>
  issue({ commonName: "clever-better sandbox client", now, days: leafDays, issuer }, [
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", clientAuth: true }
  ])

interface Request {
  readonly commonName: string
  readonly now: number
  readonly days: number
  /** Without one the certificate signs itself. */
  readonly issuer: Pair | undefined
}

const issue = async (request: Request, extensions: ReadonlyArray<object>): Promise<Pair> => {
  const keys = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" }
  })
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey)
  // Positive, and never twice of one authority.
  certificate.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(15))}`
  certificate.validity.notBefore = new Date(request.now - backdatedMs)
  certificate.validity.notAfter = new Date(request.now + request.days * dayMs)
  certificate.setSubject([{ name: "commonName", value: request.commonName }])
  certificate.setExtensions([...extensions])
  const { issuer } = request
  certificate.setIssuer(
    issuer === undefined
      ? certificate.subject.attributes
      : forge.pki.certificateFromPem(issuer.certificatePem).subject.attributes
  )
  certificate.sign(forge.pki.privateKeyFromPem(issuer?.keyPem ?? keys.privateKey), forge.md.sha256.create())
  return { certificatePem: forge.pki.certificateToPem(certificate), keyPem: keys.privateKey }
}

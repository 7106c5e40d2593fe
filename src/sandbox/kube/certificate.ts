import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** PEM texts: the authority's certificate, and the server's certificate and key signed by it. */
export interface Certificates { readonly ca: string, readonly cert: string, readonly key: string }

const DAY = 24 * 60 * 60 * 1000
/** Object identifiers as DER holds them (RFC 5280, RFC 5758). */
const OID = {
  ecdsaSha256: '2a8648ce3d040302', commonName: '550403', subjectAltName: '551d11', basicConstraints: '551d13', keyUsage: '551d0f',
  extendedKeyUsage: '551d25', serverAuth: '2b06010505070301',
} as const

/** Makes an authority of its own (its key is thrown away) and a certificate for localhost and 127.0.0.1; ECDSA P-256, valid a year. */
export function makeCertificates(): Certificates {
  const authority = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const own = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const ca = certificate({ subject: 'writ sandbox CA', publicKey: authority.publicKey, signer: authority.privateKey, extensions: [
    extension(OID.basicConstraints, der(0x30, der(0x01, Buffer.from([0xff]))), true),
    extension(OID.keyUsage, der(0x03, Buffer.from([1, 0x86])), true),
  ] })
  const cert = certificate({ subject: 'writ sandbox kube', publicKey: own.publicKey, signer: authority.privateKey, extensions: [
    extension(OID.subjectAltName, der(0x30, der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1]))), false),
    extension(OID.extendedKeyUsage, der(0x30, oid(OID.serverAuth)), false),
  ] })
  return { ca, cert, key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

interface Request { readonly subject: string, readonly publicKey: KeyObject, readonly signer: KeyObject, readonly extensions: readonly Buffer[] }

function certificate({ subject, publicKey, signer, extensions }: Request): string {
  const algorithm = der(0x30, oid(OID.ecdsaSha256))
  const serial = Buffer.concat([Buffer.from([0x4a]), randomBytes(8)])
  const body = der(0x30, der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, serial), algorithm, commonName('writ sandbox CA'),
    der(0x30, time(Date.now() - DAY), time(Date.now() + 365 * DAY)), commonName(subject), publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, ...extensions)))
  const whole = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), sign('sha256', body, signer)))
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}/g, '$&\n').trim()}\n-----END CERTIFICATE-----\n`
}

/** One DER value: tag, length, content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const size = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function commonName(text: string): Buffer {
  return der(0x30, der(0x31, der(0x30, oid(OID.commonName), der(0x0c, Buffer.from(text)))))
}

function extension(id: string, value: Buffer, critical: boolean): Buffer {
  return der(0x30, oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value))
}

function time(ms: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`))
}

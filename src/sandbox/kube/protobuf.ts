import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { ApiError, badRequest } from './api-error.ts'
import { ANY } from './schema.ts'
import type { Field, Schema } from './schema.ts'

const MAGIC = Buffer.from('k8s\0')
type Value = bigint | Buffer

/**
 * Reads a body in Kubernetes' protobuf (an envelope with the kind, in it the object) by the numbers of the type table, which is how
 * `kubectl create` sends what it makes up. Throws 415 for kinds and fields that have no numbers there, 400 for what is none.
 */
export function fromProtobuf(body: Buffer, schema: Schema): JsonObject {
  if (!body.subarray(0, 4).equals(MAGIC)) throw badRequest('the body of the request is no Kubernetes protobuf: it does not begin with k8s')
  const envelope = new Map([...parts(body.subarray(4))].map(([number, value]) => [number, value]))
  const [type, raw] = [envelope.get(1), envelope.get(2)]
  const meta = Buffer.isBuffer(type) ? new Map(parts(type)) : new Map<number, Value>()
  const text = (number: number): string => textOf(meta.get(number) ?? Buffer.alloc(0))
  return { apiVersion: text(1), kind: text(2), ...message(Buffer.isBuffer(raw) ? raw : Buffer.alloc(0), { schema, prefix: '', into: {} }) }
}

/** The fields of one message: number and value, integers as they are, everything else as bytes. */
function* parts(bytes: Buffer): Iterable<readonly [number, Value]> {
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 63n) throw badRequest('the protobuf of the request ends too early')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const wire = tag & 7
    if (wire === 0) {
      yield [tag >> 3, varint()]
      continue
    }
    const size = wire === 2 ? Number(varint()) : wire === 1 ? 8 : wire === 5 ? 4 : Infinity
    if (at + size > bytes.length) throw badRequest('the protobuf of the request ends too early')
    yield [tag >> 3, bytes.subarray(at, at += size)]
  }
}

interface Inside { readonly schema: Schema, readonly prefix: string, readonly into: Record<string, Json> }

function message(bytes: Buffer, { schema, prefix, into }: Inside): JsonObject {
  const fields = numbered(schema)
  for (const [number, value] of parts(bytes)) {
    const path = prefix + number
    const found = fields.get(path)
    if (found) into[found[0]] = joined(into[found[0]], value, found[1].schema)
    else if (Buffer.isBuffer(value) && fields.has(`${path}.1`)) message(value, { schema, prefix: `${path}.`, into })
    else throw unreadable(`field ${path} of ${schema.name ?? 'the kind'}`)
  }
  return into
}

function numbered(schema: Schema): ReadonlyMap<string, readonly [string, Field]> {
  return new Map([...schema.fields ?? []].flatMap(([key, field]) => field.number === undefined ? [] : [[field.number, [key, field]]]))
}

/** Adds one value to those the field already has. */
function joined(known: Json | undefined, value: Value, schema: Schema): Json {
  const element = schema.element ?? ANY
  if (schema.kind === 'list') return [...isList(known) ? known : [], one(value, element)]
  if (schema.kind !== 'map') return one(value, schema)
  const entry = new Map(Buffer.isBuffer(value) ? parts(value) : [])
  return { ...(isObject(known) ? known : {}), [textOf(entry.get(1) ?? Buffer.alloc(0))]: one(entry.get(2) ?? Buffer.alloc(0), element) }
}

function one(value: Value, schema: Schema): Json {
  if (schema.kind === 'struct' && Buffer.isBuffer(value)) return message(value, { schema, prefix: '', into: {} })
  const inner = (): ReadonlyMap<number, Value> => new Map(Buffer.isBuffer(value) ? parts(value) : [])
  switch (schema.letter) {
    case 's': return textOf(value)
    case 'i': return integerOf(value)
    case 'b': return value === 1n
    case 'f': return Buffer.isBuffer(value) ? value.readDoubleLE() : 0
    case 'y': return Buffer.isBuffer(value) ? value.toString('base64') : ''
    case 'q': return textOf(inner().get(1) ?? Buffer.alloc(0)) || '0'
    case 'o': return inner().get(1) === 1n ? textOf(inner().get(3) ?? Buffer.alloc(0)) : integerOf(inner().get(2) ?? 0n)
    case 't': return timeOf(integerOf(inner().get(1) ?? 0n), integerOf(inner().get(2) ?? 0n))
    default: throw unreadable('a field of any form')
  }
}

function textOf(value: Value): string {
  return Buffer.isBuffer(value) ? value.toString('utf8') : ''
}

function integerOf(value: Value): number {
  return Buffer.isBuffer(value) ? 0 : Number(BigInt.asIntN(64, value))
}

function timeOf(seconds: number, nanos: number): Json {
  return seconds === 0 && nanos === 0 ? null : new Date(seconds * 1000 + Math.floor(nanos / 1e6)).toISOString().replace('.000Z', 'Z')
}

function unreadable(what: string): ApiError {
  return new ApiError(415, `this server cannot read ${what} in protobuf - accepted media types include: application/json, application/yaml`)
}

import { expect } from 'chai'
import { fromProtobuf } from '../../../src/sandbox/kube/protobuf.ts'
import { customSchema, namedSchema } from '../../../src/sandbox/kube/schema.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import { send } from './wire.ts'

const PROTOBUF = { 'content-type': 'application/vnd.kubernetes.protobuf' }

/** A number as protobuf writes it. */
function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}

/** One field: a number, or bytes with their length. */
function field(number: number, value: bigint | string | Buffer): Buffer {
  if (typeof value === 'bigint') return Buffer.concat([varint(BigInt(number << 3)), varint(value)])
  const bytes = Buffer.from(value)
  return Buffer.concat([varint(BigInt(number << 3 | 2)), varint(BigInt(bytes.length)), bytes])
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields)
}

function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  return Buffer.concat([Buffer.from('k8s\0'), field(1, message(field(1, apiVersion), field(2, kind))), field(2, raw), field(3, ''), field(4, '')])
}

const entry = (key: string, value: string | Buffer): Buffer => message(field(1, key), field(2, value))

describe('protobuf of the embedded Kubernetes API', () => {
  it('is read by the numbers of the types: texts, numbers, maps, lists, bytes, times, quantities, messages in messages', () => {
    const time = message(field(1, 1_700_000_000n), field(2, 0n))
    const probe = message(field(1, message(field(2, message(field(1, '/ok'), field(2, message(field(1, 1n), field(2, 0n), field(3, 'http'))))))), field(2, 5n))
    const container = message(field(1, 'app'), field(2, 'nginx:1'), field(3, 'a'), field(3, 'b'), field(7, message(field(1, 'E'), field(2, '1'))),
      field(8, message(field(1, entry('cpu', field(1, '500m'))))), field(10, probe), field(6, message(field(3, 80n))))
    const volume = message(field(1, 'v'), field(2, message(field(19, message(field(1, message(field(1, 'cm'))))))))
    const pod = message(field(1, message(field(1, 'p'), field(8, time), field(11, entry('l', '1')))), field(2, message(field(1, volume), field(2, container), field(4, -1n), field(11, 1n))))
    expect(fromProtobuf(envelope('v1', 'Pod', pod), namedSchema('Pod'))).to.deep.equal({
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', creationTimestamp: '2023-11-14T22:13:20Z', labels: { l: '1' } },
      spec: {
        volumes: [{ name: 'v', configMap: { name: 'cm' } }], terminationGracePeriodSeconds: -1, hostNetwork: true,
        containers: [{
          name: 'app', image: 'nginx:1', command: ['a', 'b'], env: [{ name: 'E', value: '1' }], resources: { limits: { cpu: '500m' } }, ports: [{ containerPort: 80 }],
          livenessProbe: { httpGet: { path: '/ok', port: 'http' }, initialDelaySeconds: 5 },
        }],
      },
    })
    const secret = message(field(1, message(field(8, message(field(1, 0n))))), field(2, entry('k', Buffer.from([0, 255]))))
    expect(fromProtobuf(envelope('v1', 'Secret', secret), namedSchema('Secret'))).to.deep.include({ metadata: { creationTimestamp: null }, data: { k: 'AP8=' } })
  })

  it('is refused where it is none, ends too early, or holds what has no number', () => {
    const map = namedSchema('ConfigMap')
    expect(() => fromProtobuf(Buffer.from('{}'), map)).to.throw('it does not begin with k8s')
    const whole = envelope('v1', 'ConfigMap', message(field(2, entry('a', 'b'))))
    for (const end of [6, 20, whole.length - 5]) expect(() => fromProtobuf(whole.subarray(0, end), map), String(end)).to.throw('ends too early')
    expect(() => fromProtobuf(envelope('v1', 'ConfigMap', field(9, 'x')), map)).to.throw('cannot read field 9 of ConfigMap')
    expect(() => fromProtobuf(envelope('v1', 'ConfigMap', Buffer.from([0x0c])), map)).to.throw('ends too early')
    expect(() => fromProtobuf(envelope('apps/v1', 'ControllerRevision', field(2, field(1, '{}'))), namedSchema('apps.ControllerRevision'))).to.throw('cannot read')
    expect(() => fromProtobuf(envelope('x/v1', 'X', field(2, field(1, 'a'))), customSchema(undefined))).to.throw('cannot read field 2')
  })

  it('creates over the wire, and is answered with a Status where it cannot be read', async () => {
    const kube = await startKube({ controller: false })
    try {
      const path = '/api/v1/namespaces/default/configmaps'
      const body = envelope('v1', 'ConfigMap', message(field(1, message(field(1, 'made'))), field(2, entry('a', 'b'))))
      expect((await send(kube, { path, headers: PROTOBUF, body })).json).to.deep.include({ kind: 'ConfigMap', data: { a: 'b' } })
      expect((await send(kube, { path, headers: PROTOBUF, body: 'k8s\0\u000a\u00ff' })).json).to.include({ kind: 'Status', code: 400 })
      expect((await send(kube, { path, headers: PROTOBUF, body: envelope('v1', 'Secret', field(1, field(1, 'x'))) })).json).to.include({ code: 400 })
      const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
      const schema = field(4, field(1, field(5, 'object')))
      expect((await send(kube, { path: definitions, headers: PROTOBUF, body: envelope('apiextensions.k8s.io/v1', 'CustomResourceDefinition', field(2, field(7, schema))) })).json).to.include({ code: 415, reason: 'UnsupportedMediaType' })
    } finally {
      await kube.stop()
    }
  })
})

import { expect } from 'chai'
import { schemaObjections } from '../../../src/flow/server/schema-objections.ts'
import type { FieldPath } from '../../../src/model/field.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` })
const beside = (name: string): JsonObject => ({ default: {}, allOf: [ref(name)] })
const list = (items: JsonObject): JsonObject => ({ type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
const map = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more })
const texts: JsonObject = { type: 'object', additionalProperties: { type: 'string', default: '' } }
const gvk = (group: string, kind: string): JsonObject => ({ 'x-kubernetes-group-version-kind': [{ group, version: 'v1', kind }] })

/** As a server writes built-in types (references, types beside references), and those of a definition (all in one). */
const SCHEMAS: JsonObject = {
  Deployment: { ...map({ apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: beside('ObjectMeta'), spec: beside('DeploymentSpec') }), ...gvk('apps', 'Deployment') },
  ObjectMeta: map({ name: { type: 'string' }, annotations: texts, finalizers: { type: 'array', items: { type: 'string' } }, managedFields: list(beside('Managed')) }),
  Managed: map({ fieldsV1: ref('FieldsV1') }),
  FieldsV1: { type: 'object' },
  DeploymentSpec: map({ replicas: { type: 'integer', format: 'int32' }, paused: { type: 'boolean' }, strategy: beside('Strategy'), template: beside('PodTemplate') }),
  Strategy: map({ maxSurge: beside('IntOrString'), since: ref('Time') }),
  PodTemplate: map({ spec: map({ containers: list(beside('Container')) }) }),
  Container: map({ name: { type: 'string' }, image: { type: 'string' }, ports: list(map({ containerPort: { type: 'integer' } })), limits: { type: 'object', additionalProperties: ref('Quantity') } }),
  IntOrString: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  Quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  Time: { type: 'string', format: 'date-time' },
  Widget: {
    ...map({
      spec: map({
        size: { type: 'string', enum: ['small', 'large'] }, ratio: { type: 'number' }, port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        values: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, open: map({ known: { type: 'integer' } }, { 'x-kubernetes-preserve-unknown-fields': true }),
        any: { 'x-kubernetes-preserve-unknown-fields': true }, template: map({ spec: map({ a: { type: 'string' } }) }, { 'x-kubernetes-embedded-resource': true }),
        rows: { type: 'array', items: map({ id: { type: 'string' } }) }, choice: map({ a: { type: 'string' } }, { oneOf: [{ required: ['a'] }] }), free: { type: 'object', additionalProperties: true },
        again: ref('Again'), lost: ref('Nowhere'), 'odd name': { type: 'string' },
      }),
    }), ...gvk('example.com', 'Widget'),
  },
  Again: map({ more: ref('Again'), text: { type: 'string' } }),
}

const CONTAINER = { key: 'name', value: 'web' }
const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' }
const WIDGET = { group: 'example.com', version: 'v1', kind: 'Widget' }

interface Row { readonly of: typeof DEPLOYMENT, readonly path: FieldPath, readonly after: Json, readonly wrong?: string }
const row = (of: typeof DEPLOYMENT) => (path: FieldPath | string, after: Json, wrong?: string): Row => ({ of, path: typeof path === 'string' ? path.split('.') : path, after, ...wrong === undefined ? {} : { wrong } })
const deployment = row(DEPLOYMENT)
const widget = row(WIDGET)
const POD = ['spec', 'template', 'spec', 'containers', CONTAINER]

const ROWS: readonly Row[] = [
  deployment('spec.replicas', 3),
  deployment('spec.replicas', null),
  deployment('spec.replicas', 'three', 'spec.replicas: must be a whole number, not text'),
  deployment('spec.replicas', 1.5, 'spec.replicas: must be a whole number, not a number'),
  deployment('spec.nope', 1, 'spec.nope: unknown field'),
  deployment('spec.nope.more', 1, 'spec.nope: unknown field'),
  deployment('nope', {}, 'nope: unknown field'),
  deployment('spec', { replicas: 1, nope: {} }, 'spec.nope: unknown field'),
  deployment('spec', 'x', 'spec: must be a map, not text'),
  deployment('spec.paused', 'true', 'spec.paused: must be true or false, not text'),
  deployment('spec.constructor', 1, 'spec.constructor: unknown field'),
  deployment('spec.toString', 1, 'spec.toString: unknown field'),
  deployment('metadata.annotations.a', 'text'),
  deployment('metadata.annotations.a', 1, 'metadata.annotations.a: must be text, not a whole number'),
  deployment(['metadata', 'annotations', 'a', 'b/c'], '1', 'metadata.annotations.a: must be text, not a map'),
  deployment('metadata.annotations', { 'a.b/c': '1' }),
  deployment('metadata.annotations', { a: { b: '1' } }, 'metadata.annotations.a: must be text, not a map'),
  deployment(['metadata', 'finalizers', '0'], 'example.com/a'),
  deployment(['metadata', 'finalizers', '0'], 1, 'metadata.finalizers.0: must be text, not a whole number'),
  deployment(['metadata', 'managedFields', '0', 'fieldsV1', 'f:spec'], {}),
  deployment('spec.strategy.maxSurge', '25%'),
  deployment('spec.strategy.maxSurge', 1),
  deployment('spec.strategy.maxSurge', true, 'spec.strategy.maxSurge: must be a whole number or text, not true or false'),
  deployment('spec.strategy.since', 5, 'spec.strategy.since: must be text, not a whole number'),
  deployment([...POD, 'image'], 'web:2'),
  deployment([...POD, 'imag'], 'web:2', 'spec.template.spec.containers[name=web].imag: unknown field'),
  deployment([...POD, 'ports', '0', 'containerPort'], '80', 'spec.template.spec.containers[name=web].ports.0.containerPort: must be a whole number, not text'),
  deployment([...POD, 'limits', 'memory'], '64Mi'),
  deployment([...POD, 'limits', 'cpu'], 0.5),
  deployment([...POD, 'limits', 'cpu'], {}, 'spec.template.spec.containers[name=web].limits.cpu: must be text or a number, not a map'),
  deployment(['spec', 'template', 'spec', 'containers'], [{ name: 'web', nope: 1 }], 'spec.template.spec.containers.0.nope: unknown field'),
  deployment(['spec', 'template', 'spec', 'containers'], {}, 'spec.template.spec.containers: must be a list, not a map'),
  deployment(['spec', 'strategy', CONTAINER, 'a'], 1, 'spec.strategy: must be a map, not a list'),
  deployment([], { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replica: 1 } }, 'spec.replica: unknown field'),
  widget('spec.size', 'large'),
  widget('spec.size', 'huge', 'spec.size: must be one of "small", "large"'),
  widget('spec.ratio', 1),
  widget('spec.ratio', '1', 'spec.ratio: must be a number, not text'),
  widget('spec.port', 'http'),
  widget('spec.port', 1.5, 'spec.port: must be a whole number or text, not a number'),
  widget('spec.values.image.tag', '1'),
  widget('spec.values', { a: [1, { b: null }] }),
  widget('spec.values', 'a', 'spec.values: must be a map, not text'),
  widget('spec.open.more', 1),
  widget('spec.open.known', 'x', 'spec.open.known: must be a whole number, not text'),
  widget('spec.any', [1, 'a']),
  widget('spec.any.a.b', 1),
  widget('spec.template', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', labels: { a: 'b' } }, spec: { a: 'b' } }),
  widget('spec.template.status', {}, 'spec.template.status: unknown field'),
  widget('spec.rows', [{ id: 'a' }, { id: 1 }], 'spec.rows.1.id: must be text, not a whole number'),
  widget('spec.choice', { a: 'x' }),
  widget('spec.choice.b', 'x', 'spec.choice.b: unknown field'),
  widget('spec.free', { a: { b: 1 } }),
  widget('spec.again.more.more.text', 'x'),
  widget('spec.again', { more: { more: { nope: 1 } } }, 'spec.again.more.more.nope: unknown field'),
  widget('spec.lost.anything', 1),
  widget(['spec', 'odd name'], 1, 'spec["odd name"]: must be text, not a whole number'),
]

describe('what the published type of a kind has against a value', () => {
  for (const { of, path, after, wrong } of ROWS) {
    it(`${wrong === undefined ? 'nothing' : wrong} (${of.kind} ${JSON.stringify(path)} = ${JSON.stringify(after)})`, () => {
      const found = schemaObjections(SCHEMAS, of, [{ path, after }])
      expect(found?.map(({ field, sentence }) => `${field ?? ''}: ${sentence}`)).to.deep.equal(wrong === undefined ? [] : [wrong])
    })
  }

  it('says nothing of a kind or version that is not published, and nothing of what is taken away', () => {
    expect(schemaObjections(SCHEMAS, { ...DEPLOYMENT, version: 'v2' }, [])).to.equal(null)
    expect(schemaObjections({}, DEPLOYMENT, [])).to.equal(null)
    expect(schemaObjections(SCHEMAS, DEPLOYMENT, [{ path: ['spec', 'nope'], after: undefined }])).to.deep.equal([])
  })
  it('ends with types that only refer to each other', () => {
    const circle: JsonObject = { A: { ...ref('B'), ...gvk('x', 'A') }, B: ref('A') }
    expect(schemaObjections(circle, { group: 'x', version: 'v1', kind: 'A' }, [{ path: ['a'], after: 1 }])).to.deep.equal([])
  })
})

import { expect } from 'chai'
import { cleanManifest, withName, withNamespace } from '../../../src/flow/manifest/clean-manifest.ts'
import { manifestEdits } from '../../../src/flow/manifest/manifest-edits.ts'
import { readManifests } from '../../../src/flow/manifest/read-manifests.ts'
import { WritError, isRefusal } from '../../../src/model/error.ts'
import { showPath } from '../../../src/model/field.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'

const rendered: KubernetesObject = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'web', image: 'web:1', args: ['a'], resources: { limits: { cpu: '500m' } } }, { name: 'log', image: 'log:1' }] } } },
}
const manifest = (spec: JsonObject, more: JsonObject = {}): KubernetesObject => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', ...more }, spec })
const pod = (...containers: readonly JsonObject[]): JsonObject => ({ template: { spec: { containers } } })

function asked(wanted: KubernetesObject): unknown {
  const found = manifestEdits(rendered, wanted)
  return isRefusal(found) ? found.refused : Object.fromEntries(found.edits.map(edit => [showPath(edit.path), edit.after ?? 'goes']))
}

describe('a manifest held against what Git renders', () => {
  const cases: readonly (readonly [string, KubernetesObject, unknown])[] = [
    ['asks for nothing where it says the same', manifest({ replicas: 2 }), {}],
    ['asks for the leaves that differ', manifest({ replicas: 3, ...pod({ name: 'web', image: 'web:2' }) }), { 'spec.replicas': 3, 'spec.template.spec.containers[name=web].image': 'web:2' }],
    ['adds fields and items of keyed lists', manifest(pod({ name: 'web', command: ['x'] }, { name: 'new', image: 'new:1' }), { annotations: { a: 'b' } }), { 'metadata.annotations': { a: 'b' }, 'spec.template.spec.containers[name=web].command': ['x'], 'spec.template.spec.containers[name=new]': { name: 'new', image: 'new:1' } }],
    ['leaves what it does not name', manifest(pod({ name: 'log', image: 'log:1' })), {}],
    ['takes lists without a key whole', manifest(pod({ name: 'web', args: ['a', 'b'] })), { 'spec.template.spec.containers[name=web].args': ['a', 'b'] }],
    ['takes fields away by null', manifest({ replicas: null }), { 'spec.replicas': 'goes' }],
    ['means no change by null where there is nothing', manifest({ paused: null }), {}],
    ['knows amounts', manifest(pod({ name: 'web', resources: { limits: { cpu: '0.5' } } })), {}],
    ['passes over what printers write for nothing', manifest({ strategy: {}, ...pod({ name: 'web', resources: {}, env: [] }) }, { annotations: {} }), {}],
    ['does not move objects between API versions', { ...manifest({}), apiVersion: 'apps/v1beta1' }, 'UNSUPPORTED'],
  ]
  for (const [name, wanted, expected] of cases) it(name, () => { expect(asked(wanted)).to.deep.equal(expected) })

  it('says what it does not name', () => {
    const found = manifestEdits(rendered, manifest(pod({ name: 'web', image: 'web:1', args: ['a'], resources: { limits: { cpu: '500m' } } })))
    expect(isRefusal(found) ? [] : found.kept).to.deep.equal(['metadata.labels', 'spec.template.spec.containers[name=log]', 'spec.replicas'])
  })
})

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: flags # mine\ndata: {a: b}\n'

describe('a file with manifests', () => {
  const texts = (text: string): readonly string[] => readManifests(text).map(one => one.text)
  it('is kept byte for byte where it holds one', () => {
    expect(texts(`# head\n---\n${MAP}`)).to.deep.equal([`# head\n---\n${MAP}`])
    expect(texts(`\uFEFF${MAP}`)).to.deep.equal([MAP])
  })
  it('is taken apart by documents, each with its comments', () => {
    expect(texts(`# one\n${MAP}---\n# two\n${MAP}---\n`)).to.deep.equal([`# one\n${MAP}`, `# two\n${MAP}`])
  })
  it('may hold lists of objects, also as JSON', () => {
    expect(readManifests(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'b' } }] })).map(({ object }) => object.kind)).to.deep.equal(['ConfigMap', 'Service'])
  })
  for (const [what, text, message] of [
    ['nothing', '# nothing\n', /holds no object/],
    ['what is no object', 'a: 1\n', /document 1 has no apiVersion, kind and metadata/],
    ['an object without a name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: x-}\n', /no metadata\.name/],
    ['a name with a line break', 'apiVersion: v1\nkind: A\nmetadata: {name: "a\\nb"}\n', /metadata\.name in document 1 is none/],
    ['a path for a name', 'apiVersion: v1\nkind: A\nmetadata: {name: ../../a}\n', /metadata\.name in document 1 is none/],
    ['a path for a kind', 'apiVersion: v1\nkind: a/b\nmetadata: {name: a}\n', /kind in document 1 is none/],
    ['a namespace that is none', 'apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: "a b"}\n', /metadata\.namespace in document 1 is none/],
    ['broken YAML', 'a: [\n', /line \d/],
    ['a template', 'apiVersion: v1\nkind: {{ .Kind }}\nmetadata: {name: a}\n', /template/],
    ['a key twice', 'apiVersion: v1\nkind: A\nkind: B\nmetadata: {name: a}\n', /given twice/],
  ] as const) {
    it(`is refused where it holds ${what}`, () => { expect(() => readManifests(text)).to.throw(WritError, message) })
  }
})

describe('a manifest that a server wrote', () => {
  it('loses what is the server\'s, and keeps its other bytes', () => {
    const [one] = readManifests(`apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: "{}"\n    argocd.argoproj.io/tracking-id: shop:/ConfigMap:shop/flags\n  creationTimestamp: "2026-01-01T00:00:00Z"\n  name: flags # mine\n  uid: u\ndata: {a: b}\n`)
    if (one === undefined) throw new Error('nothing')
    const clean = cleanManifest(one)
    expect(clean.text).to.equal(MAP)
    expect(clean.object).to.deep.equal({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' }, data: { a: 'b' } })
  })
  it('is written anew only where it cannot be cut', () => {
    const [one] = readManifests('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"flags","uid":"u"},"status":{}}')
    if (one === undefined) throw new Error('nothing')
    expect(cleanManifest(one).text).to.not.match(/uid|status/)
  })
  it('gets a namespace and another name where they are needed', () => {
    const [one] = readManifests(MAP)
    if (one === undefined) throw new Error('nothing')
    expect(withNamespace(one, 'shop')?.text).to.equal(MAP.replace('# mine\n', '# mine\n  namespace: shop\n'))
    expect(withName(one, 'other')?.text).to.equal(MAP.replace('flags', 'other'))
  })
})

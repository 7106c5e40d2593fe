import { expect } from 'chai'
import { patchEdits } from '../../../src/flow/patch/patch-edits.ts'
import { WritError, isRefusal } from '../../../src/model/error.ts'
import { showPath, withField } from '../../../src/model/field.ts'
import type { Json } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'

const web: KubernetesObject = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', labels: { app: 'web', tier: 'front' } },
  spec: { replicas: 2, template: { spec: {
    containers: [{ name: 'web', image: 'web:1', args: ['a', 'b'], env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }], ports: [{ containerPort: 80 }] }, { name: 'log', image: 'log:1' }],
    tolerations: [{ key: 'x' }], volumes: [{ name: 'tmp', emptyDir: {} }],
  } } },
}
const route: KubernetesObject = { apiVersion: 'example.com/v1', kind: 'Route', metadata: { name: 'web' }, spec: { hosts: ['a'] } }

/** What the edits are, or how the patch is refused. */
function outcome(type: 'merge' | 'json' | 'strategic', patch: unknown, object = web): unknown {
  try {
    const edits = patchEdits(object, { kind: 'patch', type, patch: typeof patch === 'string' ? patch : JSON.stringify(patch) })
    return isRefusal(edits) ? edits.refused : Object.fromEntries(edits.map(edit => [showPath(edit.path), edit.after ?? 'goes']))
  } catch (error) {
    if (error instanceof WritError) return error.code
    throw error
  }
}

function after(type: 'json' | 'strategic' | 'merge', patch: unknown, object = web): Json | undefined {
  const edits = patchEdits(object, { kind: 'patch', type, patch: JSON.stringify(patch) })
  if (isRefusal(edits)) throw new Error(edits.message)
  return edits.reduce<Json | undefined>((value, edit) => withField(value, edit.path, edit.after), object)
}

describe('a JSON merge patch', () => {
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ['sets fields', { spec: { replicas: 3 } }, { 'spec.replicas': 3 }],
    ['takes fields away by null', { metadata: { labels: { tier: null } } }, { 'metadata.labels.tier': 'goes' }],
    ['adds what is not there, without its nulls', { metadata: { annotations: { a: '1', b: null } } }, { 'metadata.annotations': { a: '1' } }],
    ['replaces lists whole', { spec: { template: { spec: { tolerations: [] } } } }, { 'spec.template.spec.tolerations': [] }],
    ['names what is so already, too', { spec: { replicas: 2 } }, { 'spec.replicas': 2 }],
    ['may be YAML', 'spec:\n  replicas: 3\n', { 'spec.replicas': 3 }],
    ['is an object or a list', '3', 'usage/bad-argument'],
    ['is one document', 'a: 1\n---\nb: 2\n', 'usage/bad-argument'],
    ['is no broken YAML', 'a: [', 'usage/bad-argument'],
  ]
  for (const [name, patch, expected] of cases) it(name, () => { expect(outcome('merge', patch)).to.deep.equal(expected) })
})

describe('a JSON patch', () => {
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ['replaces', [{ op: 'replace', path: '/spec/replicas', value: 3 }], { 'spec.replicas': 3 }],
    ['adds to maps, lists and their ends', [{ op: 'add', path: '/metadata/labels/a~1b', value: 'c' }, { op: 'add', path: '/spec/template/spec/containers/0/env/-', value: { name: 'C', value: '3' } }], { 'metadata.labels["a/b"]': 'c', 'spec.template.spec.containers[name=web].env[name=C]': { name: 'C', value: '3' } }],
    ['adds before an index', [{ op: 'add', path: '/spec/template/spec/containers/0/args/1', value: 'x' }], { 'spec.template.spec.containers[name=web].args': ['a', 'x', 'b'] }],
    ['removes', [{ op: 'remove', path: '/spec/template/spec/containers/0/env/0' }], { 'spec.template.spec.containers[name=web].env[name=A]': 'goes' }],
    ['moves and copies', [{ op: 'move', from: '/metadata/labels/tier', path: '/metadata/labels/layer' }, { op: 'copy', from: '/metadata/labels/app', path: '/metadata/labels/name' }], { 'metadata.labels.tier': 'goes', 'metadata.labels.layer': 'front', 'metadata.labels.name': 'web' }],
    ['goes on where a test holds', [{ op: 'test', path: '/spec/replicas', value: 2 }, { op: 'replace', path: '/spec/replicas', value: 3 }], { 'spec.replicas': 3 }],
    ['is stale where a test fails', [{ op: 'test', path: '/spec/replicas', value: 3 }, { op: 'replace', path: '/spec/replicas', value: 4 }], 'STALE'],
    ['is stale where a place is not there', [{ op: 'replace', path: '/spec/paused', value: true }], 'STALE'],
    ['is stale beyond the end of a list', [{ op: 'remove', path: '/spec/template/spec/containers/7' }], 'STALE'],
    ['moves nothing into itself', [{ op: 'move', from: '/spec', path: '/spec/inner' }], 'STALE'],
    ['counts as RFC 6901 does', [{ op: 'remove', path: '/spec/template/spec/containers/00' }], 'STALE'],
    ['is a list', { op: 'remove' }, 'usage/bad-argument'],
    ['knows its operations', [{ op: 'increment', path: '/spec/replicas' }], 'usage/bad-argument'],
    ['has pointers', [{ op: 'remove', path: 'spec.replicas' }], 'usage/bad-argument'],
    ['has values', [{ op: 'add', path: '/spec/paused' }], 'usage/bad-argument'],
    ['leaves an object', [{ op: 'replace', path: '', value: 3 }], 'usage/bad-argument'],
  ]
  for (const [name, patch, expected] of cases) it(name, () => { expect(outcome('json', patch)).to.deep.equal(expected) })
})

describe('a strategic merge patch', () => {
  const pod = (spec: object): object => ({ spec: { template: { spec } } })
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ['merges lists of a pod by their key', pod({ containers: [{ name: 'web', image: 'web:2', env: [{ name: 'C', value: '3' }] }] }), { 'spec.template.spec.containers[name=web].image': 'web:2', 'spec.template.spec.containers[name=web].env[name=C]': { name: 'C', value: '3' } }],
    ['deletes items by $patch', pod({ containers: [{ name: 'log', $patch: 'delete' }] }), { 'spec.template.spec.containers[name=log]': 'goes' }],
    ['deletes maps by $patch', { metadata: { labels: { $patch: 'delete' } } }, { 'metadata.labels': 'goes' }],
    ['replaces maps by $patch', { metadata: { labels: { $patch: 'replace', a: 'b' } } }, { 'metadata.labels.app': 'goes', 'metadata.labels.tier': 'goes', 'metadata.labels.a': 'b' }],
    ['replaces lists by $patch', pod({ volumes: [{ $patch: 'replace' }, { name: 'x', emptyDir: {} }] }), { 'spec.template.spec.volumes[name=tmp]': 'goes', 'spec.template.spec.volumes[name=x]': { name: 'x', emptyDir: {} } }],
    ['retains keys', { metadata: { labels: { $retainKeys: ['app'], app: 'web' } } }, { 'metadata.labels.tier': 'goes' }],
    ['passes over the order that kubectl sends', pod({ '$setElementOrder/containers': [{ name: 'log' }], containers: [{ name: 'log', image: 'log:2' }] }), { 'spec.template.spec.containers[name=log].image': 'log:2' }],
    ['replaces lists of plain values, and tolerations', pod({ tolerations: [{ key: 'y' }], containers: [{ name: 'web', args: ['c'] }] }), { 'spec.template.spec.tolerations.0.key': 'y', 'spec.template.spec.containers[name=web].args': ['c'] }],
    ['takes fields away by null', { spec: { replicas: null } }, { 'spec.replicas': 'goes' }],
    ['refuses directives that it does not know', { metadata: { labels: { $unheard: 'of' } } }, 'UNSUPPORTED'],
    ['refuses a $patch that it does not know', { spec: { $patch: 'sideways' } }, 'UNSUPPORTED'],
    ['refuses lists that it does not know how to merge', { spec: { strange: [{ a: 1 }] } }, 'UNSUPPORTED'],
    ['refuses items without their key', pod({ containers: [{ image: 'web:2' }] }), 'UNSUPPORTED'],
    ['is an object', [], 'usage/bad-argument'],
  ]
  for (const [name, patch, expected] of cases) it(name, () => { expect(outcome('strategic', patch)).to.deep.equal(expected) })
  it('refuses kinds that the API server does not patch so', () => { expect(outcome('strategic', { spec: { hosts: ['b'] } }, route)).to.equal('UNSUPPORTED') })
  it('leaves no directive in what it adds', () => {
    expect(JSON.stringify(after('strategic', pod({ containers: [{ name: 'new', image: 'x', env: [{ name: 'A', value: null }] }] })))).to.not.match(/\$|null/)
    expect(outcome('strategic', pod({ volumes: [{ $patch: 'replace' }, { name: 'x', emptyDir: { $retainKeys: [] } }] }))).to.equal('UNSUPPORTED')
  })
  it('merges finalizers', () => {
    expect(outcome('strategic', { metadata: { finalizers: ['b'] } }, { ...web, metadata: { ...web.metadata, finalizers: ['a'] } })).to.deep.equal({ 'metadata.finalizers': ['a', 'b'] })
  })
})

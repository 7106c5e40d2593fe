import { expect } from 'chai'
import { ignoredField } from '../../../src/flow/fields/ignored-field.ts'
import { jqPath } from '../../../src/flow/fields/jq-path.ts'
import type { FieldPath } from '../../../src/model/field.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { IgnoredFields } from '../../../src/model/overlay.ts'

const OWNER = { tool: 'argocd', kind: 'Application', cluster: 'c', namespace: 'argocd', name: 'shop' } as const
const WEB = (containers: readonly string[], metadata: JsonObject = {}) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', ...metadata }, spec: { replicas: 2, template: { spec: { containers: containers.map(name => ({ name, image: 'x' })) } } } })
const REPLICAS: FieldPath = ['spec', 'replicas']
const IMAGE: FieldPath = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }, 'image']
const MANAGED = WEB(['side', 'web'], { managedFields: [
  { manager: 'autoscaler', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
  { manager: 'injector', fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:name': {} } } } } } } },
  { manager: 'atomic', fieldsV1: { 'f:spec': {} } },
] })

function answer(entry: Partial<IgnoredFields>, path: FieldPath, live = WEB(['side', 'web'])): string {
  const ignores = [{ at: 'spec.ignoreDifferences[0]', pointers: [], jqPaths: [], managers: [], ...entry }]
  return ignoredField({ owner: OWNER, ignores, rendered: WEB(['web', 'side']), live }, [{ path, before: 1, after: 2 }])?.refused ?? 'no obstacle'
}

describe('a field that its owner leaves alone', () => {
  const rows: readonly (readonly [Partial<IgnoredFields>, FieldPath, string])[] = [
    [{ pointers: ['/spec/replicas'] }, REPLICAS, 'IGNORED'], [{ pointers: ['/spec'] }, REPLICAS, 'IGNORED'], [{ pointers: [''] }, REPLICAS, 'IGNORED'], [{ pointers: ['/spec/replicas/x'] }, REPLICAS, 'IGNORED'],
    [{ pointers: ['/spec/paused', '/status', '/metadata/labels'] }, REPLICAS, 'no obstacle'],
    [{ pointers: ['/spec/template/spec/containers/0/image'] }, IMAGE, 'IGNORED'], [{ pointers: ['/spec/template/spec/containers/1/image'] }, IMAGE, 'IGNORED'], [{ pointers: ['/spec/template/spec/containers/2/image'] }, IMAGE, 'no obstacle'],
    [{ pointers: ['/metadata/annotations/a~1b'] }, ['metadata', 'annotations', 'a/b'], 'IGNORED'],
    [{ jqPaths: ['.spec.replicas'] }, REPLICAS, 'IGNORED'], [{ jqPaths: ['.spec'] }, IMAGE, 'IGNORED'], [{ jqPaths: ['.spec.template.spec.containers[].image'] }, IMAGE, 'IGNORED'],
    [{ jqPaths: ['.spec.template.spec.containers[] | select(.name == "web") | .image'] }, IMAGE, 'IGNORED'], [{ jqPaths: ['.spec.template.spec.containers[] | select(.name == "other")'] }, IMAGE, 'no obstacle'],
    [{ jqPaths: ['.spec.template.spec.containers[] | select(.image == "x") | .image'] }, IMAGE, 'IGNORED'],
    [{ jqPaths: ['.spec.template.spec.containers[5].image'] }, IMAGE, 'no obstacle'], [{ jqPaths: ['.metadata.annotations["x"]', '.spec."paused"?'] }, IMAGE, 'no obstacle'],
    [{ jqPaths: ['.spec | keys | .[]'] }, REPLICAS, 'UNSUPPORTED'], [{ jqPaths: ['..'] }, REPLICAS, 'UNSUPPORTED'],
    [{ managers: ['autoscaler'] }, REPLICAS, 'UNSUPPORTED'],
  ]
  for (const [entry, path, expected] of rows) it(`is ${expected} under ${JSON.stringify(entry)}`, () => { expect(answer(entry, path)).to.equal(expected) })

  const managed: readonly (readonly [string, FieldPath, string])[] = [
    ['autoscaler', REPLICAS, 'IGNORED'], ['autoscaler', IMAGE, 'no obstacle'], ['injector', IMAGE, 'IGNORED'], ['injector', [...IMAGE.slice(0, 4), { key: 'name', value: 'side' }, 'image'], 'no obstacle'],
    ['injector', ['spec', 'template'], 'IGNORED'], ['atomic', REPLICAS, 'IGNORED'], ['nobody', REPLICAS, 'no obstacle'],
  ]
  for (const [manager, path, expected] of managed) it(`is ${expected} where the manager ${manager} has it or not`, () => { expect(answer({ managers: [manager] }, path, MANAGED)).to.equal(expected) })

  it('is read from the paths that people write, and from nothing else', () => {
    expect(jqPath('.spec."a.b"[2].c[]')).to.deep.equal([{ kind: 'key', key: 'spec' }, { kind: 'key', key: 'a.b' }, { kind: 'index', index: 2 }, { kind: 'key', key: 'c' }, { kind: 'each' }])
    for (const text of ['', 'spec', '.spec +1', 'del(.spec)', '.a,.b', '.a | select(.b == "c")', '.a[] | select(.b | test("c"))', '.a[1:2]']) expect(jqPath(text), text).to.equal(null)
  })
})

import { expect } from 'chai'
import type { Edit } from '../../../src/model/field.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { refOf } from '../../../src/model/resource.ts'
import { compareRenders } from '../../../src/flow/fields/compare.ts'
import { judgeDifference } from '../../../src/flow/proof/verdict.ts'
import type { RenderVerdict } from '../../../src/flow/proof/verdict.ts'

const [OLD, NEW] = ['app-4d76m42khf', 'app-266km5t46b']
const EDIT: Edit = { path: ['data', 'LEVEL'], before: 'info', after: 'debug' }

function map(name: string, data: JsonObject): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }
}

function workload(reference: string, image = 'nginx'): KubernetesObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { template: { spec: { containers: [{ name: 'web', image, envFrom: [{ configMapRef: { name: reference } }] }] } } } }
}

function verdict(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): RenderVerdict {
  const [target] = before
  if (target === undefined) throw new Error('no target')
  return judgeDifference({ changes: compareRenders(before, after), before, after, target: refOf(target), edits: [EDIT] })
}

describe('judgeDifference, where a generated object gets another name', () => {
  const before = [map(OLD, { LEVEL: 'info', A: '1' }), workload(OLD)]

  it('is exact where only the name and the references follow, and says which those are', () => {
    const found = verdict(before, [map(NEW, { LEVEL: 'debug', A: '1' }), workload(NEW)])
    expect(found.kind).to.equal('exact')
    expect(found.kind === 'exact' ? found.changes.map(change => [change.object.name, change.kind, change.follows]) : []).to.deep.equal([
      [OLD, 'changed', ['metadata.name']], ['web', 'changed', ['spec.template.spec.containers[name=web].envFrom.0.configMapRef.name']],
    ])
  })

  for (const [what, after] of [
    ['other data changes too', [map(NEW, { LEVEL: 'debug', A: '2' }), workload(NEW)]],
    ['the workload changes too', [map(NEW, { LEVEL: 'debug', A: '1' }), workload(NEW, 'nginx:2')]],
    ['a reference goes elsewhere', [map(NEW, { LEVEL: 'debug', A: '1' }), workload('app')]],
    ['the name changes in more than the hash', [map('other-266km5t46b', { LEVEL: 'debug', A: '1' }), workload('other-266km5t46b')]],
    ['two new objects could be it', [map(NEW, { LEVEL: 'debug', A: '1' }), map('app-48db7bc259', {}), workload(NEW)]],
    ['the object is gone', [workload(OLD)]],
  ] as const) {
    it(`is wide where ${what}`, () => { expect(verdict(before, after).kind).to.equal('wide') })
  }
})

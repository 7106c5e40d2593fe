import { expect } from 'chai'
import { valueAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { APPLY, deployment, must, refusal } from './support.ts'

const PATH = '/apis/apps/v1/namespaces/default/deployments/web'

describe('embedded Kubernetes API: patches and owners', () => {
  let kube: Kube

  beforeEach(async () => {
    kube = await startKube({ controller: false })
    await apply('argo', deployment('web', 'nginx:1', 2))
  })
  afterEach(() => kube.stop())

  function apply(manager: string, object: JsonObject, force = false): Promise<JsonObject> {
    return must(kube, 'PATCH', `${PATH}?fieldManager=${manager}&force=${force}`, object, APPLY)
  }

  function partial(spec: JsonObject): JsonObject {
    return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }
  }

  async function owners(): Promise<readonly string[]> {
    const managers = valueAt(await must(kube, 'GET', PATH), 'metadata', 'managedFields')
    return Array.isArray(managers) ? managers.map((entry: Json) => `${JSON.stringify(valueAt(entry, 'manager'))} ${JSON.stringify(valueAt(entry, 'operation'))} ${JSON.stringify(valueAt(entry, 'fieldsV1'))}`) : []
  }

  it('names every conflict, grouped by owner, and the version only of owners that do not apply', async () => {
    await must(kube, 'PATCH', `${PATH}?fieldManager=kubectl-set`, { spec: { template: { spec: { containers: [{ name: 'app', image: 'nginx:2' }] } } } }, 'application/strategic-merge-patch+json')
    const wanted = partial({ replicas: 5, template: { spec: { containers: [{ name: 'app', image: 'nginx:3' }] } } })
    expect(await refusal(kube, 'PATCH', `${PATH}?fieldManager=flux`, wanted, APPLY)).to.deep.equal({
      status: 409, reason: 'Conflict',
      message: 'Apply failed with 2 conflicts: conflicts with "argo":\n- .spec.replicas\nconflicts with "kubectl-set" using apps/v1:\n- .spec.template.spec.containers[name="app"].image',
    })
    expect(valueAt(await must(kube, 'GET', PATH), 'spec', 'replicas')).to.equal(2)
  })

  it('takes fields over by force, and shares a field that both set alike', async () => {
    await apply('flux', partial({ replicas: 5 }), true)
    await apply('bridge', partial({ replicas: 5 }))
    const found = await owners()
    expect(found.find(text => text.startsWith('"argo"'))).to.not.contain('f:replicas')
    expect(found.filter(text => text.includes('f:replicas')).map(text => text.split(' ')[0])).to.deep.equal(['"bridge"', '"flux"'])
  })

  it('removes what an applier leaves out, but not what another owns too', async () => {
    const labelled = (labels: JsonObject): JsonObject => ({ ...partial({}), metadata: { name: 'web', labels } })
    await apply('flux', labelled({ mine: '1', ours: '1' }))
    await apply('bridge', labelled({ ours: '1' }))
    await apply('flux', labelled({}))
    expect(valueAt(await must(kube, 'GET', PATH), 'metadata', 'labels')).to.deep.equal({ ours: '1' })
  })

  it('removes a container an applier leaves out and keeps the one of another', async () => {
    const container = (name: string): JsonObject => partial({ template: { spec: { containers: [{ name, image: `${name}:1` }] } } })
    await apply('mesh', container('proxy'))
    await apply('logs', container('shipper'))
    await apply('mesh', partial({}))
    expect(JSON.stringify(valueAt(await must(kube, 'GET', PATH), 'spec', 'template', 'spec', 'containers'))).to.match(/"name":"app".*"name":"shipper"/).and.not.contain('proxy')
  })

  it('keeps the owners of an earlier write through a dry run', async () => {
    const before = await owners()
    const dry = await must(kube, 'PATCH', `${PATH}?fieldManager=flux&force=true&dryRun=All`, partial({ replicas: 9 }), APPLY)
    expect(valueAt(dry, 'spec', 'replicas')).to.equal(9)
    expect(await owners()).to.deep.equal(before)
  })

  it('refuses an apply with a field the type does not have, and one that carries managedFields', async () => {
    expect(await refusal(kube, 'PATCH', `${PATH}?fieldManager=x`, partial({ replica: 1 }), APPLY)).to.include({
      status: 500, message: 'failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
    })
    const withManagers = { ...partial({}), metadata: { name: 'web', managedFields: [] } }
    expect(await refusal(kube, 'PATCH', `${PATH}?fieldManager=x`, withManagers, APPLY)).to.include({ status: 400, message: 'metadata.managedFields must be nil' })
  })

  const strategic: readonly (readonly [string, JsonObject, JsonObject])[] = [
    ['merges containers and env by name, new ones first', { containers: [{ name: 'side', image: 's:1' }, { name: 'app', env: [{ name: 'A', value: '1' }] }] }, { names: ['app', 'side'], env: [{ name: 'A', value: '1' }] }],
    ['puts containers in the order asked for', { '$setElementOrder/containers': [{ name: 'side' }, { name: 'app' }], containers: [{ name: 'side', image: 's:1' }] }, { names: ['side', 'app'] }],
    ['replaces a list where told to', { containers: [{ $patch: 'replace' }, { name: 'only', image: 'o:1' }] }, { names: ['only'] }],
    ['deletes an item by its key', { containers: [{ name: 'side', image: 's:1' }, { name: 'app', $patch: 'delete' }] }, { names: ['side'] }],
    ['keeps only the keys named', { securityContext: { $retainKeys: ['runAsUser'], runAsUser: 5 } }, { names: ['app'], securityContext: { runAsUser: 5 } }],
  ]
  for (const [what, spec, expected] of strategic) {
    it(`strategic merge ${what}`, async () => {
      const patched = await must(kube, 'PATCH', PATH, { spec: { template: { spec } } }, 'application/strategic-merge-patch+json')
      const pod = valueAt(patched, 'spec', 'template', 'spec')
      const containers = valueAt(pod, 'containers')
      const list = Array.isArray(containers) ? containers : []
      expect(list.map((item: Json) => valueAt(item, 'name'))).to.have.members(Array.isArray(expected['names']) ? expected['names'] : [])
      if (expected['env']) expect(valueAt(list.find((item: Json) => valueAt(item, 'name') === 'app'), 'env')).to.deep.equal(expected['env'])
      if (expected['securityContext']) expect(valueAt(pod, 'securityContext')).to.deep.equal(expected['securityContext'])
    })
  }

  it('strategic merge heeds no directive in what is new altogether', async () => {
    const spec = { dnsConfig: { '$setElementOrder/nameservers': ['9.9.9.9'], nameservers: ['1.1.1.1'], searches: null } }
    const patched = await must(kube, 'PATCH', PATH, { spec: { template: { spec } } }, 'application/strategic-merge-patch+json')
    expect(valueAt(patched, 'spec', 'template', 'spec', 'dnsConfig')).to.deep.equal({ nameservers: ['1.1.1.1'] })
  })

  it('strategic merge takes values out of a plain list', async () => {
    await must(kube, 'PATCH', PATH, { metadata: { finalizers: ['a.b/1', 'a.b/2'] } })
    const patched = await must(kube, 'PATCH', PATH, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a.b/1'] } }, 'application/strategic-merge-patch+json')
    expect(valueAt(patched, 'metadata', 'finalizers')).to.deep.equal(['a.b/2'])
  })

  const operations: readonly (readonly [string, Json, number])[] = [
    ['tests, moves and copies', [{ op: 'test', path: '/spec/replicas', value: 2 }, { op: 'add', path: '/metadata/annotations', value: { a: '1' } }, { op: 'copy', from: '/metadata/annotations/a', path: '/metadata/annotations/b' }, { op: 'move', from: '/metadata/annotations/a', path: '/metadata/annotations/c~1d' }], 200],
    ['refuses a test that fails', [{ op: 'test', path: '/spec/replicas', value: 3 }], 422],
    ['refuses to replace what is not there', [{ op: 'replace', path: '/spec/paused', value: true }], 422],
    ['refuses to add below what is not there', [{ op: 'add', path: '/metadata/labels/x', value: '1' }], 422],
  ]
  for (const [what, body, status] of operations) {
    it(`JSON patch ${what}`, async () => {
      const answer = await kube.request('PATCH', PATH, body, 'application/json-patch+json')
      expect(answer.status).to.equal(status)
      if (status === 200) expect(valueAt(answer.body, 'metadata', 'annotations')).to.deep.equal({ b: '1', 'c/d': '1' })
    })
  }

  it('gives what nobody owned to a manager of before, at the first apply', async () => {
    const path = '/api/v1/namespaces/default/configmaps'
    await must(kube, 'POST', path, { metadata: { name: 'unowned' }, data: { a: '1', b: '2' } })
    await must(kube, 'PATCH', `${path}/unowned`, { metadata: { managedFields: [{}] } })
    expect(valueAt(await must(kube, 'PATCH', `${path}/unowned?fieldManager=x`, { data: { b: '3' } }), 'metadata', 'managedFields')).to.equal(undefined)
    const applied = await must(kube, 'PATCH', `${path}/unowned?fieldManager=y`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'unowned' }, data: { a: '1' } }, APPLY)
    const entries = valueAt(applied, 'metadata', 'managedFields')
    expect((Array.isArray(entries) ? entries : []).map(entry => [entry.manager, entry.operation, entry.fieldsV1])).to.deep.equal([
      ['y', 'Apply', { 'f:data': { 'f:a': {} } }], ['before-first-apply', 'Update', { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } }],
    ])
  })
})

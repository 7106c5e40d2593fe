import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiServer, ServedKind } from '../../../src/flow/ports.ts'
import { WritError } from '../../../src/model/error.ts'
import { textAt, valueAt } from '../../../src/model/json.ts'
import { openClusters } from '../../../src/outside/cluster/open-clusters.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'

const CONFIGMAP: ServedKind = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
const AT = { namespace: 'default', name: 'settings' }

describe('an API server, beside reading', function () {
  this.timeout(20_000)
  let kube: Kube
  let dir: string
  let server: ApiServer
  before(async () => {
    kube = await startKube({})
    dir = await mkdtemp(join(tmpdir(), 'writ-api-'))
    await writeFile(join(dir, 'kubeconfig'), kube.kubeconfig)
    server = (await openClusters({ clusters: [{ name: 'one', context: 'writ-sandbox', kubeconfig: 'kubeconfig' }], dir, environment: {} })).servers.named('one')
    await kube.request('POST', '/api/v1/namespaces/default/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { mode: 'one' } })
  })
  after(async () => {
    await kube.stop()
    await rm(dir, { recursive: true, force: true })
  })

  const code = async (work: Promise<unknown>): Promise<string> => work.then(() => 'no error', (error: unknown) => error instanceof WritError ? error.code : String(error))

  it('patches under Writ\'s own name, and only what was read', async () => {
    const first = await server.patch(CONFIGMAP, AT, { data: { mode: 'two' } })
    expect([valueAt(first, 'data', 'mode'), JSON.stringify(first.metadata['managedFields']).includes('"manager":"writ"')]).to.deep.equal(['two', true])
    const resourceVersion = textAt(first, 'metadata', 'resourceVersion') ?? ''
    await server.patch(CONFIGMAP, AT, { metadata: { resourceVersion }, data: { mode: 'three' } })
    expect(await code(server.patch(CONFIGMAP, AT, { metadata: { resourceVersion }, data: { mode: 'four' } }))).to.equal('cluster/conflict')
    expect(await code(server.patch(CONFIGMAP, { ...AT, name: 'none' }, {}))).to.equal('cluster/not-found')
  })

  it('tells what applying would make, and keeps nothing of it', async () => {
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data: { mode: 'five', more: 'x' } }
    const made = await server.dryApply(CONFIGMAP, manifest, { manager: 'argocd-controller' })
    expect(made.kind === 'made' ? valueAt(made.object, 'data') : made).to.deep.equal({ mode: 'five', more: 'x' })
    expect(valueAt((await kube.request('GET', '/api/v1/namespaces/default/configmaps/settings')).body, 'data')).to.deep.equal({ mode: 'three' })
    expect((await server.dryApply(CONFIGMAP, { ...manifest, metadata: { name: 'new', namespace: 'default' } }, { manager: 'm' })).kind).to.equal('made')
    expect((await kube.request('GET', '/api/v1/namespaces/default/configmaps/new')).status).to.equal(404)
    expect((await server.dryApply(CONFIGMAP, { ...manifest, data: { mode: ['no', 'text'] } }, { manager: 'm' })).kind).to.equal('refused')
    expect((await server.dryApply(CONFIGMAP, { ...manifest, metadata: { name: 'x', namespace: 'nowhere' } }, { manager: 'm' })).kind).to.equal('absent')
  })

  it('says what the caller may do, and which version it is', async () => {
    expect(await server.may({ verb: 'patch', group: 'apps', resource: 'deployments', namespace: null })).to.equal(true)
    expect(await server.version()).to.match(/^v1\.\d+/)
  })
})

import { expect } from 'chai'
import { ApiException, AppsV1Api, AuthorizationV1Api, CoreV1Api, KubeConfig, KubernetesObjectApi, makeInformer, PatchStrategy, VersionApi, Watch } from '@kubernetes/client-node'
import type { KubernetesObject, V1ConfigMap } from '@kubernetes/client-node'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { deployment, eventually } from './support.ts'

describe('embedded Kubernetes API with @kubernetes/client-node', () => {
  let kube: Kube
  let config: KubeConfig

  before(async () => {
    kube = await startKube({ bookmarkEvery: 50 })
    config = new KubeConfig()
    config.loadFromString(kube.kubeconfig)
  })
  after(() => kube.stop())

  it('lets the client in by its authority and token, and nobody else', async () => {
    const version = await config.makeApiClient(VersionApi).getCode()
    expect(version.gitVersion).to.equal('v1.36.3-sandbox')
    const stranger = new KubeConfig()
    stranger.loadFromString(kube.kubeconfig.replace(kube.token, 'f'.repeat(32)))
    const refused = await stranger.makeApiClient(CoreV1Api).listNamespace().catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(ApiException).and.have.property('code', 401)
    const trusting = new KubeConfig()
    trusting.loadFromString(kube.kubeconfig.replace(/certificate-authority-data: \S+/, ''))
    const failed = await trusting.makeApiClient(CoreV1Api).listNamespace().catch((error: unknown) => error)
    expect(String(failed)).to.match(/certificate|signature/i)
  })

  it('creates, reads, patches in all four ways and deletes through KubernetesObjectApi, which finds kinds by discovery', async () => {
    const api = KubernetesObjectApi.makeApiClient(config)
    const made: KubernetesObject = await api.create(deployment('by-client'))
    expect(made.metadata?.uid).to.be.a('string')
    const header = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'by-client', namespace: 'default' } }
    const patches = [
      [{ ...header, spec: { replicas: 2 } }, PatchStrategy.MergePatch],
      [{ ...header, spec: { template: { spec: { containers: [{ name: 'sidecar', image: 'busybox:1' }] } } } }, PatchStrategy.StrategicMergePatch],
      [{ ...header, metadata: { ...header.metadata, labels: { team: 'shop' } } }, PatchStrategy.ServerSideApply],
    ] as const
    for (const [body, strategy] of patches) await api.patch(body, undefined, undefined, 'tester', undefined, strategy)
    const read = await config.makeApiClient(AppsV1Api).readNamespacedDeployment({ name: 'by-client', namespace: 'default' })
    expect(read.spec?.replicas).to.equal(2)
    expect(read.spec?.template.spec?.containers.map(container => container.name)).to.have.members(['app', 'sidecar'])
    expect(read.metadata?.labels).to.deep.equal({ team: 'shop' })
    const json = await config.makeApiClient(AppsV1Api).patchNamespacedDeployment({ name: 'by-client', namespace: 'default', body: [{ op: 'replace', path: '/spec/replicas', value: 1 }] })
    expect(json.spec?.replicas).to.equal(1)
    await api.delete(header)
    const gone = await api.read(header).catch((error: unknown) => error)
    expect(gone).to.be.instanceOf(ApiException).and.have.property('code', 404)
  })

  it('answers a conflict with its causes', async () => {
    const api = KubernetesObjectApi.makeApiClient(config)
    const map = (value: string): KubernetesObject & { data: object } => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'contested', namespace: 'default' }, data: { key: value } })
    await api.patch(map('1'), undefined, undefined, 'first', true, PatchStrategy.ServerSideApply)
    const refused = await api.patch(map('2'), undefined, undefined, 'second', false, PatchStrategy.ServerSideApply).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(ApiException).and.have.property('code', 409)
    const body: unknown = JSON.parse(refused instanceof ApiException ? String(refused.body) : '{}')
    expect(body).to.deep.include({ reason: 'Conflict', message: 'Apply failed with 1 conflict: conflict with "first": .data.key' })
    expect(body).to.have.nested.property('details.causes[0].field', '.data.key')
  })

  it('watches from a revision, with bookmarks, and resumes', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const revision = (await core.listNamespacedConfigMap({ namespace: 'default' })).metadata?.resourceVersion
    const seen: string[] = []
    const bookmarks: string[] = []
    const done = new Promise<void>((resolve, reject) => {
      new Watch(config).watch('/api/v1/namespaces/default/configmaps', { resourceVersion: revision, allowWatchBookmarks: true, timeoutSeconds: 1 },
        (type: string, object: V1ConfigMap) => { (type === 'BOOKMARK' ? bookmarks : seen).push(`${type} ${object.metadata?.name}`) }, error => error ? reject(error) : resolve()).catch(reject)
    })
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'watched' }, data: { a: '1' } } })
    await core.replaceNamespacedConfigMap({ name: 'watched', namespace: 'default', body: { metadata: { name: 'watched' }, data: { a: '2' } } })
    await core.deleteNamespacedConfigMap({ name: 'watched', namespace: 'default' })
    await done
    expect(seen).to.deep.equal(['ADDED watched', 'MODIFIED watched', 'DELETED watched'])
    expect(bookmarks).to.not.deep.equal([])
  })

  it('keeps an informer up to date', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const informer = makeInformer(config, '/api/v1/namespaces/kube-system/configmaps', () => core.listNamespacedConfigMap({ namespace: 'kube-system' }))
    const seen: string[] = []
    for (const event of ['add', 'update', 'delete'] as const) informer.on(event, object => seen.push(`${event} ${object.metadata?.name}`))
    await core.createNamespacedConfigMap({ namespace: 'kube-system', body: { metadata: { name: 'before' } } })
    await informer.start()
    await core.createNamespacedConfigMap({ namespace: 'kube-system', body: { metadata: { name: 'after' } } })
    await core.deleteNamespacedConfigMap({ name: 'before', namespace: 'kube-system' })
    await eventually(() => seen.includes('delete before'))
    await informer.stop()
    expect(seen).to.deep.equal(['add before', 'add after', 'delete before'])
  })

  it('says that its tokens may do everything', async () => {
    const answer = await config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({ body: { spec: { resourceAttributes: { verb: 'list', resource: 'pods' } } } })
    expect(answer.status?.allowed).to.equal(true)
  })
})

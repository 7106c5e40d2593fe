import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster, ServedKind } from '../../../src/flow/ports.ts'
import type { ClusterConfig } from '../../../src/model/config.ts'
import { textAt } from '../../../src/model/json.ts'
import { connect } from '../../../src/outside/cluster/connection.ts'
import { kubernetesCluster } from '../../../src/outside/cluster/kubernetes-cluster.ts'
import { openClusters } from '../../../src/outside/cluster/open-clusters.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import { errorOf, failureOf } from '../../contracts/failure.ts'
import { KINDS, kubeconfigOf, startObjects } from '../../support/object-server.ts'
import type { ObjectServer } from '../../support/object-server.ts'

const TOKEN = 'sesame-token'

function clusterOf(kubeconfig: string, timeout?: number): Cluster {
  return kubernetesCluster(connect({ cluster: 'test', files: [kubeconfig], context: 'test' }, timeout === undefined ? {} : { timeout }), 'shop')
}

function deployment(name: string, labels: Record<string, string> = {}): { apiVersion: string, kind: string, metadata: { name: string, namespace: string, labels: Record<string, string> } } {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop', labels } }
}

describe('a cluster', () => {
  let server: ObjectServer
  let cluster: Cluster
  let kind: ServedKind

  before(async () => {
    server = await startObjects(KINDS)
    server.put(deployment('web', { app: 'web' }), deployment('api'), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
    cluster = clusterOf(server.kubeconfig)
    kind = await cluster.resolve('deploy')
  })
  beforeEach(() => { server.intercept(null); server.requests.length = 0 })
  after(() => server.close())

  it('gives an object as the server has it, and null where there is none', async () => {
    expect(textAt(await cluster.get(kind, 'shop', 'web') ?? undefined, 'metadata', 'name')).to.equal('web')
    expect(await cluster.get(kind, 'shop', 'none')).to.equal(null)
    expect(server.requests[0]).to.equal('GET /apis/apps/v1/namespaces/shop/deployments/web')
  })
  it('takes no name that would leave its place in the path', async () => {
    for (const name of ['', '.', '..', '../secrets/x', 'a/b', 'a%2fb']) {
      expect(await failureOf(cluster.get(kind, 'shop', name))).to.equal('usage/bad-argument')
      expect(await failureOf(cluster.get(kind, name, 'web'))).to.equal('usage/bad-argument')
    }
    expect(server.requests).to.deep.equal([])
  })
  it('reads discovery once', async () => {
    await cluster.resolve('pods')
    await cluster.served('apps', 'Deployment')
    expect(server.requests).to.deep.equal([])
  })
  it('knows what is not served', async () => {
    expect(await cluster.served('argoproj.io', 'Application')).to.equal(null)
    expect(await failureOf(cluster.resolve('deploymnets'))).to.equal('cluster/unknown-kind')
  })
  it('lists with labels, and gives items their kind', async () => {
    const items = await cluster.list(kind, 'shop', 'app=web')
    expect(items.map(item => `${item.apiVersion} ${item.kind} ${textAt(item, 'metadata', 'name') ?? ''}`)).to.deep.equal(['apps/v1 Deployment web'])
  })
  it('annotates by a merge patch under its own field manager', async () => {
    await cluster.annotate(kind, 'shop', 'web', { 'example.org/mark': 'one' })
    const stored = server.get('Deployment', 'web')
    expect(textAt(stored, 'metadata', 'annotations', 'example.org/mark')).to.equal('one')
    expect(textAt(stored, 'metadata', 'labels', 'app')).to.equal('web')
    expect(server.requests[0]).to.include('PATCH').and.include('fieldManager=writ')
    expect(await failureOf(cluster.annotate(kind, 'shop', 'none', {}))).to.equal('cluster/not-found')
  })
  it('speaks the older discovery too', async () => {
    const old = await startObjects(KINDS, { aggregated: false })
    try {
      old.put(deployment('web'))
      const reached = clusterOf(old.kubeconfig)
      expect(await reached.resolve('hpa')).to.deep.equal({ group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', namespaced: true })
      expect(await reached.get(await reached.resolve('Deployment'), 'shop', 'web')).to.not.equal(null)
    } finally {
      await old.close()
    }
  })
  it('does not take a group that is down for one that is absent', async () => {
    const old = await startObjects([...KINDS, { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications' }], { aggregated: false })
    try {
      old.intercept(request => request.url === '/apis/argoproj.io/v1alpha1' ? { status: 503, body: { message: 'unavailable' } } : null)
      expect(await failureOf(clusterOf(old.kubeconfig).served('argoproj.io', 'Application'))).to.equal('cluster/failed')
    } finally {
      await old.close()
    }
  })
})

describe('reading every page of a list', () => {
  let server: ObjectServer
  before(async () => {
    server = await startObjects(KINDS)
    server.put(...Array.from({ length: 1201 }, (_, i) => deployment(`web-${String(i).padStart(4, '0')}`)))
  })
  after(() => server.close())

  it('follows the continue token to the end', async () => {
    const cluster = clusterOf(server.kubeconfig)
    expect(await cluster.list(await cluster.resolve('deploy'), 'shop')).to.have.length(1201)
    expect(server.requests.filter(line => line.includes('/deployments?'))).to.have.length(3)
  })
  it('starts again, whole, where the token expired on the way', async () => {
    const cluster = clusterOf(server.kubeconfig)
    const kind = await cluster.resolve('deploy')
    server.intercept(request => request.url?.includes('continue=1000') === true ? { status: 410, body: { kind: 'Status', reason: 'Expired' } } : null)
    expect(await cluster.list(kind, 'shop')).to.have.length(1201)
  })
})

describe('a cluster in trouble', () => {
  let server: ObjectServer
  let cluster: Cluster
  let kind: ServedKind
  before(async () => {
    server = await startObjects(KINDS)
    server.put(deployment('web'))
    cluster = clusterOf(server.kubeconfig, 400)
    kind = await cluster.resolve('deploy')
  })
  beforeEach(() => { server.intercept(null); server.requests.length = 0 })
  after(() => server.close())

  for (const status of [429, 500, 503]) {
    it(`tries a read again after ${status}`, async () => {
      let left = 2
      server.intercept(() => left-- > 0 ? { status, headers: { 'Retry-After': '0' } } : null)
      expect(await cluster.get(kind, 'shop', 'web')).to.not.equal(null)
      expect(server.requests).to.have.length(3)
    })
  }
  it('gives up after three tries, and says that it may pass', async () => {
    server.intercept(() => ({ status: 503, body: { kind: 'Status', message: 'etcdserver: leader changed' }, headers: { 'Retry-After': '0' } }))
    const error = await errorOf(cluster.get(kind, 'shop', 'web'))
    expect(error?.code).to.equal('cluster/failed')
    expect(error?.retry).to.equal(true)
    expect(error?.message).to.include('etcdserver: leader changed').and.include('get deployments shop/web')
    expect(server.requests).to.have.length(3)
  })
  it('never tries a write again', async () => {
    server.intercept(() => ({ status: 503 }))
    expect(await failureOf(cluster.annotate(kind, 'shop', 'web', { a: 'b' }))).to.equal('cluster/failed')
    expect(server.requests).to.have.length(1)
  })
  it('asks for new credentials once after 401, then says so', async () => {
    server.intercept(() => ({ status: 401, body: { message: 'Unauthorized' } }))
    expect(await failureOf(cluster.get(kind, 'shop', 'web'))).to.equal('cluster/unauthorized')
    expect(server.requests).to.have.length(2)
  })
  it('repeats the server\'s reason for 403 without anything secret', async () => {
    server.intercept(() => ({ status: 403, body: { kind: 'Status', message: `deployments.apps "web" is forbidden: User "ann" cannot get, sent Bearer ${TOKEN} and ${TOKEN}` } }))
    const error = await errorOf(cluster.get(kind, 'shop', 'web'))
    expect(error?.code).to.equal('cluster/unauthorized')
    expect(error?.message).to.include('User "ann" cannot get').and.not.include(TOKEN)
  })
  it('ends a request that gets no answer', async () => {
    server.intercept(() => 'hang')
    const error = await errorOf(clusterOf(server.kubeconfig, 400).get(kind, 'shop', 'web'))
    expect(error?.code).to.equal('cluster/unreachable')
    expect(error?.message).to.include('no answer in time')
    expect(server.requests).to.have.length(1)
  })
  it('asks again over a new connection where one that was kept open has died', async () => {
    const kept = clusterOf(server.kubeconfig, 1200)
    await kept.get(kind, 'shop', 'web')
    let died = false
    server.intercept(() => { if (died) return null; died = true; return 'hang' })
    expect(await kept.get(kind, 'shop', 'web')).to.not.equal(null)
    expect(server.requests).to.have.length(3)
  })
  it('asks a server that answers others again for what it did not answer', async () => {
    let hung = false
    server.intercept(request => {
      if (hung || request.url?.includes('/services') !== true) return null
      hung = true
      return 'hang'
    })
    const busy = clusterOf(server.kubeconfig, 400)
    const service = { ...kind, group: '', version: 'v1', kind: 'Service', plural: 'services' }
    const lost = busy.get(service, 'shop', 'web')
    await new Promise(resolve => { setTimeout(resolve, 100) })
    await busy.get(kind, 'shop', 'web')
    expect(await lost).to.equal(null)
    expect(server.requests.filter(line => line.includes('/services'))).to.have.length(2)
  })
  it('survives a connection that is cut once', async () => {
    let cut = false
    server.intercept(() => { if (cut) return null; cut = true; return 'reset' })
    expect(await cluster.get(kind, 'shop', 'web')).to.not.equal(null)
  })
  it('does not take a page of a proxy for an object', async () => {
    server.intercept(() => ({ status: 200, body: 'hello' }))
    expect(await failureOf(cluster.get(kind, 'shop', 'web'))).to.equal('cluster/failed')
  })
})

describe('a cluster that cannot be reached', () => {
  let dir: string
  before(async () => { dir = await mkdtemp(join(tmpdir(), 'writ-cluster-')) })
  after(() => rm(dir, { recursive: true, force: true }))

  async function kubeconfig(text: string): Promise<string> {
    const file = join(dir, `config-${Math.random().toString(36).slice(2)}`)
    await writeFile(file, text)
    return file
  }

  it('is unreachable where nothing listens, and the token stays out of it', async () => {
    const gone = await startObjects(KINDS)
    await gone.close()
    const error = await errorOf(clusterOf(await kubeconfig(kubeconfigOf(gone.url))).resolve('deploy'))
    expect(error?.code).to.equal('cluster/unreachable')
    expect(error?.message).to.include('refused')
    expect(`${error?.message ?? ''}${error?.hint ?? ''}${JSON.stringify(error?.data)}`).to.not.include(TOKEN)
  })
  it('is unreachable where its certificate cannot be trusted, and is reached where the kubeconfig names its authority', async () => {
    const kube = await startKube({ controller: false })
    try {
      const error = await errorOf(clusterOf(await kubeconfig(kubeconfigOf(kube.url, { token: kube.token }))).resolve('deploy'))
      expect(error?.code).to.equal('cluster/unreachable')
      expect(error?.message).to.include('certificate').and.include('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
      const trusting = clusterOf(await kubeconfig(kubeconfigOf(kube.url, { token: kube.token, ca: kube.ca })))
      expect((await trusting.resolve('deploy')).group).to.equal('apps')
      expect(await failureOf(clusterOf(await kubeconfig(kubeconfigOf(kube.url, { ca: kube.ca }))).resolve('deploy'))).to.equal('cluster/unauthorized')
    } finally {
      await kube.stop()
    }
  })
  it('refuses plain http unless the kubeconfig waives TLS', async () => {
    const text = kubeconfigOf('http://127.0.0.1:1').replace('insecure-skip-tls-verify: true', 'insecure-skip-tls-verify: false')
    expect(await failureOf(clusterOf(await kubeconfig(text)).resolve('deploy'))).to.equal('config/invalid')
  })
  it('says which credential plugin fails without repeating what it said', async () => {
    const text = kubeconfigOf('https://127.0.0.1:1').replace(/\{token: [^}]*\}/, '{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: ["-c", "echo s3cret-word >&2; exit 1"]}}')
    const error = await errorOf(clusterOf(await kubeconfig(text)).resolve('deploy'))
    expect(error?.code).to.equal('cluster/unauthorized')
    expect(`${error?.message ?? ''}${error?.hint ?? ''}`).to.not.include('s3cret-word')
  })
})

describe('watching an object', () => {
  it('calls back on changes of this object only, and leaves nothing open when stopped', async () => {
    const kube = await startKube({ controller: false })
    const dir = await mkdtemp(join(tmpdir(), 'writ-watch-'))
    await writeFile(join(dir, 'config'), kubeconfigOf(kube.url, { token: kube.token, ca: kube.ca }))
    const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: {} })
    for (const name of ['one', 'two']) await kube.request('POST', '/api/v1/namespaces/default/configmaps', map(name))
    const cluster = clusterOf(join(dir, 'config'))
    let calls = 0
    const stop = await cluster.watch(await cluster.resolve('cm'), 'default', 'one', () => { calls++ })
    await kube.request('PATCH', '/api/v1/namespaces/default/configmaps/two', { data: { a: 'b' } })
    await kube.request('PATCH', '/api/v1/namespaces/default/configmaps/one', { data: { a: 'b' } })
    await until(() => calls > 0)
    expect(calls).to.equal(1)
    stop()
    await kube.request('PATCH', '/api/v1/namespaces/default/configmaps/one', { data: { a: 'c' } })
    await kube.stop()
    await rm(dir, { recursive: true })
    expect(calls).to.equal(1)
  })
  it('does not ask in a tight loop where the server ends every watch', async () => {
    const server = await startObjects(KINDS)
    server.put(deployment('web'))
    const cluster = clusterOf(server.kubeconfig)
    const stop = await cluster.watch(await cluster.resolve('deploy'), 'shop', 'web', () => undefined)
    await until(() => server.requests.some(line => line.includes('watch=true')))
    await new Promise(resolve => { setTimeout(resolve, 300) })
    expect(server.requests.filter(line => line.includes('watch=true'))).to.have.length(1)
    stop()
    await server.close()
  })
  it('goes on after the server was away, ended the watch, or calls the version too old, and tells what happened meanwhile', async function () {
    this.timeout(20_000)
    const server = await startObjects(KINDS)
    const cluster = clusterOf(server.kubeconfig)
    const kind = await cluster.resolve('deploy')
    let version = 1
    let calls = 0
    const watches: string[] = []
    const answers: readonly Exclude<ReturnType<Parameters<typeof server.intercept>[0] & object>, null>[] = [
      { status: 410, body: { kind: 'Status', code: 410, reason: 'Expired' } }, 'reset', { status: 200, body: { type: 'ERROR', object: { kind: 'Status', code: 410 } } }, { status: 503 },
    ]
    server.intercept(request => {
      const url = new URL(request.url ?? '/', 'http://x')
      if (!url.pathname.endsWith('/deployments')) return null
      if (url.searchParams.get('watch') !== 'true') return { status: 200, body: { kind: 'DeploymentList', apiVersion: 'apps/v1', metadata: { resourceVersion: String(version) }, items: [] } }
      watches.push(url.searchParams.get('resourceVersion') ?? '')
      version++
      return answers[watches.length - 1] ?? 'hang'
    })
    const stop = await cluster.watch(kind, 'shop', 'web', () => { calls++ })
    const end = Date.now() + 15_000
    while (watches.length <= answers.length && Date.now() < end) await new Promise(resolve => { setTimeout(resolve, 50) })
    stop()
    await server.close()
    expect(watches).to.deep.equal(['1', '2', '3', '4', '5'])
    expect(calls).to.equal(4)
  })
  it('fails at once where the object\'s kind cannot be listed', async () => {
    const server = await startObjects(KINDS)
    const cluster = clusterOf(server.kubeconfig)
    const kind = await cluster.resolve('deploy')
    server.intercept(() => ({ status: 403, body: { message: 'no' } }))
    expect(await failureOf(cluster.watch(kind, 'shop', 'web', () => undefined))).to.equal('cluster/unauthorized')
    await server.close()
  })
})

describe('choosing a cluster', () => {
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'writ-choose-'))
    await writeFile(join(dir, 'two'), `apiVersion: v1
kind: Config
current-context: two
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: one, context: {cluster: c, user: u}}, {name: two, context: {cluster: c, user: u, namespace: shop}}, {name: hub, context: {cluster: c, user: u}}]
users: [{name: u, user: {}}]
`)
    await writeFile(join(dir, 'none'), `apiVersion: v1\nkind: Config\ncontexts: [{name: one, context: {cluster: c, user: u, namespace: later}}, {name: three, context: {cluster: c, user: u}}]\n`)
    await writeFile(join(dir, 'broken'), 'clusters: [s3cret-word\n')
  })
  after(() => rm(dir, { recursive: true, force: true }))

  const config = (name: string, context: string, more: Partial<ClusterConfig> = {}): ClusterConfig => ({ name, context, ...more })
  const open = (clusters: readonly ClusterConfig[], kubeconfig: string) => openClusters({ clusters, dir, environment: { KUBECONFIG: kubeconfig } })

  it('takes the only one', async () => {
    const clusters = await open([config('alpha', 'one')], join(dir, 'two'))
    expect(clusters.choose({ cluster: null }).name).to.equal('alpha')
  })
  it('takes the current context among several, with its namespace', async () => {
    const clusters = await open([config('alpha', 'one'), config('beta', 'two')], join(dir, 'two'))
    expect(clusters.choose({ cluster: null }).name).to.equal('beta')
    expect(clusters.choose({ cluster: null }).defaultNamespace).to.equal('shop')
    expect(clusters.named('alpha').defaultNamespace).to.equal('default')
  })
  it('takes name before context', async () => {
    const clusters = await open([config('alpha', 'one'), config('one', 'two')], join(dir, 'two'))
    expect(clusters.choose({ cluster: 'one' }).name).to.equal('one')
    expect(clusters.choose({ cluster: 'two' }).name).to.equal('one')
  })
  it('asks where neither decides, and names the choices', async () => {
    const clusters = await open([config('alpha', 'one'), config('gamma', 'three')], join(dir, 'none'))
    expect(() => clusters.choose({ cluster: null })).to.throw('several clusters').with.property('hint').that.includes('alpha, gamma')
    expect(() => clusters.choose({ cluster: 'delta' })).to.throw('No cluster')
  })
  it('merges the files of KUBECONFIG, the first that names a context wins, missing files are passed over', async () => {
    const clusters = await open([config('alpha', 'one'), config('gamma', 'three')], [join(dir, 'missing'), join(dir, 'none'), join(dir, 'two')].join(':'))
    expect(clusters.named('alpha').defaultNamespace).to.equal('later')
  })
  it('gives the hub that a tool\'s context names, without making it a choice', async () => {
    const clusters = await open([config('alpha', 'one', { argocd: { context: 'hub', namespace: 'argocd', destinations: ['alpha'] } }), config('beta', 'two', { flux: { context: 'one' } })], join(dir, 'two'))
    expect(clusters.named('hub').name).to.equal('hub')
    expect(clusters.all.map(cluster => cluster.name)).to.deep.equal(['alpha', 'beta'])
    expect(() => clusters.choose({ cluster: 'hub' })).to.throw('No cluster')
    expect(() => clusters.named('nobody')).to.throw('no cluster nobody')
  })
  it('fails at the first use, not before, where a kubeconfig or context is missing or broken', async () => {
    for (const [file, context, words] of [['missing', 'one', 'no kubeconfig'], ['two', 'four', 'does not have'], ['broken', 'one', 'not a kubeconfig']] as const) {
      const clusters = await open([config('alpha', context)], join(dir, file))
      const error = await errorOf(clusters.choose({ cluster: null }).resolve('deploy'))
      expect(error?.code).to.equal('config/invalid')
      expect(error?.message).to.include(words).and.not.include('s3cret-word')
    }
  })
})

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5000
  while (!condition()) {
    if (Date.now() > end) throw new Error('waited too long')
    await new Promise(resolve => { setTimeout(resolve, 10) })
  }
}

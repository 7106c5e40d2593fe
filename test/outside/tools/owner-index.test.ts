import { expect } from 'chai'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Cluster, KindReader } from '../../../src/flow/ports.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { objectsAt, textAt } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { connect } from '../../../src/outside/cluster/connection.ts'
import { kindReader } from '../../../src/outside/cluster/kind-reader.ts'
import { kubernetesCluster } from '../../../src/outside/cluster/kubernetes-cluster.ts'
import { ownerIndex } from '../../../src/outside/tools/owner-index.ts'
import type { OwnerIndex } from '../../../src/outside/tools/owner-index.ts'

function owner(name: string, ...lists: readonly string[]): JsonObject {
  return { apiVersion: 'acme.example/v1', kind: 'Owner', metadata: { name, namespace: 'ns', resourceVersion: '1' }, lists: lists.map(key => ({ key })) }
}
const keysOf = (object: KubernetesObject): readonly string[] => objectsAt(object, 'lists').map(one => textAt(one, 'key') ?? '')

/** An API of one kind, whose watches a test speaks on. */
class Api {
  readonly objects = new Map<string, JsonObject>()
  readonly requests: string[] = []
  watches: ServerResponse[] = []
  /** What the next watches are answered; none: they stay open. */
  answers: number[] = []
  forbidden = false
  pageSize = 500
  readonly #server: Server
  readonly #dir = mkdtempSync(join(tmpdir(), 'writ-index-'))
  readonly kubeconfig = join(this.#dir, 'kubeconfig')

  constructor() {
    this.#server = createServer((request, response) => { this.#answer(new URL(request.url ?? '', 'http://x'), response) })
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => { this.#server.listen(0, '127.0.0.1', resolve) })
    const { port } = this.#server.address() as AddressInfo
    writeFileSync(this.kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [{ name: 't', cluster: { 'server': `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }], users: [{ name: 't', user: {} }], contexts: [{ name: 't', context: { cluster: 't', user: 't' } }], 'current-context': 't' }))
  }

  async stop(): Promise<void> {
    for (const watch of this.watches) watch.destroy()
    this.#server.closeAllConnections()
    await new Promise(resolve => { this.#server.close(resolve) })
    rmSync(this.#dir, { recursive: true, force: true })
  }

  /** Tells one open watch. */
  tell(type: string, object: JsonObject): void {
    for (const watch of this.watches) watch.write(`${JSON.stringify({ type, object })}\n`)
  }

  #answer(url: URL, response: ServerResponse): void {
    this.requests.push(`${url.pathname}${url.search}`)
    const say = (status: number, body: JsonObject): void => { response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)) }
    if (url.pathname === '/api' || url.pathname === '/apis') return say(200, { kind: 'APIGroupDiscoveryList', items: url.pathname === '/api' ? [] : [{ metadata: { name: 'acme.example' }, versions: [{ version: 'v1', resources: [{ resource: 'owners', responseKind: { kind: 'Owner' }, scope: 'Namespaced' }] }] }] })
    if (url.searchParams.has('watch')) {
      const status = this.answers.shift()
      if (status !== undefined) return say(status, { kind: 'Status', code: status })
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
      this.watches = [response]
      return undefined
    }
    const name = /\/namespaces\/ns\/owners\/(.+)$/.exec(url.pathname)?.[1]
    if (name !== undefined) {
      const found = this.objects.get(name)
      return found === undefined ? say(404, {}) : say(200, found)
    }
    if (this.forbidden && !url.pathname.includes('/namespaces/')) return say(403, { message: 'owners is forbidden' })
    const from = Number(url.searchParams.get('continue') ?? '0')
    const all = [...this.objects.values()]
    const size = Math.min(this.pageSize, Number(url.searchParams.get('limit') ?? '500'))
    const rest = all.length > from + size ? { continue: String(from + size) } : {}
    return say(200, { metadata: { resourceVersion: '7', ...rest }, items: all.slice(from, from + size) })
  }
}

async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i += 1) {
    if (await so()) return
    await wait(10)
  }
  throw new Error('it never became so')
}

describe('an index of owners', () => {
  let api: Api
  let cluster: Cluster
  let kinds: KindReader
  let index: OwnerIndex
  const open = (more: { readonly life?: number, readonly fallback?: string } = {}): OwnerIndex => ownerIndex({ cluster, kinds, group: 'acme.example', kind: 'Owner', keysOf, life: 0, ...more })
  const asked = async (...keys: readonly string[]): Promise<readonly string[]> => (await index.concerning(keys)).owners.map(one => textAt(one, 'metadata', 'name') ?? '').toSorted()
  const requests = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    api.requests.length = 0
    await work()
    return [...api.requests]
  }

  beforeEach(async () => {
    api = new Api()
    await api.start()
    const connection = connect({ cluster: 't', files: [api.kubeconfig], context: 't' })
    cluster = kubernetesCluster(connection, 'default')
    kinds = kindReader(() => connection)
    api.objects.set('a', owner('a', 'x', 'y'))
    api.objects.set('b', owner('b', 'y'))
    index = open()
    await cluster.served('acme.example', 'Owner')
  })
  afterEach(async () => {
    index.release()
    await api.stop()
  })

  it('finds every owner of a key by one paged list, and reads only those', async () => {
    for (let i = 0; i < 7; i += 1) api.objects.set(`n${i}`, owner(`n${i}`, `k${i}`))
    api.pageSize = 4
    const seen = await requests(async () => { expect(await asked('y')).to.deep.equal(['a', 'b']) })
    expect(seen.map(path => path.replace(/\?.*/, '').replace('/apis/acme.example/v1', ''))).to.deep.equal(['/owners', '/owners', '/owners', '/namespaces/ns/owners/a', '/namespaces/ns/owners/b'])
    expect(await asked('nobody')).to.deep.equal([])
  })
  it('lists once for the questions that come together', async () => {
    index = open({ life: 60_000 })
    const seen = await requests(async () => { await asked('x'); await asked('y'); await asked('z') })
    expect(seen.filter(path => path.includes('/owners?')).length).to.equal(1)
  })
  it('answers from memory once it is held, with one request for each owner that is found', async () => {
    await index.hold()
    await until(() => api.watches.length > 0)
    expect(await requests(async () => { expect(await asked('x')).to.deep.equal(['a']) })).to.deep.equal(['/apis/acme.example/v1/namespaces/ns/owners/a'])
    expect(await requests(async () => { expect(await asked('nobody')).to.deep.equal([]) })).to.deep.equal([])
    expect(index.size()).to.deep.equal({ owners: 2, keys: 3, bytes: 12 })
  })
  it('follows what is added, changed and deleted', async () => {
    await index.hold()
    await until(() => api.watches.length > 0)
    api.objects.set('c', owner('c', 'z'))
    api.tell('ADDED', owner('c', 'z'))
    await until(async () => (await asked('z')).length === 1)
    api.objects.set('a', owner('a', 'z'))
    api.tell('MODIFIED', owner('a', 'z'))
    await until(async () => (await asked('z')).length === 2)
    expect(await asked('x')).to.deep.equal([])
    api.objects.delete('c')
    expect(await asked('z')).to.deep.equal(['a'])
    api.tell('DELETED', owner('c', 'z'))
    api.tell('BOOKMARK', { metadata: { resourceVersion: '42' } })
    await until(() => index.size().owners === 2)
    api.watches[0]?.end()
    await until(() => api.requests.some(path => path.includes('watch') && path.includes('resourceVersion=42')))
  })
  for (const [how, expire] of [['by an event', () => { api.tell('ERROR', { kind: 'Status', code: 410, message: 'too old' }) }], ['by its answer', () => { api.answers.push(410); api.watches[0]?.end() }]] as const) {
    it(`lists again where the server no longer knows the version, ${how}`, async () => {
      await index.hold()
      await until(() => api.watches.length > 0)
      api.objects.delete('b')
      api.objects.set('d', owner('d', 'w'))
      expire()
      await until(() => index.size().keys === 3 && index.size().owners === 2)
      await until(async () => (await asked('w')).length === 1)
      expect(await asked('y')).to.deep.equal(['a'])
    })
  }
  it('lists for itself while its watch is broken, so that nobody is missed, and goes on after', async () => {
    await index.hold()
    await until(() => api.watches.length > 0)
    api.answers.push(500, 500)
    api.watches[0]?.destroy()
    api.objects.set('e', owner('e', 'late'))
    await until(() => api.requests.filter(path => path.includes('watch')).length > 1)
    expect(await asked('late')).to.deep.equal(['e'])
    await until(() => api.watches.some(watch => !watch.destroyed))
    api.tell('ADDED', owner('e', 'late'))
    await until(async () => (await requests(() => asked('late'))).length === 1)
  })
  it('looks at one namespace where it may not look at all, and says so; without one it throws', async () => {
    api.forbidden = true
    let thrown = ''
    try { await asked('x') } catch (error) { thrown = error instanceof Error ? error.message : '' }
    expect(thrown).to.include('owners is forbidden')
    index = open({ fallback: 'ns' })
    const found = await index.concerning(['x'])
    expect([found.owners.length, found.partly]).to.satisfy(([count, why]: [number, string]) => count === 1 && why.includes('forbidden'))
    await index.hold()
    expect((await index.concerning(['x'])).partly).to.include('forbidden')
  })
  it('is empty where the kind is not served, and asks nothing more for a while once it is held', async () => {
    index = ownerIndex({ cluster, kinds, group: 'none.example', kind: 'Nothing', keysOf, life: 0 })
    expect(await asked('x')).to.deep.equal([])
    await index.hold()
    expect(await requests(() => asked('x'))).to.deep.equal([])
  })
  it('lists in smaller pages where owners are so large that a page cannot be read', async () => {
    const small = connect({ cluster: 't', files: [api.kubeconfig], context: 't' }, { largest: 20_000 })
    kinds = kindReader(() => small)
    for (let i = 0; i < 12; i += 1) api.objects.set(`big${i}`, { ...owner(`big${i}`, `k${i}`), text: 'x'.repeat(3000) })
    index = open()
    const seen = await requests(async () => { expect(await asked('k11')).to.deep.equal(['big11']) })
    expect(seen.length).to.be.greaterThan(3)
    api.objects.set('huge', { ...owner('huge'), text: 'x'.repeat(30_000) })
    let thrown = ''
    try { await asked('k11') } catch (error) { thrown = error instanceof Error ? error.message : '' }
    expect(thrown).to.include('its answer is too large')
  })
  it('never takes an owner that is gone since for one', async () => {
    await index.hold()
    api.objects.delete('a')
    expect(await asked('x')).to.deep.equal([])
  })
})

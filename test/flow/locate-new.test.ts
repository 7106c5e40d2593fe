import { expect } from 'chai'
import { join } from 'node:path'
import { locateNew } from '../../src/flow/locate-new.ts'
import type { World } from '../../src/flow/world.ts'
import { isRefusal, refuse } from '../../src/model/error.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Classified } from '../../src/model/plan.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { openRepository } from '../../src/outside/git/open-repository.ts'
import { argocdTool } from '../../src/outside/tools/argocd/argocd-tool.ts'
import { fluxTool } from '../../src/outside/tools/flux/flux-tool.ts'
import { environment, plan } from '../fixtures/plan.ts'
import { bareRepository } from '../outside/git/bare.ts'
import type { BareRepository } from '../outside/git/bare.ts'
import { ENTRY, application, gitRepository, kustomization, startFleet, toolsOf } from '../outside/tools/fixtures.ts'
import type { Fleet } from '../outside/tools/fixtures.ts'
import { proofWorld } from '../support/proof-world.ts'

const manifest = (kind: string, name: string): string => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`
const FLAGS: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' } }

describe('where a new object goes', function () {
  this.timeout(30_000)
  let fleet: Fleet
  let repository: BareRepository
  let world: World
  before(async () => {
    fleet = await startFleet(['one'])
    repository = await bareRepository({ 'apps/web/web.yaml': manifest('Service', 'web'), 'apps/api/api.yaml': manifest('Service', 'api'), 'apps/flags/flags.yaml': manifest('ConfigMap', 'flags'), 'cluster/role.yaml': manifest('Namespace', 'x') })
    const { reader } = openRepository({ url: repository.url, cacheDir: join(repository.root, 'cache'), access: { allow: ['file'], host: 'localhost' }, committer: { name: 'Writ', email: 'writ@example.com' } })
    const unused = (): never => { throw new Error('not part of this test') }
    const base = proofWorld({ repository: { ...repository, reader, commit: unused, dispose: unused }, owners: [] })
    const handle = base.repositories.open('')
    world = {
      ...base, clusters: fleet.clusters,
      tools: [argocdTool(toolsOf(fleet)), fluxTool(toolsOf(fleet))],
      repositories: { same: (a, b) => a === b, open: url => url.startsWith(repository.url) ? handle : refuse('REPOSITORY_UNKNOWN', 'unknown') },
    }
  })
  beforeEach(() => { for (const kind of ['Application', 'Kustomization', 'GitRepository']) for (const name of ['shop', 'other', 'third']) fleet.servers['one']?.remove(kind, name) })
  after(async () => {
    await fleet.close()
    await repository.remove()
  })

  const put = (...objects: readonly JsonObject[]): void => { fleet.servers['one']?.put(...objects) }
  const app = (name: string, path: string, more: { readonly source?: JsonObject, readonly spec?: JsonObject, readonly status?: JsonObject } = {}): KubernetesObject => application(name, { ...more, source: { repoURL: repository.url, path, targetRevision: 'main', ...more.source } })
  async function asked(more: Partial<Classified['request']> = {}, env: object = {}, namespace: string | null = 'shop'): Promise<readonly unknown[]> {
    const target = { cluster: 'one', group: '', version: 'v1', kind: 'ConfigMap', namespace, name: 'flags' }
    const found = await locateNew(world, { request: { ...plan().request, asks: [{ kind: 'apply', manifest: '' }], ...more }, target, live: null, environment: environment('dev', env), edits: [{ path: [], before: undefined, after: FLAGS }] })
    return isRefusal(found) ? [found.refused, ...found.evidence.map(one => one.at ?? one.sentence)] : [found.owner.name, found.owner.source.path, found.place?.slice(0, 2) ?? null]
  }

  it('is the owner that deploys to the namespace', async () => {
    put(app('shop', 'apps/web'))
    expect(await asked()).to.deep.equal(['shop', 'apps/web', 'p-'])
  })
  it('is the owner whose own list names objects of the namespace, whatever its default is', async () => {
    put(gitRepository({ spec: { url: repository.url } }), kustomization('shop', { spec: { path: './apps/api' } }))
    expect(await asked()).to.deep.equal(['shop', 'apps/api', 'p-'])
  })
  it('is asked where several do', async () => {
    put(app('shop', 'apps/web'), app('other', 'apps/api'))
    expect(await asked()).to.deep.equal(['NEEDS_INPUT', 'apps/api/flags.yaml', 'apps/web/flags.yaml'])
  })
  it('is the repository for new objects where the environment names one', async () => {
    put(app('shop', 'apps/web'), app('other', 'apps/api', { source: { repoURL: `${repository.url}#other` } }))
    expect(await asked({}, { defaultRepo: repository.url })).to.deep.equal(['shop', 'apps/web', 'p-'])
  })
  it('is asked where an owner of the namespace cannot be read', async () => {
    put(app('shop', 'apps/web'), app('other', 'apps/api', { spec: { source: undefined, sources: [{ repoURL: repository.url, path: 'apps/api' }, { repoURL: repository.url, path: 'apps/flags' }] } }))
    const answer = await asked()
    expect(answer[0]).to.equal('NEEDS_INPUT')
    expect(answer).to.include('apps/web/flags.yaml')
  })
  it('says why the only owner cannot take it', async () => {
    put(app('shop', 'apps/web', { source: { repoURL: 'https://elsewhere.example/x.git' } }))
    expect((await asked())[0]).to.equal('REPOSITORY_UNKNOWN')
    put(app('shop', 'apps/web', { source: { targetRevision: 'v9' } }))
    expect((await asked())[0]).to.equal('PINNED')
  })
  it('is nowhere where nobody deploys into the namespace', async () => {
    put(app('shop', 'apps/web'))
    expect(await asked({}, {}, 'empty')).to.deep.equal(['NEEDS_INPUT'])
    expect(await asked({}, { provider: 'flux' })).to.deep.equal(['NEEDS_INPUT'])
  })
  it('is the owner whose source holds the object already', async () => {
    put(app('shop', 'apps/web'), app('other', 'apps/flags'))
    expect(await asked()).to.deep.equal(['other', 'apps/flags', null])
    put(app('third', 'apps/flags'))
    expect((await asked())[0]).to.equal('AMBIGUOUS_OWNER')
  })
  it('is for an object without a namespace the owner that lists such objects', async () => {
    put(app('shop', 'apps/web'), app('other', 'cluster', { status: { resources: [ENTRY, { kind: 'Namespace', name: 'x', status: 'Synced' }] } }))
    expect(await asked({}, {}, null)).to.deep.equal(['other', 'cluster', 'p-'])
  })
  it('is no place that was not listed', async () => {
    put(app('shop', 'apps/web'))
    expect(await asked({ place: 'p-00000000' })).to.deep.equal(['NEEDS_INPUT', 'apps/web/flags.yaml', 'p-00000000 is none of them (any more)'])
  })
})

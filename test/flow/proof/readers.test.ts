import { expect } from 'chai'
import { join } from 'node:path'
import { openBench } from '../../../src/flow/proof/bench.ts'
import { readersOf } from '../../../src/flow/proof/readers.ts'
import type { ConsumerOwner, Owner } from '../../../src/model/owner.ts'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import { plan } from '../../fixtures/plan.ts'
import { bareRepository } from '../../outside/git/bare.ts'
import type { BareRepository } from '../../outside/git/bare.ts'
import { proofWorld } from '../../support/proof-world.ts'

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n'
const set = (generators: string, path: string): string => `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: { name: all, namespace: argocd }\nspec:\n  generators:\n${generators}  template:\n    metadata: { name: '{{name}}' }\n    spec:\n      project: default\n      source: { repoURL: https://git.example/x.git, path: '${path}', helm: { values: x } }\n      destination: { name: far, namespace: x }\n`

describe('who reads a branch, in a live plan', () => {
  const open: BareRepository[] = []
  after(async () => { await Promise.all(open.map(one => one.remove())) })

  async function readers(files: Readonly<Record<string, string>>, living: readonly string[]): Promise<readonly string[]> {
    const repository = await bareRepository(files)
    open.push(repository)
    const { reader } = openRepository({ url: repository.url, cacheDir: join(repository.root, 'cache'), access: { allow: ['file'], host: 'localhost' }, committer: { name: 'Writ', email: 'writ@example.com' } })
    const unused = (): never => { throw new Error('not part of this test') }
    const owner = (path: string): Owner => ({ ...plan().owner, name: `app-${path}`, source: { url: repository.url, revision: 'main', path } })
    const owners = living.map((path): ConsumerOwner => ({ ref: owner(path), source: owner(path).source, render: owner(path).render, destination: owner(path).destination, unsupported: null }))
    const world = proofWorld({ repository: { ...repository, reader, commit: unused, dispose: unused }, owners })
    const bench = await openBench(world, reader, repository.git('rev-parse', 'main'))
    try {
      const found = await readersOf(world, bench, { owner: owner('web'), branch: 'main' })
      return found.map(({ ref, mention }) => mention === undefined ? ref.name : `${mention.by}: ${[...mention.folders, ...mention.files].toSorted().join(' ')}`)
    } finally {
      await bench.dispose()
    }
  }

  const FILES = { 'web/a.yaml': MAP, 'api/a.yaml': MAP }
  it('are ApplicationSets of its files, with the folders that no living owner deploys', async () => {
    expect(await readers({ ...FILES, 'set.yaml': set('    - list:\n        elements: [{ name: web }, { name: api }]\n', '{{name}}') }, ['web'])).to.deep.equal(['app-web', 'ApplicationSet argocd/all: api'])
  })
  it('are no ApplicationSets whose Applications all live', async () => {
    expect(await readers({ ...FILES, 'set.yaml': set('    - list:\n        elements: [{ name: web }, { name: api }]\n', '{{name}}') }, ['web', 'api'])).to.deep.equal(['app-web', 'app-api'])
  })
  it('are ApplicationSets by the files that their generators read, whoever lives', async () => {
    const files = { ...FILES, 'envs/web.json': '{"name":"web"}', 'envs/api.json': '{"name":"api"}', 'set.yaml': set('    - git: { repoURL: https://git.example/x.git, files: [{ path: "envs/*.json" }] }\n', '{{name}}') }
    expect((await readers(files, ['web', 'api'])).at(-1)).to.match(/^ApplicationSet argocd\/all: envs\/api.json envs\/web.json$/)
  })
  it('are owners in templates, unless they live under that name', async () => {
    const template = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: app-api\nspec:\n  source:\n    repoURL: https://git.example/x.git\n    path: api\n    helm: { values: {{ .Values.x }} }\n`
    const files = { ...FILES, 'chart/Chart.yaml': 'name: x\nversion: 1.0.0\n', 'chart/templates/api.yaml': template }
    expect((await readers(files, ['web'])).join()).to.include('Application app-api')
    expect(await readers(files, ['web', 'api'])).to.deep.equal(['app-web', 'app-api'])
  })
})

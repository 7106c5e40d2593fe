import { expect } from 'chai'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { WritError } from '../../../src/model/error.ts'
import { edit } from '../../../src/operations/edit.ts'
import type { EditAnswer } from '../../../src/operations/edit.ts'
import { renderMemory } from '../../../src/flow/proof/render-memory.ts'
import { openCheckout } from '../../../src/outside/git/open-checkout.ts'
import { renderers } from '../../../src/outside/render/renderers.ts'
import { declaredOwners } from '../../../src/outside/tools/declared-owners.ts'
import { manifestOwner } from '../../../src/outside/tools/manifest-owner.ts'

const RENDERERS = renderers({ timeoutMs: 20_000 })
const WEB = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n'
const APP = 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec:\n  destination: {server: https://kubernetes.default.svc, namespace: shop}\n  source: {repoURL: x, path: app, targetRevision: main}\n'

describe('a file with owners', () => {
  let root: string
  beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'writ-owner-file-')); put('app/web.yaml', WEB); put('owner.yaml', APP) })
  afterEach(() => { rmSync(root, { recursive: true, force: true }) })

  function put(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  async function ask(owner: { readonly name: string, readonly text?: string }, more: object = {}): Promise<EditAnswer> {
    const world = { checkout: await openCheckout(root), renderers: RENDERERS, renders: renderMemory(0), declaredOwners, manifestOwner }
    const name = owner.name === '-' ? '-' : join(root, owner.name)
    const text = owner.text ?? readFileSync(join(root, owner.name), 'utf8')
    return edit(world, { owner: { name, text }, type: 'deploy', name: 'web', asks: [{ kind: 'replicas', value: 3 }], ...more })
  }
  async function failing(promise: Promise<unknown>): Promise<string> {
    try {
      await promise
    } catch (error) {
      if (error instanceof WritError) return `${error.code} ${error.message}`.replaceAll(`${root}/`, '')
      throw error
    }
    return 'no failure'
  }

  it('is read, and the files of the owner are written', async () => {
    expect((await ask({ name: 'owner.yaml' })).status).to.equal('edited')
    expect(readFileSync(join(root, 'app/web.yaml'), 'utf8')).to.equal(WEB.replace('replicas: 2', 'replicas: 3'))
    expect((await ask({ name: 'owner.yaml' })).status).to.equal('no_change')
  })

  const bad: readonly (readonly [string, string, string])[] = [
    ['a template', '{{- if .x }}\nkind: Application\n', 'usage/bad-argument bad.yaml:1: a template ({{ }}) stands where YAML is expected.'],
    ['YAML that is none', 'kind: Application\n  a: b\n', 'usage/bad-argument bad.yaml:1: Nested mappings are not allowed in compact mappings.'],
    ['no object', `${APP}---\n- a\n`, 'usage/bad-argument bad.yaml:8: no Kubernetes object.'],
    ['no object in a list', `apiVersion: v1\nkind: List\nitems: [{a: b}]\n`, 'usage/bad-argument bad.yaml:1: no Kubernetes object.'],
    ['nothing', '# nothing\n', 'usage/bad-argument bad.yaml holds no owner: it is empty.'],
    ['no owner', WEB, 'usage/bad-argument bad.yaml holds no owner: line 1 holds apps/v1 Deployment.'],
    ['a kustomization file', '\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: x}\n', 'usage/bad-argument bad.yaml holds no owner: line 2 holds kustomize.config.k8s.io/v1beta1 Kustomization.'],
  ]
  for (const [name, text, message] of bad) {
    it(`is refused with its line where it holds ${name}`, async () => {
      put('bad.yaml', text)
      expect((await failing(ask({ name: 'bad.yaml' }))).replace(/no Application[^:]*: /, 'no owner: ')).to.equal(message)
    })
  }
  it('is called stdin where it comes from there, and cannot be edited then', async () => {
    expect(await failing(ask({ name: '-', text: 'a: b\n' }))).to.equal('usage/bad-argument stdin:1: no Kubernetes object.')
    const patched = APP.replace('targetRevision: main}', 'targetRevision: main, directory: {}}')
    expect((await ask({ name: '-', text: patched }, { dryRun: true })).files.map(({ path }) => path)).to.deep.equal(['app/web.yaml'])
  })
  it('says which path the owner has where another is asked', async () => {
    put('other/web.yaml', WEB)
    expect(await failing(ask({ name: 'owner.yaml' }, { path: join(root, 'other') }))).to.equal('usage/bad-argument No owner of the file deploys other: Application argocd/shop deploys app.')
    expect((await ask({ name: 'owner.yaml' }, { path: join(root, 'app'), dryRun: true })).status).to.equal('edited')
  })
  it('knows the namespace that the owner deploys to', async () => {
    expect((await ask({ name: 'owner.yaml' }, { namespace: 'shop', dryRun: true })).status).to.equal('edited')
    expect((await ask({ name: 'owner.yaml' }, { namespace: 'other', dryRun: true })).code).to.equal('NOT_RENDERED')
  })
  it('names a path that is not there', async () => {
    put('owner.yaml', APP.replace('path: app', 'path: gone'))
    const answer = await ask({ name: 'owner.yaml' })
    expect([answer.code, answer.message]).to.deep.equal(['NOT_RENDERED', 'The path \'gone\' of Application argocd/shop does not exist at working tree.'])
  })
  it('deletes and creates what its owner renders', async () => {
    put('app/api.yaml', WEB.replace('name: web', 'name: api'))
    expect((await ask({ name: 'owner.yaml' }, { asks: [], delete: true })).files.map(({ path }) => path)).to.deep.equal(['app/web.yaml'])
    const created = await ask({ name: 'owner.yaml' }, { asks: [], type: '', name: '', create: WEB.replace('name: web', 'name: new'), dryRun: true })
    expect([created.status, created.code, created.files.map(({ path }) => path)]).to.deep.equal(['edited', null, ['app/new.yaml']])
  })
  it('leaves a consumer that another manifest of the same name declares', async () => {
    put('clusters/two.yaml', APP)
    expect((await ask({ name: 'owner.yaml' })).code).to.equal('SHARED_BASE')
    expect((await ask({ name: '-', text: APP }, { dryRun: true })).status).to.equal('edited')
  })
})

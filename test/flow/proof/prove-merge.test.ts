import { expect } from 'chai'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FieldPath } from '../../../src/model/field.ts'
import { WritError, isRefusal, refuse } from '../../../src/model/error.ts'
import type { Refusal } from '../../../src/model/error.ts'
import type { ConsumerOwner, Delivery, Owner } from '../../../src/model/owner.ts'
import type { Located, Plan } from '../../../src/model/plan.ts'
import { alsoShips, prove, proveMerge, renderOwner, renderedTarget } from '../../../src/flow/prove.ts'
import { shipsOtherwise } from '../../../src/flow/publish/ships-otherwise.ts'
import type { World } from '../../../src/flow/world.ts'
import { renderers } from '../../../src/outside/render/renderers.ts'
import { plan } from '../../fixtures/plan.ts'
import { folderRepository, proofWorld } from '../../support/proof-world.ts'

type Files = Readonly<Record<string, string>>
const WEB = (replicas: number, image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: ${replicas}
  template:
    spec:
      containers:
        - name: web
          image: ${image}
`
const OTHER = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: other\n'
const BASE: Files = { 'app/web.yaml': WEB(2, 'nginx:1'), 'app/other.yaml': OTHER }
const MERGED: Files = { ...BASE, 'app/web.yaml': WEB(3, 'nginx:1') }

describe('a merge result beside the base it goes into', () => {
  const repository = folderRepository()
  const folders: string[] = []
  const ref = { tool: 'argocd', kind: 'Application', cluster: 'c', namespace: 'argocd', name: 'shop' } as const
  const asked: ConsumerOwner = {
    ref, source: { url: repository.url, revision: 'main', path: 'app' }, render: { format: 'auto', loadRestrictor: 'root', directory: { recurse: false } },
    destination: { cluster: 'c', namespace: 'shop' }, unsupported: null,
  }
  const second: ConsumerOwner = { ...asked, ref: { ...ref, name: 'second' }, destination: { cluster: 'c', namespace: 'prod' } }
  const world = proofWorld({ repository, owners: [asked] })
  after(() => {
    repository.dispose()
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  function commit(files: Files): string {
    const folder = mkdtempSync(join(tmpdir(), 'writ-merge-'))
    folders.push(folder)
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    return repository.commit([folder])[0] ?? ''
  }

  function located(base: string, delivery: Partial<Delivery> = {}, scope: 'app' | 'shared' = 'app'): Located {
    const sample = plan()
    const owner: Owner = { ...ref, uid: 'o', source: asked.source, render: asked.render, destination: asked.destination, delivery: { automated: true, reverts: true, syncedCommit: null, behindBecause: null, ...delivery }, sourceObject: null }
    return { ...sample, request: { ...sample.request, scope }, owner, base, branch: 'main', edits: [{ path: ['spec', 'replicas'], before: undefined, after: 3 }] }
  }

  async function planned(files: Files = BASE, owners: readonly ConsumerOwner[] = [asked]): Promise<Plan> {
    const outcome = await prove(proofWorld({ repository, owners }), located(commit(files), {}, owners.length > 1 ? 'shared' : 'app'))
    if (isRefusal(outcome) || 'noChange' in outcome) throw new Error(JSON.stringify(outcome))
    return { ...plan(), ...outcome.proven }
  }

  async function why(of: Plan, base: Files, merged: Files): Promise<string> {
    const proof = await proveMerge(world, of, { baseCommit: commit(base), mergedTree: commit(merged) })
    return proof.exact ? 'exact' : proof.why
  }

  it('is exact where it differs in the asked field alone', async () => {
    const proof = await proveMerge(world, await planned(), { baseCommit: commit(BASE), mergedTree: commit(MERGED) })
    expect(proof).to.deep.include({ exact: true, blast: [] })
    expect(proof.exact && proof.changes[0]?.fields).to.deep.equal([{ path: ['spec', 'replicas'], before: 2, after: 3 }])
  })

  it('is exact where others changed other things in the base meanwhile', async () => {
    const of = await planned()
    expect(await why(of, { ...BASE, 'docs/x.md': 'x' }, { ...MERGED, 'docs/x.md': 'x' })).to.equal('exact')
    expect(await why(of, { ...BASE, 'app/web.yaml': WEB(2, 'nginx:2') }, { ...MERGED, 'app/web.yaml': WEB(3, 'nginx:2') })).to.equal('exact')
  })

  it('is not exact where another file, another field or another value changes', async () => {
    const of = await planned()
    expect(await why(of, BASE, { ...MERGED, 'app/other.yaml': OTHER.replace('other', 'more') })).to.equal('app/other.yaml would change, which is not part of the plan')
    expect(await why(of, BASE, { ...MERGED, 'app/web.yaml': WEB(3, 'nginx:2') })).to.match(/image\b.*becomes "nginx:2"/)
    expect(await why(of, BASE, { ...MERGED, 'app/web.yaml': WEB(4, 'nginx:1') })).to.match(/spec\.replicas.*becomes 4/)
    expect(await why(of, BASE, BASE)).to.equal('not every asked field would change')
  })

  it('is not exact where the base no longer holds the value that was planned from', async () => {
    expect(await why(await planned(), { ...BASE, 'app/web.yaml': WEB(5, 'nginx:1') }, MERGED)).to.equal('the base now holds 5')
  })

  it('is not exact where the object is gone, there twice, or the source does not render', async () => {
    const of = await planned()
    expect(await why(of, { 'app/other.yaml': OTHER }, MERGED)).to.match(/renders Deployment shop\/web no more/)
    expect(await why(of, { ...BASE, 'app/twice.yaml': WEB(2, 'nginx:1') }, { ...MERGED, 'app/twice.yaml': WEB(2, 'nginx:1') })).to.match(/more than once/)
    expect(await why(of, { ...BASE, 'app/bad.json': '{' }, { ...MERGED, 'app/bad.json': '{' })).to.match(/the base does not render/)
    expect(await why(of, BASE, { ...MERGED, 'app/web.yaml': 'apiVersion: v1\nkind: X\nmetadata:\n  a: [\n' })).to.match(/the merge result does not render/)
  })

  it('is exact with the override file that was planned, and not with another', async function () {
    try { await renderers({ timeoutMs: 20_000 }).find(({ format }) => format === 'kustomize')?.info() } catch (error) {
      console.log(`      skipped: ${error instanceof Error ? error.message : ''}`)
      return this.skip()
    }
    const overridden = (tag: string, more = ''): Files => ({ ...BASE, 'app/kustomization.yaml': 'resources: [web.yaml, other.yaml]\n', 'app/.argocd-source.yaml': `kustomize:\n  images: [nginx:${tag}]\n${more}` })
    const app: ConsumerOwner = { ...asked, render: { ...asked.render, overridable: { source: { path: 'app' }, files: ['.argocd-source.yaml', '.argocd-source-shop.yaml'], values: { name: 'shop', namespace: 'shop', project: 'default' } } } }
    const { owner, ...rest } = located(commit(overridden('1')))
    const path: FieldPath = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }, 'image']
    const outcome = await prove(proofWorld({ repository, owners: [app] }), { ...rest, owner: { ...owner, render: app.render }, edits: [{ path, before: undefined, after: 'nginx:2' }], request: { ...rest.request, asks: [{ kind: 'image', container: 'web', value: 'nginx:2' }] } })
    if (isRefusal(outcome) || 'noChange' in outcome) throw new Error(JSON.stringify(outcome))
    expect(outcome.proven.files.map(({ path }) => path)).to.deep.equal(['app/.argocd-source.yaml'])
    const of: Plan = { ...plan(), ...outcome.proven }
    expect(await why(of, overridden('1'), overridden('2'))).to.equal('exact')
    expect(await why(of, overridden('1'), overridden('3'))).to.match(/becomes "nginx:3"/)
    expect(await why(of, overridden('1'), overridden('2', '  namePrefix: a-\n'))).to.not.equal('exact')
    expect(await why(of, overridden('1'), overridden('2', 'plugin: {name: x}\n'))).to.match(/would not be honoured: app\/\.argocd-source\.yaml sets .*plugin of the Application/)
  })

  it('is exact only with the blast radius that was planned', async () => {
    const of = await planned(BASE, [asked, second])
    expect(of.blast.map(entry => [entry.owners.map(owner => owner.name), entry.environments])).to.deep.equal([[['second'], ['prod']]])
    expect(await why(of, BASE, MERGED)).to.equal('the effect on other consumers is not the one that was planned')
    const both = proofWorld({ repository, owners: [asked, second] })
    expect(await proveMerge(both, of, { baseCommit: commit(BASE), mergedTree: commit(MERGED) })).to.include({ exact: true })
    expect(await proveMerge(both, await planned(), { baseCommit: commit(BASE), mergedTree: commit(MERGED) })).to.deep.include({ exact: false })
  })
})

describe('what else ships', () => {
  const repository = folderRepository()
  const folder = mkdtempSync(join(tmpdir(), 'writ-ships-'))
  mkdirSync(join(folder, 'app'))
  const commit = (files: Files): string => {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
    return repository.commit([folder])[0] ?? ''
  }
  const world = proofWorld({ repository, owners: [] })
  const owner = (delivery: Partial<Delivery>): Owner => ({
    ...plan().owner, source: { url: repository.url, revision: 'main', path: 'app' }, delivery: { automated: false, reverts: false, syncedCommit: null, behindBecause: 'sync is manual', ...delivery },
  })
  let old = ''
  let base = ''
  let broken = ''
  before(() => {
    old = commit(BASE)
    base = commit({ 'app/other.yaml': OTHER.replace('name: other', 'name: other\n  labels: { new: "1" }') })
    broken = commit({ 'app/bad.json': '{' })
  })
  after(() => {
    repository.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is the rendered difference since the commit that was synced last', async () => {
    const ships = await alsoShips(world, { owner: owner({ syncedCommit: old }), base })
    expect(ships).to.include({ since: old, because: 'sync is manual' })
    expect(ships?.changes.map(change => [change.object.name, change.kind])).to.deep.equal([['other', 'changed']])
    expect(ships?.hash).to.match(/^[0-9a-f]{64}$/)
  })

  it('is nothing where the owner is not behind, nothing is known, or the render is the same', async () => {
    expect(await alsoShips(world, { owner: owner({ syncedCommit: old, behindBecause: null }), base })).to.equal(null)
    expect(await alsoShips(world, { owner: owner({ syncedCommit: null }), base })).to.equal(null)
    expect(await alsoShips(world, { owner: owner({ syncedCommit: base }), base })).to.equal(null)
  })

  it('stops a plan where it cannot be rendered', async () => {
    const sample = { ...plan(), owner: owner({ syncedCommit: broken }), base, edits: [{ path: ['spec', 'replicas'], before: undefined, after: 3 }] }
    expect(await prove(world, sample)).to.include({ refused: 'RENDER_FAILED' })
    expect((await alsoShips(world, sample))?.changes).to.deep.equal([])
  })

  describe('at the merge, when the owner is looked at again', () => {
    const planned = (ships: Plan['alsoShips'] = null): Plan => ({ ...plan(), owner: owner({ syncedCommit: old, behindBecause: null, automated: true }), alsoShips: ships })
    const now = (read: Owner | Refusal | WritError): World => ({ ...world, tools: world.tools.map(tool => ({ ...tool, read: () => read instanceof WritError ? Promise.reject(read) : Promise.resolve(read) })) })
    const paused = { path: 'spec.suspend', because: 'so a merge would not deploy' }

    it('is planned anew where the owner came to be behind since, and more would ship than was approved', async () => {
      const result = await shipsOtherwise(now(owner({ syncedCommit: old, behindBecause: 'manual sync' })), planned(), base)
      expect(result).to.deep.include({ kind: 'back', to: 'publish', sentence: 'publishing again: what else ships with the change is not what was planned' })
    })
    it('waits for people where the owner was suspended since, and more would ship with its resume', async () => {
      const result = await shipsOtherwise(now({ ...owner({ syncedCommit: old, behindBecause: null }), suspended: paused }), planned(), base)
      expect(result?.kind === 'waiting' ? [result.waiting.for, result.waiting.sentence] : result).to.deep.equal(['people', 'Application argocd/shop has been suspended (spec.suspend) since the plan, and other commits would ship with the change when it is resumed, which nobody has approved; it is merged once that is resumed'])
    })
    it('goes on where nothing else ships, also while suspended, and where less ships than was planned', async () => {
      const ships = await alsoShips(world, { owner: owner({ syncedCommit: old }), base })
      expect(await shipsOtherwise(now({ ...owner({ syncedCommit: base }), suspended: paused }), planned(), base)).to.equal(null)
      expect(await shipsOtherwise(now(owner({ syncedCommit: base, behindBecause: null })), planned(ships), base)).to.equal(null)
      expect(await shipsOtherwise(now(owner({ syncedCommit: old })), planned(ships), base)).to.equal(null)
    })
    it('stands as planned where the owner cannot be looked at', async () => {
      for (const read of [new WritError('cluster/unreachable', 'away', { retry: true }), refuse('OWNER_NOT_FOUND', 'gone')]) expect(await shipsOtherwise(now(read), planned(), base)).to.equal(null)
    })
    it('counts what its own of several sources synced', async () => {
      const source = { url: repository.url, revision: 'main', path: 'app' }
      const [first, second] = [0, 1].map(index => ({ source: { ...source, index }, render: plan().owner.render, syncedCommit: index === 1 ? old : base }))
      if (first === undefined || second === undefined) throw new Error('none')
      const several = { ...owner({ syncedCommit: base }), sources: [first, second] }
      const of = (index: number): Plan => { const made = planned(); return { ...made, owner: { ...made.owner, source: { ...source, index } } } }
      expect([(await shipsOtherwise(now(several), of(0), base))?.kind, (await shipsOtherwise(now(several), of(1), base))?.kind]).to.deep.equal([undefined, 'back'])
    })
  })

  it('leaves the renders to be asked for: all objects, and the target alone', async () => {
    const render = await renderOwner(world, owner({}), base)
    expect(render.ok && render.objects.map(({ object }) => object.metadata['name'])).to.deep.equal(['other', 'web'])
    expect(await renderOwner(world, owner({}), broken)).to.deep.include({ ok: false, message: 'app/bad.json: no valid JSON.' })
    expect((await renderedTarget(world, owner({}), { commit: base, target: plan().target }))?.metadata['name']).to.equal('web')
    expect(await renderedTarget(world, owner({}), { commit: base, target: { ...plan().target, name: 'gone' } })).to.equal(null)
    expect(await renderedTarget(world, owner({}), { commit: broken, target: plan().target })).to.equal(null)
  })
})

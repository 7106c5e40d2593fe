import { expect } from 'chai'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Owner } from '../../../src/model/owner.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { TARGET, startFleet, toolsOf } from './fixtures.ts'
import type { Fleet } from './fixtures.ts'

const SPEC: JsonObject = { generators: [{ git: { repoURL: 'https://git.example/x.git', files: [{ path: '*.json' }] } }], template: {} }
const OWNER: Owner = {
  tool: 'argocd', kind: 'ApplicationSet', cluster: 'one', namespace: 'argocd', name: 'all', uid: 'u', source: { url: 'https://git.example/x.git', revision: 'HEAD', path: '' },
  render: { format: 'application-set', loadRestrictor: 'root', directory: { recurse: false }, generates: { set: { name: 'all', namespace: 'argocd', spec: SPEC }, url: 'https://git.example/x.git', revision: 'HEAD' } },
  delivery: { automated: true, reverts: true, syncedCommit: null, behindBecause: null }, destination: { cluster: 'one', namespace: 'argocd' }, sourceObject: null,
}

describe('an ApplicationSet as an owner', () => {
  let fleet: Fleet
  before(async () => { fleet = await startFleet(['one']) })
  after(() => fleet.close())
  const put = (more: JsonObject = {}, metadata: JsonObject = {}): void => { fleet.servers['one']?.put({ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 'all', namespace: 'argocd', uid: 'u', ...metadata }, spec: SPEC, ...more }) }
  const tool = (): ReturnType<typeof argocdTool> => argocdTool(toolsOf(fleet))
  const there = (): KubernetesObject | undefined => fleet.servers['one']?.get('ApplicationSet', 'all')

  it('names no commit, and is accepted while it can generate', async () => {
    put()
    expect(await tool().observe(OWNER, TARGET)).to.deep.include({ revision: null, generated: true, accepted: true, unchanged: true, pending: false })
  })
  it('says what it fails at, and never for good', async () => {
    put({ status: { conditions: [{ type: 'ErrorOccurred', status: 'True', message: 'error getting\nfiles' }] } })
    const seen = await tool().observe(OWNER, TARGET)
    expect([seen.accepted, seen.unmet, seen.failure]).to.deep.equal([false, ['it cannot generate: error getting files'], { permanent: false, sentence: 'error getting files', revision: null, class: 'unknown' }])
  })
  it('is another one once its generators are', async () => {
    put({ spec: { ...SPEC, generators: [] } })
    expect((await tool().observe(OWNER, TARGET)).unchanged).to.equal(false)
  })
  it('is the same one after its controller has written it back, with what its types add and leave out', async () => {
    const nothing = { metadata: {}, spec: { destination: {}, project: '' } }
    const matrix = (git: JsonObject, more: JsonObject = {}, element: JsonObject = { name: 'one', tag: '' }): JsonObject => ({ ...SPEC, generators: [{ matrix: { generators: [{ git }, { list: { elements: [element] } }], ...more } }] })
    const owner: Owner = { ...OWNER, render: { ...OWNER.render, generates: { set: { name: 'all', namespace: 'argocd', spec: matrix({ repoURL: 'u', files: [{ path: 'a', exclude: false }] }) }, url: 'u', revision: 'HEAD' } } }
    const unchanged = async (spec: JsonObject): Promise<boolean> => {
      put({ spec })
      return (await tool().observe(owner, TARGET)).unchanged
    }
    expect(await unchanged(matrix({ repoURL: 'u', revision: '', files: [{ path: 'a' }], template: nothing }, { template: nothing }))).to.equal(true)
    expect(await unchanged(matrix({ repoURL: 'u', revision: 'v1', files: [{ path: 'a' }], template: nothing }))).to.equal(false)
    expect(await unchanged(matrix({ repoURL: 'u', files: [{ path: 'a' }], template: { metadata: { name: 'x' } } }))).to.equal(false)
    expect(await unchanged(matrix({ repoURL: 'u', files: [{ path: 'a' }] }, {}, { name: 'one' }))).to.equal(false)
  })
  it('is asked to generate by its own annotation, of which nothing is taken back', async () => {
    put()
    await tool().refresh(OWNER, 'token', 'normal')
    expect(there()?.metadata['annotations']).to.deep.equal({ 'argocd.argoproj.io/application-set-refresh': 'true' })
    expect((await tool().observe(OWNER, TARGET)).pending).to.equal(true)
    await tool().refresh(OWNER, '', 'settled')
    expect(there()?.metadata['annotations']).to.deep.equal({ 'argocd.argoproj.io/application-set-refresh': 'true' })
  })
  it('is missing where it is gone', async () => {
    fleet.servers['one']?.remove('ApplicationSet', 'all')
    expect(await tool().observe(OWNER, TARGET)).to.deep.include({ missing: true, accepted: false })
  })
})

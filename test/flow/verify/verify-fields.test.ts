import { expect } from 'chai'
import type { StepResult } from '../../../src/model/change.ts'
import type { Edit } from '../../../src/model/field.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { FILE, Stage, liveWeb, manifest } from './verify-world.ts'

const CONTAINER = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }] as const
const live = (container: JsonObject, metadata: JsonObject = {}): JsonObject => liveWeb('web:2', { metadata, spec: { replicas: 1, template: { spec: { containers: [{ name: 'web', image: 'web:2', ...container }] } } } })

describe('verifying what was added, removed, made and deleted', function () {
  this.timeout(60_000)
  let stage: Stage
  before(async () => { stage = await Stage.open() })
  after(() => stage.close())

  /** A merge that leaves this text in the source, with these edits. */
  async function merged(text: string | null, edits: readonly Edit[]): Promise<void> {
    const commit = await stage.repository.commit({ [FILE]: text, 'apps/web/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n' }, 'main')
    stage.reset({ edits })
    stage.change = { ...stage.change, facts: { ...stage.change.facts, mergeCommit: commit } }
    stage.seen = stage.observation({ revision: commit })
  }
  const sentence = (result: StepResult): string => result.kind === 'waiting' ? result.waiting.sentence : result.kind === 'done' ? 'done' : result.kind === 'ended' ? result.message : result.kind
  async function done(): Promise<readonly string[]> {
    await stage.look()
    const result = await stage.lookAfter(3000)
    expect(result.kind, sentence(result)).to.equal('done')
    return result.kind === 'done' ? result.facts.verified?.sentences ?? [] : []
  }

  const env: Edit = { path: [...CONTAINER, 'env'], before: undefined, after: [{ name: 'A', value: '1' }] }
  const withEnv = `${manifest('web:2')}        env:\n        - name: A\n          value: "1"\n`

  it('finds an added item among those that a webhook adds', async () => {
    await merged(withEnv, [env])
    stage.server.put(live({ env: [{ name: 'POD', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }, { name: 'A', value: '1' }] }))
    expect(await done()).to.include('Deployment shop/web has spec.template.spec.containers[name=web].env = [{"name":"A","value":"1"}] (uid u1)')
  })
  it('waits for an added item that is not there, and says so', async () => {
    await merged(withEnv, [env])
    stage.server.put(live({ env: [{ name: 'A', value: '0' }] }))
    expect(sentence(await stage.look())).to.contain('live, asked is [{"name":"A","value":"1"}]').and.contain('says it is in sync')
    expect(stage.refreshes).to.deep.equal(['hard'])
  })
  it('says that a removed field is gone', async () => {
    await merged(manifest('web:2'), [{ path: [...CONTAINER, 'env'], before: [{ name: 'A', value: '1' }], after: undefined }])
    stage.server.put(live({}))
    expect(await done()).to.include('Deployment shop/web has no spec.template.spec.containers[name=web].env any more (uid u1)')
  })
  it('says what the API server has where a removed field was', async () => {
    await merged(manifest('web:2'), [{ path: [...CONTAINER, 'imagePullPolicy'], before: 'Never', after: undefined }])
    stage.server.put(live({ imagePullPolicy: 'IfNotPresent' }))
    expect((await done()).join('\n')).to.contain('imagePullPolicy is gone from Git; the API server has IfNotPresent there by itself')
  })
  it('does not take a removed field for gone while it holds the former value', async () => {
    await merged(manifest('web:2'), [{ path: [...CONTAINER, 'imagePullPolicy'], before: 'Never', after: undefined }])
    stage.server.put(live({ imagePullPolicy: 'Never' }))
    expect(sentence(await stage.look())).to.contain('still has spec.template.spec.containers[name=web].imagePullPolicy = Never live, asked is that it goes')
  })

  describe('an object that is made', () => {
    const made = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 1, template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } } } }
    const whole: Edit = { path: [], before: undefined, after: made }
    it('is verified once it is there as its manifest says, and healthy', async () => {
      await merged(manifest('web:2'), [whole])
      expect((await done()).join('\n')).to.contain('Deployment shop/web is there with everything that its manifest says')
    })
    it('is waited for while it is not there', async () => {
      await merged(manifest('web:2'), [whole])
      stage.server.remove('Deployment', 'web')
      expect(sentence(await stage.look())).to.equal('Deployment shop/web is not in cluster c')
    })
    it('is not verified where it is otherwise', async () => {
      await merged(manifest('web:2'), [whole])
      stage.server.put(liveWeb('web:1'))
      expect(sentence(await stage.look())).to.contain('Deployment shop/web has another spec live than its manifest says')
    })
    it('has been taken back where the source no longer holds it', async () => {
      await merged(null, [whole])
      expect(sentence(await stage.look())).to.contain('the source no longer holds Deployment shop/web')
    })
  })

  describe('an object that is deleted', () => {
    const gone: Edit = { path: [], before: { kind: 'Deployment' }, after: undefined }
    it('is verified once it is gone, and was not made again for the stability time', async () => {
      await merged(null, [gone])
      stage.server.remove('Deployment', 'web')
      expect(sentence(await stage.look())).to.contain('watching for 3s')
      stage.server.put(liveWeb('web:2', { metadata: { uid: 'u2' } }))
      expect(sentence(await stage.lookAfter(1000))).to.equal('Deployment shop/web was made again by somebody: it has another uid')
      stage.server.remove('Deployment', 'web')
      const said = await done()
      expect(said).to.include('Deployment shop/web is not in cluster c any more')
      expect(said.join('\n')).to.contain('the source at that revision does not hold Deployment shop/web').and.contain('it was not made again in between')
    })
    it('waits for its finalizers, and names them', async () => {
      await merged(null, [gone])
      stage.server.put(liveWeb('web:2', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/late'] } }))
      expect(sentence(await stage.look())).to.equal('Deployment shop/web is being deleted; it waits for its finalizers example.com/late')
    })
    it('is not verified while it is there, whatever the owner says', async () => {
      await merged(null, [gone])
      stage.server.put(liveWeb('web:2'))
      expect(sentence(await stage.look())).to.contain('Deployment shop/web is still there, although Application argocd/shop says it is in sync')
    })
    it('has been taken back where the source holds it again', async () => {
      await merged(manifest('web:2'), [gone])
      expect(sentence(await stage.look())).to.contain('REVERTED').and.contain('the source holds Deployment shop/web again')
    })
  })
})

import { expect } from 'chai'
import { lookLive } from '../../../src/flow/look-live.ts'
import type { Verification } from '../../../src/flow/verification.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { plan } from '../../fixtures/plan.ts'
import { ONE, startFleet } from '../../outside/tools/fixtures.ts'
import type { Fleet } from '../../outside/tools/fixtures.ts'

const APP: JsonObject = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'shop', namespace: 'argocd', uid: 'a', generation: 3 }, spec: { source: { kustomize: { images: ['web:3'] } } } }
const web = (image: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', uid: 'w', generation: 2 }, spec: { replicas: 1, template: { spec: { containers: [{ name: 'web', image }] } } },
  status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions: [{ type: 'Available', status: 'True' }], ...more },
})

describe('a live look at an owner\'s manifest that was edited for what the owner deploys', () => {
  let fleet: Fleet
  before(async () => { fleet = await startFleet(['one']) })
  after(() => fleet.close())

  async function look(...objects: readonly JsonObject[]): Promise<Awaited<ReturnType<typeof lookLive>>> {
    fleet.servers['one']?.put(...objects)
    const base = plan()
    const changed = {
      ...base, target: { cluster: 'one', group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'shop' },
      edits: [{ path: ['spec', 'source', 'kustomize', 'images', '0'], before: 'web:2', after: 'web:3' }],
      through: [{
        target: { cluster: 'one', group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' }, owner: { tool: 'argocd', kind: 'Application', cluster: 'one', namespace: 'argocd', name: 'shop' },
        ownerEvidence: [], edits: [{ path: ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }, 'image'], before: 'web:2', after: 'web:3' }], changes: [], sentence: '',
      }],
    }
    const v = { world: { clusters: fleet.clusters }, change: { plan: changed }, cluster: fleet.clusters.choose({ cluster: ONE[0]?.name ?? null }), now: 0 }
    return lookLive(v as unknown as Verification)
  }

  it('waits for the object below, and never takes it for a contradiction', async () => {
    const seen = await look(APP, web('web:2'))
    expect([seen.kind, seen.sentence]).to.satisfy(([kind, text]: [string, string]) => kind === 'unmet' && text.includes('web:2') && text.includes('Application argocd/shop has not brought it'))
  })
  it('is healthy once both are as asked, with the fields of both', async () => {
    const seen = await look(APP, web('web:3'))
    if (seen.kind !== 'healthy') throw new Error(seen.sentence)
    expect(seen.fields.map(({ value }) => value)).to.deep.equal(['web:3', 'web:3'])
    expect(seen.version).to.include('w/')
  })
  it('is the same version of an Application whatever its status says', async () => {
    const version = async (app: JsonObject): Promise<string> => { const seen = await look(app, web('web:3')); return seen.kind === 'healthy' ? seen.version : seen.sentence }
    const first = await version(APP)
    expect(await version({ ...APP, metadata: { ...APP['metadata'] as JsonObject, generation: 9 }, status: { reconciledAt: 'x' } })).to.equal(first)
    expect(await version({ ...APP, spec: { ...APP['spec'] as JsonObject, project: 'other' } })).to.not.equal(first)
  })
  it('fails, or waits, with the rollout below', async () => {
    const seen = await look(APP, web('web:3', { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'late' }] }))
    expect(seen.kind).to.equal('failing')
  })
  it('says first that the manifest itself is not as asked', async () => {
    const seen = await look({ ...APP, spec: { source: { kustomize: { images: ['web:2'] } } } }, web('web:2'))
    expect(seen.kind).to.equal('different')
  })
})

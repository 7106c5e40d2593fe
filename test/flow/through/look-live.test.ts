import { expect } from 'chai'
import { lookLive } from '../../../src/flow/verify/look-live.ts'
import type { Verification } from '../../../src/flow/verify/verification.ts'
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
  it('tells what the owner waits for in vain: by itself while it waits, beside its own words once it has failed', async () => {
    const failing = web('web:3', { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'late' }] })
    const early = await look({ ...APP, status: { conditions: [{ type: 'Reconciling', status: 'True', message: 'upgrading' }] } }, failing)
    expect([early.kind, early.kind === 'failing' && early.sentence.startsWith('Deployment shop/web')]).to.deep.equal(['failing', true])
    const late = await look({ ...APP, status: { conditions: [{ type: 'Stalled', status: 'True', reason: 'RetriesExceeded', message: 'after 1' }] } }, failing)
    expect(late.kind === 'failing' ? late.sentence : late.kind).to.match(/is stalled: RetriesExceeded after 1; Deployment shop\/web.*late/)
    const old = await look({ ...APP, status: { conditions: [{ type: 'Stalled', status: 'True', reason: 'RetriesExceeded', message: 'after 1' }] } }, web('web:2'))
    expect(old.kind === 'failing' ? old.sentence : old.kind).to.match(/after 1$/)
  })
  it('takes a pause that was asked for as what was asked, and waits for people where it was not', async () => {
    fleet.servers['one']?.put({ ...web('web:2'), spec: { ...web('web:2')['spec'] as JsonObject, paused: true } })
    const kinds = [['spec', 'paused'], ['spec', 'replicas']].map(async path => {
      const changed = { ...plan(), target: { cluster: 'one', group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' }, edits: [{ path, before: undefined, after: path[1] === 'paused' ? true : 1 }] }
      return (await lookLive({ world: { clusters: fleet.clusters }, change: { plan: changed }, cluster: fleet.clusters.choose({ cluster: 'one' }), now: 0 } as unknown as Verification)).kind
    })
    expect(await Promise.all(kinds)).to.deep.equal(['healthy', 'paused'])
  })
  it('says first that the manifest itself is not as asked', async () => {
    const seen = await look({ ...APP, spec: { source: { kustomize: { images: ['web:2'] } } } }, web('web:2'))
    expect(seen.kind).to.equal('different')
  })
})

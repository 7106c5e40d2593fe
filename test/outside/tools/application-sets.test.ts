import { expect } from 'chai'
import { WritError } from '../../../src/model/error.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { ownerObjects } from '../../../src/outside/tools/owner-objects.ts'
import { ONE, startFleet } from './fixtures.ts'
import type { Fleet } from './fixtures.ts'

const REF = { tool: 'argocd', kind: 'ApplicationSet', cluster: 'one', namespace: 'argocd', name: 'own' } as const

describe('the living ApplicationSets of a cluster', () => {
  let fleet: Fleet
  before(async () => {
    fleet = await startFleet(['one'])
    fleet.servers['one']?.put(...[['own', 'argocd'], ['a', 'team-a'], ['b', 'team-b']].map(([name = '', namespace = '']): KubernetesObject => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name, namespace }, spec: {} })),
      ...['argocd', 'team-a', 'team-b'].map((name): KubernetesObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })))
  })
  afterEach(() => {
    fleet.servers['one']?.intercept(null)
    fleet.servers['one']?.remove('ConfigMap', 'argocd-cmd-params-cm')
  })
  after(() => fleet.close())

  const forbid = (...paths: readonly RegExp[]): void => fleet.servers['one']?.intercept(({ url }) => paths.some(path => path.test(url ?? '')) ? { status: 403 } : null)
  const parameters = (namespaces: string): void => fleet.servers['one']?.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd' }, data: { 'applicationsetcontroller.namespaces': namespaces } })
  async function seen(): Promise<string> {
    const { sets, unseen } = await ownerObjects({ clusters: fleet.clusters, config: ONE }).applicationSets(REF)
    return `${sets.map(({ metadata }) => String(metadata['name'])).sort().join(' ')} | ${unseen ?? 'all'}`
  }
  const EVERYWHERE = /v1alpha1\/applicationsets/
  const rows: readonly (readonly [string, string | null, readonly RegExp[], string])[] = [
    ['are those of all namespaces where these may be listed', null, [], 'a b own | all'],
    ['are those of Argo CD\'s namespace where its controller looks nowhere else', null, [EVERYWHERE], 'own | all'],
    ['are those of each namespace that its parameters name', 'team-a, team-b', [EVERYWHERE], 'a b own | all'],
    ['are those of the namespaces that a pattern takes', 'argocd,team-*', [EVERYWHERE], 'a b own | all'],
    ['leave none out without a word', 'team-a,team-b', [EVERYWHERE, /team-b\/applicationsets/], 'a own | team-b'],
    ['say which pattern nobody can read', '/^team-.$/', [EVERYWHERE], 'own | those that /^team-.$/ takes'],
    ['say it where namespaces may not be listed', 'team-*', [EVERYWHERE, /v1\/namespaces\?/, /v1\/namespaces$/], 'own | those that team-* takes'],
    ['say it where the parameters may not be read', 'team-a', [EVERYWHERE, /argocd-cmd-params-cm/], 'own | every other one (argocd-cmd-params-cm may not be read)'],
  ]
  for (const [name, namespaces, forbidden, words] of rows) {
    it(name, async () => {
      if (namespaces !== null) parameters(namespaces)
      forbid(...forbidden)
      expect(await seen()).to.equal(words)
    })
  }
  it('fail where not even those of Argo CD\'s namespace may be listed', async () => {
    forbid(/applicationsets/)
    const failed: unknown = await seen().catch((error: unknown) => error)
    expect(failed instanceof WritError ? failed.code : failed).to.equal('cluster/unauthorized')
  })
})

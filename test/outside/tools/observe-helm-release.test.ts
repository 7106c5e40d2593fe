import { expect } from 'chai'
import type { GitOpsTool } from '../../../src/flow/ports.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Observation } from '../../../src/model/observation.ts'
import type { Owner } from '../../../src/model/owner.ts'
import { metadataText } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { fluxTool } from '../../../src/outside/tools/flux/flux-tool.ts'
import { failureOf } from '../../contracts/failure.ts'
import { COMMIT, OTHER, TARGET, gitRepository, kustomization, startFleet, toolsOf } from './fixtures.ts'
import type { Fleet } from './fixtures.ts'

const CONFIG = `sha256:${'c'.repeat(64)}`
const OWNER: Owner = {
  tool: 'flux', kind: 'HelmRelease', cluster: 'one', namespace: 'shop', name: 'web', uid: 'u', source: { url: 'https://git.example/shop.git', revision: 'main', path: 'apps/web' },
  render: { format: 'helm', loadRestrictor: 'none', directory: { recurse: false } }, delivery: { automated: true, reverts: false, syncedCommit: COMMIT, behindBecause: null },
  destination: { cluster: 'one', namespace: 'shop' }, sourceObject: { kind: 'GitRepository', namespace: 'flux-system', name: 'shop' },
}
const is = (type: string, status: string, ...[reason = 'Because', message = 'why']: readonly string[]): JsonObject => ({ type, status, reason, message })

/** A release that is deployed from what the Kustomization `shop` declares. */
function release(more: { readonly status?: JsonObject, readonly spec?: JsonObject, readonly labels?: JsonObject, readonly generation?: number } = {}): KubernetesObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease',
    metadata: { name: 'web', namespace: 'shop', uid: 'h1', generation: more.generation ?? 3, labels: more.labels ?? { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } },
    spec: { interval: '5m', chart: { spec: { chart: './charts/web', sourceRef: { kind: 'GitRepository', name: 'charts' } } }, ...more.spec },
    status: {
      observedGeneration: 3, lastAttemptedGeneration: 3, lastAttemptedConfigDigest: CONFIG, helmChart: 'shop/shop-web', conditions: [is('Ready', 'True'), is('Released', 'True')],
      history: [{ version: 2, status: 'deployed', configDigest: CONFIG, chartVersion: '1.0.0' }], inventory: { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] }, ...more.status,
    },
  }
}

function chart(status: JsonObject = {}): KubernetesObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', metadata: { name: 'shop-web', namespace: 'shop', generation: 1 }, spec: { chart: './charts/web', sourceRef: { kind: 'GitRepository', name: 'charts' } },
    status: { observedGeneration: 1, observedSourceArtifactRevision: `main@sha1:${COMMIT}`, artifact: { revision: '1.0.0' }, conditions: [is('Ready', 'True')], ...status },
  }
}

const charts = (status: JsonObject = {}): JsonObject => ({ ...gitRepository({ name: 'charts', spec: { url: 'https://git.example/charts.git' }, status }), metadata: { name: 'charts', namespace: 'shop', generation: 1 } })
const declaring = (status: JsonObject = {}): KubernetesObject => kustomization('shop', { status: { inventory: { entries: [{ id: 'shop_web_helm.toolkit.fluxcd.io_HelmRelease', v: 'v2' }] }, ...status } })

describe('a HelmRelease after a merge', () => {
  let fleet: Fleet
  let tool: GitOpsTool
  const put = (...objects: readonly JsonObject[]): void => { fleet.servers['one']?.put(...objects) }
  before(async () => {
    fleet = await startFleet(['one'])
    tool = fluxTool(toolsOf(fleet))
  })
  beforeEach(() => { put(release(), chart(), charts(), declaring(), gitRepository()) })
  after(() => fleet.close())
  async function observed(object: JsonObject, wanted: 'there' | 'gone' = 'there', owner = OWNER): Promise<Observation> {
    put(object)
    return tool.observe(owner, TARGET, wanted)
  }

  it('is accepted at the commit of the Kustomization that declares it', async () => {
    const seen = await observed(release())
    expect(seen).to.deep.include({ revision: COMMIT, accepted: true, unmet: [], unchanged: true, blocked: null, failure: null, listed: true, pending: false })
    expect(seen.tuple).to.deep.include({ owner: 'HelmRelease shop/web', generation: 3, attemptedGeneration: 3, configDigest: CONFIG })
    expect(JSON.stringify(seen.tuple)).to.contain('"declaredBy"')
  })
  it('is accepted at the commit that its chart was packed from, where the chart was edited', async () => {
    put(chart({ observedSourceArtifactRevision: `main@sha1:${OTHER}` }))
    const seen = await observed(release(), 'there', { ...OWNER, source: { url: 'https://git.example/charts.git', revision: 'main', path: 'charts/web' } })
    expect([seen.revision, seen.accepted]).to.deep.equal([OTHER, true])
  })
  const unmet: readonly [string, JsonObject, string][] = [
    ['its Kustomization has not applied it', declaring({ conditions: [is('Ready', 'Unknown', 'Progressing', 'x')] }), 'Kustomization flux-system/shop: Ready is Unknown'],
    ['its controller has not seen its spec', release({ generation: 4 }), 'has seen generation 3 of 4'],
    ['it has attempted an older one', release({ status: { lastAttemptedGeneration: 2 } }), 'attempted generation 2 of 3'],
    ['its newest release failed', release({ status: { history: [{ version: 3, status: 'failed', configDigest: CONFIG, chartVersion: '1.0.0' }] } }), 'is failed, not deployed'],
    ['its newest release has other values', release({ status: { lastAttemptedConfigDigest: 'sha256:x' } }), 'made from other values'],
    ['it was never released', release({ status: { history: [] } }), 'history is empty'],
    ['Released is False', release({ status: { conditions: [is('Ready', 'True'), is('Released', 'False')] } }), 'Released is False'],
    ['it was remediated', release({ status: { conditions: [is('Ready', 'True'), is('Released', 'True'), is('Remediated', 'True')] } }), 'Remediated is True'],
    ['it is stalled', release({ status: { conditions: [is('Ready', 'True'), is('Released', 'True'), is('Stalled', 'True')] } }), 'it is stalled: why'],
    ['its tests have not passed', release({ spec: { test: { enable: true } } }), 'TestSuccess is not set'],
    ['its chart is newer than what was released', chart({ artifact: { revision: '1.0.1' } }), 'packed as 1.0.1, released is 1.0.0'],
    ['its chart cannot be packed', chart({ conditions: [is('Ready', 'False', 'ChartPackageError', 'no')] }), 'HelmChart shop/shop-web: Ready is False'],
    ['its list does not name the object', release({ status: { inventory: { entries: [] } } }), 'does not list Deployment shop/web'],
  ]
  for (const [name, object, words] of unmet) {
    it(`is not accepted while ${name}`, async () => {
      const seen = await observed(object)
      expect(seen.accepted).to.equal(false)
      expect(seen.unmet.join('; ')).to.include(words)
    })
  }
  it('needs no list of a controller that keeps none', async () => {
    const { status } = release()
    const { inventory: _none, ...rest } = Object(status)
    expect((await observed({ ...release(), status: rest })).accepted).to.equal(true)
  })
  it('has rolled back where the version of before runs again, with the words of what failed', async () => {
    const seen = await observed(release({ status: { observedGeneration: 3, conditions: [is('Ready', 'False', 'RollbackSucceeded', 'Helm rollback to previous release succeeded'), is('Released', 'False', 'UpgradeFailed', 'Helm upgrade failed: timeout'), is('Remediated', 'True', 'RollbackSucceeded', 'Helm rollback to previous release succeeded'), is('Stalled', 'True', 'RetriesExceeded', 'Failed to upgrade after 1 attempt(s)')] } }))
    expect(seen.failure).to.deep.equal({ permanent: true, revision: COMMIT, sentence: 'RollbackSucceeded: Helm rollback to previous release succeeded; UpgradeFailed: Helm upgrade failed: timeout', class: 'rollout', rolledBack: true })
  })
  it('has failed for good where it is stalled, and may recover where it tries again', async () => {
    const failed = [is('Ready', 'False', 'UpgradeFailed', 'no'), is('Released', 'False', 'UpgradeFailed', 'no')]
    expect((await observed(release({ status: { conditions: [...failed, is('Stalled', 'True', 'RetriesExceeded', 'Failed')] } }))).failure).to.deep.equal({ permanent: true, revision: COMMIT, sentence: 'RetriesExceeded: Failed; UpgradeFailed: no', class: 'rollout' })
    expect((await observed(release({ status: { conditions: failed } }))).failure?.permanent).to.equal(false)
  })
  it('has not failed by what failed before its spec was changed', async () => {
    const seen = await observed(release({ generation: 4, status: { conditions: [is('Ready', 'False', 'UpgradeFailed', 'no'), is('Released', 'False'), is('Stalled', 'True', 'RetriesExceeded', 'Failed')] } }))
    expect(seen.failure).to.equal(null)
  })
  it('has not failed by what is still said of an older generation while the action of this one runs', async () => {
    const old = (type: string, status: string, reason: string): JsonObject => ({ ...is(type, status, reason, 'no'), observedGeneration: 2 })
    const running = { ...is('Ready', 'Unknown', 'Progressing', 'Running \'upgrade\' action'), observedGeneration: 3 }
    expect((await observed(release({ status: { observedGeneration: 2, conditions: [running, old('Released', 'False', 'UpgradeFailed'), old('Remediated', 'True', 'RollbackSucceeded'), old('Stalled', 'True', 'RetriesExceeded')] } }))).failure).to.equal(null)
  })
  it('waits for a person where any part of the chain is suspended', async () => {
    expect((await observed(release({ spec: { suspend: true } }))).blocked).to.deep.include({ code: 'BLOCKED_SUSPENDED', next: 'flux resume helmrelease web -n shop' })
    put(release())
    expect((await observed(kustomization('shop', { spec: { suspend: true }, status: { inventory: { entries: [{ id: 'shop_web_helm.toolkit.fluxcd.io_HelmRelease', v: 'v2' }] } } }))).blocked?.next).to.equal('flux resume kustomization shop -n flux-system')
  })
  it('waits for what it depends on', async () => {
    const seen = await observed(release({ status: { conditions: [is('Ready', 'False', 'DependencyNotReady', 'dependency \'shop/db\' is not ready')] } }))
    expect(seen.blocked).to.deep.equal({ code: 'BLOCKED_DEPENDENCY', sentence: 'HelmRelease shop/web waits: dependency \'shop/db\' is not ready', next: null })
  })
  it('is missing where it is gone, or its Kustomization no longer lists it', async () => {
    expect((await observed(declaring({ inventory: { entries: [] } }))).unmet.join()).to.equal('Kustomization flux-system/shop no longer lists HelmRelease shop/web')
    fleet.servers['one']?.remove('HelmRelease', 'web')
    expect(await tool.observe(OWNER, TARGET)).to.deep.include({ missing: true, unmet: ['HelmRelease shop/web is no longer there'] })
  })
  it('is asked through the sources of what declares it and of its chart', async () => {
    await tool.refresh(OWNER, 'now', 'normal')
    const asked = (kind: string, name: string): string | undefined => { const object = fleet.servers['one']?.get(kind, name); return object === undefined ? undefined : metadataText(object, 'annotations', 'reconcile.fluxcd.io/requestedAt') }
    expect([asked('GitRepository', 'shop'), asked('GitRepository', 'charts'), asked('Kustomization', 'shop'), asked('HelmRelease', 'web')]).to.deep.equal(['now', 'now', undefined, undefined])
    put(release({ spec: { valuesFrom: [{ kind: 'ConfigMap', name: 'values' }] } }))
    await tool.refresh(OWNER, 'values', 'normal')
    expect(asked('HelmRelease', 'web')).to.equal('values')
    put(release({ labels: {} }))
    expect(await failureOf(tool.refresh(OWNER, 'now', 'normal'))).to.equal('cluster/not-found')
  })
  it('is asked to look and apply again where a person starts a sync', async () => {
    put(release())
    await tool.sync(OWNER, { change: 'abcd2345', by: 'ada', revision: COMMIT, prune: false })
    const kustomization = fleet.servers['one']?.get('Kustomization', 'shop')
    expect(kustomization === undefined ? undefined : metadataText(kustomization, 'annotations', 'reconcile.fluxcd.io/requestedAt')).to.equal('writ-abcd2345')
  })
})

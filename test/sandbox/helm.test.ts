import { expect } from 'chai'
import { objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { metadataText } from '../../src/model/resource.ts'
import { gitRepository } from '../../src/sandbox/example/owners.ts'
import { hasHelm } from '../../src/sandbox/flux/helm-template.ts'
import { chartFiles, helmRelease } from '../contracts/chart.ts'
import { condition, imageOf, startStand, until } from './stand.ts'
import type { Stand } from './stand.ts'

const HELM = 'HelmRelease shop/web'

describe('helm-controller stand-in', function () {
  this.timeout(40_000)
  let stand: Stand
  before(async () => {
    stand = await startStand({ poll: 150, files: chartFiles('1.0.0') })
    await stand.api.apply({ ...gitRepository('apps', stand.url), metadata: { name: 'apps', namespace: 'shop' } }, 'test')
  })
  after(() => stand.stop())

  const release = async (): Promise<KubernetesObject> => await stand.api.get({ group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease', namespace: 'shop', name: 'web' }) ?? { apiVersion: '', kind: '', metadata: {} }
  const image = async (): Promise<unknown> => imageOf(await stand.live('web', 'shop', 'Deployment'))
  const apply = (image: string, more: JsonObject = {}): Promise<KubernetesObject> => stand.api.apply(helmRelease({ name: 'web', namespace: 'shop', source: 'apps', values: { image }, more }), 'test')
  const rows = (of: KubernetesObject): readonly unknown[] => objectsAt(of, 'status', 'history').map(row => `${textAt(row, 'action') ?? ''} v${String(row['version'])} ${textAt(row, 'status') ?? ''} ${textAt(row, 'chartVersion') ?? ''}`)
  const settled = (generation: unknown): Promise<KubernetesObject> => until(async () => {
    const now = await release()
    return valueAt(now, 'status', 'observedGeneration') === generation && condition(now, 'Reconciling') === null ? now : null
  }, 'the release to settle', 20_000)

  it('says that it has no helm where there is none', async () => {
    const path = process.env['PATH']
    process.env['PATH'] = '/nonexistent'
    try {
      expect(await hasHelm()).to.equal(false)
    } finally {
      process.env['PATH'] = path
    }
  })

  describe('with helm', () => {
    before(async function () {
      if (await hasHelm()) return
      console.log('      skipped: no helm on PATH')
      this.skip()
    })

    it('makes its HelmChart, installs, and writes history, inventory and owner marks', async () => {
      const made = await apply('web:1')
      const now = await settled(made.metadata['generation'])
      expect(condition(now, 'Ready')).to.include({ status: 'True', reason: 'InstallSucceeded', message: 'Helm install succeeded for release shop/web.v1 with chart web@1.0.0' })
      expect(condition(now, 'Released')).to.include({ status: 'True', reason: 'InstallSucceeded' })
      expect(textAt(now, 'status', 'helmChart')).to.equal('shop/shop-web')
      expect(rows(now)).to.deep.equal(['install v1 deployed 1.0.0'])
      expect(valueAt(now, 'status', 'lastAttemptedGeneration')).to.equal(now.metadata['generation'])
      expect(textAt(objectsAt(now, 'status', 'history')[0], 'configDigest')).to.equal(textAt(now, 'status', 'lastAttemptedConfigDigest'))
      expect(objectsAt(now, 'status', 'inventory', 'entries')).to.deep.equal([{ id: 'shop_web_apps_Deployment', v: 'v1' }])
      const live = await stand.live('web', 'shop', 'Deployment')
      expect(metadataText(live ?? now, 'labels', 'helm.toolkit.fluxcd.io/name')).to.equal('web')
      expect(JSON.stringify(valueAt(live ?? now, 'metadata', 'managedFields'))).to.contain('"manager":"helm-controller","operation":"Apply"')
    })
    it('upgrades where values change, and what was deployed is superseded', async () => {
      const before = textAt(await release(), 'status', 'lastAttemptedConfigDigest')
      const now = await settled((await apply('web:2')).metadata['generation'])
      expect(await image()).to.equal('web:2')
      expect(rows(now)).to.deep.equal(['upgrade v2 deployed 1.0.0', 'install v1 superseded 1.0.0'])
      expect(textAt(now, 'status', 'lastAttemptedConfigDigest')).to.not.equal(before)
    })
    it('never deploys a changed chart of the same version, and does once the version is another', async () => {
      const commit = await stand.push({ 'chart/values.yaml': 'image: web:1\nreplicas: 2\n' })
      await until(async () => {
        const chart = await stand.api.get({ group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'HelmChart', namespace: 'shop', name: 'shop-web' })
        return textAt(chart ?? {}, 'status', 'observedSourceArtifactRevision')?.endsWith(commit) === true
      }, 'the chart to be looked at')
      expect(rows(await release())).to.have.length(2)
      await stand.push({ 'chart/Chart.yaml': chartFiles('1.0.1')['chart/Chart.yaml'] ?? '' })
      const now = await until(async () => {
        const one = await release()
        return String(rows(one)[0]).startsWith('upgrade v3') && condition(one, 'Reconciling') === null ? one : null
      }, 'the upgrade')
      expect(rows(now)).to.deep.equal(['upgrade v3 deployed 1.0.1', 'upgrade v2 superseded 1.0.0'])
      expect(valueAt(await stand.live('web', 'shop', 'Deployment') ?? {}, 'spec', 'replicas')).to.equal(2)
    })
    it('rolls back a failed upgrade where that is asked for, and is stalled once it has tried enough', async () => {
      stand.behaviours.set(HELM, 'applyError')
      const made = await apply('web:3', { upgrade: { remediation: { retries: 0, remediateLastFailure: true } } })
      const now = await until(async () => {
        const one = await release()
        return condition(one, 'Stalled') !== null && valueAt(one, 'status', 'observedGeneration') === made.metadata['generation'] ? one : null
      }, 'the rollback')
      expect(condition(now, 'Released')).to.include({ status: 'False', reason: 'UpgradeFailed' })
      expect(condition(now, 'Released')?.message).to.contain('denied the request')
      expect(condition(now, 'Remediated')).to.include({ status: 'True', reason: 'RollbackSucceeded' })
      expect(condition(now, 'Ready')).to.include({ status: 'False', reason: 'RollbackSucceeded' })
      expect(condition(now, 'Stalled')).to.include({ reason: 'RetriesExceeded', message: 'Failed to upgrade after 1 attempt(s)' })
      expect(rows(now).slice(0, 2)).to.deep.equal(['rollback v5 deployed 1.0.1', 'upgrade v4 failed 1.0.1'])
      expect(await image()).to.equal('web:2')
      stand.behaviours.delete(HELM)
    })
    it('recovers with the next change of its values', async () => {
      const now = await settled((await apply('web:4')).metadata['generation'])
      expect(condition(now, 'Ready')).to.include({ status: 'True', reason: 'UpgradeSucceeded' })
      expect([condition(now, 'Remediated'), condition(now, 'Stalled')]).to.deep.equal([null, null])
    })
    it('is not rolled back without remediation: the failed revision stays', async () => {
      stand.behaviours.set(HELM, 'applyError')
      await stand.api.patch({ group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease', namespace: 'shop', name: 'web' }, { spec: { upgrade: null, values: { image: 'web:5' } } }, { manager: 'test' })
      const now = await until(async () => { const one = await release(); return condition(one, 'Stalled') === null ? null : one }, 'the stall')
      expect(condition(now, 'Ready')).to.include({ status: 'False', reason: 'UpgradeFailed' })
      expect(condition(now, 'Remediated')).to.equal(null)
      stand.behaviours.delete(HELM)
    })
    it('answers a request while it is suspended, and does nothing', async () => {
      const ref = { group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease', namespace: 'shop', name: 'web' }
      await stand.api.patch(ref, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } }, spec: { suspend: true, values: { image: 'web:6' } } }, { manager: 'test' })
      await until(async () => textAt(await release(), 'status', 'lastHandledReconcileAt') === 'now', 'the answer')
      expect(await image()).to.not.equal('web:6')
    })
    it('waits for what it depends on, and says so', async () => {
      await stand.api.apply(helmRelease({ name: 'late', namespace: 'shop', source: 'apps', values: {}, more: { dependsOn: [{ name: 'web' }] } }), 'test')
      await until(async () => {
        const late = await stand.api.get({ group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease', namespace: 'shop', name: 'late' })
        return late !== null && condition(late, 'Ready')?.reason === 'DependencyNotReady' && condition(late, 'Ready')?.message === 'dependency \'shop/web\' is not ready'
      }, 'the dependency')
    })
    it('stumbles over nothing', () => { expect(stand.problems()).to.deep.equal([]) })
  })
})

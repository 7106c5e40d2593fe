import { expect } from 'chai'
import { objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { chartFiles, helmRelease } from './chart.ts'
import type { Ground } from './controller-ground.ts'
import { applied, askFor, attempted, conditionOf, gitRepository, is, newKustomization, observed, seenAtRest } from './flux-objects.ts'
import type { Kustomization } from './flux-objects.ts'
import type { Place, Recording } from './recording.ts'

const history = (object: KubernetesObject): readonly (readonly unknown[])[] => objectsAt(object, 'status', 'history').map(row => [row['version'], row['status']])
const newest = (object: KubernetesObject, key: string): string | undefined => textAt(objectsAt(object, 'status', 'history')[0], key)

/** How helm-controller writes the status of a release that a Kustomization declares. */
export function releaseContract(groundOf: () => Ground): void {
  describe('with a release that a Kustomization declares', () => {
    let ground: Ground
    before(function () {
      ground = groundOf()
      if (!ground.world.helm) {
        console.log('      skipped: no helm on PATH')
        this.skip()
      }
    })
    const place = (): Place => ({ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', plural: 'helmreleases', namespace: ground.world.workloads, name: 'web' })
    const manifest = (image: string, replicas = 0): string => JSON.stringify(helmRelease({ name: 'web', namespace: ground.world.workloads, source: 'contract', values: { image, replicas }, more: { interval: '1h', timeout: '20s', upgrade: { remediation: { remediateLastFailure: true, retries: 0 } } } }))
    const owner = (): Owner => ({
      tool: 'flux', kind: 'HelmRelease', cluster: ground.world.cluster.name, namespace: ground.world.workloads, name: 'web', uid: '', source: { url: ground.world.url, revision: 'main', path: one.name },
      render: { format: 'helm', loadRestrictor: 'none', directory: { recurse: false } }, delivery: { automated: true, reverts: false, syncedCommit: null, behindBecause: null },
      destination: { cluster: ground.world.cluster.name, namespace: ground.world.workloads }, sourceObject: { kind: 'GitRepository', namespace: ground.world.owners, name: 'contract' },
    })
    const deploy = async (text: string): Promise<string> => {
      const commit = await ground.world.push({ [`${one.name}/release.yaml`]: text })
      await askFor(ground, gitRepository(ground))
      return commit
    }
    /** Nothing is under way, and its generation is seen. */
    const rests = (object: KubernetesObject): boolean => observed(object) && conditionOf(object, 'Reconciling') === undefined
    let one: Kustomization
    let seen: Recording

    it('is Ready before its history names the release, and done only once its generation is seen', async () => {
      await ground.world.push(chartFiles('1.0.0'))
      await askFor(ground, gitRepository(ground, ground.world.workloads))
      seen = await ground.record(place())
      one = await newKustomization(ground, {}, its => ({ [`${its}/release.yaml`]: manifest('web:1') }))
      const early = await seen.until(object => is(object, 'Ready') === 'True InstallSucceeded', 'the installation')
      expect([history(early), observed(early), is(early, 'Reconciling'), is(early, 'Released')]).to.deep.equal([[], false, 'True Progressing', 'True InstallSucceeded'])
      const end = await seen.until(rests, 'the end of the installation', seen.states.indexOf(early))
      expect([is(end, 'Ready'), history(end), newest(end, 'action')]).to.deep.equal(['True InstallSucceeded', [[1, 'deployed']], 'install'])
      expect(newest(end, 'configDigest')).to.equal(textAt(end, 'status', 'lastAttemptedConfigDigest'))
      expect(objectsAt(end, 'status', 'inventory', 'entries')).to.deep.equal([{ id: `${ground.world.workloads}_web_apps_Deployment`, v: 'v1' }])
    })
    it('is accepted at the commit of that Kustomization, once its own generation, values and history have followed', async () => {
      const before = seen.states.at(-1)
      const at = seen.states.length
      const commit = await deploy(manifest('web:2'))
      const early = await seen.until(object => is(object, 'Ready') === 'True UpgradeSucceeded', 'the upgrade', at)
      // Attempted is the new configuration, released by its history still the one before.
      expect([textAt(early, 'status', 'lastAttemptedConfigDigest') === newest(early, 'configDigest'), history(early), observed(early)]).to.deep.equal([false, [[1, 'deployed']], false])
      const end = await seen.until(rests, 'the end of the upgrade', seen.states.indexOf(early))
      expect([is(end, 'Ready'), is(end, 'Released'), history(end), newest(end, 'action')]).to.deep.equal(['True UpgradeSucceeded', 'True UpgradeSucceeded', [[2, 'deployed'], [1, 'superseded']], 'upgrade'])
      expect(valueAt(end, 'status', 'lastAttemptedGeneration')).to.equal(end.metadata['generation'])
      expect(newest(end, 'configDigest')).to.equal(textAt(end, 'status', 'lastAttemptedConfigDigest'))
      expect(newest(end, 'configDigest')).to.not.equal(textAt(objectsAt(before, 'status', 'history')[0], 'configDigest'))
      await one.ready(commit)
      const found = await seenAtRest(ground, owner(), ground.target('web', 'Deployment'))
      expect([found.revision, found.accepted, found.unmet]).to.deep.equal([commit, true, []])
    })
    it('is rolled back where its upgrade fails, while the chain above stands at the commit', async () => {
      const before = seen.states.at(-1)
      const at = seen.states.length
      const commit = await deploy(manifest('NOT AN IMAGE', -1))
      const early = await seen.until(object => is(object, 'Remediated') === 'True RollbackSucceeded', 'the rollback', at)
      const end = await seen.until(rests, 'the end of the rollback', seen.states.indexOf(early))
      const order = seen.states.slice(at, seen.states.indexOf(end) + 1)
      const failed = order.find(object => JSON.stringify(history(object)) === JSON.stringify([[3, 'failed'], [2, 'deployed'], [1, 'superseded']]))
      expect(failed === undefined ? null : [is(failed, 'Ready'), is(failed, 'Released'), is(failed, 'Remediated')], 'the failure, before it is rolled back').to.deep.equal(['False UpgradeFailed', 'False UpgradeFailed', ' '])
      expect([is(early, 'Stalled'), is(early, 'Ready'), history(early)[0], observed(early)]).to.deep.equal(['True RetriesExceeded', 'False RollbackSucceeded', [3, 'failed'], false])
      expect([is(end, 'Released'), history(end), newest(end, 'action')]).to.deep.equal(['False UpgradeFailed', [[4, 'deployed'], [3, 'failed'], [2, 'superseded']], 'rollback'])
      expect(newest(end, 'configDigest')).to.equal(textAt(objectsAt(before, 'status', 'history')[0], 'configDigest'))
      const kustomization = await one.seen.until(object => attempted(object) === commit, 'the Kustomization')
      expect(applied(kustomization)).to.not.equal(commit)
      const found = await ground.world.tool.observe(owner(), ground.target('web', 'Deployment'))
      expect([found.accepted, found.failure?.rolledBack, found.failure?.permanent]).to.deep.equal([false, true, true])
    })
    it('is in sync with what the rollback left, and upgrades nothing, where that is asked for again', async () => {
      const at = seen.states.length
      const commit = await deploy(manifest('web:2'))
      const end = await seen.until(object => rests(object) && is(object, 'Ready').startsWith('True'), 'Ready again', at)
      expect([is(end, 'Ready'), is(end, 'Released'), is(end, 'Remediated'), is(end, 'Stalled')]).to.deep.equal(['True UpgradeSucceeded', 'True UpgradeSucceeded', ' ', ' '])
      expect([history(end)[0], newest(end, 'action')]).to.deep.equal([[4, 'deployed'], 'rollback'])
      expect(seen.states.slice(at).filter(object => is(object, 'Ready') === 'Unknown Progressing' && textAt(conditionOf(object, 'Ready'), 'message')?.startsWith('Running') === true)).to.deep.equal([])
      await one.ready(commit)
      const found = await seenAtRest(ground, owner(), ground.target('web', 'Deployment'))
      expect([found.revision, found.accepted, found.unmet]).to.deep.equal([commit, true, []])
    })
  })
}

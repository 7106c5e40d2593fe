import { expect } from 'chai'
import { objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Observation } from '../../src/model/observation.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { configMap, Ground, REFUSED } from './controller-ground.ts'
import type { ControllerWorld } from './controller-ground.ts'
import { applied, askFor, attempted, conditionOf, gitRepository, is, newKustomization, seenAtRest } from './flux-objects.ts'
import type { Kustomization } from './flux-objects.ts'
import { releaseContract } from './flux-release.ts'

/** How Flux writes its status (argocd-flux.md 0, 5.2, 6.3), to a watcher who sees each write: the conditions come first, and the rest of the status after them. */
export function fluxContract(name: string, open: () => Promise<ControllerWorld>): void {
  describe(`${name} as controllers`, function () {
    this.timeout(180_000)
    let ground: Ground
    before(async () => {
      ground = new Ground(await open())
      for (const namespace of new Set([ground.world.owners, ground.world.workloads])) await ground.make(gitRepository(ground, namespace), { url: ground.world.url, interval: '1h', ref: { branch: 'main' } })
    })
    after(() => ground.close())

    const newOne = (spec: JsonObject = {}, files: (its: string) => Readonly<Record<string, string>> = () => ({})): Promise<Kustomization> => newKustomization(ground, spec, files)
    const ownerOf = (one: Kustomization): Promise<Owner> => ground.owner({ tool: 'flux', kind: 'Kustomization', cluster: ground.world.cluster.name, namespace: one.place.namespace, name: one.name }, ground.target(one.map))
    /** What Writ sees; where a try is under way, what it sees after it. */
    async function failing(one: Kustomization): Promise<Observation> {
      const owner = await ownerOf(one)
      const look = async (tries: number): Promise<Observation> => {
        const now = await ground.world.tool.observe(owner, ground.target(one.map))
        if (now.failure !== null || tries === 0) return now
        await new Promise(resolve => { setTimeout(resolve, 200) })
        return look(tries - 1)
      }
      return look(100)
    }

    it('follows its source by itself, lists what it applied before it is Ready, and names the revision last of all', async () => {
      const one = await newOne()
      const first = await one.ready()
      const order = one.seen.states.slice(0, one.seen.states.indexOf(first) + 1)
      const at = (fits: (object: KubernetesObject) => boolean): number => order.findIndex(fits)
      const steps = [at(object => attempted(object) !== ''), at(object => objectsAt(object, 'status', 'inventory', 'entries').length > 0), at(object => is(object, 'Ready').startsWith('True')), at(object => applied(object) !== '')]
      expect(steps, 'attempted, listed, Ready, applied: four writes').to.deep.equal([...new Set(steps)].toSorted((a, b) => a - b))
      expect(steps[0]).to.be.at.least(0)
      const early = order[steps[2] ?? 0]
      expect([valueAt(early, 'status', 'observedGeneration'), textAt(early === undefined ? undefined : conditionOf(early, 'Ready'), 'message')]).to.deep.equal([-1, `Applied revision: ${textAt(first, 'status', 'lastAppliedRevision') ?? ''}`])
      const since = one.seen.states.length
      const commit = await one.push('two')
      const end = await one.ready(commit)
      expect(await ground.value(one.map)).to.equal('two')
      expect(objectsAt(end, 'status', 'inventory', 'entries')).to.deep.equal([{ id: `${ground.world.workloads}_${one.map}__ConfigMap`, v: 'v1' }])
      // Ready was of the commit before for a while, then Unknown, and then of this one: it names it before the status does.
      const between = one.seen.states.slice(since, one.seen.states.indexOf(end))
      expect(between.some(object => is(object, 'Ready') === 'Unknown Progressing')).to.equal(true)
      expect(between.filter(object => is(object, 'Ready').startsWith('True') && textAt(conditionOf(object, 'Ready'), 'message')?.endsWith(commit) === true).map(applied)).to.deep.equal([applied(first)])
      const [newest, before] = objectsAt(end, 'status', 'history')
      expect([newest, before].map(row => [row?.['lastReconciledStatus'], textAt(row, 'metadata', 'revision')?.slice(-40)])).to.deep.equal([['ReconciliationSucceeded', commit], ['ReconciliationSucceeded', applied(first)]])
      expect(newest?.['digest']).to.not.equal(before?.['digest'])
      const seen = await seenAtRest(ground, await ownerOf(one), ground.target(one.map))
      expect([seen.revision, seen.accepted, seen.unmet]).to.deep.equal([commit, true, []])
    })
    it('answers a request while it is suspended, and does nothing', async () => {
      const one = await newOne()
      const before = await one.ready()
      await ground.hand.patch(one.place, { spec: { suspend: true } })
      const at = one.seen.states.indexOf(await one.seen.until(object => valueAt(object, 'spec', 'suspend') === true, 'suspended'))
      const commit = await one.push('two')
      const token = await askFor(ground, one.place)
      const answered = await one.seen.until(object => textAt(object, 'status', 'lastHandledReconcileAt') === token, 'the answer', at)
      expect([applied(answered), is(answered, 'Ready'), await ground.value(one.map)]).to.deep.equal([applied(before), 'True ReconciliationSucceeded', 'one'])
      // It was Ready, and counts the generation as seen, though it has applied nothing of it.
      expect(valueAt(answered, 'status', 'observedGeneration')).to.equal(answered.metadata['generation'])
      await ground.hand.patch(one.place, { spec: { suspend: false } })
      await one.ready(commit)
    })
    it('has attempted a commit that it cannot apply, keeps the applied one, and does not observe the generation while it fails', async () => {
      const one = await newOne()
      const before = await one.ready()
      const at = one.seen.states.length
      const commit = await ground.world.push({ [`${one.name}/refused.yaml`]: configMap(REFUSED, ground.world.workloads, 'x') })
      await askFor(ground, gitRepository(ground))
      const failed = await one.seen.until(object => is(object, 'Ready') === 'False ReconciliationFailed' && attempted(object) === commit, 'the failure', at)
      expect([applied(failed), is(failed, 'Reconciling')]).to.deep.equal([applied(before), 'True ProgressingWithRetry'])
      expect(textAt(conditionOf(failed, 'Ready'), 'message')).to.match(/dry-run failed \(Invalid\)/)
      const again = one.seen.states.length
      await ground.hand.patch(one.place, { spec: { timeout: '31s' } })
      const newer = await one.seen.until(object => is(object, 'Ready').startsWith('False') && conditionOf(object, 'Ready')?.['observedGeneration'] === object.metadata['generation'] && object.metadata['generation'] !== before.metadata['generation'], 'a failing newer generation', again)
      expect(valueAt(newer, 'status', 'observedGeneration')).to.equal(before.metadata['generation'])
      const seen = await failing(one)
      expect([seen.accepted, seen.failure?.revision, seen.failure?.permanent]).to.deep.equal([false, commit, true])
      const mended = await ground.world.push({ [`${one.name}/refused.yaml`]: null })
      await askFor(ground, gitRepository(ground))
      const end = await one.ready(mended)
      expect(objectsAt(end, 'status', 'history').map(row => row['lastReconciledStatus'])).to.include('ReconciliationFailed')
    })
    it('attempts no commit that does not have its path, though it fails at it', async () => {
      const one = await newOne()
      const before = await one.ready()
      const at = one.seen.states.length
      const commit = await ground.world.push({ [one.file]: null })
      await askFor(ground, gitRepository(ground))
      const failed = await one.seen.until(object => is(object, 'Ready') === 'False ArtifactFailed', 'the failure', at)
      expect([attempted(failed), applied(failed)]).to.deep.equal([applied(before), applied(before)])
      expect(textAt(conditionOf(failed, 'Ready'), 'message')).to.match(/^kustomization path not found: stat /)
      // Only what it was doing names the commit.
      expect(textAt(conditionOf(failed, 'Reconciling'), 'message')).to.include(`Fetching manifests for revision main@sha1:${commit} with a timeout of`)
      const seen = await failing(one)
      expect([seen.accepted, seen.failure?.revision, seen.failure?.permanent]).to.deep.equal([false, commit, true])
      await one.ready(await one.push('three'))
    })
    it('waits for what it depends on, and says so', async () => {
      const base = await newOne({ suspend: true })
      const one = await newOne({ dependsOn: [{ name: base.name }] })
      const waits = await one.seen.until(object => is(object, 'Ready') === 'False DependencyNotReady', 'the dependency')
      expect(textAt(conditionOf(waits, 'Ready'), 'message')).to.match(/^dependency '/)
      expect([is(waits, 'Reconciling'), attempted(waits)]).to.deep.equal([' ', ''])
      expect((await ground.world.tool.observe(await ownerOf(one), ground.target(one.map))).blocked?.code).to.equal('BLOCKED_DEPENDENCY')
    })
    it('takes away what is no longer in Git before it lists it no more', async () => {
      const one = await newOne({}, its => ({ [`${its}/more.yaml`]: configMap(`${its}-more`, ground.world.workloads, 'x') }))
      expect(objectsAt(await one.ready(), 'status', 'inventory', 'entries')).to.have.length(2)
      const at = one.seen.states.length
      const commit = await ground.world.push({ [`${one.name}/more.yaml`]: null })
      await askFor(ground, gitRepository(ground))
      await one.seen.until(object => objectsAt(object, 'status', 'inventory', 'entries').length === 1, 'the list', at)
      expect(await ground.value(`${one.name}-more`)).to.equal(undefined)
      expect(objectsAt(await one.ready(commit), 'status', 'inventory', 'entries')).to.have.length(1)
    })
    releaseContract(() => ground)
  })
}

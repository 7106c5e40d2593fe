import { expect } from 'chai'
import type { Cluster, GitOpsTool } from '../../src/flow/ports.ts'
import { nearestOwner } from '../../src/flow/owner/owner-chain.ts'
import { isRefusal } from '../../src/model/error.ts'
import { fieldAt } from '../../src/model/field.ts'
import { objectsAt, textAt } from '../../src/model/json.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { proofLevel } from '../../src/model/owner.ts'
import type { Observation } from '../../src/model/observation.ts'
import type { Owner, OwnerRef } from '../../src/model/owner.ts'
import type { KubernetesObject, Target } from '../../src/model/resource.ts'
import { webManifest } from '../support/web-manifest.ts'

/** A controller with one owner, which deploys `apps/web` of a repository: the Deployment shop/web. It looks at Git only when asked, or seldom. */
export interface ToolBench {
  readonly tool: GitOpsTool
  readonly cluster: Cluster
  readonly owner: OwnerRef
  readonly url: string
  /** Commits to the branch `main` and gives the commit. */
  push(files: Readonly<Record<string, string | null>>): Promise<string>
  /** Merge-patches the owner object. */
  change(patch: JsonObject): Promise<void>
  /** What suspends this owner, as a merge patch, and what ends that. */
  readonly suspend: { readonly on: JsonObject, readonly off: JsonObject }
  /** Makes the controller misbehave; null where it is a real one. */
  readonly behave: ((behaviour: 'normal' | 'oldCommit' | 'wrongValue' | 'frozen' | 'silent' | 'lostRefresh' | 'applyError' | 'oldRefresh' | 'comparedLate' | 'listLate' | 'healthLate' | 'retrying' | 'staleArtifact') => void) | null
  close(): Promise<void>
}

const IMAGE = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }, 'image'] as const

/** The manifest that the bench's repository begins with at apps/web/web.yaml, image web:1. */
export function benchManifest(image: string): string {
  return webManifest({ image, namespace: 'shop' })
}

/** What every adapter of a GitOps tool must do, against a controller that is real or stands in for it. */
export function toolContract(name: string, open: () => Promise<ToolBench>): void {
  describe(`${name} as a GitOps tool`, function () {
    this.timeout(60_000)
    let bench: ToolBench
    let target: Target
    let round = 1

    before(async () => {
      bench = await open()
      target = { cluster: bench.cluster.name, group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' }
      await until(async () => await live() !== null, 'the Deployment')
      await accepted(await owner())
    })
    after(() => bench.close())

    async function live(of = 'web'): Promise<KubernetesObject | null> {
      return bench.cluster.get(await bench.cluster.resolve('deployments.apps'), 'shop', of)
    }

    async function owner(): Promise<Owner> {
      const read = await bench.tool.read(bench.owner, target)
      if (isRefusal(read)) throw new Error(read.message)
      return read
    }

    /** Looks until the owner accepts; every acceptance on the way is given to `check`. */
    async function accepted(of: Owner, commit?: string): Promise<Observation> {
      return until(async () => {
        const seen = await bench.tool.observe(of, target)
        return seen.accepted && (commit === undefined || seen.revision === commit) ? seen : null
      }, `acceptance of ${commit ?? 'anything'}`)
    }

    async function pushImage(): Promise<{ readonly commit: string, readonly image: string }> {
      const image = `web:${++round}`
      return { commit: await bench.push({ 'apps/web/web.yaml': benchManifest(image) }), image }
    }

    it('proves the owner by its own list, and nobody for an object that is a copy', async () => {
      const object = await live()
      if (object === null) throw new Error('not there')
      const claims = await bench.tool.claims(target, object)
      expect(claims.map(claim => [claim.owner.kind, claim.owner.namespace, claim.owner.name, claim.proof])).to.deep.equal([[bench.owner.kind, bench.owner.namespace, bench.owner.name, true]])
      const copy = { ...object, metadata: { ...object.metadata, name: 'copy' } }
      expect((await bench.tool.claims({ ...target, name: 'copy' }, copy)).filter(claim => claim.proof)).to.deep.equal([])
    })
    it('leads a pod over what makes it to the object that the owner lists', async () => {
      const kind = await bench.cluster.resolve('pods')
      const pod = await until(async () => (await bench.cluster.list(kind, 'shop')).find(one => objectsAt(one, 'metadata', 'ownerReferences').length > 0 && textAt(one, 'metadata', 'name')?.startsWith('web-') === true) ?? null, 'a pod')
      const world = { clusters: { all: [bench.cluster], choose: () => bench.cluster, named: () => bench.cluster }, clock: { now: Date.now, sleep: () => Promise.resolve(), newId: () => 'a', random: () => 0, within: <T>(_ms: number, work: Promise<T>) => work } }
      const { living, chosen } = await nearestOwner(world, [bench.tool], { target: { cluster: target.cluster, group: '', version: 'v1', kind: 'Pod', namespace: 'shop', name: textAt(pod, 'metadata', 'name') ?? '' }, live: pod })
      expect(living.map(one => one.target.kind)).to.deep.equal(['Pod', 'ReplicaSet', 'Deployment'])
      expect(chosen !== null && !isRefusal(chosen) ? [chosen.owner.name, proofLevel(chosen)] : chosen).to.deep.equal([bench.owner.name, 'proven'])
    })
    it('reads where from and how the owner deploys, and lists it as a consumer', async () => {
      const read = await owner()
      expect(read.source).to.deep.equal({ url: bench.url, revision: 'main', path: 'apps/web' })
      expect([read.delivery.automated, read.delivery.reverts]).to.deep.equal([true, true])
      expect(read.delivery.syncedCommit).to.match(/^[0-9a-f]{40}$/)
      expect((await bench.tool.owners()).filter(one => one.ref.name === bench.owner.name).map(one => [one.source, one.unsupported])).to.deep.equal([[read.source, null]])
    })
    it('takes a commit when it is asked to look, and is accepted at it only once the object has the value', async () => {
      const of = await owner()
      const { commit, image } = await pushImage()
      expect((await bench.tool.observe(of, target)).revision).to.not.equal(commit)
      await bench.tool.refresh(of, `token-${round}`, 'normal')
      const seen = await accepted(of, commit)
      expect(fieldAt(await live() ?? undefined, IMAGE)).to.equal(image)
      expect(seen).to.deep.include({ unmet: [], unchanged: true, blocked: null, failure: null, listed: true })
    })
    it('moves on to a commit that does not change the object', async () => {
      const of = await owner()
      const commit = await bench.push({ 'README.md': `${round++}\n` })
      await bench.tool.refresh(of, `token-${round}`, 'normal')
      await accepted(of, commit)
    })
    it('takes a hard refresh', async () => {
      const of = await owner()
      const { commit } = await pushImage()
      await bench.tool.refresh(of, `token-${round}`, 'hard')
      await until(async () => {
        const seen = await bench.tool.observe(of, target)
        if (seen.accepted && seen.revision === commit) return true
        // A source that has moved is handed on by a second request.
        if (!seen.pending) await bench.tool.refresh(of, `again-${Date.now()}`, 'hard')
        return null
      }, 'acceptance after a hard refresh')
    })
    it('says that a source which does not build is the reason', async () => {
      const of = await owner()
      await bench.push({ 'apps/web/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n' })
      await bench.tool.refresh(of, `token-${++round}`, 'normal')
      const seen = await until(async () => {
        const now = await bench.tool.observe(of, target)
        return now.failure === null ? null : now
      }, 'a failure')
      expect(seen.accepted).to.equal(false)
      expect(seen.failure?.sentence).to.not.equal('')
      const commit = await bench.push({ 'apps/web/broken.yaml': null })
      await bench.tool.refresh(of, `token-${++round}`, 'normal')
      await accepted(of, commit)
    })
    it('is blocked, not failing, while it is suspended, and refused as an owner', async () => {
      const of = await owner()
      await bench.change(bench.suspend.on)
      const { commit } = await pushImage()
      await bench.tool.refresh(of, `token-${round}`, 'normal')
      const seen = await bench.tool.observe(of, target)
      expect(seen.blocked?.code).to.equal('BLOCKED_SUSPENDED')
      const read = await bench.tool.read(bench.owner, target)
      expect(isRefusal(read) ? read.refused : 'an owner').to.equal('SUSPENDED')
      await bench.change(bench.suspend.off)
      await bench.tool.refresh(of, `token-${round}-2`, 'normal')
      await accepted(of, commit)
    })
    it('is another owner once its path is another', async () => {
      const of = await owner()
      await bench.change(bench.owner.kind === 'Application' ? { spec: { source: { path: 'apps/other' } } } : { spec: { path: './apps/other' } })
      const seen = await bench.tool.observe(of, target)
      expect([seen.unchanged, seen.accepted]).to.deep.equal([false, false])
      await bench.change(bench.owner.kind === 'Application' ? { spec: { source: { path: 'apps/web' } } } : { spec: { path: './apps/web' } })
      await bench.tool.refresh(of, `token-${++round}`, 'normal')
      await accepted(of)
    })

    describe('that misbehaves', () => {
      before(function () { if (bench.behave === null) this.skip() })
      afterEach(async () => {
        bench.behave?.('normal')
        const of = await owner()
        let { commit } = await pushImage()
        await until(async () => {
          const seen = await bench.tool.observe(of, target)
          if (seen.accepted && seen.revision === commit && !seen.pending) return true
          // What was begun while it misbehaved may have failed at this commit, which Argo CD does not try again.
          if (seen.failure?.revision === commit) commit = (await pushImage()).commit
          if (!seen.pending) await bench.tool.refresh(of, `mend-${Date.now()}`, 'hard')
          return null
        }, 'recovery')
      })

      it('shows another live value than its word, so that its word is not enough', async () => {
        bench.behave?.('wrongValue')
        // A sync that began before it behaves so still applies what is right.
        await pause(1500)
        const of = await owner()
        const { commit, image } = await pushImage()
        await bench.tool.refresh(of, `token-${round}`, 'normal')
        await accepted(of, commit)
        expect(fieldAt(await live() ?? undefined, IMAGE)).to.equal(`${image}-other`)
      })
      it('takes the second request where it lost the first', async () => {
        const of = await owner()
        const lose = async (attempt: number): Promise<string> => {
          // It loses one request after it begins to behave so: from the second attempt on it must have behaved well in between.
          bench.behave?.('normal')
          await pause(1500)
          bench.behave?.('lostRefresh')
          const { commit } = await pushImage()
          await bench.tool.refresh(of, `token-${round}-${attempt}-1`, 'normal')
          await until(async () => !(await bench.tool.observe(of, target)).pending || null, 'the first request to be taken')
          const { revision } = await bench.tool.observe(of, target)
          // A look that was still under way from before finds the new commit by itself, on a machine that is slow: then nothing was lost yet.
          if (revision === commit && attempt < 4) return lose(attempt + 1)
          expect(revision).to.not.equal(commit)
          return commit
        }
        const commit = await lose(1)
        for (let i = 2; i < 5; i++) {
          await bench.tool.refresh(of, `token-${round}-${i}`, 'normal')
          await pause(300)
        }
        await accepted(of, commit)
      })
      it('has failed for good at the commit that admission denies, in its words', async () => {
        bench.behave?.('applyError')
        const of = await owner()
        const { commit } = await pushImage()
        await bench.tool.refresh(of, `token-${round}`, 'normal')
        const seen = await until(async () => {
          const now = await bench.tool.observe(of, target)
          return now.failure?.permanent === true && now.failure.revision === commit ? now : null
        }, 'a permanent failure at the commit')
        expect(seen.failure?.sentence).to.include('denied the request')
        expect(seen.accepted).to.equal(false)
      })
    })
  })
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => { setTimeout(resolve, ms) })
}

async function until<T>(look: () => Promise<T | null | false>, what: string): Promise<T> {
  const end = Date.now() + 25_000
  for (;;) {
    const found = await look()
    if (found !== null && found !== false) return found
    if (Date.now() > end) throw new Error(`not seen in time: ${what}`)
    await pause(40)
  }
}

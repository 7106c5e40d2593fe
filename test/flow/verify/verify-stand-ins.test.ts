import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { classify } from '../../../src/flow/classify.ts'
import { locate } from '../../../src/flow/locate.ts'
import { verify } from '../../../src/flow/verify.ts'
import type { World } from '../../../src/flow/world.ts'
import type { Change, StepResult } from '../../../src/model/change.ts'
import { isRefusal } from '../../../src/model/error.ts'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import { benchManifest } from '../../contracts/tool.ts'
import type { ToolBench } from '../../contracts/tool.ts'
import { environment, plan } from '../../fixtures/plan.ts'
import { standInBench } from '../../outside/tools/stand-in-bench.ts'
import { proofWorld } from '../../support/proof-world.ts'

/** The rule that the verifier must not believe a controller that lies is worth nothing unless it meets one. */
for (const name of ['argocd', 'flux'] as const) {
  describe(`verify against ${name} (stand-in)`, function () {
    this.timeout(60_000)
    let bench: ToolBench
    let world: World
    let folder: string
    let skew = 0
    let round = 1

    before(async () => {
      bench = await standInBench(name)
      folder = await mkdtemp(join(tmpdir(), 'writ-verify-'))
      const { reader } = openRepository({ url: bench.url, cacheDir: folder, access: { allow: ['http', 'loopback'], host: new URL(bench.url).host }, committer: { name: 'Writ', email: 'writ@example.com' } })
      const unused = (): never => { throw new Error('not part of this test') }
      world = {
        ...proofWorld({ repository: { url: bench.url, reader, commit: unused, dispose: unused }, owners: [] }),
        clock: { now: () => Date.now() + skew, sleep: unused, newId: () => String(Date.now()), random: () => 0.5, within: (_ms, work) => work },
        clusters: { all: [bench.cluster], choose: () => bench.cluster, named: () => bench.cluster },
        environments: { all: [], of: () => environment('dev', { verify: { stability: '3s' }, syncTimeout: '10m' }) },
        tools: [bench.tool],
      }
    })
    after(async () => {
      await bench.close()
      await rm(folder, { recursive: true, force: true })
    })

    /** A change of the image as it stands when it was merged. */
    async function merged(): Promise<Change> {
      const [before, after] = [`web:${round}`, `web:${++round}`]
      const classified = await eventually(() => classify(world, { ...plan().request, target: { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' }, asks: [{ kind: 'image', container: 'web', value: after }] }))
      const located = isRefusal(classified) ? classified : await eventually(async () => {
        const found = await locate(world, classified)
        if (isRefusal(found)) throw new Error(found.message)
        return found
      })
      if (isRefusal(located)) throw new Error(located.message)
      const mergeCommit = await bench.push({ 'apps/web/web.yaml': benchManifest(after) })
      const at = new Date(world.clock.now()).toISOString()
      const edits = located.edits.map(edit => ({ ...edit, before }))
      return { id: 'abcdefgh', key: 'k', status: 'open', step: 'verify', createdAt: at, updatedAt: at, version: 1, waiting: null, ended: null, facts: { mergeCommit, mergedAt: at }, plan: { ...plan(), ...located, edits } }
    }

    /** Looks as deliver does; `jump` moves the clock on where a wait would only be long. */
    async function drive(start: Change, jump: (result: StepResult & { kind: 'waiting' }, change: Change, looks: number) => number): Promise<StepResult> {
      let change = start
      for (let looks = 1; looks < 300; looks++) {
        const result = await verify(world, change)
        if (result.kind !== 'waiting' || result.waiting.for === 'people') return result
        change = { ...change, facts: { ...change.facts, ...result.facts } }
        skew += jump(result, change, looks)
        await new Promise(resolve => { setTimeout(resolve, 60) })
      }
      throw new Error('never ended')
    }

    const settle = (result: StepResult & { kind: 'waiting' }): number => result.waiting.sentence.startsWith('live and healthy') ? 3000 : 0

    it('is verified at a commit that contains the merge, the object live and healthy', async () => {
      const change = await merged()
      const result = await drive(change, settle)
      expect(result.kind).to.equal('done')
      expect(result.kind === 'done' ? result.facts.verified : undefined).to.deep.include({ mergeCommit: change.facts.mergeCommit, revision: change.facts.mergeCommit, fields: [{ path: 'spec.template.spec.containers[name=web].image', value: `web:${round}` }] })
    })
    it('is not fooled by Synced with another live value', async () => {
      bench.behave?.('wrongValue')
      const result = await drive(await merged(), (_result, change) => change.facts.hardRefreshedAt === undefined ? 0 : 500)
      expect(result.kind === 'ended' ? `${result.code} ${result.message}` : result.kind).to.include('verify/false-synced FALSE_SYNCED').and.include(`web:${round}-other`)
      bench.behave?.('normal')
    })
    for (const behaviour of ['oldCommit', 'silent', 'frozen'] as const) {
      it(`times out, never verified, where the controller is ${behaviour}`, async () => {
        bench.behave?.(behaviour)
        const change = await merged()
        const result = await drive(change, (_result, _change, looks) => looks > 5 ? 200_000 : 0)
        expect(result.kind === 'ended' ? `${result.code} ${result.message}` : result.kind).to.include('verify/timeout').and.include(`not yet at ${change.facts.mergeCommit?.slice(0, 12) ?? ''}`)
        bench.behave?.('normal')
      })
    }
    const races = name === 'argocd' ? ['oldRefresh', 'comparedLate', 'listLate', 'healthLate', 'retrying'] as const : ['staleArtifact', 'listLate', 'healthLate', 'retrying'] as const
    for (const behaviour of races) {
      it(`is verified, and not before it is live, where the controller shows ${behaviour}`, async () => {
        bench.behave?.(behaviour)
        const change = await merged()
        const result = await drive(change, (waiting, _change, looks) => settle(waiting) + (looks > 10 && looks % 10 === 0 ? 10_000 : 0))
        expect(result.kind === 'done' ? result.facts.verified : undefined).to.deep.include({ mergeCommit: change.facts.mergeCommit, fields: [{ path: 'spec.template.spec.containers[name=web].image', value: `web:${round}` }] })
        bench.behave?.('normal')
      })
    }
    it('has failed in the words of admission', async () => {
      bench.behave?.('applyError')
      const result = await drive(await merged(), () => 0)
      expect(result.kind === 'ended' ? `${result.code} ${result.message}` : result.kind).to.include('verify/failed').and.include('denied the request')
      bench.behave?.('normal')
    })
    it('waits for people while the owner is suspended, and is verified afterwards', async () => {
      const change = await merged()
      await bench.change(bench.suspend.on)
      const result = await drive(change, () => 0)
      expect(result.kind === 'waiting' ? result.waiting.for : result.kind).to.equal('people')
      await bench.change(bench.suspend.off)
      expect((await drive(change, settle)).kind).to.equal('done')
    })
    it('gets through where the controller loses the first request', async () => {
      bench.behave?.('lostRefresh')
      const result = await drive(await merged(), (waiting, _change, looks) => settle(waiting) + (looks > 10 && looks % 10 === 0 ? 10_000 : 0))
      expect(result.kind).to.equal('done')
      bench.behave?.('normal')
    })
  })
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + 20_000
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise(resolve => { setTimeout(resolve, 100) })
    }
  }
}

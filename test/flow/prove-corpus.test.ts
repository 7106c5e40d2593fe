import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRefusal } from '../../src/model/error.ts'
import type { Edit } from '../../src/model/field.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { Located } from '../../src/model/plan.ts'
import { groupVersion, podSpecPath } from '../../src/model/resource.ts'
import { prove } from '../../src/flow/prove.ts'
import { kustomizeRenderer } from '../../src/outside/render/kustomize.ts'
import { plan } from '../fixtures/plan.ts'
import { corpusJudge } from '../support/corpus-judge.ts'
import type { CorpusCase } from '../support/corpus-judge.ts'
import { folderRepository, proofWorld } from '../support/proof-world.ts'

const CORPUS = join(import.meta.dirname, '../../../shared/corpus')
const FIELDS = ['image', 'replicas', 'memoryLimit', 'cpuLimit']
// What may be answered to a case of the benchmark: a shared value without the scope, an entry that only a new one could narrow, a file that says
// that it is generated, and a folder with a key twice in one mapping.
const HONEST = ['SHARED_BASE', 'WIDE', 'NO_CANDIDATE', 'AMBIGUOUS', 'GENERATED', 'RENDER_FAILED']
const LONG = process.env['WRIT_TEST_LONG'] === '1'
const SLOW = LONG ? /^(?:kubeflow|tektoncd)_/ : /^(?:kubeflow|tektoncd|prometheus-operator)_/

/** A fixed sample: the same number of each engine, entry and field, in the order of their ids. Big repositories take too long for it. */
function sample(): readonly CorpusCase[] {
  const all = readFileSync(join(CORPUS, 'cases.jsonl'), 'utf8').trim().split('\n').map(line => JSON.parse(line) as CorpusCase)
  const groups = new Map<string, CorpusCase[]>()
  for (const one of all.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (one.engine === 'helmrelease' || !FIELDS.includes(one.field) || SLOW.test(one.repo)) continue
    const key = `${one.engine} ${one.entry} ${one.field}`
    groups.set(key, [...groups.get(key) ?? [], one])
  }
  return [...groups.values()].flatMap(group => group.slice(0, LONG ? 4 : 1)).sort((a, b) => (a.repo < b.repo ? -1 : 1))
}

describe('prove, on a sample of the public benchmark', function () {
  this.timeout(180_000)

  it('makes no wrong edit, and declares every other root that changes', async function () {
    if (!existsSync(CORPUS)) {
      console.log('      skipped: the public benchmark is not beside this checkout')
      return this.skip()
    }
    const renderer = await kustomizeRenderer({ timeoutMs: 20_000 }).info().catch((error: unknown) => String(error))
    if (typeof renderer === 'string') {
      console.log(`      skipped: ${renderer}`)
      return this.skip()
    }
    const counts = new Map<string, number>()
    const wrong: string[] = []
    const cases = sample()
    for (const repo of new Set(cases.map(one => one.repo))) {
      for (const { outcome, problem } of await runAll(repo, cases.filter(one => one.repo === repo), renderer.name === 'kustomize' ? 'kustomize' : 'kubectl')) {
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
        if (problem !== null) wrong.push(problem)
      }
    }
    console.log(`      ${[...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`)
    expect(wrong).to.deep.equal([])
    expect(counts.get('solved') ?? 0).to.be.greaterThan(LONG ? 30 : 6)
  })
})

async function runAll(repo: string, cases: readonly CorpusCase[], program: 'kustomize' | 'kubectl'): Promise<readonly { readonly outcome: string, readonly problem: string | null }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'writ-corpus-'))
  const repository = folderRepository()
  try {
    mkdirSync(join(folder, repo))
    execFileSync('tar', ['xzf', join(CORPUS, `${repo}.tar.gz`), '-C', join(folder, repo)])
    const [base = ''] = repository.commit([join(folder, repo)])
    const judge = corpusJudge(join(folder, repo), program)
    const world = proofWorld({ repository, owners: [] })
    const results = []
    for (const one of cases) {
      const outcome = await prove(world, located(one, { base, url: repository.url }))
      if (isRefusal(outcome)) results.push({ outcome: outcome.refused, problem: HONEST.includes(outcome.refused) ? null : `${one.id}: ${outcome.refused} ${outcome.message}` })
      else if ('noChange' in outcome) results.push({ outcome: 'no change', problem: `${one.id}: no change` })
      else {
        const { problems, others } = judge.judge(one, outcome.proven.files)
        const declared = outcome.proven.blast.filter(entry => entry.changes !== null).map(entry => entry.path).sort()
        const radius = others.join() === declared.join() ? [] : [`the roots ${others.join(', ')} change, ${declared.join(', ')} are declared`]
        const all = [...problems, ...radius]
        results.push({ outcome: all.length === 0 ? 'solved' : 'wrong', problem: all.length === 0 ? null : `${one.id}: ${all.join('; ')}` })
      }
    }
    return results
  } finally {
    repository.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
}

function located(of: CorpusCase, at: { readonly base: string, readonly url: string }): Located {
  const path = of.overlayPath === '.' ? '' : of.overlayPath
  const kind = of.gvk.slice(of.gvk.lastIndexOf('/') + 1)
  const sampled = plan()
  const owner: Owner = {
    ...sampled.owner, source: { url: at.url, revision: 'main', path }, destination: { cluster: 'c', namespace: null },
    render: { format: of.engine === 'plain' ? 'directory' : 'kustomize', loadRestrictor: 'root', directory: { recurse: false } },
  }
  return {
    ...sampled, request: { ...sampled.request, scope: of.entry === 'referenced' ? 'shared' : 'app' }, owner, base: at.base, branch: 'main', edits: [edit(of, kind)],
    target: { cluster: 'c', ...groupVersion(of.gvk.slice(0, of.gvk.lastIndexOf('/'))), kind, namespace: of.ns, name: of.name },
  }
}

function edit(of: CorpusCase, kind: string): Edit {
  if (of.field === 'replicas') return { path: ['spec', 'replicas'], before: undefined, after: of.newValue }
  const init = of.container?.startsWith('init:') === true
  const container = [...podSpecPath(kind) ?? [], init ? 'initContainers' : 'containers', { key: 'name', value: (of.container ?? '').replace(/^init:/, '') }]
  const field = of.field === 'image' ? ['image'] : ['resources', 'limits', of.field === 'memoryLimit' ? 'memory' : 'cpu']
  return { path: [...container, ...field], before: undefined, after: of.newValue }
}

import { expect } from 'chai'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RenderJob, RenderResult, Renderer } from '../../../src/flow/ports.ts'
import { openBench } from '../../../src/flow/proof/bench.ts'
import { renderMemory } from '../../../src/flow/proof/render-memory.ts'
import { directoryRenderer } from '../../../src/outside/render/directory.ts'
import { folderRepository } from '../../support/proof-world.ts'

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "1"}\n'
const ASK = { path: 'app', format: 'directory', loadRestrictor: 'root', directory: { recurse: false } } as const
const CHANGE = [{ path: 'app/a.yaml', before: MAP, after: MAP.replace('"1"', '"2"') }]

describe('a bench', () => {
  const repository = folderRepository()
  let commit = ''
  let renders = 0
  const real = directoryRenderer()
  const counting: Renderer = { ...real, render: (job: RenderJob): Promise<RenderResult> => { renders++; return real.render(job) } }
  const world = () => ({ renderers: [counting], renders: renderMemory(100) })

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'writ-bench-'))
    mkdirSync(join(folder, 'app'))
    writeFileSync(join(folder, 'app/a.yaml'), MAP)
    commit = repository.commit([folder])[0] ?? ''
    rmSync(folder, { recursive: true })
    await repository.reader.tip('main')
  })
  after(() => { repository.dispose() })
  beforeEach(() => { renders = 0 })

  const value = (result: RenderResult | undefined): unknown => result?.ok === true ? result.objects[0]?.object['data'] : result

  it('renders a commit and a change of it once, whoever asks again', async () => {
    const shared = world()
    for (let time = 0; time < 2; time++) {
      const bench = await openBench(shared, repository.reader, commit)
      expect(value((await bench.render([], [ASK]))[0])).to.deep.equal({ x: '1' })
      expect(value((await bench.render(CHANGE, [ASK]))[0])).to.deep.equal({ x: '2' })
      expect(value((await bench.render([], [ASK]))[0])).to.deep.equal({ x: '1' })
      await bench.dispose()
    }
    expect(renders).to.equal(2)
  })

  it('renders anew where it is asked to see whether renders differ', async () => {
    const bench = await openBench(world(), repository.reader, commit)
    await bench.render([], [ASK])
    expect(await bench.unsteady(ASK)).to.deep.equal([])
    expect(await bench.unsteady(ASK)).to.deep.equal([])
    await bench.dispose()
    expect(renders).to.equal(2)
  })

  it('never takes a render of a working tree for another one of it', async () => {
    const shared = world()
    const reader = { tree: () => repository.reader.tree(commit), worktree: () => repository.reader.worktree(commit) }
    for (let time = 0; time < 2; time++) {
      const bench = await openBench(shared, reader, 'working tree')
      await bench.render([], [ASK])
      await bench.render([], [ASK])
      await bench.dispose()
    }
    expect(renders).to.equal(2)
  })

  it('does not keep a render that failed', async () => {
    const bench = await openBench(world(), repository.reader, commit)
    const broken = [{ path: 'app/a.yaml', before: MAP, after: 'apiVersion: v1\nkind: [\nmetadata:\n' }]
    for (let time = 0; time < 2; time++) expect((await bench.render(broken, [ASK]))[0]?.ok).to.equal(false)
    await bench.dispose()
    expect(renders).to.equal(2)
  })

  it('forgets the oldest renders where there are too many', () => {
    const memory = renderMemory(4)
    for (const key of ['a', 'b', 'c']) memory.keep(key, { ok: true, objects: [] })
    memory.get('a')
    memory.keep('d', { ok: true, objects: [{ object: { apiVersion: 'v1', kind: 'X', metadata: {} }, origin: null }] })
    expect(['a', 'b', 'c', 'd'].map(key => memory.get(key) !== undefined)).to.deep.equal([true, false, true, true])
  })
})

import { expect } from 'chai'
import Database from 'better-sqlite3'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '../../src/sandbox/up.ts'
import type { Sandbox } from '../../src/sandbox/up.ts'
import type { ChildOrder } from './child.ts'
import { children } from './children.ts'
import type { ChildEnd, Children } from './children.ts'
import { laneScenario } from './scenario.ts'

const LONG = process.env['WRIT_TEST_LONG'] === '1'
const LANES = ['lane-a', 'lane-b'] as const

/** The points that `npm test` tries; `npm run test:long` tries every one. */
const SHORT = ['after add#1', 'before push#1', 'after push#1', 'after put#1', 'before push#2', 'after push#2', 'after merge#1', 'after refresh#1']

describe('a process killed with SIGKILL in the middle of a change', function () {
  this.timeout(LONG ? 1_800_000 : 240_000)
  let sandbox: Sandbox
  let scratch: string
  let started: Children

  before(async () => {
    started = await children()
    scratch = mkdtempSync(join(tmpdir(), 'writ-crash-'))
    sandbox = await startSandbox({ scenario: laneScenario(LANES), stability: '0s', interval: 50, poll: 1000 })
  })
  after(async () => {
    await sandbox?.stop()
    started?.remove()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('leaves one branch, one commit, one change request and one merge, whoever resumes it', async () => {
    const record = join(scratch, 'points')
    await run({ ...order(LANES[0], 'registry.example/web:1.0.1'), points: record })
    check(LANES[0], 'registry.example/web:1.0.1')
    const points = readFileSync(record, 'utf8').trim().split('\n')
    expect(points).to.include.members(SHORT)
    const wanted = LONG ? points : SHORT
    const reports: string[] = []
    await Promise.all(LANES.map(async (lane, number) => {
      for (const [index, point] of wanted.entries()) {
        if (index % LANES.length !== number) continue
        await killAndResume(lane, point, `registry.example/web:2.${number}.${index}`)
        reports.push(point)
      }
    }))
    expect(reports).to.have.length(wanted.length)
    process.stdout.write(`      killed at ${reports.length} of ${points.length} points\n`)
  })

  async function killAndResume(lane: string, point: string, image: string): Promise<void> {
    const first = await run({ ...order(lane, image), killAt: point })
    expect(first.signal, `killed at ${point}`).to.equal('SIGKILL')
    // The caller asks again, as people do: the open change is found, or a new one is made where nothing had been recorded.
    const second = await run(order(lane, image))
    expect(second, `resumed after ${point}: ${second.stderr}`).to.include({ code: 0, signal: null })
    check(lane, image)
  }

  function order(lane: string, image: string): ChildOrder {
    return {
      dir: sandbox.config, mode: 'request', namespace: lane, type: 'deployment', name: 'web', asks: [{ kind: 'image', container: 'web', value: image }],
      killAt: null, points: null, until: 'verified',
    }
  }

  function run(what: ChildOrder): Promise<ChildEnd> {
    return started.run(what, sandbox.env)
  }

  /** Looks at the remote and at the store with other programs than Writ. */
  function check(lane: string, image: string): void {
    const store = new Database(join(sandbox.folder, 'state', 'writ.db'), { readonly: true })
    try {
      const rows = store.prepare('select id, status, facts, plan from change').all() as { id: string, status: string, facts: string, plan: string }[]
      const mine = rows.filter(row => JSON.parse(row.plan).edits[0].after === image && JSON.parse(row.plan).target.namespace === lane)
      expect(mine.map(row => row.status), image).to.deep.equal(['verified'])
      const { id, facts } = mine[0] ?? { id: '', facts: '{}' }
      const { branch, head } = JSON.parse(facts) as { branch: string, head: string }
      const git = (...args: string[]): string => execFileSync('git', ['--git-dir', sandbox.git.folderOf('lanes'), ...args], { encoding: 'utf8' }).trim()
      const commits = git('log', '--all', '--format=%H', `--grep=^Writ-Change: ${id}$`).split('\n')
      expect(commits, 'one commit and one merge').to.have.length(2)
      expect(git('log', '--merges', '--format=%H', `--grep=^Writ-Change: ${id}$`, 'main').split('\n'), 'one merge').to.have.length(1)
      expect(git('for-each-ref', '--format=%(refname)', '--points-at', head, 'refs/heads/writ')).to.equal(`refs/heads/${branch}`)
      expect((store.prepare('select count(*) as n from change_request where branch = ?').get(branch) as { n: number }).n, 'one change request').to.equal(1)
      expect(git('show', `main:${lane}/web.yaml`)).to.contain(`image: ${image}`).and.contain('# Made for tests; this comment must survive.')
    } finally {
      store.close()
    }
  }
})

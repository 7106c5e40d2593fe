import { expect } from 'chai'
import Database from 'better-sqlite3'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { valueAt } from '../../src/model/json.ts'
import type { Json } from '../../src/model/json.ts'
import { metadataText } from '../../src/model/resource.ts'
import type { SteerVerb } from '../../src/model/steering.ts'
import { startSandbox } from '../../src/sandbox/up.ts'
import type { Sandbox } from '../../src/sandbox/up.ts'
import type { ChildOrder } from './child.ts'
import { children } from './children.ts'
import type { ChildEnd, Children } from './children.ts'
import { laneScenario } from './scenario.ts'

const LONG = process.env['WRIT_TEST_LONG'] === '1'
const VERBS: readonly SteerVerb[] = ['suspend', 'resume', 'sync']
/** The points that `npm test` tries, of each verb; the long run tries every one. */
const SHORT: Readonly<Record<SteerVerb, readonly string[]>> = { suspend: ['before patch#1', 'after patch#1'], resume: ['after patch#1', 'before patch#1'], sync: ['after sync#1'] }
/** The effect of each verb. */
const EFFECT: Readonly<Record<SteerVerb, string>> = { suspend: 'patch', resume: 'patch', sync: 'sync' }

describe('a process killed with SIGKILL while it steers an owner', function () {
  this.timeout(LONG ? 1_800_000 : 240_000)
  let sandbox: Sandbox
  let scratch: string
  let started: Children
  let runs = 0
  let missed = 0

  before(async () => {
    started = await children()
    scratch = mkdtempSync(join(tmpdir(), 'writ-crash-'))
    sandbox = await startSandbox({ scenario: laneScenario(['lane-a']), stability: '0s', interval: 50, poll: 1000 })
  })
  after(async () => {
    await sandbox?.stop()
    started?.remove()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('pauses, resumes and syncs once and only once, whoever resumes it', async () => {
    const policy = await automated()
    expect(policy).to.not.equal(undefined)
    const points = LONG ? await allPoints(policy) : SHORT
    const pauses = Math.max(points.suspend.length, points.resume.length)
    for (let i = 0; i < pauses; i++) {
      await killAndResume('suspend', points.suspend[i % points.suspend.length] ?? '', policy)
      await killAndResume('resume', points.resume[i % points.resume.length] ?? '', policy)
    }
    for (const point of points.sync) await killAndResume('sync', point, policy)
    const killed = 2 * pauses + points.sync.length
    process.stdout.write(`      killed ${killed - missed} times\n`)
    expect(missed, 'points that were not passed again').to.be.at.most(killed / 4)
  })

  /** Every point that each verb passes. */
  async function allPoints(policy: Json | undefined): Promise<Readonly<Record<SteerVerb, readonly string[]>>> {
    const points = { ...SHORT }
    for (const verb of VERBS) {
      points[verb] = (await steered(verb, { until: end(verb) })).passed
      expect(points[verb], verb).to.include.members(SHORT[verb])
      await check(verb, policy)
    }
    return points
  }

  async function killAndResume(verb: SteerVerb, point: string, policy: Json | undefined): Promise<void> {
    const until = end(verb)
    const before = ended(verb)
    const first = await steered(verb, { killAt: point, until })
    if (!first.killed) missed += 1
    // Killed after its last write, the change is over: who asks then asks for another sync. A pause and its end are asked for again as they stand.
    const over = !first.killed || (verb === 'sync' && ended(verb) > before)
    const passed = over ? first.passed : [...first.passed, ...(await steered(verb, { until })).passed]
    expect(passed.filter(one => one.startsWith(`after ${EFFECT[verb]}#`)), `${verb} killed at ${point}: ${passed.join(', ')}`).to.have.length(1)
    await check(verb, policy)
  }

  /** One process; gives the points that it passed. What it does a second time, because the controller wrote in between, it need not do the next time: then nobody kills it. */
  async function steered(verb: SteerVerb, { killAt = null, until = null }: { readonly killAt?: string | null, readonly until?: string | null } = {}): Promise<{ readonly passed: readonly string[], readonly killed: boolean }> {
    const points = join(scratch, `points-${runs++}`)
    const ended = await run({ dir: sandbox.config, mode: 'request', steer: { verb, until }, namespace: 'argocd', type: 'application', name: 'lane-a', asks: [], killAt, points, until: 'verified' })
    const passed = existsSync(points) ? readFileSync(points, 'utf8').trim().split('\n') : []
    const killed = killAt !== null && (killAt.endsWith('#1') || passed.includes(killAt))
    expect([ended.code, ended.signal], `${verb} ${killAt ?? ''}: ${ended.stderr}`).to.deep.equal(killed ? [null, 'SIGKILL'] : [0, null])
    return { passed, killed }
  }

  /** The end of a pause that nobody has asked for yet. */
  function end(verb: SteerVerb): string | null {
    return verb === 'suspend' ? new Date(Date.now() + 3_600_000 + 1000 * runs++).toISOString() : null
  }

  function run(what: ChildOrder): Promise<ChildEnd> {
    return started.run(what, sandbox.env)
  }

  async function automated(): Promise<Json | undefined> {
    return valueAt(await application(), 'spec', 'syncPolicy', 'automated')
  }

  async function application(): Promise<NonNullable<Awaited<ReturnType<Sandbox['api']['get']>>>> {
    const app = await sandbox.api.get({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'lane-a' })
    if (app === null) throw new Error('no application')
    return app
  }

  function changes(): readonly { readonly verb: string, readonly status: string, readonly step: string }[] {
    const store = new Database(join(sandbox.folder, 'state', 'writ.db'), { readonly: true })
    try {
      return (store.prepare('select plan, status, step from change order by created_at, rowid').all() as { plan: string, status: string, step: string }[]).map(({ plan, status, step }) => ({ verb: JSON.parse(plan).steer.verb, status, step }))
    } finally {
      store.close()
    }
  }

  function ended(verb: SteerVerb): number {
    return existsSync(join(sandbox.folder, 'state', 'writ.db')) ? changes().filter(change => change.verb === verb && change.status !== 'open').length : 0
  }

  /** Looks at the owner and at the store with other programs than Writ. */
  async function check(verb: SteerVerb, policy: Json | undefined): Promise<void> {
    const mark = metadataText(await application(), 'annotations', 'writ.dev/pause')
    const open = changes().filter(change => change.status === 'open')
    if (verb === 'suspend') expect([await automated(), mark === undefined, open], verb).to.deep.equal([undefined, false, [{ verb: 'suspend', status: 'open', step: 'resume' }]])
    else expect([await automated(), mark, open], verb).to.deep.equal([policy, undefined, []])
    expect(changes().filter(change => change.status !== 'open' && change.status !== 'verified'), verb).to.deep.equal([])
  }
})

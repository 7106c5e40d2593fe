import { expect } from 'chai'
import { deliver } from '../../src/flow/deliver.ts'
import { isNoChange, plan } from '../../src/flow/plan.ts'
import { submit } from '../../src/flow/submit.ts'
import { isUntidy, tidy } from '../../src/flow/tidy.ts'
import type { World } from '../../src/flow/world.ts'
import { isRefusal, WritError } from '../../src/model/error.ts'
import type { Change } from '../../src/model/change.ts'
import type { ChangeRequest } from '../../src/model/request.ts'
import { openStore } from '../../src/outside/store/open-store.ts'
import { Crash, Machine } from './machine.ts'
import type { Process } from './machine.ts'
import { machineWorld } from './machine-world.ts'
import type { Lasting } from './machine-world.ts'
import { MemoryForge } from './memory-forge.ts'
import { MemoryGit } from './memory-git.ts'

const LONG = process.env['WRIT_TEST_LONG'] === '1'
const SEEDS = LONG ? 10_000 : 25
const FAULTS = 0.3
/** Tries of one worker, after which nothing more befalls it: what cannot end by then never ends. */
const PATIENCE = 60
const WEB = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web # kept\n  namespace: shop\nspec:\n  replicas: 2\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata:\n      labels: { app: web }\n    spec:\n      containers:\n        - name: web\n          image: web:1\n'

describe('a change, whatever befalls the processes that work at it', function () {
  this.timeout(LONG ? 3_600_000 : 120_000)

  for (const kind of ['a plain forge', 'a forge with people'] as const) {
    it(`leaves one branch, one change request, one merge and one comment on ${kind} (${SEEDS} seeds, ${FAULTS * 100} % faults)`, async () => {
      const only = process.env['WRIT_SEED']
      for (let seed = only === undefined ? 1 : Number(only); seed <= (only === undefined ? SEEDS : Number(only)); seed += 1) await play(seed, kind)
    })
  }
})

async function play(seed: number, kind: 'a plain forge' | 'a forge with people'): Promise<void> {
  const machine = new Machine(seed, FAULTS)
  const git = new MemoryGit({ 'apps/web.yaml': WEB })
  const store = await openStore({ path: ':memory:', clock: { now: () => machine.now }, process: 'test' })
  const forge = kind === 'a plain forge' ? 'plain' : new MemoryForge(git)
  const lasting: Lasting = { machine, git, forge, class: machine.random() < 0.5 ? 'dev' : 'prod', store, leases: new Map() }
  try {
    const workers = 1 + Math.floor(machine.random() * 3)
    await Promise.all(Array.from({ length: workers }, () => worker(lasting)))
    await check(lasting)
  } catch (error) {
    throw new Error(`seed ${seed} (WRIT_SEED=${seed}), class ${lasting.class}: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n${machine.log.slice(-40).join('\n')}`, { cause: error })
  } finally {
    await store.close()
  }
}

/** Somebody who asks for the same again and again, in new processes where the old ones ended, until it is verified. */
async function worker(lasting: Lasting): Promise<void> {
  const { machine } = lasting
  let me = machine.start()
  for (let tries = 1; ; tries += 1) {
    if (tries > PATIENCE * 3) machine.faults = 0
    machine.now += Math.floor(machine.random() * 20_000)
    await machine.turn()
    if (tries > PATIENCE * 4) throw new Error('it never ends')
    try {
      const change = await work(lasting, me)
      const ended = change ?? (await lasting.store.changes.list({ limit: 1 }))[0]
      // What `writ work` does for what has ended.
      if (ended !== undefined && ended.status !== 'open' && !isUntidy(await tidy(machineWorld(lasting, me), ended))) return
      if (change === null || change.status !== 'open') continue
      await people(lasting, change)
    } catch (error) {
      if (!(error instanceof Crash) && !(error instanceof WritError && error.code !== 'internal/bug')) throw error
      if (me.dead) me = machine.start()
    }
  }
}

/** null: it is so already. */
async function work(lasting: Lasting, me: Process): Promise<Change | null> {
  const world = machineWorld(lasting, me)
  const id = await asked(world)
  return id === null ? null : deliver(world, id, { until: 'wait', progress: () => undefined, signal: { aborted: false, reason: null, addEventListener: () => undefined, removeEventListener: () => undefined } })
}

async function asked(world: World): Promise<string | null> {
  const request: ChangeRequest = {
    verb: 'set image', target: { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' }, asks: [{ kind: 'image', container: 'web', value: 'web:2' }], scope: 'app', reason: null, incident: null, rollbackPlan: null,
    requester: { person: 'ann', kind: 'human', groups: [], email: 'ann@example.com', via: 'os-user', alias: 'ann' },
  }
  const made = await plan(world, request)
  if (isRefusal(made)) throw new Error(`refused: ${made.refused} ${made.message}`)
  if (!isNoChange(made)) return (await submit(world, made)).change.id
  const open = (await world.changes.list({ status: 'open', limit: 10 })).find(change => change.key === made.key)
  return open?.id ?? null
}

/** What people do on the forge, or by hand: review, merge, and change other things on the same base. */
async function people({ machine, git, forge, store }: Lasting, change: Change): Promise<void> {
  if (machine.random() < 0.2) git.push('main', { 'other.txt': String(machine.random()) })
  if (machine.random() < 0.1) git.push('main', { 'apps/web.yaml': (git.files(git.tip('main')).get('apps/web.yaml') ?? '').replace(/replicas: \d+/, `replicas: ${2 + Math.floor(machine.random() * 5)}`) })
  const { head, changeRequest } = change.facts
  if (change.waiting?.for !== 'people' || head === undefined || changeRequest === undefined) return
  if (forge !== 'plain') {
    if (change.step === 'approve') forge.review(changeRequest.id, 'bo')
    if (change.step === 'merge') forge.mergeAs(changeRequest.id, 'bo')
    return
  }
  const { digest, environment } = change.plan
  const at = new Date(machine.now).toISOString()
  const expires = new Date(machine.now + 3_600_000).toISOString()
  if (change.step === 'approve') {
    const document = JSON.stringify({ change: change.id, digest, environment: environment.name, expires, head, v: 1, vote: 'approve' })
    await store.approvals.add({ change: change.id, person: 'bo', vote: 'approve', head, digest, environment: environment.name, at, expires, via: 'ssh-key', comment: null, signature: { document, armoured: 'x' } })
  }
  const fresh = await store.changes.get(change.id)
  if (change.step === 'merge' && fresh !== null) await store.changes.save({ ...fresh, facts: { ...fresh.facts, mergeAskedBy: { person: 'bo', head } } }, null, []).catch(() => undefined)
}

/** What is left at the end, looked at without Writ. */
async function check({ git, forge, store }: Lasting): Promise<void> {
  expect(git.files(git.tip('main')).get('apps/web.yaml')).to.include('image: web:2').and.include('# kept')
  const changes = await store.changes.list({ limit: 100 })
  expect(changes.map(change => change.status), 'changes').to.deep.equal(['verified'])
  const branches = [...git.branches.keys()].filter(name => name !== 'main')
  expect(branches, 'branches').to.have.length(1)
  const history = git.history(git.tip('main'))
  const before = history.filter(({ files, parents }) => files.get('apps/web.yaml')?.includes('image: web:2') === true && parents.every(parent => git.files(parent).get('apps/web.yaml')?.includes('image: web:2') !== true))
  expect(before.length, 'commits that brought the value').to.equal(1)
  const merges = history.filter(({ parents }) => parents.length > 1)
  expect(merges.length, 'merges').to.equal(1)
  if (forge === 'plain') return
  expect(forge.requests.map(({ state, branch }) => ({ state, branch })), 'change requests').to.deep.equal([{ state: 'merged', branch: branches[0] }])
  expect(forge.requests.flatMap(({ comments }) => [...comments.keys()]), 'comments').to.have.length(1)
  expect(forge.requests[0]?.comments.values().next().value, 'the comment').to.include('erified')
}

/**
 * A process that makes or resumes a change and kills itself with SIGKILL at a named point: before or after a write to the store
 * or an effect on the outside. Points that were passed are appended to a file, so that the parent can enumerate them.
 */
import { appendFileSync } from 'node:fs'
import { isRefusal } from '../../src/model/error.ts'
import type { FieldAsk } from '../../src/model/request.ts'
import { deliver } from '../../src/flow/deliver.ts'
import { isNoChange, plan } from '../../src/flow/plan.ts'
import type { Repositories } from '../../src/flow/ports.ts'
import { standing, submit } from '../../src/flow/submit.ts'
import type { World } from '../../src/flow/world.ts'
import { planSteer } from '../../src/flow/steer/plan-steer.ts'
import type { SteerVerb } from '../../src/model/steering.ts'
import { connect } from '../../src/wire.ts'

/** What the parent tells a child. `until: 'merged'` stops before the long wait for the rollout. */
export interface ChildOrder {
  readonly dir: string
  readonly mode: 'request' | 'resume'
  /** What is to be done to the owner of that name instead of a change of an object; `until`: when a pause ends. */
  readonly steer?: { readonly verb: SteerVerb, readonly until: string | null }
  readonly namespace: string
  readonly type: string
  readonly name: string
  readonly asks: readonly FieldAsk[]
  readonly killAt: string | null
  readonly points: string | null
  readonly until: 'merged' | 'verified'
}

const seen = new Map<string, number>()
let order: ChildOrder | null = null

function pass(point: string): void {
  const count = (seen.get(point) ?? 0) + 1
  seen.set(point, count)
  const name = `${point}#${count}`
  if (order?.points !== null && order !== null) appendFileSync(order.points, `${name}\n`)
  if (order?.killAt === name) process.kill(process.pid, 'SIGKILL')
}

/** Passes a point before and after a call. */
function around<A extends readonly unknown[], R>(name: string, call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    pass(`before ${name}`)
    const result = await call(...args)
    pass(`after ${name}`)
    return result
  }
}

function watched(world: World): World {
  return {
    ...world,
    changes: { ...world.changes, add: around('add', world.changes.add), save: around('save', world.changes.save) },
    tools: world.tools.map(tool => ({ ...tool, refresh: around('refresh', tool.refresh), sync: around('sync', tool.sync) })),
    servers: { named: name => { const server = world.servers.named(name); return { ...server, patch: around('patch', server.patch) } } },
    repositories: watchedRepositories(world.repositories),
  }
}

function watchedRepositories(repositories: Repositories): Repositories {
  return {
    ...repositories,
    open: url => {
      const handle = repositories.open(url)
      if (isRefusal(handle)) return handle
      const { reader, writer, forge } = handle
      return {
        reader,
        writer: { ...writer, commit: around('commit', writer.commit), mergeCommit: around('mergeCommit', writer.mergeCommit), push: around('push', writer.push) },
        forge: { ...forge, put: around('put', forge.put), merge: around('merge', forge.merge), close: around('close', forge.close) },
      }
    },
  }
}

async function main(): Promise<void> {
  order = JSON.parse(process.argv[2] ?? '{}') as ChildOrder
  const connected = await connect({ dir: order.dir })
  const world = watched(connected.world)
  const stop = new AbortController()
  const how = { until: 'end', progress: (line: string) => { if (order?.until === 'merged' && line.startsWith('merged into')) stop.abort() }, signal: stop.signal } as const
  try {
    const ids = order.steer !== undefined ? await steer(world, connected.identity, order) : order.mode === 'request' ? [await request(world, connected.identity, order)] : await openChanges(world)
    for (const id of ids) await deliver(world, id, how)
  } finally {
    await connected.close()
  }
}

async function request(world: World, requester: Parameters<typeof plan>[1]['requester'], { namespace, type, name, asks }: ChildOrder): Promise<string> {
  const made = await plan(world, {
    verb: 'set image', target: { cluster: null, namespace, type, name }, asks, scope: 'app', requester, reason: 'crash test', incident: null, rollbackPlan: null,
  })
  if (isRefusal(made)) throw new Error(`not planned: ${JSON.stringify(made)}`)
  if (isNoChange(made)) {
    const stands = await standing(world, made.key)
    if (stands === null) throw new Error(`nothing to do, and nothing on its way: ${made.message}`)
    return stands.id
  }
  return (await submit(world, made)).change.id
}

/** The change that was asked for, and whatever else was left open by a process that was killed. */
async function steer(world: World, requester: Parameters<typeof plan>[1]['requester'], { namespace, type, name, steer: { verb, until } = { verb: 'sync', until: null } }: ChildOrder): Promise<readonly string[]> {
  const made = await planSteer(world, { verb, target: { cluster: null, namespace, type, name }, until, prune: false, requester, reason: 'crash test', incident: null })
  if (isRefusal(made)) throw new Error(`not planned: ${JSON.stringify(made)}`)
  if (!isNoChange(made)) await submit(world, made)
  return openChanges(world)
}

async function openChanges(world: World): Promise<readonly string[]> {
  return (await world.changes.list({ status: 'open', limit: 100 })).map(change => change.id)
}

await main()

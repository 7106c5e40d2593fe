import { join } from 'node:path'
import type { GitOpsTool } from '../../../src/flow/ports.ts'
import { verify } from '../../../src/flow/verify.ts'
import { isRecheckDue, recheck } from '../../../src/flow/verify/recheck.ts'
import type { World } from '../../../src/flow/world.ts'
import type { Change, ChangeFacts, StepResult } from '../../../src/model/change.ts'
import type { WritError } from '../../../src/model/error.ts'
import { textAt } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Observation } from '../../../src/model/observation.ts'
import type { Plan } from '../../../src/model/plan.ts'
import { connect } from '../../../src/outside/cluster/connection.ts'
import { kubernetesCluster } from '../../../src/outside/cluster/kubernetes-cluster.ts'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import { environment, plan } from '../../fixtures/plan.ts'
import { bareRepository } from '../../outside/git/bare.ts'
import type { BareRepository } from '../../outside/git/bare.ts'
import { KINDS, startObjects } from '../../support/object-server.ts'
import type { ObjectServer } from '../../support/object-server.ts'
import { proofWorld } from '../../support/proof-world.ts'

const PATH = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }, 'image'] as const
export const FILE = 'apps/web/web.yaml'

/** The manifest with an image. */
export function manifest(image: string): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n      - name: web\n        image: ${image}\n`
}

/** The live object: healthy with an image, parts laid over. */
export function liveWeb(image: string, more: { readonly metadata?: JsonObject, readonly status?: JsonObject, readonly spec?: JsonObject } = {}): JsonObject {
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', uid: 'u1', generation: 2, ...more.metadata },
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: { spec: { containers: [{ name: 'web', image }] } }, ...more.spec },
    status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions: [{ type: 'Available', status: 'True' }], ...more.status },
  }
}

/** The result of a look that waits; throws for any other. */
export function waiting(result: StepResult): StepResult & { kind: 'waiting' } {
  if (result.kind !== 'waiting') throw new Error(`${result.kind}: ${JSON.stringify(result)}`)
  return result
}

/** The result of a look that ended the change; throws for any other. */
export function ended(result: StepResult): StepResult & { kind: 'ended' } {
  if (result.kind !== 'ended') throw new Error(`${result.kind}: ${JSON.stringify(result)}`)
  return result
}

/** Everything a test of verify turns: real Git, a real API over a socket, a tool that says what the test says, and the time. */
export class Stage {
  readonly repository: BareRepository
  readonly server: ObjectServer
  readonly old: string
  readonly ours: string
  readonly refreshes: string[] = []
  worktrees = 0
  random = 0.5
  now = Date.parse('2026-01-01T00:00:00Z')
  change: Change
  seen: Observation
  refuseRefresh: WritError | null = null
  /** Who was asked to look, and with what outcome. */
  readonly asked: string[] = []
  refuseObserve: WritError | null = null
  readonly #world: World

  private constructor(of: { readonly repository: BareRepository, readonly server: ObjectServer, readonly old: string, readonly ours: string }) {
    this.repository = of.repository
    this.server = of.server
    this.old = of.old
    this.ours = of.ours
    this.seen = this.observation({ revision: of.ours })
    this.change = this.changeOf({})
    this.#world = this.#makeWorld()
  }

  static async open(): Promise<Stage> {
    const repository = await bareRepository({ [FILE]: manifest('web:1') })
    const old = repository.git('rev-parse', 'main')
    const ours = await repository.commit({ [FILE]: manifest('web:2') }, 'main', 'ours')
    return new Stage({ repository, server: await startObjects(KINDS), old, ours })
  }

  async close(): Promise<void> {
    await this.server.close()
    await this.repository.remove()
  }

  /** A fresh merged change, an owner that accepted it, and a healthy live object: the state from which each test turns one thing. */
  reset(more: Partial<Plan> = {}): void {
    this.now = Date.parse('2026-01-01T00:00:00Z')
    this.refreshes.length = 0
    this.asked.length = 0
    this.worktrees = 0
    this.random = 0.5
    this.refuseRefresh = null
    this.refuseObserve = null
    this.server.intercept(null)
    for (const [kind, name] of [['Pod', 'web-1'], ['ReplicaSet', 'web-a'], ['ReplicaSet', 'web-b']] as const) this.server.remove(kind, name)
    this.server.put(liveWeb('web:2'))
    this.seen = this.observation({ revision: this.ours })
    this.change = this.changeOf(more)
  }

  /** One look, and its facts saved as deliver saves them. */
  async look(): Promise<StepResult> {
    const result = await verify(this.#world, this.change)
    const facts: ChangeFacts = result.kind === 'waiting' || result.kind === 'done' ? result.facts ?? {} : {}
    this.change = { ...this.change, facts: { ...this.change.facts, ...facts } }
    return result
  }

  /** The second look at a verified change, and what it wrote into the journal. */
  async recheck(): Promise<{ readonly due: boolean, readonly said: readonly string[] }> {
    const due = isRecheckDue(this.change, this.now)
    const said: string[] = []
    const unused = (): never => { throw new Error('not part of this test') }
    const world: World = {
      ...this.#world, leases: { take: () => Promise.resolve({ fence: 1, release: () => Promise.resolve(), lost: () => false }) },
      changes: { add: unused, get: unused, find: unused, list: unused, journal: unused, save: (change, _fence, entries) => { said.push(...entries.map(entry => textAt(entry.data, 'sentence') ?? '')); return Promise.resolve(change) } },
    }
    this.change = await recheck(world, this.change) ?? this.change
    return { due, said }
  }

  async lookAfter(ms: number): Promise<StepResult> {
    this.now += ms
    return this.look()
  }

  observation(more: Partial<Observation>): Observation {
    return { revision: null, accepted: true, unmet: [], unchanged: true, blocked: null, failure: null, listed: true, pending: false, notes: [], ...more }
  }

  changeOf(more: Partial<Plan>): Change {
    const base = plan()
    const at = new Date(this.now).toISOString()
    return {
      id: 'abcdefgh', key: 'k', status: 'open', step: 'verify', createdAt: at, updatedAt: at, version: 1, waiting: null, ended: null,
      facts: { mergeCommit: this.ours, mergedAt: at },
      plan: {
        ...base, target: { ...base.target, cluster: 'c' }, environment: environment('dev', { verify: { stability: '3s' }, syncTimeout: '10m' }),
        edits: [{ path: PATH, before: 'web:1', after: 'web:2' }], owner: { ...base.owner, source: { url: this.repository.url, revision: 'main', path: 'apps/web' } }, ...more,
      },
    }
  }

  #makeWorld(): World {
    const cluster = kubernetesCluster(connect({ cluster: 'c', files: [this.server.kubeconfig], context: 'test' }), 'shop')
    const { reader } = openRepository({ url: this.repository.url, cacheDir: join(this.repository.root, 'cache'), access: { allow: ['file'], host: 'localhost' }, committer: { name: 'Writ', email: 'writ@example.com' } })
    const unused = (): never => { throw new Error('not part of this test') }
    const tool: GitOpsTool = {
      name: 'argocd', claims: unused, read: unused, owners: unused, sync: unused,
      refresh: async (owner, _token, how) => {
        this.asked.push(`${owner.kind} ${owner.namespace}/${owner.name}`)
        if (this.refuseRefresh !== null) throw this.refuseRefresh
        this.refreshes.push(how)
      },
      observe: async () => {
        if (this.refuseObserve !== null) throw this.refuseObserve
        return Promise.resolve(this.seen)
      },
    }
    const counting = { ...reader, worktree: async (commit: string) => { this.worktrees++; return reader.worktree(commit) } }
    return {
      ...proofWorld({ repository: { url: this.repository.url, reader: counting, commit: unused, dispose: unused }, owners: [] }),
      clock: { now: () => this.now, sleep: unused, newId: () => 'aaaaaaaa', random: () => this.random, within: (_ms, work) => work },
      clusters: { all: [cluster], choose: () => cluster, named: () => cluster },
      tools: [tool],
    }
  }
}

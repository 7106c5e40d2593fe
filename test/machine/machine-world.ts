import { parse } from 'yaml'
import { renderMemory } from '../../src/flow/proof/render-memory.ts'
import type { Cluster, Forge, GitOpsTool, Lease, Leases, ServedKind } from '../../src/flow/ports.ts'
import type { World } from '../../src/flow/world.ts'
import type { Person } from '../../src/model/config.ts'
import { EnvironmentFile } from '../../src/model/environment.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { environments } from '../../src/outside/config/environments.ts'
import { plainForge } from '../../src/outside/forges/plain.ts'
import type { Store } from '../../src/outside/store/open-store.ts'
import { declaredOwners } from '../../src/outside/tools/declared-owners.ts'
import { manifestOwner } from '../../src/outside/tools/manifest-owner.ts'
import { answeringServer } from '../support/answering-server.ts'
import type { Machine, Process } from './machine.ts'
import { Crash } from './machine.ts'
import type { MemoryForge } from './memory-forge.ts'
import type { MemoryGit } from './memory-git.ts'

const KINDS: readonly ServedKind[] = [
  { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
]
const PEOPLE: readonly Person[] = ['ann', 'bo'].map(name => ({ name, kind: 'human', groups: name === 'bo' ? ['senior'] : [], aliases: { os: [name], ssh: [], forge: { memory: name }, oidc: [], kube: [] } }))

/** What lasts longer than any process: the repository, the forge, the store. */
export interface Lasting {
  readonly machine: Machine
  readonly git: MemoryGit
  readonly forge: MemoryForge | 'plain'
  readonly class: 'dev' | 'prod'
  readonly store: Store
  /** Which process has which lease until when; one store is used by all processes, and one real process has all of them. */
  readonly leases: Map<string, { readonly holder: Process, readonly real: Lease, until: number }>
}

const LEASE = 10_000

/** The world as one process of Writ sees it: everything outside of it can fail, and each such place can be its end. */
export function machineWorld(lasting: Lasting, me: Process): World {
  const { machine, git, store } = lasting
  const guarded = <T extends object>(name: string, port: T, only?: 'crashes'): T => new Proxy(port, {
    get: (target, key) => {
      const found: unknown = Reflect.get(target, key)
      return typeof found === 'function' ? (...args: readonly unknown[]) => machine.at(me, { name: `${name}.${String(key)}`, ...only === undefined ? {} : { only } }, () => Reflect.apply(found, target, args) as unknown) : found
    },
  })
  const forge: Forge = guarded('forge', lasting.forge === 'plain' ? plainForge({ name: 'memory', rows: store.changeRequests }) : lasting.forge.port())
  const handle = { reader: { ...guarded('git', git.reader()), url: git.url }, writer: guarded('git', git.writer()), forge }
  const cluster = clusterOf(git)
  return {
    clock: {
      now: () => machine.now,
      sleep: async ms => {
        machine.now += ms
        await machine.turn()
        if (me.dead) throw new Crash()
      },
      newId: () => Array.from({ length: 8 }, () => 'abcdefghijklmnopqrstuvwxyz234567'[Math.floor(machine.random() * 32)]).join(''),
      random: machine.random,
      within: (_ms, work) => work,
    },
    committer: { name: 'Writ', email: 'writ@example.com' }, process: me.name, redact: text => text,
    clusters: { all: [cluster], choose: () => cluster, named: () => cluster },
    servers: { named: () => answeringServer(object => ({ kind: 'made', object })) }, steering: [],
    environments: environments({ environments: [EnvironmentFile.parse({ name: lasting.class, class: lasting.class, covers: [{ cluster: 'here' }], merge: lasting.class === 'dev' ? 'automatic' : 'person', verify: { stability: '0s' } })] }),
    people: PEOPLE,
    ownerObjects: { declaredOwners, manifestOwner, live: () => Promise.resolve(null), gates: () => Promise.resolve([]), argoClusters: () => Promise.resolve([]), applicationSets: () => Promise.resolve({ sets: [], unseen: null }) },
    tools: [toolOf(git)],
    repositories: { open: () => handle, same: (a, b) => a === b },
    renderers: [{ format: 'directory', info: () => Promise.resolve({ name: 'directory', version: '1' }), render: job => Promise.resolve(git.render(job)) }],
    renders: renderMemory(1000),
    policies: { bundle: () => Promise.resolve('bundle'), judge: () => Promise.resolve([]) },
    changes: guarded('store', store.changes, 'crashes'), approvals: guarded('store', store.approvals, 'crashes'), leases: leasesOf(lasting, me),
    signatures: { sign: () => Promise.resolve('signature'), signer: () => Promise.resolve('bo') },
  }
}

/** As `src/outside/store/leases.ts` has them: a dead process holds its own until they run out. */
function leasesOf({ machine, leases, store }: Lasting, me: Process): Leases {
  return {
    take: name => machine.at(me, { name: 'lease.take', only: 'crashes' }, () => inTurn(leases, async () => {
      const held = leases.get(name)
      if (held !== undefined && held.until > machine.now && held.holder !== me) return { holder: held.holder.name }
      // The store's own lease is what its writes are held against; all of them are of the one real process.
      await held?.real.release()
      const real = await store.leases.take(`machine/${name}`)
      if ('holder' in real) throw new Error('one process holds all leases of the store')
      const mine = { holder: me, real, until: machine.now + LEASE }
      leases.set(name, mine)
      const release = async (): Promise<void> => {
        if (leases.get(name) !== mine) return
        leases.delete(name)
        await real.release()
      }
      return { fence: real.fence, lost: () => leases.get(name) !== mine || mine.until <= machine.now, release: () => machine.at(me, { name: 'lease.release', only: 'crashes' }, () => inTurn(leases, release)) }
    })),
  }
}

const turns = new WeakMap<object, Promise<unknown>>()

/** One after the other, as in one transaction. */
function inTurn<T>(key: object, work: () => Promise<T>): Promise<T> {
  const before = turns.get(key) ?? Promise.resolve()
  const mine = before.then(work)
  turns.set(key, mine.catch(() => undefined))
  return mine
}

function clusterOf(git: MemoryGit): Cluster {
  return {
    name: 'here', defaultNamespace: 'shop',
    resolve: () => Promise.resolve(KINDS[0] ?? { group: '', version: '', kind: '', plural: '', namespaced: false }),
    served: (group, kind) => Promise.resolve(KINDS.find(one => one.group === group && one.kind === kind) ?? null),
    get: (kind, _namespace, name) => Promise.resolve(kind.kind === 'Namespace' ? { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } : live(git)),
    list: () => Promise.resolve([]), annotate: () => Promise.resolve(), replace: () => Promise.resolve(), watch: () => Promise.resolve(() => undefined),
  }
}

/** What main holds is live and healthy at once. */
function live(git: MemoryGit): KubernetesObject {
  const object = parse(git.files(git.tip('main')).get('apps/web.yaml') ?? '') as KubernetesObject & { spec: { replicas: number } }
  const { replicas } = object.spec
  return {
    ...object, metadata: { ...object.metadata, uid: 'uid', generation: 1 },
    status: { observedGeneration: 1, replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas, conditions: [{ type: 'Available', status: 'True' }] },
  }
}

function toolOf(git: MemoryGit): GitOpsTool {
  const owner = (): Owner => ({
    tool: 'argocd', kind: 'Application', cluster: 'here', namespace: 'argocd', name: 'web', uid: 'owner', source: { url: git.url, revision: 'main', path: 'apps' },
    render: { format: 'directory', loadRestrictor: 'root', directory: { recurse: false } },
    delivery: { automated: true, reverts: true, syncedCommit: git.tip('main'), behindBecause: null }, destination: { cluster: 'here', namespace: 'shop' }, sourceObject: null,
  })
  return {
    name: 'argocd',
    claims: () => Promise.resolve([{ owner: owner(), proof: true, exists: true, evidence: [{ sentence: 'status.resources lists it', at: 'Application argocd/web' }] }]),
    read: () => Promise.resolve(owner()),
    owners: () => Promise.resolve([owner()].map(one => ({ ref: one, source: one.source, render: one.render, destination: one.destination, unsupported: null }))),
    refresh: () => Promise.resolve(), sync: () => Promise.resolve(),
    observe: () => Promise.resolve({ revision: git.tip('main'), accepted: true, unmet: [], unchanged: true, blocked: null, failure: null, listed: true, pending: false, notes: [] }),
  }
}

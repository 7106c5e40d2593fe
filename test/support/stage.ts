import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { main } from '../../src/doors/cli/main.ts'
import type { Connection, Io } from '../../src/doors/cli/parts.ts'
import type { Cluster, Forge, GitOpsTool, ServedKind } from '../../src/flow/ports.ts'
import type { DryRun } from '../../src/model/dry-run.ts'
import type { World } from '../../src/flow/world.ts'
import type { ChangeFacts } from '../../src/model/change.ts'
import type { Person } from '../../src/model/config.ts'
import { EnvironmentFile } from '../../src/model/environment.ts'
import { WritError } from '../../src/model/error.ts'
import { isObject } from '../../src/model/json.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Owner } from '../../src/model/owner.ts'
import { isKubernetesObject } from '../../src/model/resource.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { environments } from '../../src/outside/config/environments.ts'
import { configFolder } from '../../src/outside/config/folder.ts'
import { whoAmI } from '../../src/outside/config/identity.ts'
import { systemClock } from '../../src/outside/clock.ts'
import { openForge } from '../../src/outside/forges/index.ts'
import { openRepository } from '../../src/outside/git/open-repository.ts'
import { redact, redactJson } from '../../src/outside/redact.ts'
import { renderMemory } from '../../src/flow/proof/render-memory.ts'
import { renderers } from '../../src/outside/render/renderers.ts'
import { openRepositories } from '../../src/outside/repositories.ts'
import { openSignatures } from '../../src/outside/signatures.ts'
import { openStore } from '../../src/outside/store/open-store.ts'
import { declaredOwners } from '../../src/outside/tools/declared-owners.ts'
import { manifestOwner } from '../../src/outside/tools/manifest-owner.ts'
import { answeringServer } from './answering-server.ts'
import { bareRepository } from '../outside/git/bare.ts'
import type { BareRepository } from '../outside/git/bare.ts'

const KINDS: readonly ServedKind[] = [
  { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  { group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true },
  { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true },
  { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', namespaced: true },
]

/** What one call of the command line gave. */
export interface Called { readonly exit: number, readonly out: string, readonly err: string, readonly json: JsonObject }

/** What a test turns. */
export interface Knobs {
  /** The user of the operating system. */
  user: string
  /** False: the controller never takes a commit up. */
  syncs: boolean
  /** True: a second owner proves the same object. */
  twoOwners: boolean
  colour: boolean
  /** Milliseconds after which a plan says what it does. */
  patience: number
  /** The width of the terminal; null where there is none. */
  columns: number | null
  /** The hash of the policies. */
  bundle: string
  /** How the owner's path is read; `auto` takes its kustomization file. */
  format: 'directory' | 'auto'
  /** Objects that are live beside those of main. */
  extra: readonly KubernetesObject[]
  /** Laid over every live object, as webhooks and defaults do. */
  live: (object: KubernetesObject) => KubernetesObject
  /** What the environments do with a failed rollout. */
  rollback: 'offer' | 'open'
  /** Why the owner keeps what disappears from Git; undefined where nobody knows. */
  keeps: string | null | undefined
  /** What the API server makes of an object in a dry run. */
  server: (object: KubernetesObject) => DryRun
  /** Laid over the file of prod. */
  prod: Partial<EnvironmentFile>
  /** Laid over the forge. */
  forge: (forge: Forge) => Forge
  env: Record<string, string>
  /** Where comments on a change request go; null on a forge without comments, as the plain one is. */
  comment: ((request: string, body: string) => Promise<void>) | null
}

/**
 * The whole of Writ behind the command line but for the two things that are not on this machine: a cluster that shows what
 * main holds, and a tool that says so. Git, store, renderer, signatures and forge are the real ones.
 */
export class Stage {
  readonly knobs: Knobs = { user: 'ann', syncs: true, twoOwners: false, colour: false, columns: null, patience: 600_000, bundle: 'bundle', format: 'directory', extra: [], live: object => object, rollback: 'offer', keeps: null, server: object => ({ kind: 'made', object }), prod: {}, forge: forge => forge, env: {}, comment: null }
  readonly repository: BareRepository
  readonly dir: string
  readonly keys: Readonly<Record<'ann' | 'bo' | 'stranger', string>>
  interrupt: () => void = () => undefined
  exits: number[] = []
  /** How often a door began to keep the owners at hand. */
  holds = 0
  readonly #people: readonly Person[]
  readonly #first: string
  readonly #read = new Map<string, readonly string[]>()

  private constructor(repository: BareRepository, dir: string) {
    this.repository = repository
    this.dir = dir
    this.#first = repository.git('rev-parse', 'main')
    this.keys = { ann: join(keys(), 'ann'), bo: join(keys(), 'bo'), stranger: join(keys(), 'stranger') }
    this.#people = [this.#person('ann', [], 'human'), this.#person('bo', ['senior'], 'human'), this.#person('bot', [], 'ai')]
  }

  /** `more` are files beside the manifests of dev and prod. */
  static async open(more: Readonly<Record<string, string>> = {}): Promise<Stage> {
    const repository = await bareRepository({ ...Object.fromEntries(['dev', 'prod'].map(name => [`${name}/web.yaml`, manifest(name)])), ...more })
    return new Stage(repository, mkdtempSync(join(tmpdir(), 'writ-door-')))
  }

  async close(): Promise<void> {
    rmSync(this.dir, { recursive: true, force: true })
    await this.repository.remove()
  }

  /** Calls `writ ARGS` in this process. */
  async call(...args: readonly string[]): Promise<Called> {
    let [out, err] = ['', '']
    const io: Io = {
      out: text => { out += text }, err: text => { err += text }, colour: this.knobs.colour, columns: this.knobs.columns, env: this.knobs.env, program: 'writ', command: 'writ', patience: this.knobs.patience,
      onInterrupt: call => {
        this.interrupt = () => { call(2) }
        return () => { this.interrupt = () => undefined }
      },
      exit: code => { this.exits.push(code) },
    }
    const exit = await main(args, {
      configFolder, redact, redactJson,
      connect: () => this.#connect(),
      setup: () => Promise.reject(new Error('init is not called here')),
      editing: () => Promise.reject(new Error('edit is not called here')),
      checking: () => Promise.reject(new Error('check is not called here')),
      machine: () => Promise.reject(new Error('doctor is not called here')),
      sandbox: () => Promise.reject(new Error('the sandbox is not called here')),
    }, io)
    return { exit, out, err, json: jsonOf(out) }
  }

  /** Takes facts of a change back, as if the process had died before it wrote them. */
  async forget(id: string, ...facts: readonly (keyof ChangeFacts)[]): Promise<void> {
    const store = await openStore({ path: join(this.dir, 'writ.db'), clock: systemClock(), process: 'test/1' })
    const change = await store.changes.get(id)
    if (change === null) throw new Error(`there is no change ${id}`)
    await store.changes.save({ ...change, facts: Object.fromEntries(Object.entries(change.facts).filter(([name]) => !facts.some(fact => fact === name))) }, null, [])
    await store.close()
  }

  /** The commit of a branch, or ''. */
  tip(branch: string): string {
    return this.repository.tip(branch)
  }

  branches(): readonly string[] {
    return this.repository.git('for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n')
  }

  async #connect(): Promise<Connection> {
    const clock = { ...systemClock(), sleep: (ms: number, signal?: Parameters<ReturnType<typeof systemClock>['sleep']>[1]) => systemClock().sleep(Math.min(ms, 40), signal) }
    const store = await openStore({ path: join(this.dir, 'writ.db'), clock, process: 'test/1' })
    const cluster = this.#cluster()
    const committer = { name: 'Writ', email: 'writ@example.com' }
    const forge = { name: 'local', kind: 'plain', host: 'localhost', insecureAllow: ['file' as const] } as const
    const world: World = {
      clock, committer, process: 'test/1',
      clusters: { all: [cluster], choose: ({ cluster: name }) => chosen(cluster, name), named: () => cluster },
      servers: { named: () => answeringServer(object => this.knobs.server(object)) }, steering: [],
      environments: environments({ environments: [environmentFile('dev', 'automatic', this.knobs.rollback), { ...environmentFile('prod', 'person', this.knobs.rollback), ...this.knobs.prod }] }),
      people: this.#people,
      ownerObjects: { declaredOwners, manifestOwner, live: () => Promise.resolve(null), gates: () => Promise.resolve([]), argoClusters: () => Promise.resolve([]), applicationSets: () => Promise.resolve({ sets: [], unseen: null }) },
      tools: [this.#tool(['web', ...this.knobs.twoOwners ? ['rival'] : []])],
      repositories: openRepositories([{ match: [this.repository.url], forge: 'local' }], [{ ...forge, insecureAllow: ['file'] }], url => ({
        ...openRepository({ url, access: { allow: ['file'], host: 'localhost' }, cacheDir: join(this.dir, 'git'), committer }),
        forge: this.#commented(this.knobs.forge(openForge({ ...forge, insecureAllow: ['file'] }, { rows: store.changeRequests, secret: () => Promise.resolve('') }))),
      })),
      renderers: renderers({ timeoutMs: 10_000 }), renders: renderMemory(1000),
      policies: {
        bundle: () => Promise.resolve(this.knobs.bundle),
        judge: (_environment, objects) => Promise.resolve(objects.map(({ ref, after }) => ({
          policy: 'no-latest', binding: 'all', object: `${ref.kind} ${ref.name}`, result: JSON.stringify(after).includes(':latest') ? 'deny' : 'pass', preExisting: false, severity: null, message: 'latest is no version', file: 'no-latest.yaml',
        } as const))),
      },
      changes: store.changes, leases: store.leases, approvals: store.approvals, signatures: openSignatures({ people: this.#people }), redact,
    }
    return { world, identity: whoAmI({ people: this.#people }, this.knobs.user), owners: { hold: () => { this.holds += 1; return Promise.resolve() } }, close: () => store.close() }
  }

  #commented(forge: Forge): Forge {
    const { comment } = this.knobs
    return comment === null ? forge : { ...forge, can: { ...forge.can, comments: true }, comment: (_repository, id, { body }) => comment(id, body) }
  }

  #person(name: string, groups: string[], kind: 'human' | 'ai'): Person {
    const ssh = name === 'ann' || name === 'bo' ? [readFileSync(`${this.keys[name]}.pub`, 'utf8').trim()] : []
    return { name, kind, groups, aliases: { os: [name], ssh, forge: { local: `${name}-there` }, oidc: [], kube: [] } }
  }

  #cluster(): Cluster {
    const kindOf = (type: string): ServedKind | undefined => KINDS.find(kind => {
      const group = kind.group === '' ? '' : `.${kind.group}`
      return [kind.kind.toLowerCase(), kind.plural, kind.kind === 'Deployment' ? 'deploy' : '', `${kind.kind.toLowerCase()}.${kind.version}${group}`].includes(type.toLowerCase())
    })
    return {
      name: 'here', defaultNamespace: 'dev',
      resolve: type => {
        const kind = kindOf(type)
        return kind === undefined ? Promise.reject(new WritError('cluster/unknown-kind', `Cluster here does not serve ${type}.`)) : Promise.resolve(kind)
      },
      served: (group, kind) => Promise.resolve(KINDS.find(one => one.group === group && one.kind === kind) ?? null),
      get: (kind, namespace, name) => Promise.resolve(kind.kind === 'Namespace' ? { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } : this.#live(kind, namespace ?? '', name)),
      list: kind => Promise.resolve(this.knobs.extra.filter(object => object.kind === kind.kind)),
      annotate: () => Promise.resolve(),
      replace: () => Promise.resolve(),
      watch: () => Promise.resolve(() => undefined),
    }
  }

  /** What main holds is what is live, healthy at once. */
  #live(kind: ServedKind, namespace: string, name: string): KubernetesObject | null {
    const commit = this.knobs.syncs ? this.tip('main') : this.#first
    const documents = this.#texts(commit, namespace).flatMap(text => parseAllDocuments(text).map((document): unknown => document.toJS()))
    const found = [...documents, ...this.knobs.extra].find(object => isObject(object) && isKubernetesObject(object) && object.kind === kind.kind && object.metadata['name'] === name)
    if (!isObject(found) || !isKubernetesObject(found)) return null
    const spec = isObject(found['spec']) ? found['spec'] : {}
    const replicas = spec['replicas'] ?? 1
    const object = { ...found, metadata: { ...found.metadata, namespace, uid: `uid-${namespace}`, generation: 1 } }
    return this.knobs.live(kind.kind !== 'Deployment' ? object : {
      ...object, status: { observedGeneration: 1, replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas, conditions: [{ type: 'Available', status: 'True' }] },
    })
  }

  /** The manifests of a namespace in a commit, which never change: they are looked at again and again while a change is followed. */
  #texts(commit: string, namespace: string): readonly string[] {
    const key = `${commit}:${namespace}/`
    const known = this.#read.get(key)
    if (known !== undefined) return known
    const files = this.repository.git('ls-tree', '-r', '--name-only', commit, `${namespace}/`).split('\n').filter(path => /\.ya?ml$/.test(path))
    const texts = files.map(path => this.repository.git('show', `${commit}:${path}`))
    this.#read.set(key, texts)
    return texts
  }

  /** One owner for each name and namespace; the rival has a path of its own. */
  #tool(names: readonly string[]): GitOpsTool {
    const owner = (name: string, namespace: string): Owner => ({
      tool: 'argocd', kind: 'Application', cluster: 'here', namespace: 'argocd', name: `${name}-${namespace}`, uid: `owner-${namespace}`,
      source: { url: this.repository.url, revision: 'main', path: name === 'rival' ? `rival/${namespace}` : namespace },
      render: { format: this.knobs.format, loadRestrictor: 'root', directory: { recurse: false } },
      delivery: { automated: true, reverts: true, syncedCommit: this.tip('main'), behindBecause: null, ...this.knobs.keeps === undefined ? {} : { keeps: this.knobs.keeps } },
      destination: { cluster: 'here', namespace }, sourceObject: null,
    })
    const first = this.tip('main')
    return {
      name: 'argocd',
      claims: target => Promise.resolve(names.map(name => ({ owner: owner(name, target.namespace ?? ''), proof: true, exists: true, evidence: [{ sentence: 'status.resources lists it', at: `Application argocd/${name}-${target.namespace ?? ''}` }] }))),
      read: ref => Promise.resolve(owner(ref.name.split('-')[0] ?? '', ref.name.split('-')[1] ?? '')),
      owners: () => Promise.resolve(names.flatMap(name => ['dev', 'prod'].map(namespace => owner(name, namespace))).map(one => ({ ref: one, source: one.source, render: one.render, destination: one.destination, unsupported: null }))),
      refresh: () => Promise.resolve(),
      sync: () => Promise.resolve(),
      observe: () => Promise.resolve({ revision: this.knobs.syncs ? this.tip('main') : first, accepted: true, unmet: [], unchanged: true, blocked: null, failure: null, listed: true, pending: false, notes: [] }),
    }
  }
}

let keyFolder: string | null = null

/** Three keys, made once and removed with the process. */
function keys(): string {
  if (keyFolder !== null) return keyFolder
  const dir = mkdtempSync(join(tmpdir(), 'writ-door-keys-'))
  process.on('exit', () => { rmSync(dir, { recursive: true, force: true }) })
  for (const name of ['ann', 'bo', 'stranger']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)])
  keyFolder = dir
  return dir
}

function chosen(cluster: Cluster, name: string | null): Cluster {
  if (name === null || name === cluster.name) return cluster
  throw new WritError('usage/bad-argument', `There is no cluster ${name}.`)
}

function environmentFile(name: 'dev' | 'prod', merge: 'automatic' | 'person', rollback: 'offer' | 'open'): EnvironmentFile {
  return EnvironmentFile.parse({ name, class: name, covers: [{ cluster: 'here', namespaces: [name] }], merge, verify: { stability: '0s', failing: '0s' }, rollback })
}

function manifest(namespace: string): string {
  return [
    'apiVersion: apps/v1', 'kind: Deployment', 'metadata:', '  name: web', `  namespace: ${namespace}`, 'spec:', '  replicas: 2', '  selector: { matchLabels: { app: web } }', '  template:', '    metadata:', '      labels: { app: web }',
    '    spec:', '      containers:', '        - name: web', '          image: registry.example/web:1.0.0', '          env:', '            - name: DB_PASSWORD', '              value: hunter2', '          resources:', '            limits:', '              memory: 64Mi', '',
  ].join('\n')
}

function jsonOf(out: string): JsonObject {
  try {
    const value: unknown = JSON.parse(out)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

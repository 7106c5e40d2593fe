import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderMemory } from './flow/proof/render-memory.ts'
import type { World } from './flow/world.ts'
import type { ForgeConfig, SecretRef } from './model/config.ts'
import { milliseconds } from './model/environment.ts'
import type { Identity } from './model/request.ts'
import type { Machine } from './operations/doctor.ts'
import type { EditWorld } from './operations/edit.ts'
import type { Setup } from './operations/init/setup.ts'
import { openContexts } from './outside/cluster/contexts.ts'
import { openClusters } from './outside/cluster/open-clusters.ts'
import { systemClock } from './outside/clock.ts'
import type { Config } from './outside/config/config.ts'
import { environments } from './outside/config/environments.ts'
import { whoAmI } from './outside/config/identity.ts'
import { loadConfig } from './outside/config/load-config.ts'
import { writeNew } from './outside/config/write-new.ts'
import { openForge } from './outside/forges/index.ts'
import { openCheckout } from './outside/git/open-checkout.ts'
import type { GitCredentials } from './outside/git/credentials.ts'
import { openRepository } from './outside/git/open-repository.ts'
import { openPolicies } from './outside/policy/open-policies.ts'
import { openLogin } from './outside/login.ts'
import type { Login } from './outside/login.ts'
import { programVersion } from './outside/program-version.ts'
import { registerSecret } from './outside/redact.ts'
import { isolation } from './outside/run.ts'
import { renderers } from './outside/render/renderers.ts'
import { openRepositories } from './outside/repositories.ts'
import { readSecret, readSecretIfThere } from './outside/secret.ts'
import { openSignatures } from './outside/signatures.ts'
import { parseUrl } from './outside/url.ts'
import { openStore } from './outside/store/open-store.ts'
import type { Store } from './outside/store/open-store.ts'
import { probeSqlite, probeStore } from './outside/store/probe.ts'
import { declaredOwners } from './outside/tools/declared-owners.ts'
import { manifestOwner } from './outside/tools/manifest-owner.ts'
import { ownerIndexes } from './outside/tools/owner-indexes.ts'
import type { OwnerIndexes } from './outside/tools/owner-indexes.ts'
import { ownerObjects } from './outside/tools/owner-objects.ts'
import { argocdSteering } from './outside/tools/argocd/argocd-steering.ts'
import { argocdTool } from './outside/tools/argocd/argocd-tool.ts'
import { fluxSteering } from './outside/tools/flux/flux-steering.ts'
import { fluxTool } from './outside/tools/flux/flux-tool.ts'

/** What a door gets: the world, who is calling, and the way to let go of both. */
export interface Connected {
  readonly config: Config
  readonly world: World
  readonly identity: Identity
  /** Where owners are looked up; a process that answers many questions holds them. */
  readonly owners: Pick<OwnerIndexes, 'hold' | 'size'>
  readonly close: () => Promise<void>
}

/** Where this installation keeps its state and its copies of repositories. */
export function places(config: Pick<Config, 'id' | 'writ'>): { readonly store: string, readonly mirrors: string } {
  const state = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state')
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return {
    store: config.writ.store.path ?? join(state, 'writ', config.id, 'writ.db'),
    mirrors: join(cache, 'writ', config.id, 'git'),
  }
}

/** Joins configuration and adapters into a world. Nothing is connected or written yet. Throws config/missing, config/invalid. */
export async function connect(options: { readonly dir: string, readonly tell?: (line: string) => void }): Promise<Connected> {
  const config = loadConfig(options.dir)
  await registerTokens(config)
  const clock = systemClock()
  const name = `${hostname()}/${process.pid}`
  const { store: path, mirrors } = places(config)
  const store = await openStore({ path, clock, process: name, waits: () => options.tell?.(`waiting: another process holds the store ${path}`) })
  const clusters = await openClusters({ clusters: config.writ.clusters, dir: config.dir, environment: process.env, ...options.tell === undefined ? {} : { tell: options.tell } })
  const indexes = ownerIndexes({ clusters, kinds: clusters.kinds, config: config.writ.clusters })
  const timeoutMs = milliseconds(config.writ.render.timeout)
  const world: World = {
    clock, clusters, servers: clusters.servers,
    environments: environments(config),
    people: config.people,
    tools: [argocdTool({ clusters, indexes, config: config.writ.clusters }), fluxTool({ clusters, indexes, config: config.writ.clusters })],
    ownerObjects: ownerObjects({ clusters, config: config.writ.clusters }),
    steering: [argocdSteering({ clusters, config: config.writ.clusters, kinds: clusters.kinds }), fluxSteering({ clusters, config: config.writ.clusters, kinds: clusters.kinds })],
    repositories: repositoriesOf(config, store, { cacheDir: mirrors, ...options.tell === undefined ? {} : { tell: options.tell } }),
    renderers: renderers({ timeoutMs }), renders: renderMemory(20_000),
    policies: openPolicies({ dir: config.writ.policies ?? shippedPolicies() }),
    changes: store.changes, leases: store.leases, approvals: store.approvals,
    signatures: openSignatures({ people: config.people }),
    committer: config.writ.git,
    process: name,
  }
  return { config, world, identity: whoAmI(config), owners: indexes, close: () => { indexes.release(); return store.close() } }
}

/** What `init` needs before there is a configuration. Throws config/invalid where there is no kubeconfig. */
export async function setup({ dir }: { readonly dir: string }): Promise<Setup> {
  const opened = await openContexts(process.env)
  return { dir, user: whoAmI({ people: [] }).alias, contexts: opened.contexts, cluster: (context, name) => opened.cluster(context, name), write: (name, text) => writeNew(dir, name, text) }
}

/** The checkout that Writ was called in. Needs no configuration. */
export async function editing(): Promise<EditWorld> {
  return { checkout: await openCheckout(process.cwd()), renderers: renderers({ timeoutMs: 60_000 }), renders: renderMemory(0), declaredOwners, manifestOwner }
}

/** What `doctor` looks at; nothing is looked at yet. */
export async function machine({ tell, ...folder }: { readonly dir: string, readonly from: string, readonly tell: (line: string) => void }): Promise<Machine> {
  return {
    node: process.version,
    folder,
    version: programVersion,
    async renderer(format) {
      const info = await renderers({ timeoutMs: 10_000 }).find(renderer => renderer.format === format)?.info()
      return info === undefined ? 'none' : `${info.name} ${info.version}`
    },
    isolation,
    sqlite: probeSqlite,
    store: async () => probeStore(places(configOrDefault(folder.dir)).store),
    async connect() {
      const { world, identity, close } = await connect({ ...folder, tell })
      return { ...world, caller: identity.alias, close }
    },
  }
}

/** Where the store would be, also while the configuration is missing or wrong. */
function configOrDefault(dir: string): Parameters<typeof places>[0] {
  try {
    return loadConfig(dir)
  } catch {
    return { id: 'new', writ: { clusters: [], repositories: [], forges: [], store: {}, git: { name: '', email: '' }, render: { timeout: '60s' } } }
  }
}

/** Starts the sandbox. Loaded only here and only when asked for: it shares no code with the rest. */
export async function sandbox(command: 'demo' | 'up' | 'kube', options: Readonly<Record<string, unknown>>): Promise<number> {
  const { runSandbox } = await import('./sandbox/index.ts')
  return runSandbox(command, { ...options, writ: [process.execPath, ...process.execArgv, fileURLToPath(new URL(`./main${import.meta.url.slice(-3)}`, import.meta.url))] })
}

function repositoriesOf(config: Config, store: Store, how: { readonly cacheDir: string, readonly tell?: (line: string) => void }): World['repositories'] {
  return openRepositories(config.writ.repositories, config.writ.forges, (url, forge) => {
    const place = config.secretPlaces.get(forge.name) ?? 'writ.yaml'
    const login = openLogin(forge, place)
    return {
      ...openRepository({ url, access: { allow: forge.insecureAllow, host: forge.host, ...gitAccess(url, forge, login) }, ...how, committer: { ...config.writ.git, signing: forge.signing ?? config.writ.git.signing } }),
      forge: openForge(forge, { rows: store.changeRequests, login, secret: ref => secretValue(ref, { forge: forge.name, place }) }),
    }
  })
}

/** An SSH key for what is reached over ssh, the login for everything else. */
function gitAccess(url: string, { credentials }: ForgeConfig, login: Login | null): { readonly credentials?: GitCredentials } {
  const key = credentials !== undefined && 'sshKey' in credentials ? credentials : null
  if (key !== null && (login === null || parseUrl(url).scheme === 'ssh')) return { credentials: { kind: 'ssh', keyFile: key.sshKey.file, knownHosts: key.knownHosts } }
  return login === null ? {} : { credentials: { kind: 'token', ...login } }
}

/** Known before anything is printed or written, so that they are hidden, and refused where somebody writes one into a reason. */
async function registerTokens(config: Config): Promise<void> {
  for (const { credentials } of config.writ.forges) {
    const value = credentials !== undefined && 'token' in credentials ? await readSecretIfThere(credentials.token) : null
    if (value !== null) registerSecret(value)
  }
}

async function secretValue(ref: SecretRef, of: { readonly forge: string, readonly place: string }): Promise<string> {
  const value = await readSecret(ref, of)
  registerSecret(value)
  return value
}

/** The policies that come with Writ: beside src in a checkout, beside dist when installed. */
function shippedPolicies(): string {
  return fileURLToPath(new URL('../policies', import.meta.url))
}

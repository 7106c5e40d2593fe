import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Tree } from './flow/ports.ts'
import { renderMemory } from './flow/proof/render-memory.ts'
import type { World } from './flow/world.ts'
import { secretOf } from './model/config.ts'
import type { ForgeConfig, SecretRef } from './model/config.ts'
import { milliseconds } from './model/environment.ts'
import { WritError } from './model/error.ts'
import type { Identity } from './model/request.ts'
import type { Machine } from './operations/doctor.ts'
import type { CheckWorld } from './operations/check.ts'
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
import { endWithWrit } from './outside/end-with-writ.ts'
import { folderOfTree } from './outside/folder-of-tree.ts'
import { appToken, forgeApp, openForge } from './outside/forges/index.ts'
import type { GitHubApp } from './outside/forges/github/app.ts'
import { openCheckout } from './outside/git/open-checkout.ts'
import { openHistory } from './outside/git/open-history.ts'
import type { GitCredentials } from './outside/git/credentials.ts'
import { openRepository } from './outside/git/open-repository.ts'
import { openPolicies } from './outside/policy/open-policies.ts'
import { openLogin } from './outside/login.ts'
import type { Login } from './outside/login.ts'
import { programVersion } from './outside/program-version.ts'
import { redact, registerSecret } from './outside/redact.ts'
import { isolation } from './outside/run.ts'
import { renderers } from './outside/render/renderers.ts'
import { openRepositories } from './outside/repositories.ts'
import { scratchFolder } from './outside/scratch-folder.ts'
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
    signatures: openSignatures({ people: config.people }), redact,
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

/** The checkout that Writ was called in, and what its base branch judges by. `close` takes away what was laid out of that. */
export async function checking({ dir, from, cwd = process.cwd() }: { readonly dir: string, readonly from: string, readonly cwd?: string }): Promise<{ readonly world: CheckWorld, readonly variables: NodeJS.ProcessEnv, readonly close: () => Promise<void> }> {
  const { history, inside } = await openHistory(cwd)
  const scratch = await scratchFolder('writ-check-')
  const forget = endWithWrit(() => { rmSync(scratch, { recursive: true, force: true }) })
  const rulesOf = async (commit: string, policies: string | null): ReturnType<CheckWorld['rules']> => {
    const tree = await history.tree(commit)
    const config = await baseConfig({ tree, scratch, dir, at: inside(dir), from })
    const named = policies === null ? config?.writ.policies ?? null : resolve(cwd, policies)
    const own = policies !== null ? inside(policies) : named === null ? null : below(scratch, named)
    if (own !== null && !await folderOfTree(tree, own, scratch)) throw new WritError('config/invalid', `The policy folder ${own === '' ? '.' : own} is not in the base branch.`, { hint: 'Policies are read from there, never from the pull request: merge them first.' })
    const engine = openPolicies({ dir: own === null ? named ?? shippedPolicies() : join(scratch, own) })
    // What is wrong with them is said now, by the name that the commit gives them.
    await engine.bundle()
    return {
      policies: engine, policiesAt: own ?? named ?? 'the policies that come with Writ',
      environments: environments(config ?? { environments: [] }), configuration: config === null ? null : inside(dir) ?? dir,
      clusters: config?.writ.clusters.map(({ name, argocd, flux }) => ({ name, argocd: argocd?.destinations ?? null, flux: flux !== undefined })) ?? [],
    }
  }
  const rules: CheckWorld['rules'] = (commit, policies) => rulesOf(commit, policies).catch((error: unknown) => { throw namedByCommit(error, scratch, commit) })
  return {
    world: { history, rules, renderers: renderers({ timeoutMs: 60_000 }), renders: renderMemory(100_000), declaredOwners, manifestOwner },
    variables: process.env,
    close: async () => { forget(); await rm(scratch, { recursive: true, force: true }) },
  }
}

/** The configuration as the base branch has it, where it lies in the repository: a pull request does not choose what it is judged by. null where there is none and none was named. */
async function baseConfig({ tree, scratch, dir, at, from }: { readonly tree: Tree, readonly scratch: string, readonly dir: string, readonly at: string | null, readonly from: string }): Promise<Config | null> {
  if (at === null) return loadConfig(dir)
  if (await folderOfTree(tree, at, scratch)) return loadConfig(join(scratch, at))
  if (from === 'the default') return null
  throw new WritError('config/missing', `The configuration folder ${at} is not in the base branch.`, { hint: 'It is read from there, never from the pull request: merge it first, or leave --config out.' })
}

function below(folder: string, path: string): string | null {
  const found = relative(folder, path)
  return found.startsWith('..') || isAbsolute(found) ? null : found.split(sep).join('/')
}

/** An error about a file that was laid out names it as the commit does. */
function namedByCommit(error: unknown, scratch: string, commit: string): unknown {
  if (!(error instanceof WritError)) return error
  const shown = relative(process.cwd(), scratch)
  const named = (text: string): string => text.replaceAll(`${scratch}/`, `${commit.slice(0, 12)}:`).replaceAll(`${shown}/`, `${commit.slice(0, 12)}:`)
  return new WritError(error.code, named(error.message), { hint: named(error.hint), cause: error })
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
  const apps = new Map<string, GitHubApp | null>()
  return openRepositories(config.writ.repositories, config.writ.forges, (url, forge) => {
    const place = config.secretPlaces.get(forge.name) ?? 'writ.yaml'
    const secret = (ref: SecretRef): Promise<string> => secretValue(ref, { forge: forge.name, place })
    const app = apps.get(forge.name) ?? forgeApp(forge, { secret })
    apps.set(forge.name, app)
    const login = app === null ? openLogin(forge, place) : { username: 'x-access-token', token: () => appToken(app, url) }
    return {
      ...openRepository({ url, access: { allow: forge.insecureAllow, host: forge.host, ...gitAccess(url, forge, login) }, ...how, committer: { ...config.writ.git, signing: forge.signing ?? config.writ.git.signing } }),
      forge: openForge(forge, { rows: store.changeRequests, login, secret, app }),
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
  for (const forge of config.writ.forges) {
    for (const ref of [secretOf(forge)?.ref, forge.webhook]) {
      const value = ref === undefined ? null : await readSecretIfThere(ref)
      if (value !== null) registerSecret(value)
    }
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

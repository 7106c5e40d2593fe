import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { textAt } from '../model/json.ts'
import { apiFor } from './api.ts'
import type { Api } from './api.ts'
import { startArgoCd } from './argocd/controller.ts'
import type { Behaviours } from './behaviour.ts'
import { boundUser } from './bound-user.ts'
import { writeConfiguration } from './configuration.ts'
import { startHelmChartController } from './flux/helm-chart-controller.ts'
import { startHelmController } from './flux/helm-controller.ts'
import { startKustomizeController } from './flux/kustomize-controller.ts'
import { startSourceController } from './flux/source-controller.ts'
import { gitSources } from './git-sources.ts'
import { startGitServer } from './git-server.ts'
import type { GitServer } from './git-server.ts'
import { installOwners, makeNamespace, waitForOwners } from './install.ts'
import { makeKey } from './keys.ts'
import type { SshKey } from './keys.ts'
import { startKube } from './kube/server.ts'
import type { Kube } from './kube/server.ts'
import type { Running } from './loop.ts'
import { kustomizeProgram } from './render.ts'
import type { KustomizeProgram } from './render.ts'
import { exampleScenario } from './scenario.ts'
import type { Scenario } from './scenario.ts'

/** Everything that runs: a cluster, a Git server, both controllers, and a configuration of Writ for them. */
export interface Sandbox {
  readonly folder: string
  readonly kube: Kube
  readonly api: Api
  readonly git: GitServer
  readonly behaviours: Behaviours
  /** What the stand-ins themselves stumbled over; empty where all is well. */
  readonly problems: () => readonly string[]
  /** The configuration folder: WRIT_CONFIG. */
  readonly config: string
  readonly kubeconfig: string
  /** The same for the user `writ`, who may do what the roles say that are bound to it: nothing at first. */
  readonly userKubeconfig: string
  /** The variables that make a `writ` use this sandbox and keep its state inside. */
  readonly env: Readonly<Record<string, string>>
  readonly keys: { readonly peer: SshKey, readonly senior: SshKey }
  readonly requester: string
  /** Builds kustomizations here; null where nothing does, and then the owners of that format are not ready. */
  readonly renderer: KustomizeProgram | null
  stop(): Promise<void>
}

export interface SandboxStart {
  /** Default: the example of two teams. */
  readonly scenario?: Scenario
  /** How long a change must be seen healthy. Default 3s. */
  readonly stability?: string
  /** Milliseconds between two looks of the controllers at their objects. Default 200. */
  readonly interval?: number
  /** Milliseconds between two looks at Git without being asked. Default: as the controllers do (minutes). */
  readonly poll?: number
  /** Told while it starts. */
  readonly progress?: (line: string) => void
  /** True once the person has had enough. */
  readonly cancelled?: () => boolean
  /** False: do not wait until the owners are ready. */
  readonly wait?: boolean
}

/** Starts a sandbox in a new temporary folder. Everything it started ends with `stop`, also where the start fails. Throws sandbox/failed. */
export async function startSandbox(options: SandboxStart = {}): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'writ-sandbox-'))
  const ends: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })]
  const stop = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end().catch(() => undefined)
  }
  try {
    return { ...await begin(folder, options, ends), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function begin(folder: string, options: SandboxStart, ends: (() => Promise<void>)[]): Promise<Omit<Sandbox, 'stop'>> {
  const progress = options.progress ?? (() => undefined)
  const scenario = options.scenario ?? exampleScenario()
  progress('starting an embedded Kubernetes API and a Git server')
  // A busy machine must not look like a stalled rollout.
  const user = boundUser('writ')
  const kube = await startKube({ controller: { deadline: 20_000 }, accounts: [user.account] })
  ends.push(() => kube.stop())
  const git = await startGitServer({ folder: join(folder, 'repositories') })
  ends.push(() => git.stop())
  const api = apiFor(kube)
  await installOwners(kube, api)
  for (const name of scenario.namespaces) await makeNamespace(api, name)
  await git.createRepository(scenario.repository.name, scenario.repository.files)
  const behaviours: Behaviours = new Map()
  const userKubeconfig = join(folder, 'kubeconfig-writ')
  await writeFile(userKubeconfig, user.kubeconfig(kube.kubeconfig), { mode: 0o600 })
  const running = [...startControllers({ api, folder, behaviours, options }), user.follow(api)]
  for (const one of running) ends.push(() => one.stop())
  const owners = await applyOwners(api, scenario, git.urlOf(scenario.repository.name))
  const { keys, ...configured } = await configure(folder, { kube, git, scenario, stability: options.stability ?? '3s' })
  const renderer = await kustomizeProgram()
  if (options.wait !== false) {
    progress('waiting until Argo CD and Flux (stand-ins) have synced everything')
    const able = owners.filter(owner => owner.format === 'plain' || renderer !== null).map(owner => owner.object)
    await waitForOwners(api, able, { timeout: 60_000, cancelled: options.cancelled ?? (() => false) })
  }
  return { folder, kube, api, git, behaviours, problems: () => running.flatMap(one => one.problems), keys, renderer, userKubeconfig, ...configured }
}

function startControllers(of: { readonly api: Api, readonly folder: string, readonly behaviours: Behaviours, readonly options: SandboxStart }): readonly Running[] {
  const { api, behaviours, options } = of
  const timing = { ...(options.interval === undefined ? {} : { interval: options.interval }), ...(options.poll === undefined ? {} : { poll: options.poll }) }
  const argocd = { api, behaviours, sources: gitSources(join(of.folder, 'argocd')), ...timing }
  const flux = { api, behaviours, sources: gitSources(join(of.folder, 'flux')), ...timing }
  return [startArgoCd(argocd), startSourceController(flux), startKustomizeController(flux), startHelmChartController(flux), startHelmController(flux)]
}

async function applyOwners(api: Api, scenario: Scenario, url: string): Promise<ReturnType<Scenario['owners']>> {
  const owners = scenario.owners(url)
  for (const object of [...scenario.sources(url), ...owners.map(owner => owner.object)]) await api.apply(object, 'sandbox')
  return owners
}

interface Configured { readonly config: string, readonly kubeconfig: string, readonly env: Readonly<Record<string, string>>, readonly keys: Sandbox['keys'], readonly requester: string }

async function configure(folder: string, of: { readonly kube: Kube, readonly git: GitServer, readonly scenario: Scenario, readonly stability: string }): Promise<Configured> {
  const [config, state, cache, home] = [join(folder, 'config'), join(folder, 'state'), join(folder, 'cache'), join(folder, 'home')]
  for (const each of [config, state, cache, home]) await mkdir(each, { recursive: true })
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, of.kube.kubeconfig, { mode: 0o600 })
  const keys = { peer: await makeKey(folder, 'grace'), senior: await makeKey(folder, 'ada') }
  const requester = await writeConfiguration({
    folder: config, kubeconfig, context: currentContext(of.kube.kubeconfig), gitUrl: of.git.url, store: join(state, 'writ.db'), environments: of.scenario.environments, stability: of.stability, keys,
  })
  return { config, kubeconfig, keys, requester, env: { WRIT_CONFIG: config, XDG_STATE_HOME: state, XDG_CACHE_HOME: cache, HOME: home } }
}

function currentContext(kubeconfig: string): string {
  return textAt(parse(kubeconfig), 'current-context') ?? ''
}

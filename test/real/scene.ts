import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/model/json.ts'
import type { EnvironmentClass } from '../../src/model/environment.ts'
import type { KubernetesObject, ObjectRef } from '../../src/model/resource.ts'
import { writeConfiguration } from '../../src/sandbox/configuration.ts'
import type { ArgocdConfig } from '../../src/sandbox/configuration.ts'
import { startGitServer } from '../../src/sandbox/git-server.ts'
import type { GitServer } from '../../src/sandbox/git-server.ts'
import { makeKey } from '../../src/sandbox/keys.ts'
import { writCli } from '../../src/sandbox/writ-cli.ts'
import type { CliAnswer } from '../../src/sandbox/writ-cli.ts'
import { apiVersionOf } from '../../src/model/resource.ts'
import { identity } from './identity.ts'
import { connect } from './parts/connection.ts'
import type { Connection } from './parts/connection.ts'
import { REAL } from './parts/kubeconfig.ts'
import type { RealAddress } from './parts/up.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'main.js')
const WRIT_CALL_WITHIN = 300_000
const SEEN_WITHIN = 180_000

/** Where the real parts run; null where nobody started them. */
export function realAddress(): RealAddress | null {
  const file = process.env['WRIT_REAL']
  return file === undefined || file === '' ? null : JSON.parse(readFileSync(file, 'utf8')) as RealAddress
}

let told = false

/** True where the real parts run; where they do not it says once what runs them, and the caller skips. */
export function realRuns(): boolean {
  if (realAddress() !== null) return true
  if (!told) console.log('      skipped: the real parts do not run; npm run test:real starts them, or says what is missing for it')
  told = true
  return false
}

/** A namespace, a repository and a configuration of Writ of one scenario's own, on the parts that all scenarios share. */
export interface Scene {
  readonly real: RealAddress
  readonly namespace: string
  readonly cluster: Connection
  readonly git: GitServer
  /** Of the scenario's repository, `apps`. */
  readonly url: string
  /** Runs the command line as a person would, under the rights of docs/argocd.md and docs/flux.md. */
  writ(...args: readonly string[]): Promise<CliAnswer>
  /** What it printed on its way. */
  readonly progress: string[]
  /** The arguments of Node that begin a call, and its environment. */
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly keys: { readonly peer: string, readonly senior: string }
  /** Commits to `main` as somebody else. */
  push(files: Readonly<Record<string, string | null>>, message?: string): Promise<string>
  apply(...objects: readonly KubernetesObject[]): Promise<void>
  get(of: Pick<ObjectRef, 'group' | 'version' | 'kind' | 'name'> & { readonly namespace?: string | null }): Promise<KubernetesObject | null>
  /** Waits by a watch until the object is as asked; fails after three minutes with its last state. */
  seen(of: SeenObject, as: (object: KubernetesObject) => boolean, what: string): Promise<KubernetesObject>
  control(part: string, what: 'stop' | 'start'): Promise<void>
  close(): Promise<void>
}

/** `plural` is what the API calls the kind. */
export interface SeenObject { readonly group: string, readonly version: string, readonly plural: string, readonly namespace: string, readonly name: string }

export interface SceneStart {
  readonly name: string
  readonly class: EnvironmentClass
  readonly files: Readonly<Record<string, string>>
  readonly stability?: string
  /** The ClusterRoles whose rights Writ has; default: the minimal one of the documents. */
  readonly roles?: readonly string[]
  /** Of Writ, in place of the one that all scenes share; the cluster of the scene is its context `real`. */
  readonly kubeconfig?: string
  /** `argocd` of the cluster in writ.yaml. */
  readonly argocd?: (of: { readonly namespace: string, readonly real: RealAddress }) => ArgocdConfig
}

/** Opens a scene. Throws where the parts do not run. */
export async function openScene(start: SceneStart): Promise<Scene> {
  const real = realAddress()
  if (real === null) throw new Error('the real parts do not run')
  const folder = await mkdtemp(join(tmpdir(), 'writ-scene-'))
  const git = await startGitServer({ folder: join(folder, 'repositories') })
  const namespace = `${start.name}-${Math.random().toString(36).slice(2, 7)}`
  const cluster = connect(real)
  await cluster.api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, 'scenario')
  // `NAMESPACE` and `REPOSITORY` in a file are the scene's own.
  const filled = (of: Readonly<Record<string, string | null>>): Readonly<Record<string, string | null>> => Object.fromEntries(
    Object.entries(of).map(([path, text]) => [path, text?.replaceAll('NAMESPACE', namespace).replaceAll('REPOSITORY', git.urlOf('apps')) ?? null]))
  await git.createRepository('apps', files(filled(start.files)))
  const keys = { peer: await makeKey(folder, 'grace'), senior: await makeKey(folder, 'ada') }
  const env = { WRIT_CONFIG: join(folder, 'config'), XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache'), HOME: join(folder, 'home') }
  for (const each of Object.values(env)) await mkdir(each, { recursive: true })
  const who = start.roles === undefined ? null : await identity({ cluster, real, namespace }, 'writ', start.roles)
  if (who !== null) await writeFile(join(folder, 'kubeconfig'), who.kubeconfig, { mode: 0o600 })
  await writeConfiguration({
    folder: env.WRIT_CONFIG, kubeconfig: who === null ? start.kubeconfig ?? real.kubeconfigs.writ : join(folder, 'kubeconfig'), context: REAL, gitUrl: git.url, store: join(folder, 'state', 'writ.db'),
    environments: [{ name: start.class, class: start.class, namespaces: [namespace] }], stability: start.stability ?? '3s', failing: '10s', keys,
    ...(start.argocd === undefined ? {} : { argocd: start.argocd({ namespace, real }) }),
  })
  const called = { ...env, PATH: `${real.folders.kustomize}:${real.folders.helm}:${real.folders.opa}:${process.env['PATH'] ?? ''}` }
  const cli = writCli({ writ: [process.execPath, MAIN], env: called, timeout: WRIT_CALL_WITHIN })
  const progress: string[] = []
  return {
    real, namespace, cluster, git, url: git.urlOf('apps'), progress, command: [MAIN], env: called, keys: { peer: keys.peer.file, senior: keys.senior.file },
    writ: (...args) => cli.call(args, line => { progress.push(line) }),
    push: (changed, message = 'Change') => git.commit('apps', { branch: 'main', author: { name: 'Other', email: 'other@example.com' }, message, files: files(filled(changed)) }),
    apply: async (...objects) => { for (const object of objects) await cluster.api.apply(object, 'scenario') },
    get: of => cluster.api.get({ namespace, ...of }),
    seen: (of, as, what) => seenIn(cluster, of, { as, what }),
    control: async (part, what) => {
      const answer = await fetch(`${real.control}/${part}/${what}`, { method: 'POST' })
      if (!answer.ok) throw new Error(`${part} does not ${what}: ${await answer.text()}`)
    },
    close: async () => {
      cli.stop()
      await who?.forget()
      await git.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** As `seen` of a scene, in any cluster. */
export function seenIn(cluster: Connection, of: SeenObject, wanted: { readonly as: (object: KubernetesObject) => boolean, readonly what: string }): Promise<KubernetesObject> {
  const path = `${of.group === '' ? '/api' : `/apis/${of.group}`}/${of.version}/namespaces/${of.namespace}/${of.plural}?fieldSelector=${encodeURIComponent(`metadata.name=${of.name}`)}`
  return new Promise((resolve, reject) => {
    let last: JsonObject | null = null
    const stop = cluster.watch(path, object => {
      last = object
      const typed = { apiVersion: apiVersionOf(of), ...object } as KubernetesObject
      if (!wanted.as(typed)) return
      clearTimeout(timer)
      stop()
      resolve(typed)
    })
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`not seen in ${SEEN_WITHIN / 1000} s: ${wanted.what}; last ${JSON.stringify(last === null ? null : { metadata: { generation: (last['metadata'] as JsonObject)['generation'] }, spec: last['spec'], status: last['status'] }).slice(0, 3000)}`))
    }, SEEN_WITHIN)
  })
}

function files(of: Readonly<Record<string, string | null>>): { readonly path: string, readonly content: string | null }[] {
  return Object.entries(of).map(([path, content]) => ({ path, content }))
}

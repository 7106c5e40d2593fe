import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fieldAt } from '../../src/model/field.ts'
import { textAt, valueAt } from '../../src/model/json.ts'
import type { Json } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { apiFor } from '../../src/sandbox/api.ts'
import type { Api } from '../../src/sandbox/api.ts'
import { startArgoCd } from '../../src/sandbox/argocd/controller.ts'
import type { Behaviours } from '../../src/sandbox/behaviour.ts'
import { startHelmChartController } from '../../src/sandbox/flux/helm-chart-controller.ts'
import { startHelmController } from '../../src/sandbox/flux/helm-controller.ts'
import { startKustomizeController } from '../../src/sandbox/flux/kustomize-controller.ts'
import { startSourceController } from '../../src/sandbox/flux/source-controller.ts'
import { startGitServer } from '../../src/sandbox/git-server.ts'
import type { GitServer } from '../../src/sandbox/git-server.ts'
import { gitSources } from '../../src/sandbox/git-sources.ts'
import { installOwners, makeNamespace } from '../../src/sandbox/install.ts'
import { startKube } from '../../src/sandbox/kube/server.ts'
import type { Kube } from '../../src/sandbox/kube/server.ts'

/** A cluster, a Git server and both stand-ins, fast. */
export interface Stand {
  readonly kube: Kube
  readonly api: Api
  readonly git: GitServer
  readonly behaviours: Behaviours
  readonly url: string
  problems(): readonly string[]
  /** How often Argo CD has asked Git for the newest commit. */
  looks(): number
  /** Commits files to the branch as another person; gives the commit. */
  push(files: Readonly<Record<string, string | null>>): Promise<string>
  live(name: string, namespace?: string, kind?: string): Promise<KubernetesObject | null>
  app(name: string): Promise<KubernetesObject>
  kustomization(name: string): Promise<KubernetesObject>
  source(): Promise<KubernetesObject>
  stop(): Promise<void>
}

export interface StandOptions { readonly poll: number, readonly files: Readonly<Record<string, string>>, readonly rolloutMs?: number, /** Called with every object that a stand-in has written, as the server then holds it. */ readonly written?: (object: KubernetesObject) => void }

export async function startStand(options: StandOptions): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'writ-stand-'))
  const kube = await startKube({})
  const git = await startGitServer({ folder: join(folder, 'repositories') })
  const api = noted(apiFor(kube), options.written ?? (() => undefined))
  await installOwners(kube, api)
  await makeNamespace(api, 'shop')
  await git.createRepository('apps', files(options.files))
  const behaviours: Behaviours = new Map()
  const argoSources = gitSources(join(folder, 'argocd'))
  let looks = 0
  const counted = { ...argoSources, resolve: async (url: string, revision: string) => argoSources.resolve(url, revision).finally(() => { looks++ }) }
  const common = { api, behaviours, interval: 40, poll: options.poll, delay: 400 }
  const running = [
    startArgoCd({ ...common, sources: counted }),
    startSourceController({ ...common, sources: gitSources(join(folder, 'flux')) }),
    startKustomizeController({ ...common, sources: gitSources(join(folder, 'flux')) }),
    startHelmChartController({ ...common, sources: gitSources(join(folder, 'helm')) }),
    startHelmController({ ...common, sources: gitSources(join(folder, 'helm')) }),
  ]
  const must = async (found: Promise<KubernetesObject | null>): Promise<KubernetesObject> => {
    const object = await found
    if (object === null) throw new Error('not there')
    return object
  }
  return {
    kube, api, git, behaviours, url: git.urlOf('apps'),
    looks: () => looks,
    problems: () => running.flatMap(one => one.problems),
    push: changed => git.commit('apps', { branch: 'main', author: { name: 'Other', email: 'other@example.com' }, message: 'Change', files: files(changed) }),
    live: (name, namespace = 'shop', kind = 'ConfigMap') => api.get({ group: kind === 'Deployment' ? 'apps' : '', version: 'v1', kind, namespace, name }),
    app: name => must(api.get({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name })),
    kustomization: name => must(api.get({ group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization', namespace: 'flux-system', name })),
    source: () => must(api.get({ group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'GitRepository', namespace: 'flux-system', name: 'apps' })),
    stop: async () => {
      await Promise.all(running.map(one => one.stop()))
      await git.stop()
      await kube.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function files(of: Readonly<Record<string, string | null>>): { readonly path: string, readonly content: string | null }[] {
  return Object.entries(of).map(([path, content]) => ({ path, content }))
}

function noted(api: Api, written: (object: KubernetesObject) => void): Api {
  const note = (object: KubernetesObject): KubernetesObject => {
    written(object)
    return object
  }
  return { ...api, apply: async (...args) => note(await api.apply(...args)), patch: async (...args) => note(await api.patch(...args)) }
}

/** Looks until the answer is not null or false. */
export async function until<T>(look: () => Promise<T | null | false>, what: string, timeout = 8000): Promise<T> {
  const end = Date.now() + timeout
  for (;;) {
    const found = await look()
    if (found !== null && found !== false) return found
    if (Date.now() > end) throw new Error(`not seen in time: ${what}`)
    await new Promise(resolve => { setTimeout(resolve, 25) })
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => { setTimeout(resolve, ms) })
}

export function configMap(name: string, value: string, extra = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${extra}data:\n  value: ${value}\n`
}

export function deploymentText(image: string, memory = '64Mi'): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: ${image}
          resources: {limits: {memory: ${memory}}}
`
}

export function imageOf(object: KubernetesObject | null): Json | undefined {
  return object === null ? undefined : fieldAt(object, ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }, 'image'])
}

export function condition(object: KubernetesObject, type: string): { readonly status: string | undefined, readonly reason: string | undefined, readonly message: string } | null {
  const all = valueAt(object, 'status', 'conditions')
  const found = Array.isArray(all) ? all.find((one: Json) => textAt(one, 'type') === type) : undefined
  return found === undefined ? null : { status: textAt(found, 'status'), reason: textAt(found, 'reason'), message: textAt(found, 'message') ?? '' }
}

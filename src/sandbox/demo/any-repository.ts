import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { podSpecPath } from '../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { WritError } from '../../model/error.ts'
import { knownResources } from '../argocd/compare.ts'
import { application, gitRepository, kustomization } from '../example/owners.ts'
import { inventoryRefs } from '../flux/inventory.ts'
import { hasKustomization } from '../render.ts'
import { readFolder } from '../repository-files.ts'
import type { RepositoryFile } from '../repository-files.ts'
import type { Scenario } from '../scenario.ts'
import type { Sandbox } from '../up.ts'
import type { Story, Wish } from './stories.ts'

/** What `sandbox demo --repo …` asks for. */
export interface AnyRepository {
  readonly repo: string
  readonly path: string
  readonly provider: 'argocd' | 'flux'
  readonly namespace: string | null
  readonly container: string | null
  /** `TYPE/NAME`. */
  readonly target: string
  /** `FIELD=VALUE`. */
  readonly set: string
}

const NAME = 'copy'
const OWNER = 'app'

/** A scenario of one owner on a copy of a folder. Throws usage/bad-argument. */
export async function copyScenario(ask: AnyRepository): Promise<Scenario> {
  const there = await stat(join(ask.repo, ask.path)).catch(() => null)
  if (there?.isDirectory() !== true) throw new WritError('usage/bad-argument', `${join(ask.repo, ask.path)} is no folder.`, { hint: 'Name the repository with --repo and a folder in it with --path.' })
  const files = (await readFolder(ask.repo)).filter(tidy)
  const namespace = ask.namespace ?? 'default'
  const format = hasKustomization(join(ask.repo, ask.path)) ? 'kustomize' : 'plain'
  const object = ask.provider === 'argocd'
    ? (url: string) => application({ name: OWNER, namespace, url, path: ask.path })
    : () => kustomization({ name: OWNER, path: ask.path, source: OWNER })
  return {
    repository: { name: NAME, files }, namespaces: namespaces(files, namespace),
    environments: [{ name: 'dev', class: 'dev', namespaces: null }],
    sources: url => ask.provider === 'flux' ? [gitRepository(OWNER, url)] : [],
    owners: url => [{ format, object: object(url) }],
  }
}

// Large binaries are no part of what is deployed, and would only make the copy slow.
function tidy(file: RepositoryFile): boolean {
  return file.content !== null && file.content.length < 5 * 1024 * 1024
}

/** Every namespace that a file names: an embedded cluster is empty, a real one would have them. */
function namespaces(files: readonly RepositoryFile[], own: string): readonly string[] {
  const found = new Set([own])
  for (const file of files) {
    if (!/\.ya?ml$|Kustomization$/.test(file.path)) continue
    for (const [, name] of String(file.content instanceof Uint8Array ? Buffer.from(file.content).toString('utf8') : file.content).matchAll(/^\s*namespace:\s*["']?([a-z0-9][-a-z0-9]*)["']?\s*$/gm)) {
      if (name !== undefined) found.add(name)
    }
  }
  return [...found]
}

/** The story of one request on the copy, once its owner has synced. Throws usage/bad-argument where the object is not there. */
export async function copyStory(sandbox: Sandbox, ask: AnyRepository): Promise<Story> {
  const ref = await findTarget(sandbox, ask)
  const live = await sandbox.api.get(ref)
  if (live === null) throw notThere(ask)
  const equals = ask.set.indexOf('=')
  if (equals < 1) throw new WritError('usage/bad-argument', `--set takes FIELD=VALUE, not ${ask.set}.`)
  const [field, value] = [ask.set.slice(0, equals), ask.set.slice(equals + 1)]
  const namespace = ref.namespace === null ? [] : ['-n', ref.namespace]
  const { request, wish } = spelled({ ask, ref, live, field, value })
  const format = hasKustomization(join(ask.repo, ask.path)) ? 'kustomize' : 'plain'
  return { owner: ask.provider, format, environment: 'dev', approver: null, reason: 'sandbox demo', request: [...request, ...namespace], wish }
}

interface Spelling { readonly ask: AnyRepository, readonly ref: ObjectRef, readonly live: KubernetesObject, readonly field: string, readonly value: string }

function spelled(of: Spelling): { readonly request: readonly string[], readonly wish: Wish } {
  const { ask, ref, field, value } = of
  const object = { object: ref, label: field }
  if (field === 'replicas') {
    if (!/^\d+$/.test(value)) throw new WritError('usage/bad-argument', `replicas is a number, not ${value}.`)
    return { request: ['scale', ask.target, `--replicas=${value}`], wish: { ...object, path: ['spec', 'replicas'], wanted: Number(value) } }
  }
  const [section, resource] = field.split('.')
  const known = field === 'image' || ((section === 'limits' || section === 'requests') && (resource === 'memory' || resource === 'cpu'))
  if (!known) throw new WritError('usage/bad-argument', `${field} is not a field of this demo.`, { hint: 'Take replicas, or with -c image, limits.memory, limits.cpu, requests.memory or requests.cpu.' })
  const container = ask.container ?? onlyContainer(of.live)
  const path = [...podSpecPath(ref.kind) ?? [], 'containers', { key: 'name', value: container }]
  if (field === 'image') return { request: ['set', 'image', ask.target, `${container}=${value}`], wish: { ...object, path: [...path, 'image'], wanted: value } }
  return {
    request: ['set', 'resources', ask.target, '-c', container, `--${section ?? ''}=${resource ?? ''}=${value}`],
    wish: { ...object, path: [...path, 'resources', section ?? '', resource ?? ''], wanted: value },
  }
}

function onlyContainer(live: KubernetesObject): string {
  const containers = valueAt(live, ...podSpecPath(live.kind) ?? ['none'], 'containers')
  const names = isList(containers) ? containers.map(one => textAt(one, 'name') ?? '') : []
  const [only] = names
  if (names.length === 1 && only !== undefined) return only
  throw new WritError('usage/bad-argument', `Name a container with -c: ${names.join(', ') || 'the object has none'}.`)
}

const SHORT: Readonly<Record<string, string>> = { deploy: 'deployment', sts: 'statefulset', ds: 'daemonset', po: 'pod', svc: 'service', cj: 'cronjob', rs: 'replicaset' }

/** The object among those that the owner itself lists. */
async function findTarget(sandbox: Sandbox, ask: AnyRepository): Promise<ObjectRef> {
  const [type = '', name = ''] = ask.target.split('/')
  const word = type.split('.')[0]?.toLowerCase() ?? ''
  const kind = SHORT[word] ?? word
  const matches = (ref: ObjectRef): boolean => ref.name === name && [ref.kind.toLowerCase(), `${ref.kind.toLowerCase()}s`].includes(kind)
  const found = (await listed(sandbox, ask.provider)).filter(ref => matches(ref) && (ask.namespace === null || ref.namespace === ask.namespace))
  const [first] = found
  if (first === undefined) throw notThere(ask)
  if (found.length > 1) throw new WritError('usage/bad-argument', `${ask.target} is in more than one namespace: ${found.map(ref => ref.namespace ?? '').join(', ')}.`, { hint: 'Name one with -n.' })
  return first
}

async function listed(sandbox: Sandbox, provider: 'argocd' | 'flux'): Promise<readonly ObjectRef[]> {
  const owner = provider === 'argocd' ? application({ name: OWNER, namespace: '', url: '', path: '' }) : kustomization({ name: OWNER, path: '' })
  const live = await sandbox.api.get(provider === 'argocd'
    ? { group: 'argoproj.io', version: 'v1alpha1', kind: owner.kind, namespace: 'argocd', name: OWNER }
    : { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: owner.kind, namespace: 'flux-system', name: OWNER })
  if (live === null) return []
  return provider === 'argocd' ? knownResources(rows(valueAt(live, 'status', 'resources'))) : inventoryRefs(valueAt(live, 'status', 'inventory', 'entries'))
}

function rows(value: Json | undefined): readonly JsonObject[] {
  return isList(value) ? value.filter(isObject) : []
}

function notThere(ask: AnyRepository): WritError {
  return new WritError('usage/bad-argument', `${ask.target} is not among the objects of ${ask.path || 'the root'}.`, { hint: 'Check --path, -n and TYPE/NAME.' })
}

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FieldPath } from '../../model/field.ts'
import { isList, isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
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
  /** As of `writ set`: whether files that others use too may change. */
  readonly scope: 'app' | 'shared'
}

const NAME = 'copy'
const OWNER = 'app'

/** A scenario of one owner on a copy of a folder. Throws usage/bad-argument. */
export async function copyScenario(ask: AnyRepository): Promise<Scenario> {
  readField(ask.set)
  if (ask.namespace !== null && !isNamespace(ask.namespace)) throw new WritError('usage/bad-argument', `${ask.namespace} is no name of a namespace.`, { hint: 'It has lower case letters, digits and dashes.' })
  for (const folder of [ask.repo, join(ask.repo, ask.path)]) {
    const there = await stat(folder).catch(() => null)
    if (there?.isDirectory() !== true) throw new WritError('usage/bad-argument', `${folder} is no folder.`, { hint: 'Name the repository with --repo and a folder in it with --path.' })
  }
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
      if (name !== undefined && isNamespace(name)) found.add(name)
    }
  }
  return [...found]
}

function isNamespace(name: string): boolean {
  return /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)
}

/** The story of one request on the copy, once its owner has synced. Throws usage/bad-argument where the object is not there. */
export async function copyStory(sandbox: Sandbox, ask: AnyRepository): Promise<Story> {
  const ref = await findTarget(sandbox, ask)
  const live = await sandbox.api.get(ref)
  if (live === null) throw notThere(ask, [])
  const namespace = ref.namespace === null ? [] : ['-n', ref.namespace]
  const { request, wish } = spelled({ ask, ref, live })
  const scope = ask.scope === 'shared' ? ['--scope', 'shared'] : []
  const format = hasKustomization(join(ask.repo, ask.path)) ? 'kustomize' : 'plain'
  return { owner: ask.provider, format, environment: 'dev', approver: ask.scope === 'shared' ? 'senior' : null, reason: 'sandbox demo', request: [...request, ...namespace, ...scope], wish }
}

type Field =
  | { readonly kind: 'replicas', readonly value: number }
  | { readonly kind: 'image', readonly value: string }
  | { readonly kind: 'resource', readonly section: string, readonly resource: string, readonly value: string }

/** Reads FIELD=VALUE. Throws usage/bad-argument. */
function readField(set: string): Field {
  const [, field = '', value = ''] = /^([^=]+)=(.+)$/.exec(set) ?? []
  if (field === '') throw new WritError('usage/bad-argument', `--set takes FIELD=VALUE, not ${set}.`)
  if (field === 'image') return { kind: 'image', value }
  if (field === 'replicas') {
    if (!/^\d{1,9}$/.test(value)) throw new WritError('usage/bad-argument', `replicas is a number, not ${value}.`)
    return { kind: 'replicas', value: Number(value) }
  }
  const [, section, resource] = /^(limits|requests)\.(memory|cpu)$/.exec(field) ?? []
  if (section === undefined || resource === undefined) throw new WritError('usage/bad-argument', `${field} is not a field of this demo.`, { hint: 'Take replicas, or with -c image, limits.memory, limits.cpu, requests.memory or requests.cpu.' })
  return { kind: 'resource', section, resource, value }
}

function spelled(of: { readonly ask: AnyRepository, readonly ref: ObjectRef, readonly live: KubernetesObject }): { readonly request: readonly string[], readonly wish: Wish } {
  const { ask, ref } = of
  const field = readField(ask.set)
  const object = { object: ref, label: ask.set.slice(0, ask.set.indexOf('=')), wanted: field.value }
  if (field.kind === 'replicas') return { request: ['scale', ask.target, `--replicas=${field.value}`], wish: { ...object, path: ['spec', 'replicas'] } }
  const { name, path } = container(of.live, ask.container)
  if (field.kind === 'image') return { request: ['set', 'image', ask.target, `${name}=${field.value}`], wish: { ...object, path: [...path, 'image'] } }
  return {
    request: ['set', 'resources', ask.target, '-c', name, `--${field.section}=${field.resource}=${field.value}`],
    wish: { ...object, path: [...path, 'resources', field.section, field.resource] },
  }
}

/** The container asked for, or the only one; init containers can be named. */
function container(live: KubernetesObject, asked: string | null): { readonly name: string, readonly path: FieldPath } {
  const root = podSpecPath(live.kind) ?? ['none']
  const all = (['containers', 'initContainers'] as const).flatMap(list => objectsAt(live, ...root, list)
    .map(one => textAt(one, 'name') ?? '').map(name => ({ name, list, path: [...root, list, { key: 'name', value: name }] })))
  const [only, ...others] = asked === null ? all.filter(one => one.list === 'containers') : all.filter(one => one.name === asked)
  if (only !== undefined && others.length === 0) return only
  const names = all.map(one => one.name).join(', ')
  if (names === '') throw new WritError('usage/bad-argument', `${live.kind} ${textAt(live, 'metadata', 'name') ?? ''} has no containers.`, { hint: 'Of such an object the demo changes replicas only.' })
  throw new WritError('usage/bad-argument', asked === null ? `Name a container with -c: ${names}.` : `There is no container ${asked}.`, { hint: `It has ${names}.` })
}

const SHORT: Readonly<Record<string, string>> = { deploy: 'deployment', sts: 'statefulset', ds: 'daemonset', po: 'pod', svc: 'service', cj: 'cronjob', rs: 'replicaset', hpa: 'horizontalpodautoscaler' }

/** The object among those that the owner itself lists. */
async function findTarget(sandbox: Sandbox, ask: AnyRepository): Promise<ObjectRef> {
  const [type = '', name = ''] = ask.target.split('/')
  const word = type.split('.')[0]?.toLowerCase() ?? ''
  const kind = SHORT[word] ?? word
  const isKind = (ref: ObjectRef): boolean => ['', 's', 'es'].some(ending => `${ref.kind.toLowerCase()}${ending}` === kind)
  const all = await listed(sandbox, ask.provider)
  const named = all.filter(ref => isKind(ref) && ref.name === name)
  const found = named.filter(ref => ask.namespace === null || ref.namespace === ask.namespace)
  const [first] = found
  if (first === undefined) throw notThere(ask, [named, all.filter(isKind), all.filter(ref => ref.name === name), all].find(list => list.length > 0) ?? [])
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

function notThere(ask: AnyRepository, near: readonly ObjectRef[]): WritError {
  const where = ask.namespace === null ? '' : ` in namespace ${ask.namespace}`
  const names = near.slice(0, 8).map(ref => `${ref.kind.toLowerCase()}/${ref.name}${ref.namespace === null ? '' : ` -n ${ref.namespace}`}`)
  const more = near.length > names.length ? ` and ${near.length - names.length} more` : ''
  return new WritError('usage/bad-argument', `${ask.target}${where} is not among the objects of ${ask.path || 'the root'}.`, { hint: names.length === 0 ? 'The folder holds no object.' : `There is ${names.join(', ')}${more}.` })
}

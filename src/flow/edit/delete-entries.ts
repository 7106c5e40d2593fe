import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, textAt } from '../../model/json.ts'
import { isInline } from '../../model/kustomization.ts'
import type { ObjectRef } from '../../model/resource.ts'
import type { TextEdit } from './place.ts'
import { jsonOf, readSource } from './source.ts'

/** A kustomization that is edited: its file, its document in it, and what it says. */
export interface EditedKustomization { readonly path: string, readonly directory: string, readonly document: number, readonly value: JsonObject }

/** How patches and entries of a kustomization name the object that goes. */
export interface Named {
  readonly target: Pick<ObjectRef, 'group' | 'kind'>
  /** True for a name that means the object there, and no other of its kind. */
  isIt(name: string): boolean
  /** True for a name that an entry of `replicas:` means the object by, and nothing else that has replicas. */
  isScaled(name: string): boolean
  /** The text of a file that the kustomization names, null where there is none. */
  text(path: string): string | null
}

/** What of a kustomization is there for one object alone: entries by key and index, and the files that only they name. */
export interface DeadEntries { readonly entries: readonly { readonly key: string, readonly index: number }[], readonly files: readonly string[] }

/** Patches that can mean nothing but the object, and its entry of `replicas:`: with the object gone, kustomize would fail on most of them. */
export function deadEntries({ value }: EditedKustomization, named: Named): DeadEntries {
  const entries: { key: string, index: number }[] = []
  const files: string[] = []
  for (const key of ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'replicas'] as const) {
    for (const [index, entry] of list(value, key).entries()) {
      if (!isDead(entry, key, named)) continue
      entries.push({ key, index })
      const path = typeof entry === 'string' ? entry : textAt(entry, 'path')
      if (key !== 'replicas' && path !== undefined && !isInline(path)) files.push(path)
    }
  }
  return { entries, files }
}

function isDead(entry: Json, key: string, named: Named): boolean {
  if (key === 'replicas') return named.isScaled(textAt(entry, 'name') ?? '')
  const target = isObject(entry) ? entry['target'] : undefined
  if (target !== undefined) return isObject(target) && meansOnly(target, named)
  const path = typeof entry === 'string' ? entry : textAt(entry, 'path')
  const text = typeof entry === 'string' && isInline(entry) ? entry : textAt(entry, 'patch') ?? (path === undefined ? null : named.text(path))
  if (text === null) return false
  const documents = (jsonOf(readSource(text, 'last')) ?? []).filter(document => document !== null)
  return documents.length > 0 && documents.every(document => textAt(document, 'kind') === named.target.kind && named.isIt(textAt(document, 'metadata', 'name') ?? ''))
}

/** A target with kind and a plain name; selectors and patterns may mean others. */
function meansOnly(target: JsonObject, named: Named): boolean {
  const name = textAt(target, 'name') ?? ''
  if (target['labelSelector'] !== undefined || target['annotationSelector'] !== undefined || textAt(target, 'kind') !== named.target.kind) return false
  const group = textAt(target, 'group')
  return (group === undefined || group === named.target.group) && /^[\w.-]+$/.test(name) && named.isIt(name)
}

/** The edits that take entries out of lists; a list that becomes empty goes whole. */
export function withoutEntries({ document, value }: EditedKustomization, entries: DeadEntries['entries']): readonly TextEdit[] {
  return [...new Set(entries.map(({ key }) => key))].flatMap((key): readonly TextEdit[] => {
    const indexes = entries.filter(entry => entry.key === key).map(({ index }) => index).sort((a, b) => b - a)
    const place = (steps: readonly (string | number)[]): TextEdit => ({ op: 'remove', place: { document, steps, inner: null } })
    return indexes.length === list(value, key).length ? [place([key])] : indexes.map(index => place([key, index]))
  })
}

/** True where a kustomization has nothing left to build once these entries are gone. */
export function isEmptyWithout({ value }: EditedKustomization, entries: DeadEntries['entries']): boolean {
  const makes = ['resources', 'bases', 'components', 'configMapGenerator', 'secretGenerator', 'generators', 'helmCharts', 'helmChartInflationGenerator']
  return makes.every(key => list(value, key).length === entries.filter(entry => entry.key === key).length)
}

/** An inline patch that deletes the object, with a full target, at the end of `patches:`; `gone` are entries that are taken out before it. */
export function deletePatch({ document, value }: EditedKustomization, target: ObjectRef, of: { readonly name: string, readonly namespace: string | null, readonly gone: DeadEntries['entries'] }): TextEdit {
  const apiVersion = target.group === '' ? target.version : `${target.group}/${target.version}`
  const patch = ['$patch: delete', `apiVersion: ${apiVersion}`, `kind: ${target.kind}`, 'metadata:', `  name: ${of.name}`, ''].join('\n')
  const entry = {
    target: { ...target.group === '' ? {} : { group: target.group }, version: target.version, kind: target.kind, name: of.name, ...of.namespace === null ? {} : { namespace: of.namespace } },
    patch,
  }
  const left = list(value, 'patches').length - of.gone.filter(({ key }) => key === 'patches').length
  return left > 0
    ? { op: 'add', place: { document, steps: ['patches', left], inner: null }, value: entry }
    : { op: 'add', place: { document, steps: ['patches'], inner: null }, value: [entry] }
}

function list(value: JsonObject, key: string): readonly Json[] {
  const found = value[key]
  return isList(found) ? found : []
}

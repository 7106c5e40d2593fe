import { parameterForSet } from './argo-parameters.ts'
import { argoText } from './argo-values.ts'
import type { HelmHome, HelmLayer, HelmRules } from './helm.ts'
import { setPath, setValue } from './helm-set.ts'
import { isList, isObject, textAt, valueAt } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import type { ArgoRef, ArgoValues, OwnerSource } from './owner.ts'
import { unhonouredKey } from './spec-keys.ts'
import type { SpecKeys } from './spec-keys.ts'

/** Where a source stands in its Application, and what its texts may refer to. */
export interface HelmAt { readonly path: string, readonly values: ArgoValues, readonly source: OwnerSource, readonly refs: readonly ArgoRef[] }

export type ReadHelm = { readonly rules: HelmRules } | { readonly path: string, readonly because: string }

// Every key of `helm` is here, or refused (argocd-flux.md 1.2). Credentials are for charts that are fetched, which never happens.
const HELM: SpecKeys = {
  known: ['valueFiles', 'parameters', 'releaseName', 'values', 'fileParameters', 'version', 'passCredentials', 'ignoreMissingValueFiles', 'skipCrds', 'valuesObject', 'namespace',
    'kubeVersion', 'apiVersions', 'skipTests', 'skipSchemaValidation'],
  off: [],
}
/** Argo CD reads the keys of these in any case; image-updater writes `forcestring`. */
const PARAMETER: SpecKeys = { known: ['name', 'value', 'forceString', 'forcestring'], off: [] }
const FILE_PARAMETER: SpecKeys = { known: ['name', 'path'], off: [] }

/** How Argo CD renders a chart with this source (reposerver helmTemplate): value files, then `valuesObject` or else `values`, then parameters, then files of values. */
export function readApplicationHelm(source: Json | undefined, at: HelmAt): ReadHelm {
  const helm = valueAt(source, 'helm') ?? null
  const path = `${at.path}.helm`
  const wrong = unhonouredKey(helm, path, HELM)
  if (wrong !== null) return { path: wrong, because: 'which this version does not honour' }
  const version = textAt(helm, 'version') ?? ''
  if (!['', 'v3', 'v4'].includes(version)) return { path: `${path}.version`, because: `which asks for Helm ${version}` }
  const files = valueFiles(helm, path, at)
  if ('because' in files) return files
  const layers = layersOf(helm, path, at)
  if ('because' in layers) return layers
  const release = at.values.name.slice(at.values.name.indexOf('_') + 1)
  const kubeVersion = textAt(helm, 'kubeVersion') || textAt(source, 'kustomize', 'kubeVersion')
  return { rules: {
    by: 'argocd', release: textAt(helm, 'releaseName') || release, namespace: textAt(helm, 'namespace') || at.values.namespace || null,
    valueFiles: files, ignoreMissing: valueAt(helm, 'ignoreMissingValueFiles') === true, defaults: [], layers, homes: homesOf(helm, path),
    crds: valueAt(helm, 'skipCrds') !== true, tests: valueAt(helm, 'skipTests') !== true, hooks: true, schema: valueAt(helm, 'skipSchemaValidation') !== true,
    ...kubeVersion ? { kubeVersion } : {}, apiVersions: texts(valueAt(helm, 'apiVersions')), postRender: [], byVersion: false,
  } }
}

interface Wrong { readonly path: string, readonly because: string }

function valueFiles(helm: Json, path: string, at: HelmAt): readonly string[] | Wrong {
  const list = valueAt(helm, 'valueFiles') ?? []
  if (!isList(list) || !list.every(item => typeof item === 'string')) return { path: `${path}.valueFiles`, because: 'which is no list of paths' }
  const found: string[] = []
  for (const [i, item] of list.entries()) {
    const file = fileOf(item, at)
    if (typeof file !== 'string') return { path: `${path}.valueFiles[${i}]`, because: file.because }
    found.push(file)
  }
  return found
}

/** `$ref/path` is one of the source with that reference, from the root of its repository. */
function fileOf(written: string, at: HelmAt): string | { readonly because: string } {
  const name = /^\$([^/]+)\//.exec(written)?.[1]
  const ref = at.refs.find(one => one.name === name)
  if (ref !== undefined && !isSame(ref, at.source)) return { because: `which takes a file of another repository or revision (${ref.url} ${ref.revision})` }
  const text = argoText(ref === undefined ? written : written.slice(written.indexOf('/')), at.values, { path: at.source.path, targetRevision: at.source.revision })
  if (text === null) return { because: 'which names the commit or the repository' }
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) ? { because: 'which is fetched from elsewhere' } : text
}

function isSame(ref: ArgoRef, source: OwnerSource): boolean {
  const plain = (url: string): string => url.replace(/\/+$/, '').replace(/\.git$/, '').toLowerCase()
  return plain(ref.url) === plain(source.url) && ref.revision === source.revision
}

function layersOf(helm: Json, path: string, at: HelmAt): readonly HelmLayer[] | Wrong {
  const layers: HelmLayer[] = []
  const [object, text] = [valueAt(helm, 'valuesObject') ?? null, valueAt(helm, 'values') ?? '']
  if (isObject(object)) layers.push({ kind: 'values', name: `${path}.valuesObject`, values: object, at: ['helm', 'valuesObject'], place: null })
  else if (object !== null) return { path: `${path}.valuesObject`, because: 'which is no map' }
  else if (typeof text !== 'string') return { path: `${path}.values`, because: 'which is no text' }
  else if (text !== '') layers.push({ kind: 'text', name: `${path}.values`, text, at: ['helm', 'values'], place: null })
  for (const [i, entry] of listOf(helm, 'parameters').entries()) {
    const name = `${path}.parameters[${i}]`
    const layer = unhonouredKey(entry, name, PARAMETER) === null && isObject(entry) ? parameter(entry, { name, i, at }) : null
    if (layer === null) return { path: name, because: 'which Helm would not take as one value' }
    if ('because' in layer) return layer
    layers.push(layer)
  }
  for (const [i, entry] of listOf(helm, 'fileParameters').entries()) {
    const name = `${path}.fileParameters[${i}]`
    const [key, written] = [textAt(entry, 'name'), textAt(entry, 'path')]
    const file = unhonouredKey(entry, name, FILE_PARAMETER) !== null || key === undefined || written === undefined || setPath(key) === null ? { because: 'which Helm would not take as one value' } : fileOf(written, at)
    if (typeof file !== 'string' || key === undefined) return { path: name, because: typeof file === 'string' ? '' : file.because }
    layers.push({ kind: 'set-file', name, key, path: inRepository(file, at.source.path), at: ['helm', 'fileParameters', i], place: null })
  }
  return layers
}

function parameter(entry: JsonObject, { name, i, at }: { readonly name: string, readonly i: number, readonly at: HelmAt }): HelmLayer | Wrong | null {
  const [key, written] = [textAt(entry, 'name'), entry['value'] ?? '']
  const string = entry['forceString'] === true || entry['forcestring'] === true
  if (key === undefined || typeof written !== 'string') return null
  const text = argoText(written, at.values, { path: at.source.path, targetRevision: at.source.revision })
  if (text === null) return { path: name, because: 'which names the commit or the repository' }
  const value = parameterForSet(text)
  if (setPath(key) === null || setValue(value, string) === undefined) return null
  return { kind: 'set', name, key, value, string, at: ['helm', 'parameters', i, 'value'], place: null }
}

/** Parameters are a list that one more entry fits into; a map of values is made only where there is none, and no text, which it would replace. */
function homesOf(helm: Json, path: string): readonly HelmHome[] {
  const homes: HelmHome[] = []
  if (listOf(helm, 'parameters').length > 0) homes.push({ style: 'set', name: `${path}.parameters`, at: ['helm', 'parameters'], place: null })
  if (!isObject(valueAt(helm, 'valuesObject')) && !textAt(helm, 'values')) homes.push({ style: 'values', name: `${path}.valuesObject`, at: ['helm', 'valuesObject'], place: null })
  return homes
}

/** A path that begins with `/` is one of the repository. */
function inRepository(file: string, folder: string): string {
  const parts = (file.startsWith('/') ? file : `${folder}/${file}`).split('/').filter(part => part !== '' && part !== '.')
  return parts.reduce<readonly string[]>((path, part) => part === '..' && path.length > 0 && path.at(-1) !== '..' ? path.slice(0, -1) : [...path, part], []).join('/')
}

function listOf(helm: Json, key: string): readonly Json[] {
  const value = valueAt(helm, key)
  return isList(value) ? value : []
}

function texts(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter(item => typeof item === 'string') : []
}

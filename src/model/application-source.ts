import { readApplicationHelm } from './application-helm.ts'
import { argoText } from './argo-values.ts'
import { imageOverride } from './image-override.ts'
import { isList, isObject, textAt, valueAt } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import type { ImageOverride, KustomizeOverlay } from './overlay.ts'
import type { ArgoRef, ArgoValues, OwnerSource, RenderRules } from './owner.ts'
import { plainPath } from './plain-path.ts'
import { unhonouredKey } from './spec-keys.ts'
import type { SpecKeys } from './spec-keys.ts'

/** A key that keeps a source from being rendered as Argo CD renders it, and why. */
export interface Unhonoured { readonly path: string, readonly because: string }

/** One source of an Application as Writ understands it; `unhonoured` is the first key that can change what is deployed and is not honoured. */
export interface ReadSource { readonly source: OwnerSource, readonly render: RenderRules, readonly unhonoured: Unhonoured | null }

// Every key of a source is in one of these tables, or refused (argocd-flux.md 1.2).
const SOURCE: SpecKeys = { known: ['repoURL', 'path', 'targetRevision', 'name', 'directory', 'kustomize', 'helm'], off: ['plugin', 'chart', 'ref', 'tagPrefix'] }
/** Settings of jsonnet mean something to jsonnet files only, which are never rendered. */
const DIRECTORY: SpecKeys = { known: ['recurse', 'include', 'exclude', 'jsonnet'], off: [] }
/** kubeVersion and apiVersions are for charts inside a kustomization, which are never rendered. */
const KUSTOMIZE: SpecKeys = {
  known: ['namePrefix', 'nameSuffix', 'images', 'replicas', 'patches', 'components', 'commonLabels', 'commonAnnotations', 'namespace', 'version', 'forceCommonLabels',
    'forceCommonAnnotations', 'commonAnnotationsEnvsubst', 'labelWithoutSelector', 'labelIncludeTemplates', 'ignoreMissingComponents', 'kubeVersion', 'apiVersions'],
  off: [],
}
const PATCH: SpecKeys = { known: ['path', 'patch', 'target', 'options'], off: [] }
const NOT_HONOURED = 'which this version does not honour'

/** Reads one source; `path` is where it stands in the Application, `refs` are the sources that it may take value files from. */
export function readApplicationSource(source: Json | undefined, at: { readonly path: string, readonly values: ArgoValues, readonly refs: readonly ArgoRef[] }): ReadSource {
  const directory = valueAt(source, 'directory')
  const [include, exclude] = [textAt(directory, 'include'), textAt(directory, 'exclude')]
  const rules = { recurse: valueAt(directory, 'recurse') === true, ...(include ? { include } : {}), ...(exclude ? { exclude } : {}) }
  // A key that is present, even empty, is an explicit type for Argo CD.
  const format = isObject(valueAt(source, 'kustomize')) ? 'kustomize' : isObject(directory) ? 'directory' : isObject(valueAt(source, 'helm')) ? 'helm' : 'auto'
  const overlay = overlayOf(source, at)
  const kustomize = 'because' in overlay || Object.keys(overlay).length === 1 ? {} : { kustomize: overlay }
  const helm = readApplicationHelm(source, { ...at, source: sourceOf(source) })
  return {
    source: sourceOf(source),
    render: { format, loadRestrictor: 'root', directory: rules, ...kustomize, ...'rules' in helm && (format === 'auto' || format === 'helm') ? { helm: helm.rules } : {} },
    unhonoured: keys(source, at.path) ?? ('because' in overlay ? overlay : 'because' in helm ? helm : null),
  }
}

/** Where a source object points, normalised: no outer slashes, HEAD where no revision is named. */
export function sourceOf(source: Json | undefined): OwnerSource {
  return {
    url: textAt(source, 'repoURL') ?? '',
    revision: (textAt(source, 'targetRevision') || 'HEAD').replace(/^refs\/heads\//, ''),
    path: plainPath(textAt(source, 'path') ?? ''),
  }
}

/** A source with one of Argo CD's override files laid over it (reposerver mergeSourceParameters): maps are merged, all else is replaced, null takes nothing away. */
export function mergedSource(source: JsonObject, override: Json): JsonObject {
  const merged = merge(source, override)
  const kept = Object.fromEntries(['repoURL', 'path', 'targetRevision', 'chart'].map(key => [key, source[key]]))
  return isObject(merged) ? { ...merged, ...kept } : source
}

function merge(base: Json | undefined, over: Json): Json {
  if (!isObject(over)) return over
  const result: Record<string, Json | undefined> = isObject(base) ? { ...base } : {}
  for (const [key, value] of Object.entries(over)) if (value !== undefined && value !== null) result[key] = merge(result[key], value)
  return result
}

function keys(source: Json | undefined, path: string): Unhonoured | null {
  const directory = valueAt(source, 'directory')
  const kustomize = valueAt(source, 'kustomize')
  const key = (isObject(source) ? null : path) ?? unhonouredKey(source, path, SOURCE) ?? unhonouredKey(kustomize, `${path}.kustomize`, KUSTOMIZE) ?? unhonouredKey(directory, `${path}.directory`, DIRECTORY)
  if (key !== null) return { path: key, because: NOT_HONOURED }
  const [first, second] = ['kustomize', 'helm', 'directory'].filter(type => isObject(valueAt(source, type)))
  if (second !== undefined) return { path: `${path}.${second}`, because: `beside ${path}.${first}: Argo CD takes one of the two only` }
  return sourceOf(source).path.split('/').includes('..') ? { path: `${path}.path`, because: 'which leaves the repository' } : null
}

type Part<T> = T | Unhonoured | undefined

/** The overlay of `kustomize`; only `by` where it lays nothing over. */
function overlayOf(source: Json | undefined, at: { readonly path: string, readonly values: ArgoValues }): KustomizeOverlay | Unhonoured {
  const kustomize = valueAt(source, 'kustomize')
  const path = `${at.path}.kustomize`
  const expand = (text: string): string | null => argoText(text, at.values, { path: textAt(source, 'path') ?? '', targetRevision: textAt(source, 'targetRevision') ?? '' })
  const word = (key: string): Part<string> => scalar(kustomize, key, path)
  const parts: Readonly<Record<string, Part<unknown>>> = {
    namePrefix: word('namePrefix'), nameSuffix: word('nameSuffix'), namespace: word('namespace'), version: word('version'),
    images: images(kustomize, path, expand), replicas: replicas(kustomize, path), patches: patches(kustomize, path), components: texts(kustomize, 'components', path),
    labels: labels(kustomize, path, expand), annotations: annotations(kustomize, path, expand),
    ignoreMissingComponents: valueAt(kustomize, 'ignoreMissingComponents') === true ? true : undefined,
  }
  const wrong = Object.values(parts).find(isUnhonoured)
  return wrong ?? { by: 'argocd', ...Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) }
}

function isUnhonoured(part: unknown): part is Unhonoured {
  return typeof part === 'object' && part !== null && 'because' in part
}

function not(path: string, because = 'which is not of the form that Argo CD takes'): Unhonoured {
  return { path, because }
}

function scalar(of: Json | undefined, key: string, path: string): Part<string> {
  const value = valueAt(of, key)
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'string' ? value : not(`${path}.${key}`)
}

function list(of: Json | undefined, key: string): readonly Json[] | null {
  const value = valueAt(of, key)
  return value === undefined || value === null ? [] : isList(value) ? value : null
}

function texts(of: Json | undefined, key: string, path: string): Part<readonly string[]> {
  const items = list(of, key)
  if (items?.every(item => typeof item === 'string') !== true) return not(`${path}.${key}`)
  return items.length === 0 ? undefined : items
}

type Expand = (text: string) => string | null
const COMMIT = 'which holds the commit or the repository as Argo CD knows it, so every commit may change it'

function images(of: Json | undefined, path: string, expand: Expand): Part<readonly ImageOverride[]> {
  const items = texts(of, 'images', path)
  if (items === undefined || 'because' in items) return items
  const found: ImageOverride[] = []
  for (const [i, item] of items.entries()) {
    const text = expand(item)
    const image = text === null ? null : imageOverride(text)
    if (image === null) return not(`${path}.images[${i}]`, text === null ? COMMIT : 'which kustomize does not take for an image')
    found.push(image)
  }
  return found
}

function replicas(of: Json | undefined, path: string): Part<NonNullable<KustomizeOverlay['replicas']>> {
  const items = list(of, 'replicas')
  if (items === null) return not(`${path}.replicas`)
  const found = items.map(item => {
    const [name, count] = [textAt(item, 'name'), valueAt(item, 'count')]
    const number = typeof count === 'string' && /^[+-]?\d{1,9}$/.test(count) ? Number(count) : count
    return name !== undefined && name !== '' && !name.includes('=') && typeof number === 'number' && Number.isInteger(number) ? { name, count: number } : null
  })
  const wrong = found.indexOf(null)
  if (wrong >= 0) return not(`${path}.replicas[${wrong}]`)
  return found.length === 0 ? undefined : found.filter(one => one !== null)
}

function patches(of: Json | undefined, path: string): Part<readonly JsonObject[]> {
  const items = list(of, 'patches')
  if (items === null) return not(`${path}.patches`)
  const wrong = items.findIndex(item => !isObject(item) || unhonouredKey(item, '', PATCH) !== null)
  if (wrong >= 0) return not(`${path}.patches[${wrong}]`)
  return items.length === 0 ? undefined : items.filter(isObject)
}

function pairs(of: Json | undefined, key: string, expand: Expand): Readonly<Record<string, string>> | null {
  const value = valueAt(of, key)
  if (value === undefined || value === null) return {}
  if (!isObject(value)) return null
  const found: Record<string, string> = {}
  for (const [name, text] of Object.entries(value)) {
    const expanded = typeof text === 'string' ? expand(text) : null
    if (expanded === null || name === '' || name.includes(':')) return null
    // On its way through `kustomize edit add` a pair of quotes goes.
    found[name] = /^".*"$/s.test(expanded) && expanded.length >= 2 ? expanded.slice(1, -1) : expanded
  }
  return found
}

function labels(of: Json | undefined, path: string, expand: Expand): Part<NonNullable<KustomizeOverlay['labels']>> {
  const found = pairs(of, 'commonLabels', expand)
  const [withoutSelector, includeTemplates] = [valueAt(of, 'labelWithoutSelector') === true, valueAt(of, 'labelIncludeTemplates') === true]
  if (found === null) return not(`${path}.commonLabels`, COMMIT)
  if (Object.keys(found).length === 0) return undefined
  if (includeTemplates && !withoutSelector) return not(`${path}.labelIncludeTemplates`, 'which kustomize takes with labelWithoutSelector only')
  return { pairs: found, force: valueAt(of, 'forceCommonLabels') === true, withoutSelector, includeTemplates }
}

function annotations(of: Json | undefined, path: string, expand: Expand): Part<NonNullable<KustomizeOverlay['annotations']>> {
  const found = pairs(of, 'commonAnnotations', valueAt(of, 'commonAnnotationsEnvsubst') === true ? expand : text => text)
  if (found === null) return not(`${path}.commonAnnotations`, COMMIT)
  return Object.keys(found).length === 0 ? undefined : { pairs: found, force: valueAt(of, 'forceCommonAnnotations') === true }
}

import { isList, isObject } from './json.ts'
import type { Json, JsonObject } from './json.ts'

/** The names under which kustomize looks for its file, in its order. */
export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** One path that a kustomization names. */
export interface KustomizationReference {
  /** `chart`: a folder with a chart; `word`: what may be a path in a file that cannot be read. */
  readonly role: 'resource' | 'component' | 'patch' | 'plugin' | 'data' | 'chart' | 'word'
  /** Where it stands in the kustomization, for messages and edits. */
  readonly steps: readonly (string | number)[]
  /** As written. */
  readonly path: string
}

/** Something in a kustomization that Writ does not render. */
export interface KustomizationProblem { readonly steps: readonly (string | number)[], readonly sentence: string, readonly remote: boolean }

const KNOWN = new Set([
  'apiVersion', 'kind', 'metadata', 'openapi', 'namePrefix', 'nameSuffix', 'namespace', 'commonLabels', 'labels', 'commonAnnotations',
  'patchesStrategicMerge', 'patchesJson6902', 'patches', 'images', 'imageTags', 'replacements', 'replicas', 'vars', 'sortOptions', 'resources',
  'components', 'crds', 'bases', 'configMapGenerator', 'secretGenerator', 'generatorOptions', 'configurations', 'generators', 'transformers',
  'validators', 'buildMetadata',
])
const ITEM_KEYS: Readonly<Record<string, ReadonlySet<string>>> = {
  patches: new Set(['path', 'patch', 'target', 'options']),
  patchesJson6902: new Set(['path', 'patch', 'target', 'options']),
  replacements: new Set(['path', 'source', 'targets']),
  configMapGenerator: generatorKeys(),
  secretGenerator: generatorKeys(),
}
const BUILTIN = new Set([
  'AnnotationsTransformer', 'ConfigMapGenerator', 'HashTransformer', 'IAMPolicyGenerator', 'ImageTagTransformer', 'LabelTransformer', 'NamespaceTransformer',
  'PatchJson6902Transformer', 'PatchStrategicMergeTransformer', 'PatchTransformer', 'PrefixSuffixTransformer', 'PrefixTransformer',
  'ReplacementTransformer', 'ReplicaCountTransformer', 'SecretGenerator', 'SuffixTransformer', 'ValueAddTransformer',
])

function generatorKeys(): ReadonlySet<string> {
  return new Set(['name', 'namespace', 'behavior', 'type', 'files', 'literals', 'envs', 'env', 'options', 'kind', 'apiVersion', 'metadata'])
}

/** True where kustomize would fetch the path instead of opening it (git and http forms; editing.md 4.3 REMOTE). */
export function looksRemote(path: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(path) || path.startsWith('git::') || /^[^/\s]+@[^/\s]+:/.test(path) || /^(?:gh:|github\.com[/:])/i.test(path)
    || /[?&](?:ref|version)=/.test(path)
}

/** True where a list entry that may be a path or YAML text is YAML text. */
export function isInline(text: string): boolean {
  return text.includes('\n') || /^\s*[[{]/.test(text) || /:\s/.test(text)
}

/** Every local or remote path that the kustomization names. Entries of another type than kustomize takes are left to kustomize's own error. */
export function kustomizationReferences(kustomization: JsonObject): readonly KustomizationReference[] {
  return [
    ...paths(kustomization, 'resources', 'resource'),
    ...paths(kustomization, 'bases', 'resource'),
    ...paths(kustomization, 'components', 'component'),
    ...paths(kustomization, 'patchesStrategicMerge', 'patch'),
    ...paths(kustomization, 'patches', 'patch'),
    ...paths(kustomization, 'patchesJson6902', 'patch'),
    ...paths(kustomization, 'generators', 'plugin'),
    ...paths(kustomization, 'transformers', 'plugin'),
    ...paths(kustomization, 'validators', 'plugin'),
    ...paths(kustomization, 'replacements', 'data'),
    ...paths(kustomization, 'crds', 'data'),
    ...paths(kustomization, 'configurations', 'data'),
    ...openapi(kustomization),
    ...generatorFiles(kustomization, 'configMapGenerator'),
    ...generatorFiles(kustomization, 'secretGenerator'),
  ]
}

/** The files that the configuration of a builtin transformer or generator names. `fieldSpecs` name fields, not files. */
export function pluginReferences(plugin: Json | undefined, steps: readonly (string | number)[] = []): readonly KustomizationReference[] {
  if (isList(plugin)) return plugin.flatMap((item, i) => pluginReferences(item, [...steps, i]))
  if (!isObject(plugin)) return []
  return Object.entries(plugin).flatMap(([key, value]) => {
    const here = [...steps, key]
    if (key === 'fieldSpecs') return []
    if (!/^(?:path|paths|files|envs|env)$/i.test(key)) return pluginReferences(value, here)
    return texts(value, here).map(([path, at]) => ({ role: 'data' as const, steps: at, path: /^files$/i.test(key) ? afterKey(path) : path }))
  }).filter(reference => !isInline(reference.path) && reference.path !== '')
}

/** The first key that Writ does not render: helm charts, functions, plugins, keys that kustomize would read under another spelling. */
export function kustomizationProblem(kustomization: JsonObject): KustomizationProblem | null {
  for (const key of Object.keys(kustomization)) {
    if (KNOWN.has(key)) continue
    const remote = key.startsWith('helm')
    return { steps: [key], remote, sentence: remote ? `${key}: charts are fetched from elsewhere` : `${key} is not a key that Writ knows` }
  }
  for (const [key, allowed] of Object.entries(ITEM_KEYS)) {
    const items = kustomization[key]
    if (!isList(items)) continue
    for (const [i, item] of items.entries()) {
      const strange = isObject(item) ? Object.keys(item).find(name => !allowed.has(name)) : undefined
      if (strange !== undefined) return { steps: [key, i, strange], remote: false, sentence: `${key}[${i}].${strange} is not a key that Writ knows` }
    }
  }
  return null
}

/** Why the configuration of a transformer, generator or validator is not run; null for kustomize's own, which start nothing. */
export function pluginProblem(plugin: Json): string | null {
  if (!isObject(plugin)) return 'a plugin configuration that is no object'
  const kind = typeof plugin['kind'] === 'string' ? plugin['kind'] : ''
  const version = typeof plugin['apiVersion'] === 'string' ? plugin['apiVersion'] : ''
  if (version !== 'builtin' || !BUILTIN.has(kind)) return `the plugin ${version} ${kind}, which is not one of kustomize's own`
  const text = JSON.stringify(plugin['metadata'] ?? null)
  return text.includes('config.kubernetes.io/function') || text.includes('config.k8s.io/function') ? `the function that ${kind} names` : null
}

function paths(kustomization: JsonObject, key: string, role: KustomizationReference['role']): readonly KustomizationReference[] {
  const value = kustomization[key]
  if (!isList(value)) return []
  return value.flatMap((item, i) => {
    if (typeof item === 'string') return isInline(item) && role !== 'resource' && role !== 'component' ? [] : [{ role, steps: [key, i], path: item }]
    const path = isObject(item) ? item['path'] : undefined
    return typeof path === 'string' && path !== '' ? [{ role, steps: [key, i, 'path'], path }] : []
  })
}

function openapi(kustomization: JsonObject): readonly KustomizationReference[] {
  const section = kustomization['openapi']
  const path = isObject(section) ? section['path'] : undefined
  return typeof path === 'string' ? [{ role: 'data', steps: ['openapi', 'path'], path }] : []
}

function generatorFiles(kustomization: JsonObject, key: string): readonly KustomizationReference[] {
  const generators = kustomization[key]
  if (!isList(generators)) return []
  return generators.flatMap((generator, i) => {
    if (!isObject(generator)) return []
    return ['files', 'envs', 'env'].flatMap(name => texts(generator[name], [key, i, name])
      .map(([path, steps]) => ({ role: 'data' as const, steps, path: name === 'files' ? afterKey(path) : path })))
  })
}

/** `key=path` names a path under another key. */
function afterKey(text: string): string {
  const equals = text.indexOf('=')
  return equals < 0 ? text : text.slice(equals + 1)
}

function texts(value: Json | undefined, steps: readonly (string | number)[]): readonly (readonly [string, readonly (string | number)[]])[] {
  if (typeof value === 'string') return [[value, steps]]
  if (!isList(value)) return []
  return value.flatMap((item, i) => typeof item === 'string' ? [[item, [...steps, i]] as const] : [])
}

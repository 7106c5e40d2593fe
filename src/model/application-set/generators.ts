import { isList, isObject, objectsAt, textAt, valueAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import type { FieldPath } from '../field.ts'
import { clusterSets } from './clusters.ts'
import type { ArgoClusters } from './clusters.ts'
import { directoriesOf, filesOf } from './git-paths.ts'
import type { GitTree } from './git-paths.ts'
import { fill, joined, laidOver, sanitized } from './params.ts'
import type { ParamLayer, ParamSet } from './params.ts'

/** What of a set is not known: why, in words, and where in the set that stands. */
export interface Unread { readonly because: string, readonly at: FieldPath }

/** What the generators of a set give, and what of them is not known. */
export interface Generated { readonly sets: readonly ParamSet[], readonly unread: readonly Unread[] }

/** The repository of a git generator at its revision; null where it is not at hand. */
export type GitTrees = (git: { readonly url: string, readonly revision: string }) => GitTree | null

/** What generators read beside the set itself. */
export interface GeneratorInputs { readonly trees: GitTrees, readonly clusters: ArgoClusters }

/** Reads `spec.generators` as Argo CD does (applicationset/generators): list, git and clusters, and matrix and merge of them. */
export function generated(spec: JsonObject, inputs: GeneratorInputs): Generated {
  const reading = { go: valueAt(spec, 'goTemplate') === true, ...inputs }
  const all = objectsAt(spec, 'generators').map((generator, i) => read(generator, { ...reading, at: ['spec', 'generators', String(i)] }))
  return { sets: all.flatMap(one => 'sets' in one ? one.sets : []), unread: all.flatMap(one => 'because' in one ? [one] : []) }
}

type Read = { readonly sets: readonly ParamSet[] } | Unread
type Found = { readonly sets: readonly ParamSet[] } | { readonly because: string, readonly at?: FieldPath }
interface Here extends GeneratorInputs { readonly go: boolean, readonly at: FieldPath }

/** The innermost generator that is not known says where it stands. */
function read(generator: JsonObject, here: Here): Read {
  const found = readKind(generator, here)
  return 'sets' in found ? found : { because: found.because, at: found.at ?? here.at }
}

function readKind(generator: JsonObject, here: Here): Found {
  if (generator['selector'] !== undefined && generator['selector'] !== null) return { because: 'a generator of it has a selector, by which it takes only some of what is given' }
  const [kind, ...more] = Object.keys(generator).filter(key => generator[key] !== undefined && generator[key] !== null && key !== 'selector')
  const given = kind === undefined ? undefined : generator[kind]
  if (kind === undefined || more.length > 0 || !isObject(given)) return { because: 'a generator of it is of no kind that is known' }
  const at = [...here.at, kind]
  if (hasTemplate(given)) return { because: `its ${kind} generator has a template of its own`, at: [...at, 'template'] }
  if (kind === 'list') return ofList(given, { ...here, at })
  if (kind === 'git') return ofGit(given, { ...here, at })
  if (kind === 'clusters') return ofClusters(given, { ...here, at })
  if (kind === 'matrix') return ofMatrix(given, { ...here, at })
  return kind === 'merge' ? ofMerge(given, { ...here, at }) : { because: `its ${kind} generator gives ${ELSEWHERE[kind] ?? 'what is not read here'}` }
}

/** What people cannot change by a change of files. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  pullRequest: 'what stands in open pull requests',
  scmProvider: 'the repositories that a forge lists',
  plugin: 'what a plugin answers',
  clusterDecisionResource: 'what the status of another object says',
}

/** The API server fills in an empty one. */
function hasTemplate(generator: JsonObject): boolean {
  return !isBlank(generator['template'])
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (isObject(value) && Object.values(value).every(isBlank))
}

function ofList(list: JsonObject, { at }: Here): Found {
  if (textAt(list, 'elementsYaml')) return { because: 'its list generator takes elements from elementsYaml', at: [...at, 'elementsYaml'] }
  const elements = valueAt(list, 'elements')
  return { sets: (isList(elements) ? elements : []).flatMap((values, i): readonly ParamSet[] => isObject(values) ? [[{ values, source: { kind: 'manifest', at: [...at, 'elements', String(i)] } }]] : []) }
}

function ofGit(git: JsonObject, here: Here): Found {
  const [url, revision] = [textAt(git, 'repoURL') ?? '', textAt(git, 'revision') || 'HEAD']
  if ([url, revision, ...objectsAt(git, 'files').map(one => textAt(one, 'path') ?? ''), ...objectsAt(git, 'directories').map(one => textAt(one, 'path') ?? '')].some(text => text.includes('{{'))) return { because: 'its git generator reads a place that an expression names' }
  const tree = here.trees({ url, revision })
  if (tree === null) return { because: `its git generator reads ${url} at ${revision}` }
  const folders = objectsAt(git, 'directories').length > 0
  const found = folders ? directoriesOf(git, tree) : filesOf(git, tree)
  if ('because' in found) return found
  const sets: ParamSet[] = []
  for (const path of found.paths) {
    const layers = folders ? [[]] : ofFile(path, tree.json(path), here.go)
    if (layers === null) return { because: `its git generator reads ${path}, which cannot be read as one YAML or JSON document of at most 2 MB` }
    for (const layer of layers) sets.push(withValues(git, [...layer, pathLayer(git, path, { folders, go: here.go })], here))
  }
  return { sets }
}

/** One set for a map, one for each map of a list; an empty file is an empty map. */
function ofFile(file: string, value: Json | undefined, go: boolean): readonly (readonly ParamLayer[])[] | null {
  if (value === undefined) return null
  const own = (values: JsonObject, steps: readonly number[]): readonly ParamLayer[] => [{ values: go ? Object.fromEntries(Object.entries(values).filter(([key]) => key !== 'path')) : values, source: { kind: 'file', file, steps } }]
  if (value === null) return [[]]
  if (isObject(value)) return [own(value, [])]
  return isList(value) && value.every(isObject) ? value.map((values, i) => own(values, [i])) : null
}

function pathLayer(git: JsonObject, path: string, { folders, go }: { readonly folders: boolean, readonly go: boolean }): ParamLayer {
  const parts = path.split('/')
  const folder = folders ? path : parts.slice(0, -1).join('/') || '.'
  const base = folder.split('/').at(-1) ?? ''
  const file = folders ? undefined : parts.at(-1) ?? ''
  const prefix = textAt(git, 'pathParamPrefix') || null
  const source: ParamLayer['source'] = { kind: 'fixed', what: folders ? `the name of the folder ${path}` : `the place of the file ${path}` }
  const named = { basename: base, basenameNormalized: sanitized(base), ...file === undefined ? {} : { filename: file, filenameNormalized: sanitized(file) } }
  if (go) {
    const values = { path: { path: folder, ...named, segments: folder.split('/') } }
    return { values: prefix === null ? values : { [prefix]: values }, source }
  }
  const name = prefix === null ? 'path' : `${prefix}.path`
  return { values: { [name]: folder, ...Object.fromEntries(Object.entries(named).map(([key, value]) => [`${name}.${key}`, value])), ...Object.fromEntries(folder.split('/').map((part, i) => [`${name}[${i}]`, part])) }, source }
}

/** Those of a list of clusters are one set, which nothing but a template can take apart. */
function ofClusters(generator: JsonObject, here: Here): Found {
  const found = clusterSets(generator, here)
  if ('because' in found) return found
  const sets = found.sets.map(set => withValues(generator, set, here))
  if (valueAt(generator, 'flatList') !== true) return { sets }
  const clusters = sets.map(set => Object.fromEntries(set.flatMap(({ values }) => Object.entries(values))))
  return { sets: [[{ values: { clusters }, source: { kind: 'fixed', what: 'the list of all its clusters' } }]] }
}

/** `values` of a git or cluster generator: texts with expressions of their own. */
function withValues(generator: JsonObject, set: ParamSet, { go, at }: Here): ParamSet {
  const values = valueAt(generator, 'values')
  return isObject(values) ? [...set, { values: { values: fill(values, set, { go }) }, source: { kind: 'manifest', at } }] : set
}

/** Each of the first with each of the second, which may be made of the first. */
function ofMatrix(matrix: JsonObject, here: Here): Found {
  const [first, second, ...more] = objectsAt(matrix, 'generators')
  if (first === undefined || second === undefined || more.length > 0) return { because: 'its matrix generator does not have two generators' }
  const outer = read(first, { ...here, at: [...here.at, 'generators', '0'] })
  if ('because' in outer) return outer
  const sets: ParamSet[] = []
  for (const set of outer.sets) {
    const filled = fill(second, set, here)
    const inner = read(isObject(filled) ? filled : {}, { ...here, at: [...here.at, 'generators', '1'] })
    if ('because' in inner) return inner
    for (const one of inner.sets) {
      const both = joined(set, one)
      if (both === null) return { because: 'both generators of its matrix generator give one parameter' }
      sets.push(both)
    }
  }
  return { sets }
}

/** The first generator's sets, with those of the others laid over where the merge keys are the same. */
function ofMerge(merge: JsonObject, here: Here): Found {
  const all = objectsAt(merge, 'generators').map((generator, i) => read(generator, { ...here, at: [...here.at, 'generators', String(i)] }))
  const unread = all.find(one => 'because' in one)
  if (unread !== undefined && 'because' in unread) return unread
  const given = valueAt(merge, 'mergeKeys')
  const keys = isList(given) ? given.filter(key => typeof key === 'string') : []
  const [base = [], ...others] = all.map(one => 'sets' in one ? one.sets : [])
  const keyOf = (set: ParamSet): string => JSON.stringify(keys.map(key => [...set].reverse().map(({ values }) => valueAt(values, key) ?? fromFlat(values, key, here.go)).find(value => value !== undefined) ?? null))
  if ([base, ...others].some(sets => new Set(sets.map(keyOf)).size < sets.length)) return { because: 'a generator of its merge generator gives one merge key twice' }
  const sets: ParamSet[] = []
  for (const set of base) {
    let laid: ParamSet = set
    for (const over of others.flatMap(some => some.filter(one => keyOf(one) === keyOf(set)))) {
      const next = laidOver(laid, over, here.go)
      if (next === null) return { because: 'its merge generator lays something empty over a value' }
      laid = next
    }
    sets.push(laid)
  }
  return { sets }
}

/** Without goTemplate a nested value has a name with dots. */
function fromFlat(values: JsonObject, key: string, go: boolean): Json | undefined {
  return go ? undefined : valueAt(values, ...key.split('.'))
}

/** All git generators of a set, those within others too. */
export function gitGenerators(spec: JsonObject): readonly JsonObject[] {
  return objectsAt(spec, 'generators').flatMap(within)
}

function within(generator: JsonObject): readonly JsonObject[] {
  const { git, matrix, merge } = generator
  return [...isObject(git) ? [git] : [], ...[matrix, merge].flatMap(one => objectsAt(one, 'generators').flatMap(within))]
}

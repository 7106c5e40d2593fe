import { posix } from 'node:path'
import { isList, isObject, objectsAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { globSource } from '../../model/path-glob.ts'
import type { Known, Paths } from './mention-targets.ts'
import { pathsIn } from './mention-words.ts'

/** What the generators of an ApplicationSet may put into its template, as far as the repository tells. */
export interface Generated {
  readonly known: Known
  /** Templates of single generators. */
  readonly templates: readonly Json[]
  /** Files that generators read. */
  readonly files: readonly string[]
}

interface Gathering { readonly values: Map<string, string[]>, readonly paths: string[], readonly globs: string[], readonly templates: Json[], unknown: boolean }

/** Reads `spec.generators`, those inside of matrix and merge generators too. */
export function generatedBy(spec: JsonObject, { index, texts }: { readonly index: Pick<Paths, 'files'>, readonly texts: ReadonlyMap<string, string> }): Generated {
  const all: Gathering = { values: new Map(), paths: [], globs: [], templates: [], unknown: false }
  for (const generator of objectsAt(spec, 'generators')) gather(all, generator)
  const patterns = all.globs.map(glob => globSource(glob)).filter(pattern => pattern !== null)
  const files = [...index.files].filter(path => patterns.some(pattern => pattern.test(path)))
  const values = new Map<string, readonly string[]>(all.unknown || files.length > 0 ? [] : all.values)
  const paths = [...all.paths, ...new Set(files.map(file => posix.dirname(file)))]
  if (paths.length > 0) for (const name of ['path', 'path.path']) values.set(name, paths)
  const stated = [...all.values.values()].flat()
  return { known: { values, pool: [...stated, ...files.flatMap(file => pathsIn(texts.get(file) ?? ''))] }, templates: all.templates, files }
}

function gather(all: Gathering, generator: JsonObject): void {
  for (const [key, value] of Object.entries(generator)) {
    if (key === 'selector' || !isObject(value)) continue
    if (value['template'] !== undefined) all.templates.push(value['template'])
    for (const inner of objectsAt(value, 'generators')) gather(all, inner)
    const { directories, files, elements } = value
    for (const [name, item] of [value['values'], ...isList(elements) ? elements : []].flatMap(one => isObject(one) ? Object.entries(one) : [])) add(all, name, item)
    const globs = pathsOf(files)
    all.globs.push(...globs)
    all.paths.push(...pathsOf(directories))
    // Clusters, pull requests, plugins: what they give stands elsewhere.
    if (!isList(elements) && directories === undefined && files === undefined && value['generators'] === undefined) all.unknown = true
    if (value['elementsYaml'] !== undefined) all.unknown = true
  }
}

function pathsOf(list: Json | undefined): readonly string[] {
  return isList(list) ? list.flatMap(one => isObject(one) && typeof one['path'] === 'string' && one['exclude'] !== true ? [plain(one['path'])] : []) : []
}

function add({ values }: Pick<Gathering, 'values'>, name: string, value: Json | undefined): void {
  if (isObject(value)) for (const [key, item] of Object.entries(value)) add({ values }, `${name}.${key}`, item)
  else if (value !== null && value !== undefined && !isList(value)) values.set(name, [...values.get(name) ?? [], String(value)])
}

function plain(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
}

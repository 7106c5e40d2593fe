import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { BuildAsk } from './build.ts'
import { isKustomizationFile, kustomizationOf } from './build.ts'
import type { Value } from './manifests.ts'
import { isFields, isList, manifestsOf } from './manifests.ts'
import { filesBelow } from './working-copy.ts'

/** A directory that is deployed, or could be (DESIGN.md section 5), and all that its render could read: files, and folders as a whole. */
export interface Consumer { readonly path: string, readonly owned: boolean, readonly way: BuildAsk['way'], readonly reach: ReadonlySet<string> }

/** What stands in a repository, found once; edits of a case do not change it. */
export interface Consumers {
  readonly all: readonly Consumer[]
  /** Directories without a kustomization file, of which a kustomization elsewhere lists a file. */
  readonly listedFrom: ReadonlySet<string>
  /** Directories that a kustomization lists, and those that are Components. */
  readonly referenced: ReadonlySet<string>
  readonly components: ReadonlySet<string>
}

const PLUGIN_KEYS = ['generators', 'transformers', 'validators', 'configurations', 'replacements', 'crds']

/** Finds every consumer of a repository: roots among the kustomizations, and the paths that Applications and Flux Kustomizations name. */
export function consumersOf(folder: string): Consumers {
  const files = filesBelow(folder)
  const kustomizations = new Map(files.filter(isKustomizationFile).map(path => [directoryOf(path), readFileSync(join(folder, path), 'utf8')]))
  const listed = new Set([...kustomizations].flatMap(([path, text]) => listedIn(text).map(word => inside(path, word))))
  const owners = files.filter(path => /\.ya?ml$/.test(path)).flatMap(path => ownedPaths(readFileSync(join(folder, path), 'utf8'))).filter(({ path }) => existsSync(join(folder, path)) && statSync(join(folder, path)).isDirectory())
  const owned = new Map(owners.map(({ path, way }) => [path, way]))
  const components = new Set([...kustomizations].filter(([, text]) => /^kind:\s*["']?Component\b/m.test(text)).map(([path]) => path))
  const roots = [...kustomizations.keys()].filter(path => !listed.has(path) && !owned.has(path) && !components.has(path))
  const consumer = (path: string, way: BuildAsk['way'], isOwned: boolean): Consumer => ({ path, way, owned: isOwned, reach: reachOf(folder, path, way) })
  const listedFrom = [...kustomizations].flatMap(([path, text]) => listedIn(text).map(word => inside(path, word)).filter(word => word !== null && existsSync(join(folder, word)) && statSync(join(folder, word)).isFile())
    .flatMap(word => (word === null || directoryOf(word) === path ? [] : [directoryOf(word)])))
  return {
    all: [...[...owned].map(([path, way]) => consumer(path, way, true)), ...roots.map(path => consumer(path, 'asked', false))],
    listedFrom: new Set(listedFrom.filter(path => !kustomizations.has(path))),
    referenced: new Set([...listed].filter(path => path !== null && kustomizations.has(path)).map(String)), components,
  }
}

/** Who else could read one of these files than the asked directory. Where no owner names it, an owner above that reaches a file is the asked delivery. */
export function othersReached(consumers: Consumers, asked: string, files: readonly string[]): readonly Consumer[] {
  const named = consumers.all.some(one => one.owned && one.path === asked)
  return consumers.all.filter(one => one.path !== asked && files.some(file => reaches(one, file)) && (named || !one.owned || !isBelow(asked, one.path)))
}

export function directoryOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
}

function reaches(consumer: Consumer, file: string): boolean {
  for (let path = file; path !== ''; path = directoryOf(path)) if (consumer.reach.has(path)) return true
  return consumer.reach.has('')
}

function isBelow(path: string, above: string): boolean {
  return above === '' || path.startsWith(`${above}/`)
}

/** All that a kustomization could read, by its looks alone, whatever key it stands under; more than it does read costs only renders. */
function reachOf(folder: string, start: string, way: BuildAsk['way']): ReadonlySet<string> {
  if (kustomizationOf(folder, start) === null) {
    const own = filesBelow(join(folder, start)).map(path => (start === '' ? path : `${start}/${path}`)).filter(path => way !== 'asked' || directoryOf(path) === start)
    // A file that is not there yet would be read too.
    return new Set([start, ...own, ...own.filter(isKustomizationFile).flatMap(path => [...reachOf(folder, directoryOf(path), 'asked')])])
  }
  const found = new Set<string>()
  const todo = [start]
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    const file = kustomizationOf(folder, path)
    if (file === null || found.has(file)) continue
    found.add(file)
    for (const word of wordsOf(folder, path, readFileSync(join(folder, file), 'utf8'))) {
      if (!statSync(join(folder, word)).isDirectory()) found.add(word)
      else if (kustomizationOf(folder, word) !== null) todo.push(word)
    }
  }
  return found
}

/** Words of a kustomization that are paths of something, and those in the files of its plugins. */
function wordsOf(folder: string, path: string, text: string): readonly string[] {
  const paths = (of: string): readonly string[] => (of.match(/[^\s"',=[\]{}]+/g) ?? []).map(word => inside(path, word)).filter(word => word !== null).filter(word => existsSync(join(folder, word)))
  const value = firstDocument(text)
  const plugins = isFields(value) ? PLUGIN_KEYS.flatMap(key => strings(value[key]).flatMap(paths)) : []
  const further = plugins.filter(word => statSync(join(folder, word)).isFile()).flatMap(word => paths(readFileSync(join(folder, word), 'utf8')))
  return [...new Set([...paths(text), ...further])]
}

/** What a kustomization lists; of one that cannot be read, every item of a list. */
function listedIn(text: string): readonly string[] {
  const value = firstDocument(text)
  if (!isFields(value)) return [...text.matchAll(/^\s*- +["']?([^\s"'#]+)/gm)].map(match => match[1] ?? '')
  return ['resources', 'bases', 'components'].flatMap(key => strings(value[key]))
}

/** Paths that Applications and Flux Kustomizations of a file name; the repository is taken to be this one. */
function ownedPaths(text: string): readonly { readonly path: string, readonly way: BuildAsk['way'] }[] {
  if (!/^\s*kind:\s*["']?(?:Application|Kustomization)\b/m.test(text)) return []
  return manifestsOf(text).flatMap(({ value }) => {
    if (!isFields(value)) return []
    const [api, spec] = [String(value['apiVersion'] ?? ''), value['spec']]
    if (!isFields(spec)) return []
    if (api.startsWith('kustomize.toolkit.fluxcd.io/') && value['kind'] === 'Kustomization') return owned(spec['path'] ?? '', 'flux')
    if (!api.startsWith('argoproj.io/') || value['kind'] !== 'Application') return []
    const sources = [spec['source'], ...isList(spec['sources']) ? spec['sources'] : []].filter(isFields)
    return sources.flatMap(source => owned(source['path'], isFields(source['directory']) && source['directory']['recurse'] === true ? 'recurse' : 'asked'))
  })
}

function owned(path: Value | undefined, way: BuildAsk['way']): readonly { readonly path: string, readonly way: BuildAsk['way'] }[] {
  const found = typeof path === 'string' ? inside('', path.replace(/^\/+/, '')) : null
  return found === null ? [] : [{ path: found, way }]
}

function inside(directory: string, word: string): string | null {
  const path = normalize(join(directory, word)).replace(/\/+$/, '')
  if (word.startsWith('/') || path === '..' || path.startsWith('../') || word.includes('\0')) return null
  return path === '.' ? '' : path
}

function strings(value: Value | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  if (isList(value)) return value.flatMap(strings)
  return isFields(value) ? Object.values(value).flatMap(strings) : []
}

function firstDocument(text: string): Value | undefined {
  const [first] = [...parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false, merge: true })]
  return first === undefined || first.errors.length > 0 ? undefined : manifestsOf(text)[0]?.value
}

import { posix } from 'node:path'
import { globSource } from '../../model/path-glob.ts'
import { isTemplated, partsOf } from './mention-words.ts'
import type { Word } from './mention-words.ts'

/** The paths of a repository, and its files by their folder. */
export interface Paths { readonly files: ReadonlySet<string>, readonly directories: ReadonlySet<string>, readonly filesIn: ReadonlyMap<string, readonly string[]> }

export function pathsOf({ files, directories }: Pick<Paths, 'files' | 'directories'>): Paths {
  const filesIn = new Map<string, string[]>()
  for (const file of files) {
    const folder = folderOf(file)
    const known = filesIn.get(folder)
    if (known === undefined) filesIn.set(folder, [file])
    else known.push(file)
  }
  return { files, directories, filesIn }
}

/** What is known of the variables in words. */
export interface Known {
  /** By name, as expressions have it without their first dot. */
  readonly values: ReadonlyMap<string, readonly string[]>
  /** What stands for a path that is all variable. */
  readonly pool: readonly string[]
}

/** What the words of one owner name in the repository. */
export interface Targets { readonly folders: readonly string[], readonly files: readonly string[], readonly varies: boolean }

/**
 * Folders by `path` and `chart`, then files by everything else: below the root or one of the folders. An expression stands for its known values, else for any
 * text without a slash, or where nothing is found so for any text; what is nothing but expressions of which nothing is known names nothing.
 */
export function targetsOf(words: readonly Word[], known: Known, paths: Paths): Targets {
  const named = words.filter(({ key }) => key !== '')
  const deployed = new Map(named.map(({ text }) => [text, found(text, { known, among: paths.directories, base: '', far: true }).filter(path => !isOpen(text) || !isPartOfChart(path, paths))]))
  const parameters = named.filter(({ text }) => !isOpen(text) || MAY_BE_FILE.test(text)).flatMap(({ text }) => found(text, { known, among: paths.files, base: '', paths }))
  const folders = [...new Set([...deployed.values()].flat())]
  const beside = words.filter(({ key, text }) => key === '' && /[\w}]/.test(text) && (!isOpen(text) || MAY_BE_FILE.test(text)))
  const files = beside.flatMap(({ text }) => basesOf(text, folders).flatMap(base => found(text.replace(/^\$[\w-]+\//, '/'), { known, among: paths.files, base, paths })))
  const components = beside.filter(({ text }) => /^\.\.?\//.test(text)).flatMap(({ text }) => folders.flatMap(base => found(text, { known, among: paths.directories, base })))
  return { folders: [...new Set([...folders, ...components])], files: [...new Set([...parameters, ...files])], varies: [...deployed].some(([text, of]) => of.length > 0 && isTemplated(text)) }
}

/** Below what a file may be meant: what begins with a slash or with the name of a source below the root, and so is what has a folder in it with Flux. */
function basesOf(text: string, folders: readonly string[]): readonly string[] {
  if (/^(?:\$[\w-]+)?\//.test(text)) return ['']
  return [...new Set([...text.includes('/') ? [''] : [], ...folders])]
}

/** Of words with something open in them, those that can be a file with values. */
const MAY_BE_FILE = /\.(?:ya?ml|json|tpl|env|txt|properties|toml)$/

function isOpen(text: string): boolean {
  return isTemplated(text) || /[*?]/.test(text)
}

/** Templates and definitions of a chart are deployed with it only. */
function isPartOfChart(path: string, { files }: Paths): boolean {
  const inner = /^(?:(.*)\/)?(?:templates|crds)(?:\/|$)/.exec(path)
  return inner !== null && files.has(inner[1] === undefined ? 'Chart.yaml' : `${inner[1]}/Chart.yaml`)
}

interface Question {
  readonly known: Known
  readonly among: ReadonlySet<string>
  readonly base: string
  /** What is open may hold slashes, where nothing else fits. */
  readonly far?: true
  readonly paths?: Paths
}

/** The paths that a word fits. */
function found(word: string, question: Question): readonly string[] {
  const { known, among, base } = question
  const text = word.replace(/^\/+/, '')
  if (!isOpen(text)) {
    const path = inside(base, text)
    return path !== null && among.has(path) && text !== '' ? [path] : []
  }
  const spellings = spelled(text, known.values)
  const open = spellings.filter(spelling => !/[^*/.]/.test(spelling))
  const fixed = [...spellings.filter(spelling => !open.includes(spelling)), ...open.length === 0 ? [] : known.pool]
  return [...new Set(fixed.flatMap(spelling => matching(spelling, question)))]
}

function matching(spelling: string, { among, base, far, paths }: Question): readonly string[] {
  const path = inside(base, spelling)
  if (path === null) return []
  if (!/[*?[{]/.test(path)) return path !== '' && among.has(path) ? [path] : []
  const near = globSource(path)
  const folder = folderOf(path)
  const likely = paths !== undefined && !/[*?[{]/.test(folder) ? paths.filesIn.get(folder) ?? [] : [...among]
  const fits = near === null ? [] : likely.filter(one => near.test(one))
  if (fits.length > 0 || far === undefined) return fits
  const any = anything(path)
  return [...among].filter(one => any.test(one))
}

function folderOf(path: string): string {
  const folder = posix.dirname(path)
  return folder === '.' ? '' : folder
}

/** A pattern in which each `*` is any text. */
function anything(path: string): RegExp {
  return new RegExp(`^${path.split(/\*+/).map(part => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*')}$`, 's')
}

function inside(base: string, path: string): string | null {
  const joined = posix.normalize(posix.join(base, path)).replace(/\/+$/, '')
  if (joined === '..' || joined.startsWith('../')) return null
  return joined === '.' ? '' : joined
}

const MOST_SPELLINGS = 500
const DEEPEST = 3

/** The word once for each way in which its known variables can be filled in; `*` where nothing is known. */
function spelled(word: string, values: Known['values'], depth = 0): readonly string[] {
  let spellings: readonly string[] = ['']
  for (const part of partsOf(word)) {
    const fills = part.literal ? [part.text] : filled(part.text, values, depth)
    const few = spellings.length * fills.length > MOST_SPELLINGS ? ['*'] : fills
    spellings = spellings.flatMap(start => few.map(fill => `${start}${fill}`))
  }
  return spellings
}

function filled(expression: string, values: Known['values'], depth: number): readonly string[] {
  const name = /^[-\s]*\.?([\w.-]+?)[-\s]*$/.exec(expression)?.[1]
  const known = name === undefined ? undefined : values.get(name) ?? values.get(name.replace(/^values\./, ''))
  if (known !== undefined && depth < DEEPEST) return known.flatMap(value => isTemplated(value) ? spelled(value, values, depth + 1) : [value])
  // A default, or one of two values of a condition.
  return ['*', ...[...expression.matchAll(/["`]([\w./-]+)["`]/g)].map(([, literal = '']) => literal)]
}

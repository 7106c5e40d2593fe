import { posix } from 'node:path'
import type { JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { KUSTOMIZATION_NAMES, isInline, kustomizationReferences, pluginReferences } from '../../model/kustomization.ts'
import { chartGeneratorReferences, chartReferences } from '../../model/kustomization-charts.ts'
import type { KustomizationReference } from '../../model/kustomization.ts'
import type { FileChange } from '../../model/plan.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import type { Tree } from '../ports.ts'
import { linkTargets, realPath } from './links.ts'
import type { Linked } from './links.ts'

/** One kustomization of the repository. `value` is null where the file cannot be read as one YAML object: `references` are then all words of it. */
export interface KustomizationFile {
  readonly path: string
  readonly directory: string
  readonly text: string
  readonly value: JsonObject | null
  readonly component: boolean
  /** What it names; the files that its plugin configurations name are among them. */
  readonly references: readonly KustomizationReference[]
}

/** The files of one commit, with every kustomization read. Symbolic links are not among the files. */
export interface TreeIndex {
  readonly tree: Tree
  readonly files: ReadonlySet<string>
  readonly directories: ReadonlySet<string>
  readonly symlinks: ReadonlySet<string>
  /** What each of them says. */
  readonly targets: ReadonlyMap<string, string>
  /** By directory, '' is the root. */
  readonly kustomizations: ReadonlyMap<string, KustomizationFile>
  /** Files that change how an owner renders its path: `.argocd-source*.yaml` and `.sourceignore`. */
  readonly ruleTexts: ReadonlyMap<string, string>
  /** Every file that says what a chart is made of: `Chart.yaml`, and `requirements.yaml` as older ones have it. */
  readonly chartTexts: ReadonlyMap<string, string>
}

/** Reads the index of a commit; `changes` lie on top of it. */
export async function indexTree(tree: Tree, changes: readonly FileChange[] = []): Promise<TreeIndex> {
  const files = new Set(tree.entries.filter(entry => entry.kind === 'file' || entry.kind === 'executable').map(entry => entry.path))
  const symlinks = new Set(tree.entries.filter(entry => entry.kind === 'symlink').map(entry => entry.path))
  const paths = [...files].filter(path => isKustomizationPath(path))
  const texts = new Map(await tree.read([...paths, ...[...files].filter(path => isRulePath(path) || isChartPath(path))]))
  for (const { path, after } of changes) if (after !== null && texts.has(path)) texts.set(path, after)
  const ruleTexts = new Map([...texts].filter(([path]) => isRulePath(path)))
  const chartTexts = new Map([...texts].filter(([path]) => isChartPath(path)))
  const directories = directoriesOf([...files, ...symlinks])
  const linked = linkedKustomizations({ files, symlinks, directories, targets: linkTargets(tree.entries) })
  const behind = linked.length === 0 ? texts : await tree.read(linked.map(({ real }) => real))
  const read = [...paths.map(path => readKustomization(path, texts.get(path) ?? null)), ...linked.map(({ link, real }) => throughLink(readKustomization(link, behind.get(real) ?? null), real))]
  const pluginTexts = await tree.read([...new Set(read.flatMap(pluginFiles))].filter(path => files.has(path)))
  const kustomizations = new Map<string, KustomizationFile>()
  for (const file of read) {
    const twice = kustomizations.get(file.directory)
    const references = [...file.references, ...pluginFiles(file).flatMap(path => referencesOfPlugins(pluginTexts.get(path)))]
    kustomizations.set(file.directory, twice === undefined ? { ...file, references } : { ...file, value: null, references: [...twice.references, ...references, named(posix.basename(twice.path))] })
  }
  return { tree, files, symlinks, targets: linkTargets(tree.entries), directories, kustomizations, ruleTexts, chartTexts }
}

/** The directory above a path; '' is the root. */
export function directoryOf(path: string): string {
  const directory = posix.dirname(path)
  return directory === '.' ? '' : directory
}

/** A path that a file in `directory` names, relative to the repository; null where it leads out of it. */
export function resolvePath(directory: string, path: string): string | null {
  const joined = posix.normalize(posix.join(directory, path)).replace(/\/+$/, '')
  if (path.startsWith('/') || joined === '..' || joined.startsWith('../')) return null
  return joined === '.' ? '' : joined
}

/** True where a path lies in a directory or below it. */
export function isBelow(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`)
}

/** True for a file that changes how an owner renders its path. */
export function isRulePath(path: string): boolean {
  return /(?:^|\/)(?:\.argocd-source.*\.yaml|\.sourceignore)$/.test(path)
}

function isChartPath(path: string): boolean {
  return /(?:^|\/)(?:Chart|requirements)\.yaml$/.test(path)
}

function isKustomizationPath(path: string): boolean {
  const name = posix.basename(path)
  return KUSTOMIZATION_NAMES.some(known => known === name)
}

function readKustomization(path: string, text: string | null): KustomizationFile {
  const directory = directoryOf(path)
  const documents = text === null ? null : jsonOf(readSource(text))
  const [value, ...more] = documents?.filter(document => document !== null) ?? []
  if (text === null || !isObject(value) || more.length > 0) return { path, directory, text: text ?? '', value: null, component: false, references: wordsOf(text ?? '') }
  return { path, directory, text, value, component: value['kind'] === 'Component', references: [...kustomizationReferences(value), ...chartReferences(value), ...inlineCharts(value)] }
}

/** Charts that a generator inflates whose configuration stands in the kustomization itself. */
function inlineCharts({ generators }: JsonObject): readonly KustomizationReference[] {
  return isList(generators) ? generators.flatMap(text => typeof text === 'string' && isInline(text) ? jsonOf(readSource(text))?.flatMap(chartGeneratorReferences) ?? [] : []) : []
}

/** What a file that cannot be read may name. */
function wordsOf(text: string): readonly KustomizationReference[] {
  const words = new Set(text.split(/[\s"'`,;=[\]{}()<>|]+/).map(word => word.replace(/[:.]+$/, '')).filter(word => /\w/.test(word)))
  const home = /helmChart/.test(text) ? [...words].map(word => `charts/${word}`) : []
  return [...words, ...home].map(named)
}

function named(path: string): KustomizationReference {
  return { role: 'word', steps: [], path }
}

/** Kustomization files that are symbolic links: what they say counts where the link stands. */
function linkedKustomizations(linked: Linked): readonly { readonly link: string, readonly real: string }[] {
  return [...linked.symlinks].filter(isKustomizationPath).flatMap(link => {
    const real = realPath(linked, link)
    return real !== null && linked.files.has(real) ? [{ link, real }] : []
  })
}

function throughLink(file: KustomizationFile, real: string): KustomizationFile {
  return { ...file, references: [...file.references, { role: 'data', steps: [], path: posix.relative(file.directory, real) }] }
}

/** The plugin configuration files of a kustomization, which may name further files. */
function pluginFiles(file: KustomizationFile): readonly string[] {
  return file.references.flatMap(reference => {
    const path = reference.role === 'plugin' && !isInline(reference.path) ? resolvePath(file.directory, reference.path) : null
    return path === null ? [] : [path]
  })
}

function referencesOfPlugins(text: string | undefined): readonly KustomizationReference[] {
  return (text === undefined ? null : jsonOf(readSource(text)))?.flatMap(document => [...pluginReferences(document), ...chartGeneratorReferences(document)]) ?? []
}

function directoriesOf(files: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>([''])
  for (const file of files) {
    for (let directory = directoryOf(file); !found.has(directory); directory = directoryOf(directory)) found.add(directory)
  }
  return found
}

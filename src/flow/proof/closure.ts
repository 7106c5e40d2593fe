import { gitGenerators } from '../../model/application-set/generators.ts'
import { filesThatMay } from '../../model/application-set/git-paths.ts'
import { helmFiles } from '../../model/helm.ts'
import { kustomizationReferences } from '../../model/kustomization.ts'
import type { OverlayPlace } from '../../model/overlay.ts'
import { chartFolders } from '../helm/subcharts.ts'
import type { RenderJob, Renderer } from '../ports.ts'
import { realPath } from './links.ts'
import type { KustomizationFile, TreeIndex } from './tree-index.ts'
import { directoryOf, isBelow, resolvePath } from './tree-index.ts'

/** What a path is rendered from, and how: the part of a render job that does not depend on where the files lie. */
export interface RenderAsk extends Omit<RenderJob, 'dir' | 'again'> {
  readonly format: Renderer['format']
  /** Where the overlay stands in the repository, what is laid on last first. */
  readonly places?: readonly OverlayPlace[]
}

/** The files of the repository that decide how a path is rendered without being rendered themselves. */
export function ruleFiles({ places, substitute, helm }: Pick<RenderAsk, 'places' | 'substitute' | 'helm'>): ReadonlySet<string> {
  const placed = [...places ?? [], ...substitute?.sources.flatMap(({ place }) => place ?? []) ?? []].map(({ file }) => file)
  return new Set([...placed, ...helm === undefined ? [] : helmFiles(helm)])
}

/** Everything that a render reads. */
export interface Closure {
  readonly files: ReadonlySet<string>
  /** Kustomizations in the order they are reached; depth 0 is the asked path's own. */
  readonly kustomizations: readonly { readonly file: KustomizationFile, readonly depth: number }[]
  /** Manifests that no kustomization of the repository names: those of a plain directory. */
  readonly loose: readonly string[]
  /** True where it cannot be told which files are read, because symbolic links lead elsewhere: then any file may be. */
  readonly opaque: boolean
}

interface Walk { readonly index: TreeIndex, readonly files: Set<string>, readonly reached: Map<string, { file: KustomizationFile, depth: number }>, readonly links: Set<string>, opaque: boolean }

/** The closure of what an ask renders. */
export function closureOf(index: TreeIndex, ask: RenderAsk): Closure {
  if (ask.generates !== undefined) return { files: new Set(gitGenerators(ask.generates.set.spec).flatMap(git => filesThatMay(git, index.files))), kustomizations: [], loose: [], opaque: false }
  const walk: Walk = { index, files: new Set(), reached: new Map(), links: new Set(), opaque: throughSymlink(index, ask.path) && realPath(index, ask.path) === null }
  const loose = ask.format === 'kustomize' || ask.format === 'helm' ? [] : looseFiles(walk, ask)
  if (ask.format === 'kustomize') reach(walk, [ask.path])
  if (ask.format === 'helm') reachChart(walk, ask)
  reachLinked(walk, ask)
  for (const path of [...loose, ...ruleFiles(ask)]) walk.files.add(path)
  reachOverlay(walk, ask)
  return { files: walk.files, kustomizations: [...walk.reached.values()], loose, opaque: walk.opaque }
}

/** The chart, the charts of the repository that it is made of, and the files that its values come from. */
function reachChart(walk: Walk, { path, helm }: RenderAsk): void {
  const { index, files } = walk
  addChart(walk, path)
  const named = helm === undefined ? [] : [...helm.files, ...helm.defaults, ...helm.layers.flatMap(layer => layer.kind === 'set-file' ? [layer.path] : [])]
  for (const file of named) {
    if (index.files.has(file)) files.add(file)
    else addLinked(walk, file)
  }
}

/** What a path is rendered from that a symbolic link stands in: whatever renders it reads the folder behind it. */
function reachLinked(walk: Walk, { path }: RenderAsk): void {
  const real = throughSymlink(walk.index, path) ? realPath(walk.index, path) : null
  if (real === null) return
  addChart(walk, real)
  reach(walk, [real])
}

/** The file that a path leads to through symbolic links, or all of the folder. Where they lead out of the repository it cannot be told. */
function addLinked(walk: Walk, path: string): void {
  if (!throughSymlink(walk.index, path)) return
  const real = realPath(walk.index, path)
  if (real === null) walk.opaque = true
  else if (walk.index.files.has(real)) walk.files.add(real)
  else addChart(walk, real)
}

/** Every file of a folder, and of those that it is made of where it is a chart. */
function addChart(walk: Walk, path: string): void {
  const { index, files } = walk
  const folders = chartFolders({ paths: index.files, text: file => index.chartTexts.get(file) ?? null }, path).map(({ folder }) => folder)
  for (const file of index.files) if (folders.some(folder => isBelow(file, folder))) files.add(file)
  // A chart that is reached through a link may look for its dependencies beside the link.
  if (folders.some(folder => !isBelow(folder, path)) && linkTo(index, path)) walk.opaque = true
  for (const link of index.symlinks) if (folders.some(folder => isBelow(link, folder)) && !isSeen(walk, link)) addLinked(walk, link)
}

/** Links that lead into each other end somewhere. */
function isSeen({ index, links }: Walk, link: string): boolean {
  if (links.has(link)) return true
  links.add(link)
  return realPath(index, link) === directoryOf(link)
}

function linkTo(index: TreeIndex, path: string): boolean {
  return [...index.symlinks].some(link => realPath(index, link) === path)
}

/** What an owner's overlay names: components, and patches in files. */
function reachOverlay(walk: Walk, { path, kustomize }: RenderAsk): void {
  for (const reference of kustomizationReferences({ components: kustomize?.components, patches: kustomize?.patches })) {
    const resolved = resolvePath(path, reference.path)
    if (resolved !== null && walk.index.files.has(resolved)) walk.files.add(resolved)
    else if (resolved !== null && throughSymlink(walk.index, resolved)) addLinked(walk, resolved)
    else if (resolved !== null) reach(walk, [resolved], 1)
  }
}

/** Breadth first, so that each kustomization has its smallest depth. */
function reach(walk: Walk, start: readonly string[], depth = 0): void {
  let level = start
  for (let at = depth; level.length > 0; at++) {
    const next: string[] = []
    for (const directory of level) {
      const file = walk.index.kustomizations.get(directory)
      if (file === undefined || walk.reached.has(directory)) continue
      walk.reached.set(directory, { file, depth: at })
      walk.files.add(file.path)
      next.push(...follow(walk, file))
    }
    level = next
  }
}

/** Adds the files that a kustomization names and gives the directories. */
function follow(walk: Walk, file: KustomizationFile): readonly string[] {
  const directories: string[] = []
  for (const { path, role } of file.references) {
    const resolved = resolvePath(file.directory, path)
    if (resolved === null || (role === 'word' && isBelow(file.directory, resolved))) continue
    if (walk.index.files.has(resolved)) walk.files.add(resolved)
    else if (throughSymlink(walk.index, resolved)) directories.push(...linkedFolder(walk, resolved))
    else if (role === 'chart') addChart(walk, resolved)
    else if (walk.index.kustomizations.has(resolved)) directories.push(resolved)
    else if (role === 'word' && walk.index.directories.has(resolved)) addChart(walk, resolved)
  }
  return directories
}

/** Nobody who walks through a plain folder follows a link to another one. */
function isFolder(index: TreeIndex, link: string): boolean {
  return index.directories.has(realPath(index, link) ?? '\0')
}

/** A kustomization behind a symbolic link, where that leads to one; everything else there is read as it is. */
function linkedFolder(walk: Walk, path: string): readonly string[] {
  const real = realPath(walk.index, path)
  if (real !== null && walk.index.kustomizations.has(real)) return [real]
  addLinked(walk, path)
  return []
}

/** The YAML files of a path that is rendered without a kustomization file of its own. */
function looseFiles(walk: Walk, ask: RenderAsk): readonly string[] {
  const { index } = walk
  const flux = ask.format === 'flux-directory'
  const below = [...index.files].filter(path => isBelow(path, ask.path) && (flux ? /\.ya?ml$/ : /\.(?:ya?ml|json)$/).test(path))
  for (const link of index.symlinks) if (isBelow(link, ask.path) && (flux || ((ask.directory.recurse || directoryOf(link) === ask.path) && !isFolder(index, link)))) addLinked(walk, link)
  if (!flux) return below.filter(path => ask.directory.recurse || directoryOf(path) === ask.path)
  const inner = [...index.kustomizations.keys()].filter(directory => directory !== ask.path && isBelow(directory, ask.path))
  reach(walk, inner.filter(directory => !inner.some(other => other !== directory && isBelow(directory, other))), 1)
  return below.filter(path => !inner.some(directory => isBelow(path, directory)))
}

/** True where a symbolic link stands at a path or above it. */
export function throughSymlink(index: TreeIndex, path: string): boolean {
  if (index.symlinks.size === 0) return false
  for (let at = path; at !== ''; at = directoryOf(at)) if (index.symlinks.has(at)) return true
  return false
}

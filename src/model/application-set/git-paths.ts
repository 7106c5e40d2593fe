import type { Json, JsonObject } from '../json.ts'
import { objectsAt, textAt } from '../json.ts'
import { globSource } from '../path-glob.ts'
import { matchesPart, matchesPattern } from '../shell-pattern.ts'

/** The commit that a git generator reads. */
export interface GitTree {
  readonly files: readonly string[]
  /** The one value of a YAML or JSON file; undefined where it cannot be read. */
  json(file: string): Json | undefined
}

/** The paths that a git generator takes, or why that is not known. */
export type GitPaths = { readonly paths: readonly string[] } | { readonly because: string }

/**
 * The files of `git.files`. Two ways of reading a pattern are there, of which a setting of the controller chooses: `git ls-files`, to which `*` means slashes, too, and
 * globs (applicationset-controller `--enable-new-git-file-globbing`). What only one of them takes is not known.
 */
export function filesOf(git: JsonObject, { files }: Pick<GitTree, 'files'>): GitPaths {
  const chosen = (fits: (pattern: string, path: string) => boolean): readonly string[] => {
    const [taken, left] = [patterns(git, 'files', false), patterns(git, 'files', true)]
    return files.filter(path => taken.some(pattern => fits(pattern, path)) && !left.some(pattern => fits(pattern, path)))
  }
  const [wide, near] = [chosen(fitsGit), chosen(fitsGlob)]
  const disputed = wide.find(path => !near.includes(path)) ?? near.find(path => !wide.includes(path))
  return disputed === undefined ? { paths: near } : { because: `whether its pattern takes ${disputed} depends on a setting of the controller (--enable-new-git-file-globbing)` }
}

/** Every file that a generator may take, whatever stands for variables in its patterns. */
export function filesThatMay(git: JsonObject, files: Iterable<string>): readonly string[] {
  const wanted = patterns(git, 'files', false).map(pattern => pattern.replaceAll(/\{\{.*?\}\}/gs, '*'))
  return [...files].filter(path => wanted.some(pattern => fitsGit(pattern, path) || fitsGlob(pattern, path)))
}

/** The folders of `git.directories`; hidden ones are never taken. */
export function directoriesOf(git: JsonObject, { files }: Pick<GitTree, 'files'>): GitPaths {
  const all = new Set(files.flatMap(file => file.split('/').slice(0, -1).map((_, i, parts) => parts.slice(0, i + 1).join('/'))))
  const [taken, left] = [patterns(git, 'directories', false), patterns(git, 'directories', true)]
  const fits = (pattern: string, path: string): boolean => matchesPart(pattern, path)
  return { paths: [...all].filter(path => !path.split('/').some(part => part.startsWith('.')) && taken.some(pattern => fits(pattern, path)) && !left.some(pattern => fits(pattern, path))).sort() }
}

function patterns(git: JsonObject, key: 'files' | 'directories', exclude: boolean): readonly string[] {
  return objectsAt(git, key).filter(one => (one['exclude'] === true) === exclude).map(one => textAt(one, 'path') ?? '')
}

function fitsGit(pattern: string, path: string): boolean {
  const plain = pattern.replace(/^\.\//, '').replace(/\/$/, '')
  return path === plain || path.startsWith(`${plain}/`) || matchesPattern(plain, path) === true
}

function fitsGlob(pattern: string, path: string): boolean {
  return globSource(pattern.replace(/^(?:\.?\/)+/, ''))?.test(path) === true
}
